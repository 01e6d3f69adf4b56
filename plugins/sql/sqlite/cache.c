/* SPDX-License-Identifier: Apache-2.0 */
/* cache - a hash of chains over a fixed array.
 *
 * Most texts are literals of a service and come from the same address each time: a hint by address, checked by one
 * strcmp, spares the hash. A text that was built in an arena may lie where another lay before; the check sees that. */
#include "cache.h"

#include <stdlib.h>
#include <string.h>

static uint64_t hash_text(const char *s, size_t n)
{
	const uint64_t k = 0x9e3779b97f4a7c15u;
	uint64_t h = n * k, w;

	for (; n >= 8; n -= 8, s += 8) {
		memcpy(&w, s, 8);
		h = (h ^ w) * k;
		h ^= h >> 32;
	}
	w = 0;
	memcpy(&w, s, n);
	h = (h ^ w) * k;
	return h ^ (h >> 29);
}

static struct statement *find(struct cache *c, const char *sql, uint64_t hash)
{
	for (uint16_t i = c->buckets[hash % CACHE_BUCKETS]; i != 0; i = c->entries[i - 1].next) {
		struct statement *e = &c->entries[i - 1];
		if (e->hash == hash && strcmp(e->sql, sql) == 0)
			return e;
	}
	return NULL;
}

static void drop(struct cache *c, struct statement *e)
{
	uint16_t self = (uint16_t)(e - c->entries + 1), *link = &c->buckets[e->hash % CACHE_BUCKETS];

	while (*link != 0 && *link != self)
		link = &c->entries[*link - 1].next;
	if (*link == self)
		*link = e->next;
	sqlite3_finalize(e->stmt);
	free(e->sql);
	memset(e, 0, sizeof *e);
}

/* an empty place: a new one, or that of a statement that was not used since the hand came by last */
static struct statement *place(struct cache *c)
{
	if (c->n < CACHE_MOST)
		return &c->entries[c->n++];
	while (c->entries[c->hand].used) {
		c->entries[c->hand].used = false;
		c->hand = (c->hand + 1) % CACHE_MOST;
	}
	struct statement *e = &c->entries[c->hand];
	c->hand = (c->hand + 1) % CACHE_MOST;
	drop(c, e);
	return e;
}

static bool is_blank(const char *s) { return s[strspn(s, " \t\r\n;")] == '\0'; }

static struct statement *prepare(struct cache *c, sqlite3 *db, const char *sql, uint64_t hash, int *rc)
{
	sqlite3_stmt *stmt = NULL;
	const char *rest;

	*rc = sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, &rest);
	if (*rc != SQLITE_OK || stmt == NULL || !is_blank(rest)) {
		sqlite3_finalize(stmt);
		return NULL;
	}
	char *copy = strdup(sql);
	if (copy == NULL) {
		sqlite3_finalize(stmt);
		*rc = SQLITE_NOMEM;
		return NULL;
	}
	struct statement *e = place(c);
	uint16_t *bucket = &c->buckets[hash % CACHE_BUCKETS];
	*e = (struct statement){ .stmt = stmt, .sql = copy, .hash = hash, .params = sqlite3_bind_parameter_count(stmt),
	                         .columns = sqlite3_column_count(stmt), .reads = sqlite3_stmt_readonly(stmt), .next = *bucket };
	*bucket = (uint16_t)(e - c->entries + 1);
	return e;
}

struct statement *cache_get(struct cache *c, sqlite3 *db, const char *sql, int *rc, bool *fresh)
{
	size_t at = ((uintptr_t)sql >> 3) % CACHE_HINTS;
	struct statement *e = c->hints[at].sql == sql ? &c->entries[c->hints[at].entry] : NULL;

	*fresh = false;
	if (e == NULL || e->sql == NULL || strcmp(e->sql, sql) != 0) {
		uint64_t hash = hash_text(sql, strlen(sql));
		e = find(c, sql, hash);
		if (e == NULL) {
			e = prepare(c, db, sql, hash, rc);
			*fresh = true;
		}
		if (e == NULL)
			return NULL;
		c->hints[at].sql = sql;
		c->hints[at].entry = (uint16_t)(e - c->entries);
	}
	e->used = true;
	return e;
}

void cache_clear(struct cache *c)
{
	for (size_t i = 0; i < c->n; i++) {
		sqlite3_finalize(c->entries[i].stmt);
		free(c->entries[i].sql);
	}
	memset(c, 0, sizeof *c);
}
