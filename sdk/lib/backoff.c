/* SPDX-License-Identifier: Apache-2.0 */
/* backoff - doubling without overflow. */
#include "lib/backoff.h"

int64_t backoff_bound_ms(const struct backoff *b, int64_t tries)
{
	int64_t bound = b->first_ms;

	for (int64_t i = 1; i < tries && bound < b->most_ms; i++)
		bound = bound > INT64_MAX / 2 ? INT64_MAX : bound * 2;
	return bound < b->most_ms ? bound : b->most_ms;
}

int64_t backoff_ms(const struct backoff *b, int64_t tries, uint64_t random)
{
	int64_t bound = backoff_bound_ms(b, tries);
	return bound <= 0 ? 0 : (int64_t)(random % ((uint64_t)bound + 1));
}
