/* SPDX-License-Identifier: Apache-2.0 */
/* conn - one connection to the database file, with its prepared statements. One thread at a time. */
#ifndef SQLITE_CONN_H
#define SQLITE_CONN_H

#include "cache.h"

#include <stdbool.h>
#include <stdint.h>

struct store;
struct tenon_call;

enum control { CONTROL_BEGIN, CONTROL_COMMIT, CONTROL_ROLLBACK, CONTROL_SAVE, CONTROL_RELEASE, CONTROL_UNDO, CONTROL_LAST };

struct conn {
	struct store *store;
	sqlite3 *db;                 /* NULL: not open */
	struct cache cache;
	sqlite3_stmt *control[CONTROL_LAST];
	struct tenon_call *running;  /* reader: the query that its progress handler watches */
	int64_t wal_pages, wal_due;  /* writer: pages in the log, and at which number to move them into the database */
	bool wal_stuck;              /* the last checkpoint failed, and was logged */
};

/* Opens it and sets it up; fails the call with the reason. */
int  conn_open(struct conn *, struct store *, struct tenon_call *);
void conn_close(struct conn *);

/* Runs a transaction statement; an SQLite result code. */
int  conn_control(struct conn *, enum control);

int64_t conn_wal_bytes(const struct conn *); /* length of the write-ahead log, for the writer */

/* Between transactions: moves the log into the database when it is due. Never waits for readers. */
void conn_checkpoint(struct conn *);

#endif
