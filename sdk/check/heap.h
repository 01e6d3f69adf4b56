/* SPDX-License-Identifier: Apache-2.0 */
/* heap - the program's malloc, so that the plugin's Nth allocation can be made to fail and what it keeps can be counted.
 *
 * Model    shim.c says when a thread is inside the plugin. Only then, and only for callers outside of this program's own text
 *          (the plugin and the libraries that it uses), an allocation counts. Under ASan, which has a malloc of its own,
 *          nothing can be made to fail: heap_works says so.
 * Threads  any. */
#ifndef CHECK_HEAP_H
#define CHECK_HEAP_H

#include <stdbool.h>
#include <stddef.h>

extern _Thread_local bool heap_inside; /* is this thread running the plugin's code? */

bool heap_works(void);
void heap_fail_nth(long nth);  /* the nth allocation of the plugin from now on fails (1 = the next); 0: none */
bool heap_failed(void);        /* did it, since? */
size_t heap_in_use(void);      /* bytes, of the whole process */

#endif
