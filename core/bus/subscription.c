/* SPDX-License-Identifier: Apache-2.0 */
/* subscription - one piece of memory an event: the item, its payload, its workspace. */
#include "subscription.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "call.h"
#include "event.h"
#include "loop/fiber.h"
#include "wait.h"
#include "wire/copy.h"
#include "wire/translate.h"
#include "wire/unpack.h"

#include <stdio.h>
#include <string.h>

enum { SLICE = 32, RETRY_MS = 50 }; /* events that a fiber hands over before the loop's others get their turn */

struct item {
	struct node node;
	size_t bytes;
	char trace[33];
	struct tenon_event pub;
	_Alignas(16) char room[];
};

struct subscription {
	struct node node;             /* in hub->subscriptions */
	struct instance *instance;
	char *pattern;
	int (*fn)(struct tenon_call *, const struct tenon_event *);
	const struct shape *shape;
	struct tap *tap;
	struct task task;             /* on its way to the home loop, while `busy` */
	pthread_mutex_t lock;         /* of what follows */
	struct list queue;
	size_t queued, bytes;
	int64_t lost_before, lost_after; /* before the first in the queue, after the last */
	bool open, runs;              /* takes events; hands them over */
	bool busy;                    /* its task or fiber is about */
	struct wait *stopper;         /* waits for its not being busy */
	struct call *call;            /* runs now */
	bool complained;
	long long handed, lost;
};

static struct subscription *after(struct event_hub *, struct subscription *, const struct instance *);

/* ---- into the queue: the publisher's thread ---- */

/* `ev` with its payload as the subscriber has it; NULL: no memory, or the layouts do not agree */
static struct item *make_item(struct subscription *s, const struct event *ev, int *why)
{
	struct arena scratch;
	const void *payload = ev->payload;
	struct item *it = NULL;

	arena_init(&scratch, 0);
	*why = TENON_OK;
	if (ev->shape->digest != s->shape->digest) {
		void *theirs = arena_alloc(&scratch, s->shape->table->size);
		*why = theirs == NULL ? TENON_NO_MEMORY : translate(ev->shape, ev->payload, s->shape, theirs, &scratch);
		payload = theirs;
	}
	size_t workspace = strlen(ev->workspace) + 1, size = *why < 0 ? 0 : copy_size(s->shape, payload);
	if (*why == TENON_OK && (it = mem_alloc(sizeof *it + size + workspace)) != NULL) {
		it->node = (struct node){ NULL, NULL };
		it->bytes = sizeof *it + size + workspace;
		copy_to(s->shape, payload, it->room);
		it->pub = (struct tenon_event){ .topic = ev->topic, .workspace = memcpy(it->room + size, ev->workspace, workspace), .epoch = ev->epoch,
			.seq = ev->seq, .time = ev->time, .payload = it->room, .instance = ev->instance->name };
		snprintf(it->trace, sizeof it->trace, "%s", ev->trace == NULL ? "" : ev->trace);
	}
	arena_free(&scratch);
	return it;
}

static struct item *pop(struct subscription *s)
{
	struct node *n = list_pop(&s->queue);
	if (n == NULL)
		return NULL;
	struct item *it = LIST_ITEM(n, struct item, node);
	s->queued--;
	s->bytes -= it->bytes;
	it->pub.lost += s->lost_before;
	s->lost_before = 0;
	return it;
}

static void drop_oldest(struct subscription *s)
{
	struct item *it = pop(s);
	s->lost_before = it->pub.lost + 1;
	s->lost++;
	mem_free(it);
}

static void push(struct subscription *s, struct item *it)
{
	it->pub.lost = s->lost_after;
	s->lost_after = 0;
	list_add(&s->queue, &it->node);
	s->queued++;
	s->bytes += it->bytes;
	while (s->queued > SUBSCRIPTION_EVENTS || (s->bytes > SUBSCRIPTION_BYTES && s->queued > 1))
		drop_oldest(s);
}

/* Under the lock: is the loop to be told? Then the task is the caller's to post. */
static bool rouse(struct subscription *s)
{
	if (!s->runs || s->busy || s->queued == 0)
		return false;
	return s->busy = true;
}

static void on_event(void *arg, const struct event *ev)
{
	struct subscription *s = arg;
	int why;

	pthread_mutex_lock(&s->lock);
	bool open = s->open;
	pthread_mutex_unlock(&s->lock);
	if (!open)
		return; /* it drained: nothing is copied for it */
	struct item *it = make_item(s, ev, &why);
	pthread_mutex_lock(&s->lock);
	open = s->open;
	bool complain = open && why == TENON_UNSUPPORTED && !s->complained;
	if (open && it != NULL) {
		push(s, it);
	} else if (open) {
		s->lost_after++;
		s->lost++;
	}
	s->complained |= complain;
	bool wake = rouse(s);
	pthread_mutex_unlock(&s->lock);
	if (!open)
		mem_free(it);
	if (complain)
		log_line(LOG_ERROR, s->instance->name, NULL, "%s of %s cannot be read as %s: a field has another type there; such events are lost",
		         ev->topic, ev->instance->name, s->shape->table->name);
	if (wake)
		loop_post(s->instance->home, &s->task);
}

void subscription_inject(struct bus *b, const struct event *ev, const struct unpack *payload, int64_t lost)
{
	struct subscription *s = NULL;

	while ((s = after(&b->events, s, NULL)) != NULL) {
		struct tenon_problem problem = { 0 };
		struct unpack in = *payload;
		struct event mine = *ev;
		struct arena room;

		pthread_mutex_lock(&s->lock);
		s->lost_after += s->open ? lost : 0; /* which of them it would have got nobody knows */
		s->lost += s->open ? lost : 0;
		pthread_mutex_unlock(&s->lock);
		if (!event_matches(s->pattern, ev->topic))
			continue;
		arena_init(&room, 0);
		void *message = arena_alloc(&room, s->shape->table->size);
		mine.shape = s->shape;
		mine.payload = message;
		if (message != NULL && unpack_message(s->shape, &room, &in, UNPACK_TRUSTED, message, &problem) == TENON_OK)
			on_event(s, &mine);
		else
			log_line(LOG_ERROR, s->instance->name, NULL, "%s of %s cannot be read: %s", ev->topic, ev->instance->name, problem.message);
		arena_free(&room);
	}
}

/* ---- out of the queue: a fiber of the home loop ---- */

static struct item *next(struct subscription *s)
{
	pthread_mutex_lock(&s->lock);
	struct item *it = s->runs ? pop(s) : NULL;
	s->handed += it != NULL;
	pthread_mutex_unlock(&s->lock);
	return it;
}

static void set_call(struct subscription *s, struct call *c)
{
	pthread_mutex_lock(&s->lock);
	s->call = c;
	if (c != NULL && !s->runs)
		call_cancel(c, TENON_CANCELLED);
	pthread_mutex_unlock(&s->lock);
}

static void hand_over(struct subscription *s, struct item *it)
{
	static const struct tenon_method row = { .name = "event", .args = &tenon_empty_table, .result = &tenon_empty_table };
	struct instance *in = s->instance;
	struct method method = { .row = &row, .instance = in, .emit_row = -1, .name = (char *)it->pub.topic };
	struct call c = { .method = &method, .root = &c, .message = "" };

	arena_init(&c.own_arena, in->bus->arena_limit);
	c.arena = &c.own_arena;
	c.pub = (struct tenon_call){ .host = &in->host, .self = in->self, .method = it->pub.topic, .principal = "system",
	                             .workspace = it->pub.workspace, .deadline = INT64_MAX };
	memcpy(c.pub.trace, it->trace, sizeof c.pub.trace);
	set_call(s, &c);
	int code = s->fn(&c.pub, &it->pub);
	set_call(s, NULL);
	if (code < 0)
		log_line(LOG_WARN, in->name, it->trace, "event %s %lld: %s: %s", it->pub.topic, (long long)it->pub.seq, error_name(code),
		         *c.message != '\0' ? c.message : error_text(code));
	arena_free(&c.own_arena);
}

/* The fiber ends: another turn if there is more, otherwise whoever waits for it may go on. `s` may be gone afterwards. */
static void rest(struct subscription *s)
{
	struct loop *home = s->instance->home;

	pthread_mutex_lock(&s->lock);
	bool again = s->runs && s->queued > 0;
	struct wait *stopper = again ? NULL : s->stopper;
	if (!again) {
		s->busy = false;
		s->stopper = NULL;
	}
	pthread_mutex_unlock(&s->lock);
	if (again)
		loop_post(home, &s->task);
	if (stopper != NULL)
		wait_wake(stopper);
}

static void on_fiber(void *arg)
{
	struct subscription *s = arg;
	struct item *it;

	for (int i = 0; i < SLICE && (it = next(s)) != NULL; i++) {
		hand_over(s, it);
		mem_free(it);
	}
	rest(s);
}

static void run(void *arg)
{
	struct subscription *s = arg;

	if (fiber_start(loop_self(), STACK_HANDLER, s->pattern, on_fiber, s) == TENON_OK)
		return;
	if (loop_every(loop_self(), RETRY_MS, 0, run, s) == NULL)
		rest(s); /* its next event tries again */
}

static void on_home(struct task *t) { run(LIST_ITEM(t, struct subscription, task)); }

/* ---- coming and going ---- */

/* The one after `s` (NULL: the first) of the instance (NULL: of any). None goes while the bus lives. */
static struct subscription *after(struct event_hub *h, struct subscription *s, const struct instance *in)
{
	pthread_rwlock_rdlock(&h->lock);
	struct node *n = s == NULL ? h->subscriptions.head.next : s->node.next;
	while (n != &h->subscriptions.head && in != NULL && LIST_ITEM(n, struct subscription, node)->instance != in)
		n = n->next;
	s = n == &h->subscriptions.head ? NULL : LIST_ITEM(n, struct subscription, node);
	pthread_rwlock_unlock(&h->lock);
	return s;
}

static struct subscription *subscription_new(struct instance *in, const char *pattern)
{
	struct subscription *s = mem_zero(sizeof *s);

	if (s == NULL || (s->pattern = mem_strdup(pattern)) == NULL) {
		mem_free(s);
		return NULL;
	}
	s->instance = in;
	s->task.run = on_home;
	pthread_mutex_init(&s->lock, NULL);
	list_init(&s->queue);
	s->open = true;
	return s;
}

static void subscription_free(struct subscription *s)
{
	while (!list_empty(&s->queue))
		mem_free(pop(s));
	pthread_mutex_destroy(&s->lock);
	mem_free(s->pattern);
	mem_free(s);
}

/* the one that a restarted instance made the last time */
static bool reopen(struct instance *in, const char *pattern, int (*fn)(struct tenon_call *, const struct tenon_event *))
{
	struct subscription *s = NULL;

	while ((s = after(&in->bus->events, s, in)) != NULL) {
		if (s->fn != fn || strcmp(s->pattern, pattern) != 0)
			continue;
		pthread_mutex_lock(&s->lock);
		s->open = true;
		pthread_mutex_unlock(&s->lock);
		return true;
	}
	return false;
}

static int refuse(struct instance *in, const char *pattern, int code, const char *why)
{
	log_line(LOG_ERROR, in->name, NULL, "cannot subscribe to \"%s\": %s", pattern, why);
	return code;
}

int subscription_add(const struct tenon_host *host, const char *pattern, int (*fn)(struct tenon_call *, const struct tenon_event *),
                     const struct tenon_table *table)
{
	struct instance *in = (struct instance *)host;
	struct event_hub *h = &in->bus->events;
	const struct shape *shape;
	struct err e = { 0 };

	if (!event_pattern_ok(pattern))
		return refuse(in, pattern, TENON_INVALID_ARGUMENT, "a topic is meant, as \"tracking.run.finished\", or all below a word, as \"tracking.*\"");
	if (shape_get(table, &shape, &e) < 0)
		return refuse(in, pattern, e.code, e.text);
	if (reopen(in, pattern, fn))
		return TENON_OK;
	struct subscription *s = subscription_new(in, pattern);
	if (s == NULL)
		return TENON_NO_MEMORY;
	s->fn = fn;
	s->shape = shape;
	s->runs = atomic_load(&in->state) == INSTANCE_STARTED;
	s->tap = event_tap(in->bus, pattern, on_event, s);
	if (s->tap == NULL) {
		subscription_free(s);
		return TENON_NO_MEMORY;
	}
	pthread_rwlock_wrlock(&h->lock);
	list_add(&h->subscriptions, &s->node);
	pthread_rwlock_unlock(&h->lock);
	return TENON_OK;
}

void subscription_start(struct instance *in)
{
	struct subscription *s = NULL;

	while ((s = after(&in->bus->events, s, in)) != NULL) {
		pthread_mutex_lock(&s->lock);
		s->runs = s->open;
		bool wake = rouse(s);
		pthread_mutex_unlock(&s->lock);
		if (wake)
			loop_post(in->home, &s->task);
	}
}

static void stop(struct subscription *s)
{
	struct wait w;

	pthread_mutex_lock(&s->lock);
	s->open = s->runs = false;
	while (s->queued > 0)
		drop_oldest(s);
	s->lost_before = s->lost_after = 0;
	if (s->call != NULL)
		call_cancel(s->call, TENON_CANCELLED);
	bool busy = s->busy;
	if (busy) {
		wait_init(&w);
		s->stopper = &w;
	}
	pthread_mutex_unlock(&s->lock);
	if (busy)
		wait_for(&w);
}

void subscription_stop(struct instance *in)
{
	struct subscription *s = NULL;

	while ((s = after(&in->bus->events, s, in)) != NULL)
		stop(s);
}

void subscription_free_all(struct event_hub *h)
{
	for (struct node *n; (n = list_pop(&h->subscriptions)) != NULL;)
		subscription_free(LIST_ITEM(n, struct subscription, node));
}

void subscription_each(struct bus *b, void (*see)(void *, const struct subscription_state *), void *arg)
{
	struct subscription *s = NULL;

	while ((s = after(&b->events, s, NULL)) != NULL) {
		pthread_mutex_lock(&s->lock);
		struct subscription_state state = { s->instance->name, s->pattern, s->queued, s->handed, s->lost };
		pthread_mutex_unlock(&s->lock);
		see(arg, &state);
	}
}
