/* SPDX-License-Identifier: Apache-2.0 */
/* meter - what /metrics says of a method: calls by outcome and a latency histogram. Any thread; relaxed counters. */
#ifndef BUS_METER_H
#define BUS_METER_H

#include <stdatomic.h>
#include <stdint.h>

enum { METER_CODES = 24, METER_BUCKETS = 14 };

struct meter {
	atomic_ullong outcome[METER_CODES];      /* by -code */
	atomic_ullong bucket[METER_BUCKETS + 1]; /* by meter_bounds, the last = more */
	atomic_ullong sum_ns;
	atomic_long   running;
};

extern const double meter_bounds[METER_BUCKETS]; /* upper bounds, seconds */

void meter_note(struct meter *, int code, int64_t ns);

#endif
