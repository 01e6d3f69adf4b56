/* SPDX-License-Identifier: Apache-2.0 */
/* shim - stands between host and plugin: knows when the plugin runs, and lets the Nth function of the host fail.
 *
 * Model    shim_plugin gives a descriptor whose handlers call the plugin's; shim_lend replaces the slots of what the instance
 *          is lent. What a slot answers when it is the Nth is what it may answer at any time: no memory, an overloaded
 *          lane, a callee that is down, a reader that left.
 * Threads  any; one plan of faults at a time. */
#ifndef CHECK_SHIM_H
#define CHECK_SHIM_H

#include <stdbool.h>
#include <tenon/plugin.h>

const struct tenon_plugin *shim_plugin(const struct tenon_plugin *); /* one plugin a process */
void shim_lend(struct tenon_host *);

/* the nth fallible host function that the plugin calls from now on fails; 0: none. `alloc_only`: count host->alloc alone */
void shim_fail_nth(long nth, bool alloc_only);
const char *shim_failed(void); /* the slot that did, or NULL */

#endif
