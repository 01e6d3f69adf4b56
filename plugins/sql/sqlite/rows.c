/* SPDX-License-Identifier: Apache-2.0 */
/* rows - binding, stepping, reading. Texts are bound in place: they stay until the call ends, and a statement is never
 * stepped before all of its parameters were bound anew. */
#include "rows.h"
#include "fault.h"
#include "store.h"

#include <math.h>

struct sink {
	struct tenon_call *call;
	struct sql_rows *rows;
	size_t columns, room;
};

static int bind_value(sqlite3_stmt *stmt, int at, const struct sql_value *v)
{
	if (v->has.i)
		return sqlite3_bind_int64(stmt, at, v->i);
	if (v->has.text)
		return sqlite3_bind_text(stmt, at, v->text, -1, SQLITE_STATIC);
	if (v->has.f)
		return sqlite3_bind_double(stmt, at, v->f);
	if (v->has.bytes)
		return sqlite3_bind_blob64(stmt, at, v->bytes.n > 0 ? v->bytes.p : "", v->bytes.n, SQLITE_STATIC);
	return sqlite3_bind_null(stmt, at);
}

static int bind(struct conn *c, struct tenon_call *call, const struct statement *st, const struct sql_value *v)
{
	for (int i = 0; i < st->params; i++) {
		if (v[i].has.f && isnan(v[i].f)) /* SQLite would store NULL */
			return tenon_fail(call, TENON_INTERNAL, "parameter %d is NaN, which no column holds (store 0 and is_nan = 1): %s", i + 1, st->sql);
		int rc = bind_value(st->stmt, i + 1, &v[i]);
		if (rc != SQLITE_OK)
			return fault(call, c, rc, st->sql);
	}
	return TENON_OK;
}

/* room for one row more; what it grew out of stays in the arena, in all less than what is used in the end */
static struct sql_value *sink_place(struct sink *s)
{
	struct sql_value_list *values = &s->rows->values;

	if (s->room - values->n < s->columns) {
		size_t room = s->room > 0 ? s->room * 2 : s->columns * 4;
		struct sql_value *v = tenon_alloc(s->call, room * sizeof *v);
		if (v == NULL)
			return NULL;
		if (values->n > 0)
			memcpy(v, values->v, values->n * sizeof *v);
		values->v = v;
		s->room = room;
	}
	struct sql_value *v = values->v + values->n;
	values->n += s->columns;
	return v;
}

/* a copy of a text or blob column, with a NUL behind it */
static const char *copy_bytes(struct sink *s, const void *p, size_t n)
{
	return p == NULL ? NULL : tenon_strndup(s->call, p, n);
}

static int read_value(struct sink *s, sqlite3_stmt *stmt, int at, struct sql_value *v)
{
	switch (sqlite3_column_type(stmt, at)) {
	case SQLITE_INTEGER:
		*v = P_I64(sqlite3_column_int64(stmt, at));
		return TENON_OK;
	case SQLITE_FLOAT:
		*v = P_F64(sqlite3_column_double(stmt, at));
		return TENON_OK;
	case SQLITE_TEXT: {
		const void *p = sqlite3_column_text(stmt, at);
		*v = P_TEXT(copy_bytes(s, p, (size_t)sqlite3_column_bytes(stmt, at)));
		return v->text != NULL ? TENON_OK : TENON_NO_MEMORY;
	}
	case SQLITE_BLOB: {
		const void *p = sqlite3_column_blob(stmt, at);
		size_t n = (size_t)sqlite3_column_bytes(stmt, at);
		*v = P_BYTES(copy_bytes(s, n > 0 ? p : "", n), n);
		return v->bytes.p != NULL ? TENON_OK : TENON_NO_MEMORY;
	}
	default:
		*v = P_NULL;
		return TENON_OK;
	}
}

static int sink_row(struct sink *s, sqlite3_stmt *stmt)
{
	struct sql_value *v = sink_place(s);
	int code = v == NULL ? TENON_NO_MEMORY : TENON_OK;

	for (size_t i = 0; i < s->columns && code == TENON_OK; i++)
		code = read_value(s, stmt, (int)i, &v[i]);
	if (code < 0)
		return tenon_fail(s->call, code, "the result does not fit into the memory of one call (after %zu rows): ask for fewer at a time",
		                  s->rows->values.n / s->columns);
	return TENON_OK;
}

/* one run; the statement is reset in any case */
static int run_once(struct conn *c, struct tenon_call *call, const struct statement *st, struct sink *sink)
{
	int rc, code = TENON_OK;

	while (code == TENON_OK && (rc = sqlite3_step(st->stmt)) != SQLITE_DONE)
		code = rc == SQLITE_ROW ? sink_row(sink, st->stmt) : fault(call, c, rc, st->sql);
	if (code == TENON_OK && !st->reads)
		sink->rows->affected += sqlite3_changes64(c->db);
	sqlite3_reset(st->stmt);
	return code;
}

/* NULL: the call has failed, with `code` */
static const struct statement *prepare(struct conn *c, struct tenon_call *call, const char *sql, int *code)
{
	int rc = SQLITE_OK;
	bool fresh;
	const struct statement *st = cache_get(&c->cache, c->db, sql, &rc, &fresh);

	if (st == NULL) {
		*code = rc != SQLITE_OK ? fault(call, c, rc, sql)
		                        : tenon_fail(call, TENON_INTERNAL, "a step is one statement, no more and no less: %s", sql);
		return NULL;
	}
	if (fresh)
		trace_statement(&c->store->trace, sql);
	if (!st->reads && c != &c->store->writer) {
		*code = tenon_fail(call, TENON_INTERNAL, "a query only reads; use tx for: %s", sql);
		return NULL;
	}
	return st;
}

int rows_run(struct conn *c, struct tenon_call *call, const struct sql_step *step, struct sql_rows *out, size_t *runs)
{
	size_t group = step->columns > 0 ? (size_t)step->columns : step->params.n;
	size_t n = step->columns > 0 ? step->params.n / group : 1;
	int code = TENON_OK;
	const struct statement *st = prepare(c, call, step->sql, &code);

	if (st == NULL)
		return code;
	if (group != (size_t)st->params || (group > 0 && step->params.n % group != 0))
		return tenon_fail(call, TENON_INTERNAL, "%zu values in groups of %zu for the %d parameters of: %s", step->params.n, group, st->params, st->sql);
	struct sink sink = { .call = call, .rows = out, .columns = (size_t)st->columns };
	out->has.columns = out->has.affected = out->has.values = 1;
	out->columns = st->columns;
	for (size_t i = 0; i < n && code == TENON_OK; i++) {
		code = bind(c, call, st, group == 0 ? NULL : step->params.v + i * group);
		if (code == TENON_OK)
			code = run_once(c, call, st, &sink);
	}
	*runs += n;
	return code;
}
