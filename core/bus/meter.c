/* SPDX-License-Identifier: Apache-2.0 */
/* meter - buckets from 0.1 ms to 60 s. */
#include "meter.h"

const double meter_bounds[METER_BUCKETS] = { 0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 15, 60 };

void meter_note(struct meter *m, int code, int64_t ns)
{
	unsigned outcome = code < 0 && -code < METER_CODES ? (unsigned)-code : code < 0 ? METER_CODES - 1 : 0, b = 0;

	while (b < METER_BUCKETS && (double)ns > meter_bounds[b] * 1e9)
		b++;
	atomic_fetch_add_explicit(&m->outcome[outcome], 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&m->bucket[b], 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&m->sum_ns, (unsigned long long)ns, memory_order_relaxed);
}
