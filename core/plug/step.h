/* SPDX-License-Identifier: Apache-2.0 */
/* step - one lifecycle function of an instance (start, drain, ready), as a call on its home loop.
 *
 * Threads  on a fiber of any loop; waits. The principal is "system", there is no deadline. */
#ifndef PLUG_STEP_H
#define PLUG_STEP_H

#include <stddef.h>
#include <tenon/plugin.h>

struct instance;

/* 0, or the code that it failed with and `why` */
int step_run(struct instance *, const char *name, int (*fn)(struct tenon_call *), char *why, size_t size);

#endif
