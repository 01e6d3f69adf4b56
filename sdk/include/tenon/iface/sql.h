/* SPDX-License-Identifier: Apache-2.0 */
/* iface/sql - what a relational store does for services. Implemented by plugins/sql/<vendor>.
 *
 * Three methods. `query` reads. `tx` is one transaction in one message: steps with the conditions that must hold,
 * applied whole or not at all; many messages may share one commit, and nobody is answered before it. `migrate` brings
 * a service's tables to its newest numbered version. Nothing else touches a store.
 *
 * SQL is the subset that SQLite and PostgreSQL mean alike (docs/sql-subset.md): parameters are `?`; columns are i64,
 * f64, text, bytes; t_like and t_ilike instead of LIKE; U+0000 never occurs in text. In migrations the words $i64 $f64
 * $text $bytes stand for the column types, $id for a key that the store numbers, $table ends a CREATE TABLE, $keyed
 * ends one that is stored in the order of its primary key.
 *
 * Errors: CONFLICT (constraint), STORAGE_FULL, UNAVAILABLE (locked, gone, read-only), DATA_LOSS, OVERLOADED,
 * DEADLINE_EXCEEDED (queries), INTERNAL (SQL that does not prepare). Values that queries return live in the arena of
 * the calling call. */
#ifndef TENON_IFACE_SQL_H
#define TENON_IFACE_SQL_H

#include "../plugin.h"

/* A value: at most one bit set; none = NULL. The members share one place, so a value is 24 bytes. */
struct sql_value {
	struct { uint64_t i : 1; uint64_t f : 1; uint64_t text : 1; uint64_t bytes : 1; } has;
	union { int64_t i; double f; const char *text; struct tenon_bytes bytes; };
};
struct sql_value_list { struct sql_value *v; size_t n; };
#define SQL_VALUE(F, S) \
	F(S, int64_t,            i,     .group = 1) \
	F(S, double,             f,     .group = 1) \
	F(S, const char *,       text,  .group = 1) \
	F(S, struct tenon_bytes, bytes, .group = 1)
TENON_TABLE(static, sql_value, SQL_VALUE);

#define P_I64(x)  ((struct sql_value){ .has = { .i = 1 }, .i = (x) })
#define P_F64(x)  ((struct sql_value){ .has = { .f = 1 }, .f = (x) })
#define P_TEXT(x) sql_text_or_null(x)
#define P_BYTES(ptr, len) ((struct sql_value){ .has = { .bytes = 1 }, .bytes = { (ptr), (len) } })
#define P_NULL    ((struct sql_value){ .has = { 0 }, .i = 0 })

static inline struct sql_value sql_text_or_null(const char *s)
{
	struct sql_value v = P_NULL;
	v.has.text = s != NULL;
	v.text = s;
	return v;
}

/* rows: `values` holds them one after another, `columns` values each */
#define SQL_ROWS(F, S) \
	F(S, int64_t, columns, .doc = "values a row") \
	F(S, int64_t, affected, .doc = "rows changed by an INSERT, UPDATE or DELETE") \
	F(S, struct sql_value_list, values, TENON_MANY(sql_value), .doc = "row after row")
TENON_MESSAGE(sql_rows, SQL_ROWS);

#define SQL_QUERY_ARGS(F, S) \
	F(S, const char *, sql, .flags = TENON_REQUIRED, .doc = "one SELECT") \
	F(S, struct sql_value_list, params, TENON_MANY(sql_value), .doc = "one for each ?")
TENON_MESSAGE(sql_query_args, SQL_QUERY_ARGS);

enum sql_expect { SQL_ANY, SQL_ROWS_ARE, SQL_AFFECTED, SQL_NO_ROWS };

/* A step: one statement, run once for each group of `columns` params (columns 0: once, with all of them). */
#define SQL_STEP(F, S) \
	F(S, const char *, sql, .flags = TENON_REQUIRED) \
	F(S, struct sql_value_list, params, TENON_MANY(sql_value)) \
	F(S, int64_t, columns, .doc = "params of one run; 0 = all, one run") \
	F(S, int64_t, expect, .doc = "enum sql_expect: rows returned or affected, over all runs") \
	F(S, int64_t, count, .doc = "what expect compares with")
TENON_MESSAGE(sql_step, SQL_STEP);

#define SQL_TX_ARGS(F, S) \
	F(S, struct sql_step_list, steps, TENON_MANY(sql_step))
TENON_MESSAGE(sql_tx_args, SQL_TX_ARGS);

/* `failed` is set (has.failed) when a step's expectation did not hold: nothing of the message was applied, and
 * steps[failed] has the rows that it returned. Otherwise steps[i] are the results of step i. */
#define SQL_TX_RESULT(F, S) \
	F(S, int64_t, failed, .doc = "index of the step whose expectation failed") \
	F(S, struct sql_rows_list, steps, TENON_MANY(sql_rows))
TENON_MESSAGE(sql_tx_result, SQL_TX_RESULT);

#define SQL_MIGRATE_ARGS(F, S) \
	F(S, const char *, service, .flags = TENON_REQUIRED, .doc = "whose tables") \
	F(S, struct tenon_strs, versions, .doc = "versions[i]: the statements, separated by `;` and a line end, that lead from version i to i + 1")
TENON_MESSAGE(sql_migrate_args, SQL_MIGRATE_ARGS);

/* PARKS. Reads into `rows`. The instance is always the service's `store`, "sql" by default. */
static inline int sql_query_n(struct tenon_call *c, const char *store, struct sql_rows *rows, const char *sql,
                              const struct sql_value *params, size_t n)
{
	struct sql_query_args a = { .has = { .sql = 1, .params = 1 }, .sql = sql, .params = { (struct sql_value *)params, n } };
	memset(rows, 0, sizeof *rows);
	return TENON_CALL(c, store, "query", sql_query_args, &a, sql_rows, rows);
}
#define SQL__N(...) (sizeof((struct sql_value[]){ __VA_ARGS__ }) / sizeof(struct sql_value))
/* sql_query(c, store, &rows, "SELECT a FROM t WHERE b = ?", P_TEXT(b)) - at least one parameter */
#define sql_query(c, store, rows, sql, ...) \
	sql_query_n((c), (store), (rows), (sql), (struct sql_value[]){ __VA_ARGS__ }, SQL__N(__VA_ARGS__))

static inline size_t sql_count(const struct sql_rows *r) { return r->columns > 0 ? r->values.n / (size_t)r->columns : 0; }
static inline const struct sql_value *sql_at(const struct sql_rows *r, size_t row, size_t column)
{
	return &r->values.v[row * (size_t)r->columns + column];
}
static inline const char *sql_text(const struct sql_rows *r, size_t row, size_t column) /* "" for NULL */
{
	const struct sql_value *v = sql_at(r, row, column);
	return v->has.text ? v->text : "";
}
static inline int64_t sql_i64(const struct sql_rows *r, size_t row, size_t column) /* 0 for NULL */
{
	const struct sql_value *v = sql_at(r, row, column);
	return v->has.i ? v->i : 0;
}
static inline double sql_f64(const struct sql_rows *r, size_t row, size_t column)
{
	const struct sql_value *v = sql_at(r, row, column);
	return v->has.f ? v->f : v->has.i ? (double)v->i : 0;
}

/* A transaction built step by step in a service. Parameters are borrowed until sql_commit returns: sql_add's own live as long as
 * the block that it stands in, so give it no block of its own (`if (x) sql_add(...)`); use sql_add_n with an array there. */
struct sql_tx { struct sql_step steps[16]; size_t n; struct sql_tx_result result; };

static inline struct sql_step *sql_add_n(struct sql_tx *tx, const char *sql, const struct sql_value *params, size_t n, size_t columns)
{
	struct sql_step *s = &tx->steps[tx->n++];
	memset(s, 0, sizeof *s);
	s->has.sql = s->has.params = s->has.columns = 1;
	s->sql = sql;
	s->params = (struct sql_value_list){ (struct sql_value *)params, n };
	s->columns = (int64_t)columns;
	return s;
}
#define sql_add(tx, sql, ...) sql_add_n((tx), (sql), (struct sql_value[]){ __VA_ARGS__ }, SQL__N(__VA_ARGS__), 0)
/* the step added last must return or change exactly `count` rows */
static inline void sql_expect(struct sql_tx *tx, enum sql_expect what, int64_t count)
{
	struct sql_step *s = &tx->steps[tx->n - 1];
	s->has.expect = s->has.count = 1;
	s->expect = what;
	s->count = count;
}
/* PARKS. OK: durable. An expectation that failed is OK too: look at tx->result.has.failed. */
static inline int sql_commit(struct tenon_call *c, const char *store, struct sql_tx *tx)
{
	struct sql_tx_args a = { .has = { .steps = 1 }, .steps = { tx->steps, tx->n } };
	memset(&tx->result, 0, sizeof tx->result);
	return TENON_CALL(c, store, "tx", sql_tx_args, &a, sql_tx_result, &tx->result);
}
static inline int sql_migrate(struct tenon_call *c, const char *store, const char *service, const char **versions, size_t n)
{
	struct sql_migrate_args a = { .has = { .service = 1, .versions = 1 }, .service = service, .versions = { versions, n } };
	struct tenon_empty out;
	return TENON_CALL(c, store, "migrate", sql_migrate_args, &a, tenon_empty, &out);
}

#endif
