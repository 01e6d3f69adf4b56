/* SPDX-License-Identifier: Apache-2.0 */
/* fiber - a small stack that a call runs on: straight code that parks instead of blocking.
 *
 * Model    running -> parked -> ready -> running ... -> ended. fiber_start runs the function at once, on the caller's
 *          turn, until it parks or ends. A parked fiber is woken once; it goes on in the loop's turn, never inside the
 *          waker. A fiber never changes thread.
 * Threads  all functions: the fiber's own thread. Wake from elsewhere by posting a task to its loop (bus/wait.h).
 * Failure  fiber_start: TENON_OVERLOADED when no stack is to be had; nothing ran. */
#ifndef LOOP_FIBER_H
#define LOOP_FIBER_H

#include "stack.h"

struct loop;

struct fiber {
	struct fiber *next;       /* in the loop's ready list */
	struct loop  *loop;
	struct stack *stack;
	void *context, *back;     /* where to go on; who resumed us */
	void (*run)(void *);
	void *arg;
	const char *name;         /* the method it runs, for crash notes */
	bool ended;
	void *sanitizer;          /* ASan's fake stack while parked */
};

int  fiber_start(struct loop *, enum stack_class, const char *name, void (*run)(void *), void *arg);
void fiber_park(void);               /* until fiber_wake; only on a fiber */
void fiber_wake(struct fiber *);
struct fiber *fiber_self(void);      /* NULL outside of fibers */
unsigned long fiber_count(void);     /* of this thread, parked ones included */

/* loop.c only */
void fiber_resume(struct fiber *);
void fiber_thread_start(void);       /* the signal stack that names a fiber whose stack overflowed */
void fiber_thread_stop(void);

#endif
