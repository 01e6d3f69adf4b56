/* SPDX-License-Identifier: Apache-2.0 */
/* sqlite_fixture - a driver in a folder of its own, and short words for its methods. */
#ifndef SQLITE_FIXTURE_H
#define SQLITE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mock/mock.h"
#include <sqlite3.h>
#include <tenon/iface/sql.h>
#include <cmocka.h> /* last: it has a macro fail() */

#define CREATE_POINT "CREATE TABLE point (id $i64 NOT NULL, name $text UNIQUE, value $f64, PRIMARY KEY (id)) $keyed;\n"
#define INSERT_POINT "INSERT INTO point (id, name, value) VALUES (?, ?, ?)"

const struct tenon_plugin *tenon_plugin_v1(void);

struct fixture {
	char dir[64], path[80], why[1024];
	struct mock *mock;
};

static inline void fixture_make_dir(struct fixture *f)
{
	memset(f, 0, sizeof *f);
	strcpy(f->dir, "/tmp/tenon-sqlite-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->path, sizeof f->path, "%s/tenon.db", f->dir);
}

/* no settings: groups are not closed by time, which on a busy machine is chance */
static inline int fixture_try(struct fixture *f, const char *const *settings)
{
	static const char *const patient[] = { "group_ms=1000", NULL };

	settings = settings != NULL ? settings : patient;
	return mock_open(&f->mock, tenon_plugin_v1(), f->dir, settings, f->why, sizeof f->why);
}

/* what `migrate` answers; the message is in f->why */
static inline int fixture_migrate(struct fixture *f, const char *service, const char **versions, size_t n)
{
	struct sql_migrate_args a = { .has = { 1, 1 }, .service = service, .versions = { versions, n } };
	struct mock_call *c = mock_call_new(f->mock, "migrate");
	int code = mock_run(c, &a);

	snprintf(f->why, sizeof f->why, "%s", c->message);
	mock_call_free(c);
	return code;
}

static inline void fixture_open(struct fixture *f, const char *const *settings)
{
	const char *versions[] = { CREATE_POINT };

	fixture_make_dir(f);
	if (fixture_try(f, settings) != TENON_OK)
		fail_msg("%s", f->why);
	assert_int_equal(fixture_migrate(f, "test", versions, 1), TENON_OK);
}

static inline void fixture_close(struct fixture *f)
{
	char command[128];

	mock_close(f->mock);
	snprintf(command, sizeof command, "rm -rf '%s'", f->dir);
	assert_int_equal(system(command), 0);
}

static inline struct sql_step step_of(const char *sql, const struct sql_value *params, size_t n)
{
	return (struct sql_step){ .has = { .sql = 1, .params = 1 }, .sql = sql, .params = { (struct sql_value *)params, n } };
}

/* one message of `n` steps; free the call */
static inline struct mock_call *run_tx(struct fixture *f, struct sql_step *steps, size_t n)
{
	struct mock_call *c = mock_call_new(f->mock, "tx");
	struct sql_tx_args a = { .has = { 1 }, .steps = { steps, n } };

	mock_run(c, &a);
	c->args = NULL;
	return c;
}

/* the code of one statement; its message is in f->why */
static inline int run_sql(struct fixture *f, const char *sql, const struct sql_value *params, size_t n)
{
	struct sql_step s = step_of(sql, params, n);
	struct mock_call *c = run_tx(f, &s, 1);
	int code = c->code;

	snprintf(f->why, sizeof f->why, "%s", c->message);
	mock_call_free(c);
	return code;
}

static inline int insert(struct fixture *f, int64_t id, const char *name)
{
	return run_sql(f, INSERT_POINT, (struct sql_value[]){ P_I64(id), P_TEXT(name), P_F64(0.5) }, 3);
}

/* a query's call with its rows as result; free it */
static inline struct mock_call *run_query(struct fixture *f, const char *sql, const struct sql_value *params, size_t n)
{
	struct mock_call *c = mock_call_new(f->mock, "query");
	struct sql_query_args a = { .has = { 1, 1 }, .sql = sql, .params = { (struct sql_value *)params, n } };

	mock_run(c, &a);
	c->args = NULL;
	return c;
}

/* the one number that a query gives */
static inline int64_t number(struct fixture *f, const char *sql)
{
	struct mock_call *c = run_query(f, sql, NULL, 0);
	const struct sql_rows *rows = c->result;

	if (c->code != TENON_OK || rows->values.n != 1)
		fail_msg("%s: %s", sql, c->message);
	int64_t n = sql_i64(rows, 0, 0);
	mock_call_free(c);
	return n;
}

/* a group of messages with one step each, queued together */
struct batch { size_t n; struct mock_call *calls[64]; struct sql_tx_args args[64]; struct sql_step steps[64]; struct sql_value values[64][3]; };

static inline void batch_add(struct fixture *f, struct batch *b, const char *sql, int64_t id, const char *name)
{
	size_t i = b->n++;

	b->values[i][0] = P_I64(id);
	b->values[i][1] = P_TEXT(name);
	b->values[i][2] = P_F64(0.5);
	b->steps[i] = step_of(sql, b->values[i], 3);
	b->args[i] = (struct sql_tx_args){ .has = { 1 }, .steps = { &b->steps[i], 1 } };
	b->calls[i] = mock_call_new(f->mock, "tx");
	b->calls[i]->args = &b->args[i];
}

static inline void batch_free(struct batch *b)
{
	for (size_t i = 0; i < b->n; i++)
		mock_call_free(b->calls[i]);
	memset(b, 0, sizeof *b);
}

#endif
