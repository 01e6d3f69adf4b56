/* SPDX-License-Identifier: Apache-2.0 */
/* backoff - how long to wait before the next try: exponential, with full jitter.
 *
 * A random time between 0 and first * 2^n, at most `most`: those who failed together do not come back together. Pure. */
#ifndef TENON_LIB_BACKOFF_H
#define TENON_LIB_BACKOFF_H

#include <stdint.h>

struct backoff { int64_t first_ms, most_ms; };

/* the wait after try number `tries` (1, 2, ...) failed; `random` is any 64 bits of it */
int64_t backoff_ms(const struct backoff *, int64_t tries, uint64_t random);
/* the longest that it can be */
int64_t backoff_bound_ms(const struct backoff *, int64_t tries);

#endif
