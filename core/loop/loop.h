/* SPDX-License-Identifier: Apache-2.0 */
/* loop - one thread's event loop: tasks from other threads, timers, descriptors, and the fibers that are ready.
 *
 * Model    a turn: timers fire; ready fibers run until none is left; hooks look for more work; then the loop waits for
 *          descriptors and its inbox. Fibers are only ever resumed from the loop's own stack.
 * Threads  everything belongs to the loop's thread, but loop_post and loop_stop, which any thread may call.
 * Failure  loop_open says why; the rest cannot fail, but loop_watch and loop_every (no memory).
 * Not here fibers themselves (fiber.h). uv.h is included by this folder alone. */
#ifndef LOOP_LOOP_H
#define LOOP_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct err;
struct fiber;
struct loop;
struct timer;
struct watch;

/* A piece of work for a loop; embedded in what it is about. It may be posted again once it runs. */
struct task {
	struct task *next;
	void (*run)(struct task *);
};

int  loop_open(struct loop **, unsigned number, struct err *);
void loop_run(struct loop *);               /* until loop_stop */
void loop_stop(struct loop *);              /* any thread; the present turn is finished first */
void loop_close(struct loop *);
void loop_post(struct loop *, struct task *); /* any thread; in order per sender; never allocates, never blocks */

struct loop *loop_self(void);               /* the calling thread's loop, or NULL */
unsigned     loop_number(const struct loop *);

/* An answer is near (microseconds): for a moment the loop looks for it instead of going to sleep, since to be woken takes
 * longer than to answer. */
void loop_linger(struct loop *);

/* After the ready fibers of a turn: `hook` returns true when it made more of them. Never removed. */
void loop_hook(struct loop *, bool (*hook)(void *arg), void *arg);

/* Runs the task once in this turn, after the fibers and before the loop waits: what was gathered meanwhile is sent together. The loop's
 * own thread; not a task that waits to run already. */
void loop_later(struct loop *, struct task *);

/* A timer, first after `ms`, then every `repeat` ms (0: once; it frees itself). NULL when out of memory. */
struct timer *loop_every(struct loop *, int64_t ms, int64_t repeat, void (*fire)(void *arg), void *arg);
void          timer_stop(struct timer *);   /* and frees it; not after a timer without repeat has fired */

enum { LOOP_READ = 1, LOOP_WRITE = 2, LOOP_HANGUP = 4 };
/* Calls `ready` with what the descriptor is ready for, until watch_stop. NULL when it cannot be watched. */
struct watch *loop_watch(struct loop *, int fd, int events, void (*ready)(void *arg, int events), void *arg);
void          watch_stop(struct watch *);   /* frees it; the descriptor may be closed afterwards */

/* SIGTERM and SIGINT, on this loop's thread */
int loop_signals(struct loop *, void (*got)(void *arg, int signo), void *arg);

/* fiber.c only */
void loop_ready(struct loop *, struct fiber *);

#endif
