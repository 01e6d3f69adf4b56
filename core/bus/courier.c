/* SPDX-License-Identifier: Apache-2.0 */
/* courier - two fibers and a queue. */
#include "courier.h"
#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "call.h"
#include "event.h"
#include "frame.h"
#include "loop/fiber.h"
#include "subscription.h"
#include "uplink.h"
#include "wire/pack.h"

#include <pthread.h>
#include <string.h>

enum { QUEUE_MOST = 1024 };

struct letter { struct node node; struct buf frame; };

struct courier {
	struct uplink *up;
	struct instance *in;
	pthread_mutex_t lock;         /* of what follows */
	struct list queue;
	size_t queued;
	bool carrying;                /* the fiber runs, or is about to */
	struct task task;
	struct map others;            /* name -> struct instance: who else publishes, as far as a subscriber sees */
	struct map topics;            /* topic -> itself: names that stay */
};

static void letter_free(struct letter *l)
{
	buf_free(&l->frame);
	mem_free(l);
}

/* ---- up ---- */

static void carry(void *arg)
{
	struct courier *c = arg;

	for (;;) {
		pthread_mutex_lock(&c->lock);
		struct node *n = list_pop(&c->queue);
		c->queued -= n != NULL;
		c->carrying = n != NULL;
		pthread_mutex_unlock(&c->lock);
		if (n == NULL)
			return;
		struct letter *l = LIST_ITEM(n, struct letter, node);
		struct question *q;
		struct frame f;
		if (uplink_ask(c->up, &l->frame, &f, &q) == TENON_OK)
			uplink_give(c->up, q);
		letter_free(l);
	}
}

static void begin_carrying(struct task *t)
{
	struct courier *c = LIST_ITEM(t, struct courier, task);

	if (fiber_start(loop_self(), STACK_HANDLER, "events", carry, c) == TENON_OK)
		return;
	pthread_mutex_lock(&c->lock);
	c->carrying = false; /* the next one tries again */
	pthread_mutex_unlock(&c->lock);
}

static void on_event(void *arg, const struct event *ev)
{
	struct courier *c = arg;
	struct letter *l = mem_zero(sizeof *l), *oldest = NULL;

	if (l == NULL)
		return;
	frame_begin(&l->frame, FRAME_EVENT, 7);
	pack_str(&l->frame, ev->topic);
	pack_str(&l->frame, ev->workspace);
	pack_i64(&l->frame, ev->epoch);
	pack_i64(&l->frame, ev->seq);
	pack_i64(&l->frame, ev->time);
	pack_str(&l->frame, ev->trace);
	pack_message(&l->frame, ev->shape, ev->payload);
	pthread_mutex_lock(&c->lock);
	list_add(&c->queue, &l->node);
	if (++c->queued > QUEUE_MOST) {
		oldest = LIST_ITEM(list_pop(&c->queue), struct letter, node);
		c->queued--;
	}
	bool begin = !c->carrying;
	c->carrying = true;
	pthread_mutex_unlock(&c->lock);
	if (oldest != NULL)
		letter_free(oldest);
	if (begin)
		loop_post(c->in->home, &c->task);
}

/* ---- down ---- */

static const char *kept_topic(struct courier *c, const char *topic)
{
	char *kept = map_get(&c->topics, topic);
	if (kept == NULL && (kept = mem_strdup(topic)) != NULL && map_put(&c->topics, topic, kept) != TENON_OK) {
		mem_free(kept);
		kept = NULL;
	}
	return kept;
}

static struct instance *other(struct courier *c, const char *name)
{
	struct instance *in = map_get(&c->others, name);
	if (in != NULL)
		return in;
	in = mem_zero(sizeof *in);
	if (in == NULL || (in->name = mem_strdup(name)) == NULL || map_put(&c->others, name, in) != TENON_OK) {
		if (in != NULL)
			mem_free((char *)in->name);
		mem_free(in);
		return NULL;
	}
	return in;
}

static void deliver(struct courier *c, const void *p, size_t n, int64_t lost)
{
	struct event ev = { 0 };
	struct arena names;
	struct frame f;

	arena_init(&names, FRAME_MOST);
	if (frame_open(&f, p, n) && f.kind == FRAME_EVENT) {
		ev.topic = kept_topic(c, frame_text(&f, &names));
		ev.instance = other(c, frame_text(&f, &names));
		ev.workspace = frame_text(&f, &names);
		ev.epoch = frame_i64(&f);
		ev.seq = frame_i64(&f);
		ev.time = frame_i64(&f);
		ev.trace = frame_text(&f, &names);
		if (frame_next(&f) && ev.topic != NULL && ev.instance != NULL)
			subscription_inject(c->in->bus, &ev, &f.in, lost);
	}
	arena_free(&names);
}

struct patterns { const char *all[FRAME_PATTERNS_MOST + 1]; uint32_t n; }; /* one too many: the core refuses them */

static void add_pattern(void *arg, const struct subscription_state *s)
{
	struct patterns *p = arg;

	for (size_t i = 0; i < p->n; i++)
		if (event_matches(p->all[i], s->pattern))
			return; /* the core hands over each event once: it is for the bus here to find who hears it */
	for (size_t i = 0; i < p->n; i++)
		if (event_matches(s->pattern, p->all[i]))
			p->all[i--] = p->all[--p->n];
	if (p->n <= FRAME_PATTERNS_MOST)
		p->all[p->n++] = s->pattern;
}

static void await(void *arg)
{
	struct courier *c = arg;
	struct patterns p = { .n = 0 };
	struct question *q;
	struct frame f;

	subscription_each(c->in->bus, add_pattern, &p);
	if (p.n == 0)
		return;
	for (;;) {
		struct buf b = { 0 };
		const void *bytes;
		uint32_t n;
		size_t size;

		frame_begin(&b, FRAME_WATCH, 1);
		pack_array(&b, p.n);
		while (p.n > 0) /* told once */
			pack_str(&b, p.all[--p.n]);
		if (uplink_ask(c->up, &b, &f, &q) < 0)
			return; /* the core is gone */
		if (f.kind != FRAME_EVENTS) {
			log_line(LOG_ERROR, c->in->name, NULL, "the core gives it no events");
			uplink_give(c->up, q);
			return;
		}
		int64_t lost = frame_i64(&f);
		for (frame_array(&f, &n); n > 0 && unpack_bin(&f.in, &bytes, &size); n--, lost = 0)
			deliver(c, bytes, size, lost);
		uplink_give(c->up, q);
	}
}

struct courier *courier_new(struct uplink *up, struct instance *in)
{
	struct courier *c = mem_zero(sizeof *c);

	if (c == NULL)
		return NULL;
	c->up = up;
	c->in = in;
	c->task.run = begin_carrying;
	list_init(&c->queue);
	pthread_mutex_init(&c->lock, NULL);
	if (PLUGIN_HAS(in->plugin, topics) && event_tap(in->bus, "*", on_event, c) == NULL)
		log_line(LOG_ERROR, in->name, NULL, "its events stay here: no memory");
	return c;
}

void courier_listen(struct courier *c)
{
	if (c == NULL || fiber_start(loop_self(), STACK_HANDLER, "events", await, c) < 0)
		log_error("no events: no memory");
}
