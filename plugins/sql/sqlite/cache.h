/* SPDX-License-Identifier: Apache-2.0 */
/* cache - the prepared statements of a connection, found by their text.
 *
 * Bounded: when it is full, one that was not used lately goes (clock). The statement that cache_get gave last is safe until
 * the next cache_get. */
#ifndef SQLITE_CACHE_H
#define SQLITE_CACHE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CACHE_MOST = 256, CACHE_BUCKETS = 256, CACHE_HINTS = 64 };

struct statement {
	sqlite3_stmt *stmt;
	char *sql;              /* owned */
	uint64_t hash;
	int params, columns;
	bool reads;             /* changes nothing */
	bool used;              /* since the clock's hand passed */
	uint16_t next;          /* in its bucket: index + 1, 0 = end */
};

struct cache {
	struct statement entries[CACHE_MOST];
	size_t n, hand;
	uint16_t buckets[CACHE_BUCKETS];
	struct { const char *sql; uint16_t entry; } hints[CACHE_HINTS]; /* where a text at this address was found last */
};

/* The prepared statement of `sql`, or NULL with SQLite's result code in `rc` (SQLITE_OK: it is empty, or more than one).
 * `fresh`: it was prepared just now. */
struct statement *cache_get(struct cache *, sqlite3 *, const char *sql, int *rc, bool *fresh);
void cache_clear(struct cache *);

#endif
