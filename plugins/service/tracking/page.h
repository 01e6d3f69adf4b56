/* SPDX-License-Identifier: Apache-2.0 */
/* page - page tokens: where a page ended, as base64 of JSON, so that the next one begins behind it.
 *
 * A token holds the values of the last row's sort keys and a digest of the query, because it means nothing to another
 * one. Clients must not look into it. What is no token of ours is refused in MLflow's words. Pure, any thread. */
#ifndef TRACKING_PAGE_H
#define TRACKING_PAGE_H

#include <tenon/iface/sql.h>
#include "pool.h"

enum { PAGE_KEYS_MAX = 256 };

struct page { struct sql_value *keys; size_t n; }; /* n == 0: the first page */

/* a digest over texts: start with PAGE_DIGEST, mix in one after another */
#define PAGE_DIGEST UINT64_C(0xcbf29ce484222325)
uint64_t page_mix(uint64_t digest, const char *text);
uint64_t page_mix_all(uint64_t digest, const struct tenon_strs *texts);

/* NULL when out of memory */
const char *page_encode(const struct pool *, uint64_t digest, const struct sql_value *keys, size_t n);
/* "" is the first page. INVALID_ARGUMENT with the reason in the pool. */
int page_decode(struct pool *, const char *token, uint64_t digest, struct page *out);
/* why a token that decoded well does not fit the query after all */
int page_refuse(struct pool *);

#endif
