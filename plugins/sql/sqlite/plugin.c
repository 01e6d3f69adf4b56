/* SPDX-License-Identifier: Apache-2.0 */
/* sql/sqlite - the interface `sql` on one SQLite file.
 *
 * Threads  create and destroy on the home loop, when no worker runs; start on the worker of lane `write`.
 * Failure  start may fail and be tried again: the writer is opened anew. */
#include "group.h"
#include "store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

TENON_TABLE(static, sqlite_config, SQLITE_CONFIG);

static void destroy(void *self)
{
	struct store *s = self;

	for (int i = 0; i < READERS; i++)
		conn_close(&s->readers[i]);
	conn_close(&s->writer); /* the last one: moves the log into the database and removes it */
	trace_close(&s->trace);
	group_free(s->group);
	free((char *)s->conf.file);
	free((char *)s->conf.trace);
	free(s->path);
	free(s);
}

static char *path_of(const char *dir, const char *file)
{
	char *path = NULL;

	if (*file == '/')
		return strdup(file);
	return asprintf(&path, "%s/%s", dir, file) < 0 ? NULL : path;
}

static int create(const struct tenon_host *host, const void *config, void **self, char *why, size_t why_size)
{
	struct store *s = calloc(1, sizeof *s);

	if (s == NULL)
		return TENON_NO_MEMORY;
	s->host = host;
	s->conf = *(const struct sqlite_config *)config;
	s->conf.file = strdup(s->conf.file);
	s->conf.trace = strdup(s->conf.trace);
	s->path = s->conf.file == NULL ? NULL : path_of(host->data_dir, s->conf.file);
	s->group = group_new((size_t)s->conf.group_messages);
	int errnum = trace_open(&s->trace, s->conf.trace);
	int code = s->conf.trace == NULL || s->path == NULL || s->group == NULL ? TENON_NO_MEMORY : TENON_OK;
	if (code == TENON_OK && errnum != 0) {
		snprintf(why, why_size, "trace: %s: %s", s->conf.trace, strerror(errnum));
		code = TENON_INVALID_ARGUMENT;
	}
	if (code < 0) {
		destroy(s);
		return code;
	}
	/* SQLite's statistics of its memory cost a lock around each allocation; refused when something uses SQLite already */
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	*self = s;
	return TENON_OK;
}

static int open_writer(void *arg)
{
	struct tenon_call *c = arg;
	struct store *s = c->self;
	struct stat st;

	conn_close(&s->writer);
	TRY(conn_open(&s->writer, s, c));
	if (stat(s->path, &st) != 0)
		return tenon_fail(c, TENON_UNAVAILABLE, "%s: %s", s->path, strerror(errno));
	s->dev = st.st_dev;
	s->ino = st.st_ino;
	return TENON_OK;
}

static int start(struct tenon_call *c) { return c->host->offload(c, LANE_WRITE, open_writer, c); }

int store_still_there(const struct store *s, struct tenon_call *c)
{
	struct stat st;

	if (stat(s->path, &st) != 0)
		return tenon_fail(c, TENON_UNAVAILABLE, "%s: %s", s->path, strerror(errno));
	if (st.st_dev != s->dev || st.st_ino != s->ino)
		return tenon_fail(c, TENON_UNAVAILABLE, "%s was replaced while it was in use: restart tenond", s->path);
	return TENON_OK;
}

/* It answers, and from the file that it opened. */
static int ready(struct tenon_call *c)
{
	struct sql_rows rows;

	TRY(store_still_there(c->self, c));
	return sql_query_n(c, c->host->instance, &rows, "SELECT count(*) FROM schema_version", NULL, 0);
}

static const struct tenon_lane lanes[] = {
	[LANE_WRITE] = { "write", 1, 10000 },
	[LANE_READ] = { "read", READERS, 10000 },
	{ 0 },
};

static const struct tenon_method methods[] = {
	{ .name = "tx", .since = 1, .flags = TENON_WRITE | TENON_BLOCKING | TENON_HIDDEN, .args = &sql_tx_args_table,
	  .result = &sql_tx_result_table, .batch = group_commit, .lane = LANE_WRITE, .errors = "CONFLICT STORAGE_FULL DATA_LOSS",
	  .doc = "Applies a list of statements whole or not at all; durable when it is answered." },
	{ .name = "query", .since = 1, .flags = TENON_IDEMPOTENT | TENON_BLOCKING | TENON_HIDDEN, .args = &sql_query_args_table,
	  .result = &sql_rows_table, .handler = store_query, .lane = LANE_READ, .errors = "DATA_LOSS", .doc = "Runs one SELECT." },
	{ .name = "migrate", .since = 1, .flags = TENON_WRITE | TENON_IDEMPOTENT | TENON_BLOCKING | TENON_HIDDEN, .args = &sql_migrate_args_table,
	  .result = &tenon_empty_table, .handler = store_migrate, .lane = LANE_WRITE, .errors = "FAILED_PRECONDITION STORAGE_FULL DATA_LOSS",
	  .doc = "Brings a service's tables to their newest version." },
	{ 0 },
};

static const struct tenon_plugin sqlite = {
	.size = sizeof sqlite, .abi = TENON_ABI, .name = "sqlite", .version = "1", .interface = "sql", .licence = "Apache-2.0",
	.doc = "One SQLite file, with group commit.", .config = &sqlite_config_table, .methods = methods, .lanes = lanes,
	.builtin = "sql", .create = create, .start = start, .destroy = destroy, .ready = ready,
};
TENON_EXPORT(sqlite);
