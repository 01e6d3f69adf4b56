/* SPDX-License-Identifier: Apache-2.0 */
/* wait - fibers through their loop's inbox (or at once from the same loop), threads by a semaphore. */
#include "wait.h"
#include "base/list.h"
#include "loop/fiber.h"

static void wake_fiber(struct task *t) { fiber_wake(LIST_ITEM(t, struct wait, task)->fiber); }

void wait_init(struct wait *w)
{
	w->task.run = wake_fiber;
	w->fiber = fiber_self();
	w->loop = loop_self();
	if (w->fiber == NULL)
		sem_init(&w->woken, 0, 0);
}

void wait_for(struct wait *w)
{
	if (w->fiber != NULL) {
		fiber_park();
		return;
	}
	while (sem_wait(&w->woken) != 0)
		; /* a signal */
	sem_destroy(&w->woken);
}

void wait_wake(struct wait *w)
{
	if (w->fiber == NULL)
		sem_post(&w->woken);
	else if (w->loop == loop_self())
		fiber_wake(w->fiber);
	else
		loop_post(w->loop, &w->task);
}
