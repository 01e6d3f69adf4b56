/* SPDX-License-Identifier: Apache-2.0 */
/* loop - libuv underneath.
 *
 * The inbox is a lock-free stack; the loop takes all at once and turns them round. It looks again at the end of a turn, so only
 * a loop that is about to wait has to be woken: one that is busy is posted to without a system call, and 64 answers cost one
 * wake-up at most. The wake-up is an eventfd of its own: uv_async_send lets a loop that wakes early spin until its waker has
 * returned from write(2), and on few cores that waker is often the one who was put aside for it. */
#include "loop.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "fiber.h"
#include "under.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { MOST_HOOKS = 4, ROUNDS_MOST = 16, LINGER_NS = 50000 };

struct loop {
	uv_loop_t uv;
	uv_poll_t wake;
	int wake_fd;
	atomic_bool waits;          /* or is about to: whoever posts wakes it */
	uv_prepare_t turn;
	uv_signal_t signals[2];
	_Atomic(struct task *) inbox;
	struct fiber *first, *last; /* ready to run */
	struct task *later;         /* at the end of this turn; the last one first */
	struct { bool (*fn)(void *); void *arg; } hooks[MOST_HOOKS];
	unsigned n_hooks, number;
	int64_t linger;             /* ns: until then it looks for work rather than sleeps; 0 = it sleeps */
	bool many_cores;            /* on one it would keep the answer from being made */
	atomic_bool stopping;
	bool ended;                 /* it was woken to stop */
	void (*got)(void *, int);
	void *got_arg;
};

struct timer {
	uv_timer_t uv;
	void (*fire)(void *);
	void *arg;
	bool once;
};

struct watch {
	uv_poll_t uv;
	void (*ready)(void *, int);
	void *arg;
};

static _Thread_local struct loop *self;

struct loop *loop_self(void) { return self; }

unsigned loop_number(const struct loop *l) { return l->number; }

uv_loop_t *loop_under(struct loop *l) { return &l->uv; }

static void wake(struct loop *l)
{
	const uint64_t one = 1;
	while (write(l->wake_fd, &one, sizeof one) < 0 && errno == EINTR)
		;
}

void loop_post(struct loop *l, struct task *t)
{
	struct task *head = atomic_load_explicit(&l->inbox, memory_order_relaxed);
	do
		t->next = head;
	while (!atomic_compare_exchange_weak_explicit(&l->inbox, &head, t, memory_order_seq_cst, memory_order_relaxed));
	if (atomic_load(&l->waits) && atomic_exchange(&l->waits, false))
		wake(l);
}

static void drain(struct loop *l)
{
	struct task *t = atomic_exchange_explicit(&l->inbox, NULL, memory_order_acquire), *inorder = NULL;

	while (t != NULL) {
		struct task *next = t->next;
		t->next = inorder;
		inorder = t;
		t = next;
	}
	while (inorder != NULL) {
		struct task *next = inorder->next;
		inorder->run(inorder);
		inorder = next;
	}
}

static void on_wake(uv_poll_t *p, int status, int events)
{
	struct loop *l = p->data;
	uint64_t count;

	(void)status;
	(void)events;
	if (read(l->wake_fd, &count, sizeof count) > 0)
		drain(l);
	if (atomic_exchange(&l->stopping, false))
		l->ended = true;
}

void loop_ready(struct loop *l, struct fiber *f)
{
	f->next = NULL;
	if (l->first == NULL)
		l->first = f;
	else
		l->last->next = f;
	l->last = f;
}

void loop_later(struct loop *l, struct task *t)
{
	t->next = l->later;
	l->later = t;
}

static bool run_later(struct loop *l)
{
	struct task *t = l->later;

	l->later = NULL;
	for (struct task *next; t != NULL; t = next) {
		next = t->next;
		t->run(t);
	}
	return l->first != NULL || l->later != NULL;
}

/* Was something posted before anybody could know that the loop waits? */
static bool is_posted(struct loop *l)
{
	atomic_store(&l->waits, true);
	return atomic_load(&l->inbox) != NULL;
}

static void run_ready(struct loop *l)
{
	bool more;

	do {
		while (l->first != NULL) {
			struct fiber *f = l->first;
			l->first = f->next;
			fiber_resume(f);
		}
		more = false;
		for (unsigned i = 0; i < l->n_hooks; i++)
			more |= l->hooks[i].fn(l->hooks[i].arg);
	} while (more || l->first != NULL || run_later(l));
}

static void on_turn(uv_prepare_t *p)
{
	struct loop *l = p->data;

	run_ready(l);
	for (int i = 0; is_posted(l); i++) {
		if (i == ROUNDS_MOST) { /* descriptors and timers are due, too */
			wake(l);
			return;
		}
		atomic_store(&l->waits, false);
		drain(l);
		run_ready(l);
	}
}

void loop_hook(struct loop *l, bool (*hook)(void *), void *arg)
{
	l->hooks[l->n_hooks].fn = hook;
	l->hooks[l->n_hooks++].arg = arg;
}

int loop_open(struct loop **out, unsigned number, struct err *e)
{
	struct loop *l = mem_zero(sizeof *l);
	int rc;

	if (l == NULL)
		return err_set(e, TENON_NO_MEMORY, "no memory for an event loop");
	l->number = number;
	l->many_cores = sysconf(_SC_NPROCESSORS_ONLN) > 1;
	if ((rc = uv_loop_init(&l->uv)) != 0) {
		mem_free(l);
		return err_set(e, TENON_UNAVAILABLE, "event loop: %s", uv_strerror(rc));
	}
	l->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (l->wake_fd < 0 || uv_poll_init(&l->uv, &l->wake, l->wake_fd) != 0) {
		rc = err_set(e, TENON_UNAVAILABLE, "event loop: no eventfd: %s", strerror(errno));
		if (l->wake_fd >= 0)
			close(l->wake_fd);
		uv_loop_close(&l->uv);
		mem_free(l);
		return rc;
	}
	atomic_init(&l->waits, true);
	uv_prepare_init(&l->uv, &l->turn);
	uv_prepare_start(&l->turn, on_turn);
	l->wake.data = l->turn.data = l;
	uv_poll_start(&l->wake, UV_READABLE, on_wake);
	*out = l;
	return TENON_OK;
}

void loop_linger(struct loop *l)
{
	if (l->many_cores)
		l->linger = clock_ns() + LINGER_NS;
}

static bool lingers(struct loop *l)
{
	if (l->linger != 0 && clock_ns() > l->linger)
		l->linger = 0;
	return l->linger != 0;
}

void loop_run(struct loop *l)
{
	self = l;
	fiber_thread_start();
	l->ended = false;
	while (!l->ended)
		uv_run(&l->uv, lingers(l) ? UV_RUN_NOWAIT : UV_RUN_ONCE);
	fiber_thread_stop();
	self = NULL;
}

void loop_stop(struct loop *l)
{
	atomic_store(&l->stopping, true);
	wake(l);
}

static void free_handle(uv_handle_t *h) { mem_free(h->data); }

/* first, since a process has a watch; the loop then runs until they are reaped */
static void abandon(uv_handle_t *h, void *arg)
{
	(void)arg;
	if (h->type == UV_PROCESS && !uv_is_closing(h))
		process_abandon(h);
}

/* timers and watches own themselves; the loop's own handles lie within it */
static void close_any(uv_handle_t *h, void *arg)
{
	struct loop *l = arg;
	bool own = h == (uv_handle_t *)&l->wake || (h->type != UV_TIMER && h->type != UV_POLL);

	if (!uv_is_closing(h) && h->type != UV_PROCESS)
		uv_close(h, own ? NULL : free_handle);
}

void loop_close(struct loop *l)
{
	uv_walk(&l->uv, abandon, NULL);
	uv_walk(&l->uv, close_any, l);
	uv_run(&l->uv, UV_RUN_DEFAULT);
	close(l->wake_fd);
	uv_loop_close(&l->uv);
	mem_free(l);
}

void timer_stop(struct timer *t)
{
	if (t != NULL)
		uv_close((uv_handle_t *)&t->uv, free_handle);
}

static void on_timer(uv_timer_t *h)
{
	struct timer *t = h->data;
	void (*fire)(void *) = t->fire;
	void *arg = t->arg;

	if (t->once)
		timer_stop(t);
	fire(arg);
}

struct timer *loop_every(struct loop *l, int64_t ms, int64_t repeat, void (*fire)(void *), void *arg)
{
	struct timer *t = mem_zero(sizeof *t);
	if (t == NULL)
		return NULL;
	t->fire = fire;
	t->arg = arg;
	t->once = repeat == 0;
	uv_timer_init(&l->uv, &t->uv);
	t->uv.data = t;
	uv_update_time(&l->uv);
	uv_timer_start(&t->uv, on_timer, ms < 0 ? 0 : (uint64_t)ms, (uint64_t)repeat);
	return t;
}

static void on_poll(uv_poll_t *h, int status, int events)
{
	struct watch *w = h->data;
	int got = (events & UV_READABLE ? LOOP_READ : 0) | (events & UV_WRITABLE ? LOOP_WRITE : 0) |
	          (events & UV_DISCONNECT || status < 0 ? LOOP_HANGUP : 0);
	w->ready(w->arg, got);
}

struct watch *loop_watch(struct loop *l, int fd, int events, void (*ready)(void *, int), void *arg)
{
	struct watch *w = mem_zero(sizeof *w);
	if (w == NULL)
		return NULL;
	if (uv_poll_init(&l->uv, &w->uv, fd) != 0) {
		mem_free(w);
		return NULL;
	}
	w->ready = ready;
	w->arg = arg;
	w->uv.data = w;
	uv_poll_start(&w->uv, (events & LOOP_READ ? UV_READABLE : 0) | (events & LOOP_WRITE ? UV_WRITABLE : 0) |
	                      (events & LOOP_HANGUP ? UV_DISCONNECT : 0), on_poll);
	return w;
}

void watch_stop(struct watch *w)
{
	if (w == NULL)
		return;
	uv_poll_stop(&w->uv);
	uv_close((uv_handle_t *)&w->uv, free_handle);
}

static void on_signal(uv_signal_t *s, int signo)
{
	struct loop *l = s->data;
	l->got(l->got_arg, signo);
}

int loop_signals(struct loop *l, void (*got)(void *, int), void *arg)
{
	static const int signos[] = { SIGTERM, SIGINT };

	l->got = got;
	l->got_arg = arg;
	for (int i = 0; i < 2; i++) {
		uv_signal_init(&l->uv, &l->signals[i]);
		l->signals[i].data = l;
		if (uv_signal_start(&l->signals[i], on_signal, signos[i]) != 0)
			return TENON_UNAVAILABLE;
		uv_unref((uv_handle_t *)&l->signals[i]);
	}
	return TENON_OK;
}
