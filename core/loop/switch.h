/* SPDX-License-Identifier: Apache-2.0 */
/* switch - the bare change of stacks: Boost.Context's fcontext behind C linkage. fiber.c is its only user. */
#ifndef LOOP_SWITCH_H
#define LOOP_SWITCH_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* what a switch hands over: where it came from (to switch back to), and a value */
struct switch_from { void *context, *value; };

/* A context that will run `enter` on the stack that ends at `top`. `enter` never returns. */
void *switch_make(void *top, size_t size, void (*enter)(struct switch_from));
/* Goes on in `context`; returns when somebody switches back here. Keeps errno and C++'s exception state of this side. */
struct switch_from switch_to(void *context, void *value);

#ifdef __cplusplus
}
#endif
#endif
