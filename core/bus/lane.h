/* SPDX-License-Identifier: Apache-2.0 */
/* lane - a pool of worker threads for BLOCKING methods, behind one bounded queue.
 *
 *	lane_push --> [ call call call ] --> worker: handler, or a batch method that takes many and finishes them together
 *
 * Failure  OVERLOADED when the queue is full. A queued call that was cancelled, or whose deadline passed, never runs. */
#ifndef BUS_LANE_H
#define BUS_LANE_H

#include <stddef.h>
#include <stdint.h>

struct call;
struct err;
struct instance;
struct lane;
struct tenon_batch;
struct tenon_call;
struct tenon_lane;

struct lane *lane_new(struct instance *, const struct tenon_lane *);
void   lane_free(struct lane *);
int    lane_start(struct lane *, struct err *);
void   lane_stop(struct lane *);          /* runs what is queued, then ends the threads */
int    lane_push(struct lane *, struct call *);
size_t lane_queued(struct lane *);
const char *lane_name(const struct lane *);

/* host.c: the slot batch_take */
struct tenon_call *lane_batch_take(struct tenon_batch *, int64_t wait_ns, const void **args, void **result);

#endif
