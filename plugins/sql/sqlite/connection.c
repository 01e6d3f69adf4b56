/* SPDX-License-Identifier: Apache-2.0 */
/* connection - opening, the statement cache, and what SQLite's errors mean to a caller. */
#include "store.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PROGRESS_OPS = 2000, WINDOW = 4 };

/* ---- errors ---- */

static int code_of(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_CONSTRAINT: return TENON_CONFLICT;
	case SQLITE_FULL: return TENON_STORAGE_FULL;
	case SQLITE_BUSY: case SQLITE_LOCKED: case SQLITE_READONLY: case SQLITE_PERM: case SQLITE_CANTOPEN: case SQLITE_IOERR: case SQLITE_AUTH:
		return TENON_UNAVAILABLE;
	case SQLITE_CORRUPT: case SQLITE_NOTADB: return TENON_DATA_LOSS;
	case SQLITE_NOMEM: return TENON_NO_MEMORY;
	case SQLITE_INTERRUPT: return TENON_CANCELLED;
	case SQLITE_TOOBIG: return TENON_TOO_LARGE;
	default: return TENON_INTERNAL;
	}
}

static const char *what_to_do(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_FULL: return "; make room on that disk, nothing needs a restart";
	case SQLITE_BUSY: return "; another process holds it: end that process, nothing needs a restart";
	case SQLITE_READONLY: case SQLITE_PERM: case SQLITE_CANTOPEN: return "; make the file and its folder writable for tenond";
	case SQLITE_CORRUPT: case SQLITE_NOTADB: return "; restore it from a backup";
	default: return "";
	}
}

bool connection_is_gone(int rc)
{
	rc &= 0xff;
	return rc == SQLITE_CORRUPT || rc == SQLITE_NOTADB || rc == SQLITE_CANTOPEN || rc == SQLITE_READONLY || rc == SQLITE_IOERR;
}

int connection_fail(struct connection *k, struct tenon_call *c, int rc)
{
	const char *words = k->db != NULL ? sqlite3_errmsg(k->db) : sqlite3_errstr(rc);

	if ((rc & 0xff) == SQLITE_IOERR && errno == ENOSPC)
		rc = SQLITE_FULL;
	if ((rc & 0xff) == SQLITE_INTERRUPT && k->store->host->clock() > c->deadline)
		return tenon_fail(c, TENON_DEADLINE_EXCEEDED, "the query did not end before its deadline");
	return tenon_fail(c, code_of(rc), "sql/sqlite \"%s\": %s: %s%s", k->store->host->instance, k->store->path, words, what_to_do(rc));
}

/* ---- opening ---- */

static int on_progress(void *arg)
{
	struct connection *k = arg;
	return k->running != NULL && k->store->host->cancelled(k->running);
}

int connection_exec(struct connection *k, const char *sql) { return sqlite3_exec(k->db, sql, NULL, NULL, NULL); }

static int configure(struct connection *k)
{
	const struct store_config *cfg = &k->store->config;
	char pragmas[512];

	sqlite3_extended_result_codes(k->db, 1);
	sqlite3_busy_timeout(k->db, (int)cfg->busy_timeout);
	snprintf(pragmas, sizeof pragmas,
	         "PRAGMA journal_mode=WAL; PRAGMA synchronous=%s; PRAGMA cache_size=-%lld; PRAGMA journal_size_limit=%lld;"
	         "PRAGMA wal_autocheckpoint=1000; PRAGMA temp_store=MEMORY; PRAGMA mmap_size=0;",
	         cfg->durable ? "FULL" : "OFF", (long long)cfg->cache / 1024, (long long)cfg->journal_limit);
	int rc = connection_exec(k, pragmas);
	if (rc == SQLITE_OK)
		rc = words_register(k->db);
	if (rc == SQLITE_OK && k != &k->store->writer) {
		sqlite3_progress_handler(k->db, PROGRESS_OPS, on_progress, k);
		rc = connection_exec(k, "PRAGMA query_only=1");
	}
	return rc;
}

int connection_open(struct connection *k, struct tenon_call *c)
{
	if (k->db != NULL)
		return TENON_OK;
	int rc = sqlite3_open_v2(k->store->path, &k->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
	if (rc == SQLITE_OK)
		rc = configure(k);
	if (rc == SQLITE_OK)
		return TENON_OK;
	int code = connection_fail(k, c, rc);
	connection_close(k);
	return code;
}

void connection_close(struct connection *k)
{
	for (int i = 0; i < STATEMENTS; i++) {
		sqlite3_finalize(k->statements[i].stmt);
		k->statements[i] = (struct statement){ 0 };
	}
	sqlite3_close(k->db);
	k->db = NULL;
}

/* ---- statements ---- */

static uint64_t hash_of(const char *s)
{
	uint64_t h = 14695981039346656037u;
	for (; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * 1099511628211u;
	return h | 1;
}

/* the least recently used of the few places where `hash` may stand */
static struct statement *place_of(struct connection *k, uint64_t hash, const char *sql)
{
	struct statement *oldest = NULL;

	for (unsigned i = 0; i < WINDOW; i++) {
		struct statement *s = &k->statements[(hash + i) % STATEMENTS];
		if (s->hash == hash && strcmp(s->sql, sql) == 0)
			return s;
		if (oldest == NULL || s->used < oldest->used)
			oldest = s;
	}
	return oldest;
}

sqlite3_stmt *connection_prepare(struct connection *k, struct tenon_call *c, const char *sql)
{
	uint64_t hash = hash_of(sql);
	struct statement *s = place_of(k, hash, sql);
	const char *rest = "";

	s->used = ++k->tick;
	if (s->hash == hash && strcmp(s->sql, sql) == 0)
		return s->stmt;
	sqlite3_finalize(s->stmt);
	*s = (struct statement){ .used = k->tick };
	int rc = sqlite3_prepare_v3(k->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &s->stmt, &rest);
	if (rc == SQLITE_OK && (s->stmt == NULL || rest[strspn(rest, " \n\t;")] != '\0')) {
		tenon_fail(c, TENON_INTERNAL, "not one statement: %s", sql);
		sqlite3_finalize(s->stmt);
		s->stmt = NULL;
		return NULL;
	}
	if (rc != SQLITE_OK) {
		connection_fail(k, c, rc);
		if ((rc & 0xff) == SQLITE_ERROR)
			tenon_fail(c, TENON_INTERNAL, "%s: %s", sqlite3_errmsg(k->db), sql);
		return NULL;
	}
	s->hash = hash;
	s->sql = sqlite3_sql(s->stmt);
	trace_statement(k->store, "statement", sql);
	return s->stmt;
}

/* one JSON string a line: what was prepared, for the test that prepares it on PostgreSQL too */
void trace_statement(struct store *s, const char *kind, const char *sql)
{
	if (s->trace < 0)
		return;
	dprintf(s->trace, "{\"%s\":\"", kind);
	for (; *sql != '\0'; sql++)
		dprintf(s->trace, *sql == '"' || *sql == '\\' ? "\\%c" : *sql == '\n' ? "\\n" : "%c", *sql);
	dprintf(s->trace, "\"}\n");
}
