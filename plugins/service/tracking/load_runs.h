/* SPDX-License-Identifier: Apache-2.0 */
/* load_runs - whole runs by their numbers: info, the latest point of each metric, params, tags, datasets read, models made.
 *
 * A fixed number of questions to the store, whatever the number of runs. Metrics, params and tags of a run come in the
 * order in which the store numbered their keys. */
#ifndef TRACKING_LOAD_RUNS_H
#define TRACKING_LOAD_RUNS_H

#include "messages.h"

enum { LOAD_RUNS_MAX = 256 }; /* at a time */

/* PARKS. runs[i] becomes the run of ids[i]; one that is gone has no info (has.info). */
int load_runs(struct tenon_call *c, const int64_t *ids, size_t n, struct run *runs);
/* PARKS. With the models that it read, too. INTERNAL if it is gone. */
int load_run(struct tenon_call *c, int64_t id, struct run *run);

#endif
