/* SPDX-License-Identifier: Apache-2.0 */
/* trace - writes down each distinct SQL text once, for the SQL lint (t/sql).
 *
 * A line is a JSON value: a string for a statement, {"service", "version", "sql"} for a migration as its service wrote
 * it. Off (path NULL or "") it costs one comparison when a statement is prepared. Any thread. */
#ifndef SQLITE_TRACE_H
#define SQLITE_TRACE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

struct trace {
	int fd;              /* -1: off */
	atomic_bool broken;  /* a write failed: no more of it */
	pthread_mutex_t lock;
	uint64_t *seen;      /* hashes of what was written */
	size_t n, room;
};

int  trace_open(struct trace *, const char *path); /* 0, or errno */
void trace_close(struct trace *);
void trace_statement(struct trace *, const char *sql);
void trace_migration(struct trace *, const char *service, int64_t version, const char *sql);

#endif
