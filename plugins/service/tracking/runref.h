/* SPDX-License-Identifier: Apache-2.0 */
/* runref - from the run_id that clients know to the store's number of the run and its experiment, with a cache.
 *
 * Both are fixed when a run is made. Whether the run is active is not: writes check that in their transaction
 * (active.h). */
#ifndef TRACKING_RUNREF_H
#define TRACKING_RUNREF_H

#include <tenon/plugin.h>

struct runref { int64_t run, experiment; };

/* PARKS unless cached. NOT_FOUND, in MLflow's words, if the call's workspace has no such run. */
int runref_find(struct tenon_call *c, const char *run_id, struct runref *out);

#endif
