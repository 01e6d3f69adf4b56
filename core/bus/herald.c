/* SPDX-License-Identifier: Apache-2.0 */
/* herald - an event is packed once for each host that listens, on the thread that published it. */
#include "herald.h"
#include "base/err.h"
#include "base/mem.h"
#include "bus.h"
#include "event.h"
#include "peer.h"
#include "subscription.h"
#include "wire/pack.h"

#include <pthread.h>
#include <string.h>

enum { ANSWER_BYTES = 256 << 10 };

struct item { struct node node; size_t n; char bytes[]; };

struct herald {
	struct peer *peer;
	struct loop *loop;
	struct tap *taps[FRAME_PATTERNS_MOST];
	size_t n_taps;
	struct hub_line *line;        /* parked */
	struct task task;             /* something came */
	pthread_mutex_t lock;         /* of what follows */
	struct list queue;
	size_t queued, bytes;
	int64_t lost;
	bool posted, closed;
};

/* ---- into the queue ---- */

static void drop_oldest(struct herald *h)
{
	struct item *it = LIST_ITEM(list_pop(&h->queue), struct item, node);
	h->queued--;
	h->bytes -= it->n;
	h->lost++;
	mem_free(it);
}

static struct item *pack_item(const struct event *ev)
{
	struct buf b = { 0 };

	frame_begin(&b, FRAME_EVENT, 8);
	pack_str(&b, ev->topic);
	pack_str(&b, ev->instance->name);
	pack_str(&b, ev->workspace);
	pack_i64(&b, ev->epoch);
	pack_i64(&b, ev->seq);
	pack_i64(&b, ev->time);
	pack_str(&b, ev->trace);
	pack_message(&b, ev->shape, ev->payload);
	struct item *it = b.failed || b.n > FRAME_MOST / 2 ? NULL : mem_alloc(sizeof *it + b.n);
	if (it != NULL) {
		it->node = (struct node){ NULL, NULL };
		it->n = b.n;
		memcpy(it->bytes, b.p, b.n);
	}
	buf_free(&b);
	return it;
}

static void on_event(void *arg, const struct event *ev)
{
	struct herald *h = arg;
	const struct instance *own = h->peer->remote->instance;

	if (ev->instance == own || !peer_may_call(h->peer, ev->instance->name))
		return;
	struct item *it = pack_item(ev);
	pthread_mutex_lock(&h->lock);
	if (it != NULL) {
		list_add(&h->queue, &it->node);
		h->queued++;
		h->bytes += it->n;
	} else {
		h->lost++;
	}
	while (h->queued > SUBSCRIPTION_EVENTS || (h->bytes > SUBSCRIPTION_BYTES && h->queued > 1))
		drop_oldest(h);
	bool post = !h->posted;
	h->posted = true;
	pthread_mutex_unlock(&h->lock);
	if (post)
		loop_post(h->loop, &h->task);
}

/* ---- out of it ---- */

static void answer(struct herald *h)
{
	struct hub_line *l = h->line;
	struct list some;
	struct node *n;
	uint32_t count = 0;
	size_t bytes = 0;

	list_init(&some);
	pthread_mutex_lock(&h->lock);
	int64_t lost = h->lost;
	while (bytes < ANSWER_BYTES && (n = list_pop(&h->queue)) != NULL) {
		list_add(&some, n);
		bytes += LIST_ITEM(n, struct item, node)->n;
		count++;
	}
	h->queued -= count;
	h->bytes -= bytes;
	h->lost = count > 0 ? 0 : lost;
	pthread_mutex_unlock(&h->lock);
	if (count == 0)
		return; /* what was lost is told with the next event */
	h->line = NULL;
	struct buf *b = hub_begin(l->hub, FRAME_EVENTS, 2);
	pack_i64(b, lost);
	pack_array(b, count);
	while ((n = list_pop(&some)) != NULL) {
		struct item *it = LIST_ITEM(n, struct item, node);
		pack_bin(b, it->bytes, it->n);
		mem_free(it);
	}
	hub_answer(l);
}

static void herald_free(struct herald *h)
{
	while (!list_empty(&h->queue))
		drop_oldest(h);
	pthread_mutex_destroy(&h->lock);
	mem_free(h);
}

static void on_task(struct task *t)
{
	struct herald *h = LIST_ITEM(t, struct herald, task);

	pthread_mutex_lock(&h->lock);
	h->posted = false;
	bool closed = h->closed;
	pthread_mutex_unlock(&h->lock);
	if (closed)
		herald_free(h);
	else if (h->line != NULL)
		answer(h);
}

/* ---- what hosts ask ---- */

static struct herald *herald_new(struct peer *p)
{
	struct herald *h = mem_zero(sizeof *h);

	if (h == NULL)
		return NULL;
	h->peer = p;
	h->loop = p->hub->loop;
	h->task.run = on_task;
	list_init(&h->queue);
	pthread_mutex_init(&h->lock, NULL);
	return h;
}

static int add_patterns(struct herald *h, struct frame *f)
{
	struct arena *scratch = &h->peer->hub->scratch;
	const char *s;
	uint32_t n;
	size_t size;

	if (!frame_array(f, &n) || h->n_taps + n > FRAME_PATTERNS_MOST)
		return TENON_INVALID_ARGUMENT;
	for (; n > 0; n--) {
		if (!unpack_str(&f->in, &s, &size))
			return TENON_INVALID_ARGUMENT;
		char *pattern = arena_text(scratch, s, size);
		if (pattern == NULL || strlen(pattern) != size || !event_pattern_ok(pattern))
			return TENON_INVALID_ARGUMENT;
		if ((h->taps[h->n_taps] = event_tap(h->peer->hub->bus, pattern, on_event, h)) == NULL)
			return TENON_NO_MEMORY;
		h->n_taps++;
	}
	return TENON_OK;
}

void herald_watch(struct hub_line *l)
{
	struct peer *p = l->peer;
	struct herald *h = p->herald;

	if (h == NULL && (h = p->herald = herald_new(p)) == NULL) {
		hub_answer_ok(l, TENON_NO_MEMORY, "no memory for events");
		return;
	}
	int rc = h->line != NULL ? TENON_ALREADY_EXISTS : add_patterns(h, &l->frame);
	if (rc < 0) {
		hub_answer_ok(l, rc, error_text(rc));
		return;
	}
	hub_forget(l);
	h->line = l;
	answer(h);
}

void herald_event(struct hub_line *l)
{
	struct frame *f = &l->frame;
	struct arena *scratch = &l->hub->scratch;
	struct instance *in = l->peer->remote->instance;
	struct topic *t = map_get(&in->topics, frame_text(f, scratch));
	struct event ev = { .instance = in };
	struct tenon_problem problem = { 0 };

	ev.workspace = frame_text(f, scratch);
	ev.epoch = frame_i64(f);
	ev.seq = frame_i64(f);
	ev.time = frame_i64(f);
	ev.trace = frame_text(f, scratch);
	if (t == NULL || f->bad || !frame_next(f)) {
		hub_answer_ok(l, TENON_INVALID_ARGUMENT, "no event of a topic that its plugin declares");
		return;
	}
	ev.topic = t->row->name;
	ev.shape = t->shape;
	void *payload = arena_alloc(scratch, t->shape->table->size);
	int rc = payload == NULL ? TENON_NO_MEMORY : unpack_message(t->shape, scratch, &f->in, 0, payload, &problem);
	ev.payload = payload;
	if (rc == TENON_OK)
		rc = event_deliver(l->hub->bus, &ev);
	hub_answer_ok(l, rc, rc < 0 ? "an event that does not fit its topic" : "");
}

void herald_close(struct herald *h)
{
	if (h == NULL)
		return;
	while (h->n_taps > 0) /* afterwards no event comes */
		event_untap(h->peer->hub->bus, h->taps[--h->n_taps]);
	if (h->line != NULL)
		hub_recycle(h->line);
	pthread_mutex_lock(&h->lock);
	h->closed = true;
	bool posted = h->posted;
	pthread_mutex_unlock(&h->lock);
	if (!posted)
		herald_free(h);
}
