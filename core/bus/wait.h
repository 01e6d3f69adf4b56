/* SPDX-License-Identifier: Apache-2.0 */
/* wait - one party waits, another wakes it: a fiber parks, a worker thread blocks, and the waker need not know which.
 *
 * Model    wait_init on the waiting side, hand the struct to the waker, wait_for; the waker calls wait_wake exactly once
 *          from any thread, and touches the struct no more. */
#ifndef BUS_WAIT_H
#define BUS_WAIT_H

#include "loop/loop.h"
#include <semaphore.h>

struct fiber;

struct wait {
	struct task task;     /* wakes the fiber on its own loop */
	struct fiber *fiber;  /* NULL: a thread waits on `woken` */
	struct loop *loop;
	sem_t woken;
};

void wait_init(struct wait *);
void wait_for(struct wait *);
void wait_wake(struct wait *);

#endif
