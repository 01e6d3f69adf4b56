/* SPDX-License-Identifier: Apache-2.0 */
/* store - one database file: its settings, the connection that writes, those that read.
 *
 * Model    lane `write` (1 thread): tx and migrate on `writer`; lane `read` (READERS threads): query, worker i on
 *          `readers[i]`, opened by its first query. WAL mode: readers never wait for the writer, nor it for them.
 * Threads  each connection belongs to its worker; the rest of the store does not change after create(). */
#ifndef SQLITE_STORE_H
#define SQLITE_STORE_H

#include "conn.h"
#include "trace.h"

#include <sys/types.h>
#include <tenon/iface/sql.h>

enum { READERS = 2, LANE_WRITE = 0, LANE_READ = 1 };

#define SQLITE_CONFIG(F, S) \
	F(S, const char *, file, .dflt = "tenon.db", .doc = "the database; a relative path begins in the instance's own folder below --data") \
	F(S, int64_t, cache_kib, .dflt = "4096", .range = "64..4194304", .doc = "page cache of each of the three connections, filled as needed") \
	F(S, int64_t, busy_timeout_ms, .dflt = "5000", .range = "0..600000", .label = "ms", .doc = "how long to wait while another process has the database locked") \
	F(S, int64_t, group_ms, .dflt = "4", .range = "0..1000", .label = "ms", .doc = "a group commit takes no further message after this time") \
	F(S, int64_t, group_messages, .dflt = "256", .range = "1..4096", .doc = "messages of a group commit, at most") \
	F(S, int64_t, group_rows, .dflt = "10000", .range = "1..10000000", .doc = "a group commit takes no further message after so many statement runs") \
	F(S, int64_t, journal_limit, .dflt = "67108864", .range = "1048576..", .label = "bytes", .doc = "size of the write-ahead log above which it is cut back to nothing") \
	F(S, bool, durable, .dflt = "true", .doc = "false: commits are not synced, and a power cut may lose what was acknowledged; for tests") \
	F(S, const char *, trace, .doc = "file to which each distinct SQL text is appended, a line of JSON each; for tests")
TENON_STRUCT(sqlite_config, SQLITE_CONFIG);

struct group;

struct store {
	const struct tenon_host *host;
	struct sqlite_config conf;   /* its texts are owned */
	char *path;
	struct trace trace;
	struct conn writer, readers[READERS];
	struct group *group;
	dev_t dev;                   /* of the file that the writer opened: ready() sees it replaced */
	ino_t ino;
};

/* plugin.c: is the file that was opened still the one of that name? What is written into one that lost its name is lost at the
 * next start, so every transaction asks first. Fails the call. */
int store_still_there(const struct store *, struct tenon_call *);
int store_query(struct tenon_call *, const void *args, void *result);   /* query.c */
int store_migrate(struct tenon_call *, const void *args, void *result); /* migrate.c */

#endif
