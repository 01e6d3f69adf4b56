/* SPDX-License-Identifier: Apache-2.0 */
/* sqlite_driver - unit tests of sql/sqlite: transactions, groups, queries, statements, matching. */
#include "like.h"
#include "store.h"

#include <math.h>
#include <pthread.h>

#include "sqlite_fixture.h"

/* ---- transactions ---- */

static void every_type_comes_back_as_it_was_stored(void **state)
{
	struct fixture f;
	const char *versions[] = { CREATE_POINT, "CREATE TABLE any (i $i64, f $f64, t $text, b $bytes) $table;\n" };
	struct sql_value v[] = { P_I64(INT64_MIN), P_F64(0.1), P_TEXT("gr\xc3\xbc\xc3\x9f"), P_BYTES("\0\1\2", 3) };
	struct sql_value nulls[] = { P_NULL, P_NULL, P_TEXT(NULL), P_BYTES("", 0) };

	(void)state;
	fixture_open(&f, NULL);
	assert_int_equal(fixture_migrate(&f, "test", versions, 2), TENON_OK);
	assert_int_equal(run_sql(&f, "INSERT INTO any VALUES (?, ?, ?, ?)", v, 4), TENON_OK);
	assert_int_equal(run_sql(&f, "INSERT INTO any VALUES (?, ?, ?, ?)", nulls, 4), TENON_OK);
	struct mock_call *c = run_query(&f, "SELECT * FROM any ORDER BY i NULLS LAST", NULL, 0);
	const struct sql_rows *r = c->result;
	assert_int_equal(sql_count(r), 2);
	assert_true(sql_at(r, 0, 0)->has.i && sql_at(r, 0, 0)->i == INT64_MIN);
	assert_true(sql_at(r, 0, 1)->has.f && sql_at(r, 0, 1)->f == 0.1);
	assert_string_equal(sql_text(r, 0, 2), v[2].text);
	assert_int_equal(sql_at(r, 0, 3)->bytes.n, 3);
	assert_memory_equal(sql_at(r, 0, 3)->bytes.p, "\0\1\2", 3);
	assert_false(sql_at(r, 1, 0)->has.i || sql_at(r, 1, 1)->has.f || sql_at(r, 1, 2)->has.text);
	assert_true(sql_at(r, 1, 3)->has.bytes && sql_at(r, 1, 3)->bytes.n == 0);
	mock_call_free(c);
	fixture_close(&f);
}

static void a_thousand_rows_in_one_step(void **state)
{
	enum { N = 1000 };
	struct fixture f;
	struct sql_value *v = calloc(N * 3, sizeof *v);
	char names[N][16];

	(void)state;
	for (int i = 0; i < N; i++) {
		snprintf(names[i], sizeof names[i], "n%d", i);
		v[i * 3] = P_I64(i);
		v[i * 3 + 1] = P_TEXT(names[i]);
		v[i * 3 + 2] = P_F64(i / 8.0);
	}
	fixture_open(&f, NULL);
	struct sql_step s = step_of(INSERT_POINT " RETURNING id", v, N * 3);
	s.columns = 3;
	s.expect = SQL_AFFECTED;
	s.count = N;
	struct mock_call *c = run_tx(&f, &s, 1);
	const struct sql_tx_result *out = c->result;
	assert_int_equal(c->code, TENON_OK);
	assert_false(out->has.failed);
	assert_int_equal(sql_count(&out->steps.v[0]), N);
	assert_int_equal(sql_i64(&out->steps.v[0], N - 1, 0), N - 1);
	mock_call_free(c);
	assert_int_equal(number(&f, "SELECT count(*) FROM point"), N);
	assert_true(mock_metric(f.mock, "rows_total") == N);
	s.params.n = 0; /* no group of params: no run */
	s.count = 0;
	c = run_tx(&f, &s, 1);
	assert_int_equal(c->code, TENON_OK);
	assert_int_equal(((struct sql_tx_result *)c->result)->steps.v[0].columns, 1);
	mock_call_free(c);
	free(v);
	fixture_close(&f);
}

static void a_failed_expectation_undoes_the_message_and_shows_the_rows(void **state)
{
	struct fixture f;
	struct sql_value v[] = { P_I64(2), P_TEXT("b"), P_F64(0) }, one[] = { P_I64(1) };
	struct sql_step steps[] = { step_of(INSERT_POINT, v, 3), step_of("SELECT name FROM point WHERE id = ?", one, 1), step_of(INSERT_POINT, v, 3) };

	(void)state;
	fixture_open(&f, NULL);
	assert_int_equal(insert(&f, 1, "old"), TENON_OK);
	steps[1].expect = SQL_NO_ROWS;
	struct mock_call *c = run_tx(&f, steps, 3);
	const struct sql_tx_result *out = c->result;
	assert_int_equal(c->code, TENON_OK);
	assert_true(out->has.failed);
	assert_int_equal(out->failed, 1);
	assert_string_equal(sql_text(&out->steps.v[1], 0, 0), "old");
	mock_call_free(c);
	assert_int_equal(number(&f, "SELECT count(*) FROM point"), 1);
	fixture_close(&f);
}

static void each_kind_of_expectation(void **state)
{
	static const struct { const char *sql; enum sql_expect expect; int64_t count; bool fails; } cases[] = {
		{ "SELECT id FROM point", SQL_ROWS_ARE, 2, false },
		{ "SELECT id FROM point", SQL_ROWS_ARE, 1, true },
		{ "SELECT id FROM point WHERE id = 99", SQL_NO_ROWS, 0, false },
		{ "SELECT id FROM point", SQL_NO_ROWS, 0, true },
		{ "SELECT id FROM point", SQL_ANY, 7, false },
		{ "UPDATE point SET value = 1 WHERE id = 99", SQL_AFFECTED, 1, true },
		{ "UPDATE point SET value = 1", SQL_AFFECTED, 2, false },
		{ "SELECT id FROM point", SQL_AFFECTED, 0, false }, /* not the number of the UPDATE before it */
		{ "INSERT INTO point (id, name) VALUES (1, 'a') ON CONFLICT (id) DO NOTHING", SQL_AFFECTED, 0, false },
		{ "DELETE FROM point", SQL_AFFECTED, 2, false },
	};
	struct fixture f;

	(void)state;
	fixture_open(&f, NULL);
	insert(&f, 1, "a");
	insert(&f, 2, "b");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct sql_step s = step_of(cases[i].sql, NULL, 0);
		s.expect = cases[i].expect;
		s.count = cases[i].count;
		struct mock_call *c = run_tx(&f, &s, 1);
		if (c->code != TENON_OK || ((struct sql_tx_result *)c->result)->has.failed != cases[i].fails)
			fail_msg("case %zu: %s %s", i, cases[i].sql, c->message);
		mock_call_free(c);
	}
	fixture_close(&f);
}

static void wrong_statements_say_what_is_wrong(void **state)
{
	static const struct { const char *sql; size_t n; const char *text; } cases[] = {
		{ "INSERT INTO nowhere VALUES (?)", 1, "no such table: nowhere" },
		{ INSERT_POINT, 2, "2 values in groups of 2 for the 3 parameters of: INSERT" },
		{ "SELECT 1; SELECT 2", 0, "one statement" },
		{ "  ", 0, "one statement" },
		{ "SELECT \"a string?\"", 0, "no such column" },
		{ "UPDATE point SET value = ?", 1, "NaN" },
	};
	struct fixture f;
	struct sql_value v[] = { P_F64(NAN), P_I64(1), P_I64(1) };

	(void)state;
	fixture_open(&f, NULL);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int code = run_sql(&f, cases[i].sql, v, cases[i].n);
		if (code != TENON_INTERNAL || strstr(f.why, cases[i].text) == NULL)
			fail_msg("%s: %d %s", cases[i].sql, code, f.why);
	}
	struct sql_value text[] = { P_TEXT("not a number") };
	assert_int_equal(run_sql(&f, "UPDATE point SET value = ?", text, 1), TENON_OK); /* no row, no harm */
	assert_int_equal(insert(&f, 1, "a"), TENON_OK);
	assert_int_equal(run_sql(&f, "UPDATE point SET value = ?", text, 1), TENON_INTERNAL);
	assert_int_equal(insert(&f, 1, "again"), TENON_CONFLICT);
	assert_non_null(strstr(f.why, "point.id"));
	assert_true(sqlite3_get_autocommit(((struct store *)mock_self(f.mock))->writer.db));
	fixture_close(&f);
}

static void no_allocation_that_fails_leaves_half_a_message(void **state)
{
	struct fixture f;
	struct sql_value v[] = { P_I64(1), P_TEXT("a"), P_F64(0) };
	struct sql_step steps[] = { step_of(INSERT_POINT " RETURNING id, name", v, 3), step_of("SELECT name, id FROM point", NULL, 0) };
	struct sql_tx_args a = { .has = { 1 }, .steps = { steps, 2 } };
	int code = TENON_NO_MEMORY;

	(void)state;
	fixture_open(&f, NULL);
	for (int64_t n = 0; code != TENON_OK; n++) {
		struct mock_call *c = mock_call_new(f.mock, "tx");
		c->allocs = n;
		code = mock_run(c, &a);
		assert_true(code == TENON_OK || code == TENON_NO_MEMORY);
		assert_int_equal(number(&f, "SELECT count(*) FROM point"), code == TENON_OK);
		mock_call_free(c);
		assert_true(n < 20);
	}
	fixture_close(&f);
}

/* ---- groups ---- */

struct witness { sqlite3 *db; int finished, least; };

/* what another process sees when the first answer of a group goes out */
static void look(struct mock_call *c, void *arg)
{
	struct witness *w = arg;
	sqlite3_stmt *stmt;

	(void)c;
	sqlite3_prepare_v2(w->db, "SELECT count(*) FROM point", -1, &stmt, NULL);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	int n = sqlite3_column_int(stmt, 0);
	w->least = w->finished++ == 0 || n < w->least ? n : w->least;
	sqlite3_finalize(stmt);
}

static void a_group_shares_one_commit_and_is_answered_after_it(void **state)
{
	struct fixture f;
	struct batch b = { 0 };
	struct witness w = { 0 };

	(void)state;
	fixture_open(&f, NULL);
	assert_int_equal(sqlite3_open(f.path, &w.db), SQLITE_OK);
	for (int i = 0; i < 50; i++)
		batch_add(&f, &b, INSERT_POINT, i, NULL);
	mock_on_finish(f.mock, look, &w);
	mock_run_all(b.calls, b.n);
	for (size_t i = 0; i < b.n; i++)
		assert_int_equal(b.calls[i]->code, TENON_OK);
	assert_int_equal(w.finished, 50);
	assert_int_equal(w.least, 50);
	assert_true(mock_metric(f.mock, "groups_total") == 1);
	assert_true(mock_metric(f.mock, "messages_total") == 50);
	assert_true(mock_metric(f.mock, "wal_bytes") > 0);
	sqlite3_close(w.db);
	batch_free(&b);
	fixture_close(&f);
}

static void a_group_has_limits(void **state)
{
	static const char *const by_messages[] = { "group_messages=4", "group_ms=1000", NULL }, *const by_rows[] = { "group_rows=3", "group_ms=1000", NULL },
		*const by_time[] = { "group_ms=0", NULL };
	static const struct { const char *const *settings; int groups; } cases[] = { { by_messages, 3 }, { by_rows, 4 }, { by_time, 10 } };

	(void)state;
	for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
		struct fixture f;
		struct batch b = { 0 };
		fixture_open(&f, cases[k].settings);
		for (int i = 0; i < 10; i++)
			batch_add(&f, &b, INSERT_POINT, i, NULL);
		mock_run_all(b.calls, b.n);
		assert_int_equal(number(&f, "SELECT count(*) FROM point"), 10);
		assert_int_equal((int)mock_metric(f.mock, "groups_total"), cases[k].groups);
		batch_free(&b);
		fixture_close(&f);
	}
}

/* the first fails, the last fails, some between fail: the others stand */
static void one_member_that_fails_harms_no_other(void **state)
{
	static const int64_t ids[] = { 1, 2, 2, 3, 1, 4, 4 };
	struct fixture f;
	struct batch b = { 0 };

	(void)state;
	fixture_open(&f, NULL);
	assert_int_equal(insert(&f, 1, "before"), TENON_OK);
	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
		batch_add(&f, &b, i == 3 ? "INSERT INTO point SELECT ?, ?, ? FROM nowhere" : INSERT_POINT, ids[i], NULL);
	b.steps[5].expect = SQL_AFFECTED;
	b.steps[5].count = 2;
	mock_run_all(b.calls, b.n);
	assert_int_equal(b.calls[0]->code, TENON_CONFLICT);
	assert_int_equal(b.calls[1]->code, TENON_OK);
	assert_int_equal(b.calls[2]->code, TENON_CONFLICT);
	assert_int_equal(b.calls[3]->code, TENON_INTERNAL);
	assert_int_equal(b.calls[4]->code, TENON_CONFLICT);
	assert_true(((struct sql_tx_result *)b.calls[5]->result)->has.failed);
	assert_int_equal(b.calls[6]->code, TENON_OK);
	assert_int_equal(number(&f, "SELECT sum(id) FROM point"), 1 + 2 + 4);
	assert_true(mock_metric(f.mock, "groups_total") == 2);
	assert_true(mock_metric(f.mock, "reruns_total") == 0);
	batch_free(&b);
	fixture_close(&f);
}

/* ---- queries ---- */

static void a_query_only_reads(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, NULL);
	struct mock_call *c = run_query(&f, "DELETE FROM point", NULL, 0);
	assert_int_equal(c->code, TENON_INTERNAL);
	mock_call_free(c);
	c = run_query(&f, "SELECT 1 WHERE 1 = 2", NULL, 0);
	assert_int_equal(c->code, TENON_OK);
	assert_int_equal(sql_count(c->result), 0);
	assert_int_equal(((struct sql_rows *)c->result)->columns, 1);
	mock_call_free(c);
	fixture_close(&f);
}

#define ENDLESS "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"

static void a_query_ends_at_its_deadline_and_when_it_is_cancelled(void **state)
{
	struct fixture f;
	struct sql_query_args a = { .has = { .sql = 1 }, .sql = ENDLESS };

	(void)state;
	fixture_open(&f, NULL);
	struct mock_call *c = mock_call_new(f.mock, "query");
	c->pub.deadline = c->pub.host->clock() + 20000000;
	assert_int_equal(mock_run(c, &a), TENON_DEADLINE_EXCEEDED);
	assert_true(c->pub.host->clock() - c->pub.deadline < 500000000);
	mock_call_free(c);
	c = mock_call_new(f.mock, "query");
	c->cancelled = true;
	assert_int_equal(mock_run(c, &a), TENON_CANCELLED);
	mock_call_free(c);
	assert_int_equal(number(&f, "SELECT count(*) FROM point"), 0);
	fixture_close(&f);
}

static void a_result_that_does_not_fit_is_an_error_not_a_part(void **state)
{
	struct fixture f;
	struct sql_query_args a = { .has = { .sql = 1 }, .sql = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 5000)"
	                                                        " SELECT i, 'text ' || i FROM n" };
	(void)state;
	fixture_open(&f, NULL);
	struct mock_call *c = mock_call_new(f.mock, "query");
	c->allocs = 3000;
	assert_int_equal(mock_run(c, &a), TENON_NO_MEMORY);
	assert_non_null(strstr(c->message, "rows"));
	mock_call_free(c);
	c = run_query(&f, a.sql, NULL, 0);
	assert_int_equal(sql_count(c->result), 5000);
	assert_string_equal(sql_text(c->result, 4999, 1), "text 5000");
	mock_call_free(c);
	fixture_close(&f);
}

/* ---- statements ---- */

static void statements_are_found_again_and_old_ones_make_room(void **state)
{
	struct fixture f;
	char sql[64]; /* one address, many texts */

	(void)state;
	fixture_open(&f, NULL);
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 3 * CACHE_MOST; i++) {
			snprintf(sql, sizeof sql, "SELECT %d + count(*) FROM point", i % (2 * CACHE_MOST + 1));
			assert_int_equal(number(&f, sql), i % (2 * CACHE_MOST + 1));
		}
	}
	const struct store *s = mock_self(f.mock);
	assert_int_equal(s->readers[0].cache.n, CACHE_MOST);
	fixture_close(&f);
}

static void the_trace_has_each_text_once(void **state)
{
	struct fixture f;
	char setting[128], line[256], seen[2048] = "";
	const char *settings[] = { setting, NULL };

	(void)state;
	snprintf(setting, sizeof setting, "trace=/tmp/tenon-sqlite-trace-%d", (int)getpid());
	fixture_open(&f, settings);
	insert(&f, 1, "a");
	insert(&f, 2, "b");
	number(&f, "SELECT count(*) FROM\tpoint WHERE name <> '\"'");
	FILE *t = fopen(setting + 6, "r");
	assert_non_null(t);
	while (fgets(line, sizeof line, t) != NULL)
		strcat(seen, line);
	fclose(t);
	unlink(setting + 6);
	assert_string_equal(seen,
		"{\"service\": \"test\", \"version\": 1, \"sql\": \"CREATE TABLE point (id $i64 NOT NULL, name $text UNIQUE, value $f64, PRIMARY KEY (id)) "
		"$keyed;\\u000a\"}\n"
		"\"" INSERT_POINT "\"\n"
		"\"SELECT count(*) FROM\\u0009point WHERE name <> '\\\"'\"\n");
	fixture_close(&f);
}

static void matching(void **state)
{
	static const struct { const char *text, *pattern; bool like, ilike; } cases[] = {
		{ "", "", true, true }, { "a", "", false, false }, { "", "%", true, true }, { "abc", "a%", true, true },
		{ "abc", "A%", false, true }, { "ABC", "abc", false, true }, { "abc", "_b_", true, true }, { "abc", "__", false, false },
		{ "gr\xc3\xbc\xc3\x9f", "gr__", true, true }, { "\xc3\xbc", "\xc3\x9c", false, false }, /* case of ASCII only */
		{ "a\\%b", "a\\%b", true, true }, { "a\\xb", "a\\%b", true, true }, { "aXbXc", "%x%x%", false, true },
		{ "mississippi", "%iss%ip%", true, true }, { "mississippi", "%iss%is%ip%x", false, false }, { "abc", "%%%c%%", true, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct like_text t = { (const unsigned char *)cases[i].text, strlen(cases[i].text) };
		struct like_text p = { (const unsigned char *)cases[i].pattern, strlen(cases[i].pattern) };
		if (like_matches(t, p, false) != cases[i].like || like_matches(t, p, true) != cases[i].ilike)
			fail_msg("\"%s\" like \"%s\"", cases[i].text, cases[i].pattern);
	}
}

static void matching_in_sql(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, NULL);
	insert(&f, 1, "Alpha");
	insert(&f, 2, NULL);
	assert_int_equal(number(&f, "SELECT count(*) FROM point WHERE t_like(name, 'A%')"), 1);
	assert_int_equal(number(&f, "SELECT count(*) FROM point WHERE t_like(name, 'a%')"), 0);
	assert_int_equal(number(&f, "SELECT count(*) FROM point WHERE t_ilike(name, 'a%')"), 1);
	assert_int_equal(number(&f, "SELECT count(*) FROM point WHERE NOT t_ilike(name, 'a%')"), 0); /* NULL is neither */
	assert_int_equal(number(&f, "SELECT id FROM point ORDER BY name COLLATE \"C\" NULLS FIRST LIMIT 1"), 2);
	fixture_close(&f);
}

/* ---- threads ---- */

static void *read_on(void *arg)
{
	struct mock_call *c = arg;
	struct sql_query_args a = { .has = { .sql = 1 }, .sql = "SELECT count(*), sum(id) FROM point" };

	for (int i = 0; i < 200 && c->code == TENON_OK; i++) {
		mock_run(c, &a);
		int64_t n = sql_i64(c->result, 0, 0);
		if (n % 2 != 0) /* a message writes two rows */
			c->code = TENON_INTERNAL;
		memset(c->result, 0, sizeof(struct sql_rows));
	}
	return NULL;
}

static void readers_see_whole_messages_while_the_writer_writes(void **state)
{
	struct fixture f;
	pthread_t threads[READERS];
	struct mock_call *calls[READERS];

	(void)state;
	fixture_open(&f, NULL);
	for (int i = 0; i < READERS; i++) {
		calls[i] = mock_call_new(f.mock, "query");
		calls[i]->worker = i;
		pthread_create(&threads[i], NULL, read_on, calls[i]);
	}
	for (int i = 0; i < 200; i++) {
		struct sql_value v[] = { P_I64(2 * i), P_NULL, P_NULL, P_I64(2 * i + 1), P_NULL, P_NULL };
		struct sql_step s = step_of(INSERT_POINT, v, 6);
		s.columns = 3;
		struct mock_call *c = run_tx(&f, &s, 1);
		assert_int_equal(c->code, TENON_OK);
		mock_call_free(c);
	}
	for (int i = 0; i < READERS; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(calls[i]->code, TENON_OK);
		mock_call_free(calls[i]);
	}
	fixture_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_comes_back_as_it_was_stored),
		cmocka_unit_test(a_thousand_rows_in_one_step),
		cmocka_unit_test(a_failed_expectation_undoes_the_message_and_shows_the_rows),
		cmocka_unit_test(each_kind_of_expectation),
		cmocka_unit_test(wrong_statements_say_what_is_wrong),
		cmocka_unit_test(no_allocation_that_fails_leaves_half_a_message),
		cmocka_unit_test(a_group_shares_one_commit_and_is_answered_after_it),
		cmocka_unit_test(a_group_has_limits),
		cmocka_unit_test(one_member_that_fails_harms_no_other),
		cmocka_unit_test(a_query_only_reads),
		cmocka_unit_test(a_query_ends_at_its_deadline_and_when_it_is_cancelled),
		cmocka_unit_test(a_result_that_does_not_fit_is_an_error_not_a_part),
		cmocka_unit_test(statements_are_found_again_and_old_ones_make_room),
		cmocka_unit_test(the_trace_has_each_text_once),
		cmocka_unit_test(matching),
		cmocka_unit_test(matching_in_sql),
		cmocka_unit_test(readers_see_whole_messages_while_the_writer_writes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
