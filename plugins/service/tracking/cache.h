/* SPDX-License-Identifier: Apache-2.0 */
/* cache - a bounded table from text to two numbers: words to their ids, runs to theirs.
 *
 * When it is full it is emptied: what is still in use comes back with one query each. It may forget at any time
 * (also when memory is short), so a miss proves nothing. One thread at a time. */
#ifndef TRACKING_CACHE_H
#define TRACKING_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cache_slot { uint64_t hash; char *text; int64_t a, b; };
struct cache { struct cache_slot *slots; size_t n, room, max; };

void cache_init(struct cache *, size_t max); /* at most `max` entries */
void cache_free(struct cache *);
bool cache_get(const struct cache *, const char *text, int64_t *a, int64_t *b); /* b may be NULL */
void cache_put(struct cache *, const char *text, int64_t a, int64_t b);

#endif
