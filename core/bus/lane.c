/* SPDX-License-Identifier: Apache-2.0 */
/* lane - a mutex, a condition, a list. */
#include "lane.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "call.h"
#include "wait.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

struct lane {
	const struct tenon_lane *row;
	struct instance *instance;
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct list queue;
	size_t queued;
	bool stopping;
	size_t n_threads;
	struct worker { pthread_t thread; struct lane *lane; int number; } *workers;
};

/* what a batch method holds: its first call was taken for it */
struct tenon_batch {
	struct lane *lane;
	struct call *first;
	const struct method *method;
	int worker;
};

struct lane *lane_new(struct instance *in, const struct tenon_lane *row)
{
	struct lane *l = mem_zero(sizeof *l);
	pthread_condattr_t monotonic;

	if (l == NULL || (l->workers = mem_zero(row->threads * sizeof *l->workers)) == NULL) {
		mem_free(l);
		return NULL;
	}
	l->row = row;
	l->instance = in;
	list_init(&l->queue);
	pthread_mutex_init(&l->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&l->more, &monotonic);
	pthread_condattr_destroy(&monotonic);
	return l;
}

void lane_free(struct lane *l)
{
	pthread_cond_destroy(&l->more);
	pthread_mutex_destroy(&l->lock);
	mem_free(l->workers);
	mem_free(l);
}

const char *lane_name(const struct lane *l) { return l->row->name; }

size_t lane_queued(struct lane *l)
{
	pthread_mutex_lock(&l->lock);
	size_t n = l->queued;
	pthread_mutex_unlock(&l->lock);
	return n;
}

int lane_push(struct lane *l, struct call *c)
{
	pthread_mutex_lock(&l->lock);
	if (l->queued >= l->row->queue || l->n_threads == 0) {
		bool down = l->n_threads == 0;
		pthread_mutex_unlock(&l->lock);
		return down ? call_fail(c, TENON_UNAVAILABLE, "%s has stopped", l->instance->name)
		            : call_fail(c, TENON_OVERLOADED, "the queue %s of %s is full (%u calls)", l->row->name, l->instance->name, l->row->queue);
	}
	list_add(&l->queue, &c->node);
	bool wake = l->queued++ == 0 || l->n_threads > 1;
	pthread_mutex_unlock(&l->lock);
	if (wake)
		pthread_cond_signal(&l->more);
	return TENON_OK;
}

/* under the lock: the first queued call, if it is one of `only` (NULL: any) */
static struct call *pop(struct lane *l, const struct method *only)
{
	if (list_empty(&l->queue))
		return NULL;
	struct call *c = LIST_ITEM(l->queue.head.next, struct call, node);
	if (only != NULL && c->method != only)
		return NULL;
	node_take(&c->node);
	l->queued--;
	return c;
}

/* A call that nobody waits for any more is finished here, unrun. */
static bool is_stale(struct call *c)
{
	int code = atomic_load(&c->root->cancelled);

	if (c->offloaded != NULL)
		return false; /* its caller is in the middle of something */
	if (code == 0 && clock_ns() > c->pub.deadline)
		code = TENON_DEADLINE_EXCEEDED;
	if (code != 0)
		call_finish(c, call_fail(c, code, "%s while it was queued", code == TENON_CANCELLED ? "cancelled" : "its deadline passed"));
	return code != 0;
}

static void run_one(struct call *c, int worker)
{
	const struct tenon_method *row = c->method->row;

	c->worker = worker;
	if (c->offloaded != NULL) {
		c->code = c->offloaded(c->offload_arg);
		wait_wake(c->waiter);
		return;
	}
	if (row->batch != NULL) {
		struct tenon_batch b = { c->method->instance->lanes[row->lane], c, c->method, worker };
		row->batch(&b, c->method->instance->self);
		if (b.first != NULL)
			call_finish(b.first, call_fail(b.first, TENON_INTERNAL, "%s took no call", c->method->name));
		return;
	}
	call_finish(c, row->handler(&c->pub, c->args, c->result));
}

static void *work(void *arg)
{
	struct worker *w = arg;
	struct lane *l = w->lane;
	char name[16];

	snprintf(name, sizeof name, "%.9s/%.5s", l->instance->name, l->row->name);
	pthread_setname_np(pthread_self(), name);
	for (;;) {
		pthread_mutex_lock(&l->lock);
		while (list_empty(&l->queue) && !l->stopping)
			pthread_cond_wait(&l->more, &l->lock);
		struct call *c = pop(l, NULL);
		pthread_mutex_unlock(&l->lock);
		if (c == NULL)
			return NULL;
		if (!is_stale(c))
			run_one(c, w->number);
	}
}

int lane_start(struct lane *l, struct err *e)
{
	pthread_attr_t small;
	sigset_t all, old;
	int rc = 0;

	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, (size_t)512 << 10);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old); /* signals are the main loop's */
	while (l->n_threads < l->row->threads && rc == 0) {
		struct worker *w = &l->workers[l->n_threads];
		*w = (struct worker){ .lane = l, .number = (int)l->n_threads };
		rc = pthread_create(&w->thread, &small, work, w);
		l->n_threads += rc == 0;
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&small);
	return rc == 0 ? TENON_OK : err_set(e, TENON_UNAVAILABLE, "thread for lane %s: %s", l->row->name, strerror(rc));
}

void lane_stop(struct lane *l)
{
	pthread_mutex_lock(&l->lock);
	l->stopping = true;
	pthread_cond_broadcast(&l->more);
	size_t n = l->n_threads;
	l->n_threads = 0;
	pthread_mutex_unlock(&l->lock);
	for (size_t i = 0; i < n; i++)
		pthread_join(l->workers[i].thread, NULL);
}

/* ---- what a batch method is lent ---- */

static struct call *take_next(struct tenon_batch *b, int64_t wait_ns)
{
	struct lane *l = b->lane;
	struct timespec until;

	pthread_mutex_lock(&l->lock);
	if (list_empty(&l->queue) && wait_ns > 0 && !l->stopping) {
		int64_t t = clock_ns() + wait_ns;
		until = (struct timespec){ t / 1000000000, t % 1000000000 };
		while (list_empty(&l->queue) && !l->stopping && pthread_cond_timedwait(&l->more, &l->lock, &until) != ETIMEDOUT)
			;
	}
	struct call *c = pop(l, b->method);
	pthread_mutex_unlock(&l->lock);
	return c;
}

struct tenon_call *lane_batch_take(struct tenon_batch *b, int64_t wait_ns, const void **args, void **result)
{
	struct call *c = b->first;

	b->first = NULL;
	while (c == NULL) {
		c = take_next(b, wait_ns);
		if (c == NULL)
			return NULL;
		if (is_stale(c))
			c = NULL;
	}
	c->worker = b->worker;
	*args = c->args;
	*result = c->result;
	return &c->pub;
}
