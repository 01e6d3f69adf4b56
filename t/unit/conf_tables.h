/* SPDX-License-Identifier: Apache-2.0 */
/* conf_tables - a configuration with a row of every type, for the tests and the fuzz target. */
#ifndef CONF_TABLES_H
#define CONF_TABLES_H

#include "base/err.h"
#include "conf/conf.h"

#include <stdio.h>
#include <string.h>

static const struct tenon_name level_names[] = { { "error", 0 }, { "info", 2 }, { "debug", 3 }, { 0 } };

static bool is_lower(const char *s)
{
	return strspn(s, "abcdefghijklmnopqrstuvwxyz") == strlen(s);
}
static const struct tenon_pattern lower = { "lower case letters", "^[a-z]*$", is_lower };

#define LOG_ROWS(F, S) \
	F(S, int64_t, level, .type = TENON_ENUM, .names = level_names, .dflt = "info", .doc = "how much is written") \
	F(S, bool, colour, .dflt = "true")
TENON_MESSAGE(log_rows, LOG_ROWS);

#define MODEL_ROWS(F, S) \
	F(S, const char *, name, .flags = TENON_REQUIRED, .doc = "what it is called") \
	F(S, int64_t, size, .dflt = "1024", .label = "bytes")
TENON_MESSAGE(model_rows, MODEL_ROWS);

#define TLS_ROWS(F, S) \
	F(S, const char *, cert, .flags = TENON_REQUIRED, .doc = "PEM file") \
	F(S, int64_t, version, .dflt = "3")
TENON_MESSAGE(tls_rows, TLS_ROWS);

#define TOP_ROWS(F, S) \
	F(S, const char *, listen, .dflt = "127.0.0.1:5500", .aliases = "bind address", .doc = "where it | serves") \
	F(S, int64_t, size, .dflt = "1024", .range = "1..1048576", .label = "bytes", .doc = "how large") \
	F(S, int64_t, wait, .dflt = "1000", .range = "0..", .label = "ms", .doc = "how long") \
	F(S, int64_t, retry, .dflt = "1", .label = "s") \
	F(S, int64_t, loops, .dflt = "1", .range = "1..64") \
	F(S, bool, durable, .dflt = "true") \
	F(S, double, ratio, .dflt = "0.5", .range = "0..1") \
	F(S, const char *, name, .range = "..8", .pattern = &lower) \
	F(S, struct tenon_strs, dirs, .range = "..3", .pattern = &lower) \
	F(S, struct tenon_i64s, ports, .range = "..3") \
	F(S, struct tenon_map, labels) \
	F(S, const char *, token, .flags = TENON_SECRET, .range = "3..64") \
	F(S, int64_t, pin, .flags = TENON_SECRET) \
	F(S, struct tenon_map, headers, .flags = TENON_SECRET) \
	F(S, const char *, socket, .group = 1) \
	F(S, int64_t, port, .group = 1) \
	F(S, struct tenon_bytes, key) \
	F(S, struct tenon_json, extra) \
	F(S, struct log_rows, log, TENON_SUB(log_rows), .doc = "what is logged") \
	F(S, struct tls_rows, tls, TENON_SUB(tls_rows)) \
	F(S, struct model_rows_list, models, TENON_MANY(model_rows))
TENON_MESSAGE(top_rows, TOP_ROWS);

#define HTTP_ROWS(F, S) F(S, int64_t, max_body, .dflt = "65536", .label = "bytes")
TENON_MESSAGE(http_rows, HTTP_ROWS);

/* of every instance, and of one plugin */
#define INSTANCE_ROWS(F, S) F(S, const char *, plugin) F(S, int64_t, placement, .dflt = "0")
TENON_MESSAGE(instance_rows, INSTANCE_ROWS);
#define SQL_ROWS(F, S) F(S, const char *, trace) F(S, int64_t, readers, .dflt = "2", .range = "1..8")
TENON_MESSAGE(sql_rows, SQL_ROWS);

/* a configuration as tenond reads it: sections, then the instances that it names and the built-in one, sql */
struct loaded {
	struct conf *conf;
	struct top_rows top;
	struct http_rows http;
	struct instance_rows instance;
	struct sql_rows sql;
	struct err err;
};

static inline int load_instances(struct loaded *l)
{
	const char *names[8];
	size_t n = conf_children(l->conf, "instances", names, 8);
	char path[100];
	int rc = TENON_OK;

	for (size_t i = 0; i < n && rc == TENON_OK; i++) {
		snprintf(path, sizeof path, "instances.%s", names[i]);
		rc = conf_read(l->conf, path, &instance_rows_table, &l->instance, &l->err);
	}
	if (rc == TENON_OK)
		rc = conf_read(l->conf, "instances.sql", &instance_rows_table, &l->instance, &l->err);
	return rc < 0 ? rc : conf_read(l->conf, "instances.sql", &sql_rows_table, &l->sql, &l->err);
}

static inline int load_file(struct loaded *l, const char *file, const char *const *sets, size_t n)
{
	memset(l, 0, sizeof *l);
	int rc = conf_open(&l->conf, file, sets, n, &l->err);
	if (rc == TENON_OK)
		rc = conf_read(l->conf, "", &top_rows_table, &l->top, &l->err);
	if (rc == TENON_OK)
		rc = conf_read(l->conf, "http", &http_rows_table, &l->http, &l->err);
	if (rc == TENON_OK)
		rc = load_instances(l);
	return rc < 0 ? rc : conf_finish(l->conf, &l->err);
}

#endif
