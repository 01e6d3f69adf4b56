/* SPDX-License-Identifier: Apache-2.0 */
/* conn - opening, pragmas, transaction statements, checkpoints.
 *
 * A checkpoint is made by us after the answers are out, not by SQLite inside COMMIT, where callers would wait for it.
 * Up to the journal limit it is PASSIVE: what readers still need stays, and the log starts over when nobody reads. Past
 * it TRUNCATE, with no wait: a reader in the way means that it is tried again some pages later. */
#include "conn.h"
#include "fault.h"
#include "like.h"
#include "store.h"

#include <string.h>

enum { WAL_PAGES = 1000, PAGE = 4096, FRAME = PAGE + 24, PROGRESS_OPS = 4000 };

static int pragma_number(struct conn *c, const char *name, int64_t value)
{
	char sql[80];

	sqlite3_snprintf(sizeof sql, sql, "PRAGMA %s=%lld", name, (long long)value);
	return sqlite3_exec(c->db, sql, NULL, NULL, NULL);
}

/* The pragma answers with the mode that it got: a file system without shared memory silently stays without a log. */
static int use_wal(struct conn *c, struct tenon_call *call)
{
	sqlite3_stmt *stmt;
	int rc = sqlite3_prepare_v2(c->db, "PRAGMA journal_mode=WAL", -1, &stmt, NULL);

	if (rc != SQLITE_OK)
		return fault(call, c, rc, NULL);
	rc = sqlite3_step(stmt);
	bool is_wal = rc == SQLITE_ROW && strcmp((const char *)sqlite3_column_text(stmt, 0), "wal") == 0;
	int code = rc != SQLITE_ROW ? fault(call, c, rc, NULL) : TENON_OK;
	sqlite3_finalize(stmt);
	if (code == TENON_OK && !is_wal)
		code = tenon_fail(call, TENON_UNAVAILABLE, "%s: this file system cannot hold a write-ahead log: use a local disk", c->store->path);
	return code;
}

static int set_up(struct conn *c, struct tenon_call *call)
{
	const struct sqlite_config *conf = &c->store->conf;

	sqlite3_extended_result_codes(c->db, 1);
	sqlite3_busy_timeout(c->db, (int)conf->busy_timeout_ms);
	sqlite3_db_config(c->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL); /* "x" is a name, never a string, as in PostgreSQL */
	sqlite3_db_config(c->db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	int code = use_wal(c, call);
	if (code < 0)
		return code;
	int rc = pragma_number(c, "cache_size", -conf->cache_kib);
	if (rc == SQLITE_OK)
		rc = pragma_number(c, "journal_size_limit", conf->journal_limit);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(c->db, conf->durable ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=OFF", NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(c->db, "PRAGMA foreign_keys=OFF; PRAGMA secure_delete=FAST", NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = like_register(c->db);
	return rc == SQLITE_OK ? TENON_OK : fault(call, c, rc, NULL);
}

static int prepare_controls(struct conn *c, struct tenon_call *call)
{
	static const char *const sql[CONTROL_LAST] = {
		[CONTROL_BEGIN] = "BEGIN IMMEDIATE", [CONTROL_COMMIT] = "COMMIT", [CONTROL_ROLLBACK] = "ROLLBACK",
		[CONTROL_SAVE] = "SAVEPOINT message", [CONTROL_RELEASE] = "RELEASE message", [CONTROL_UNDO] = "ROLLBACK TO message",
	};

	for (int i = 0; i < CONTROL_LAST; i++) {
		int rc = sqlite3_prepare_v3(c->db, sql[i], -1, SQLITE_PREPARE_PERSISTENT, &c->control[i], NULL);
		if (rc != SQLITE_OK)
			return fault(call, c, rc, sql[i]);
	}
	return TENON_OK;
}

static int watch(void *arg)
{
	const struct conn *c = arg;
	return c->running != NULL && tenon_cancelled(c->running);
}

static int note_wal(void *arg, sqlite3 *db, const char *name, int pages)
{
	struct conn *c = arg;

	(void)db;
	(void)name;
	if (pages < c->wal_pages)
		c->wal_due = WAL_PAGES; /* it started over */
	c->wal_pages = pages;
	return SQLITE_OK;
}

int conn_open(struct conn *c, struct store *s, struct tenon_call *call)
{
	enum { FLAGS = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE };
	bool writes = c == &s->writer;

	memset(c, 0, sizeof *c);
	c->store = s;
	c->wal_due = WAL_PAGES;
	int rc = sqlite3_open_v2(s->path, &c->db, writes ? FLAGS : FLAGS & ~SQLITE_OPEN_CREATE, NULL);
	int code = rc != SQLITE_OK ? fault(call, c, rc, NULL) : TENON_OK;
	if (code == TENON_OK && sqlite3_db_readonly(c->db, "main") == 1) /* SQLite falls back to that by itself */
		code = tenon_fail(call, TENON_UNAVAILABLE, "%s: the file cannot be written: give tenond's user the right to, or mount its disk writable", s->path);
	if (code == TENON_OK)
		code = set_up(c, call);
	if (code == TENON_OK && writes)
		code = prepare_controls(c, call);
	if (code < 0) {
		conn_close(c);
		return code;
	}
	if (writes)
		sqlite3_wal_hook(c->db, note_wal, c); /* and so no checkpoint within COMMIT */
	else
		sqlite3_progress_handler(c->db, PROGRESS_OPS, watch, c);
	return TENON_OK;
}

void conn_close(struct conn *c)
{
	for (int i = 0; i < CONTROL_LAST; i++)
		sqlite3_finalize(c->control[i]);
	cache_clear(&c->cache);
	sqlite3_close(c->db);
	memset(c, 0, sizeof *c);
}

int conn_control(struct conn *c, enum control what)
{
	int rc = sqlite3_step(c->control[what]);
	int code = sqlite3_reset(c->control[what]);
	return rc == SQLITE_DONE ? SQLITE_OK : code != SQLITE_OK ? code : rc;
}

int64_t conn_wal_bytes(const struct conn *c) { return c->wal_pages * FRAME; }

void conn_checkpoint(struct conn *c)
{
	const struct store *s = c->store;
	int in_log = 0, moved = 0;

	if (c->wal_pages < c->wal_due)
		return;
	bool cut = conn_wal_bytes(c) > s->conf.journal_limit;
	sqlite3_busy_timeout(c->db, 0);
	int rc = sqlite3_wal_checkpoint_v2(c->db, "main", cut ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE, &in_log, &moved);
	sqlite3_busy_timeout(c->db, (int)s->conf.busy_timeout_ms);
	c->wal_due = c->wal_pages + WAL_PAGES;
	bool failed = rc != SQLITE_OK && (rc & 0xff) != SQLITE_BUSY;
	if (failed && !c->wal_stuck)
		tenon_host_log(s->host, TENON_LOG_WARN, "%s: the write-ahead log stays as long as it is (%lld pages), nothing is lost: %s",
		               s->path, (long long)c->wal_pages, sqlite3_errmsg(c->db));
	c->wal_stuck = failed;
	if (rc == SQLITE_OK && cut) {
		c->wal_pages = 0;
		c->wal_due = WAL_PAGES;
	}
	s->host->metric_set(s->host, "wal_bytes", (double)conn_wal_bytes(c));
}
