/* SPDX-License-Identifier: Apache-2.0 */
/* stack - the memory that fibers run on: mapped lazily, guarded, pooled per thread.
 *
 * A stack is its guard (64 KiB that faults; Debian's libraries are built without stack-clash probes, so one page is not
 * enough) and then its room. Returned stacks go to the thread's pool; past the few hottest ones they give back all but
 * 8 KiB, so that a burst does not stay in memory. */
#ifndef LOOP_STACK_H
#define LOOP_STACK_H

#include <stdbool.h>
#include <stddef.h>

enum stack_class { STACK_HANDLER, STACK_SCRIPT, STACK_CLASSES }; /* 64 KiB; 1 MiB for Lua */

struct stack {
	struct stack *next;   /* in the pool */
	char *base;           /* of the mapping: the guard */
	char *low, *top;      /* the room */
	enum stack_class size;
};

struct stack *stack_take(enum stack_class); /* NULL: no memory, or as many as the kernel's map count allows */
void stack_give(struct stack *);
void stack_pool_free(void);                 /* the calling thread's pool */
bool stack_guards(const struct stack *, const void *address); /* does the address lie in its guard? */

#endif
