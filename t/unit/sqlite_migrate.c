/* SPDX-License-Identifier: Apache-2.0 */
/* sqlite_migrate - unit tests of sql/sqlite: numbered versions, the copy before them, databases that are newer. */
#include "sqlite_fixture.h"

#define ADD_NOTE "ALTER TABLE point ADD COLUMN note $text;\nCREATE INDEX point_by_note ON point (note);\n"

static int64_t number_in(const char *path, const char *sql)
{
	sqlite3 *db;
	sqlite3_stmt *stmt;

	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	int64_t n = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return n;
}

static bool exists(const struct fixture *f, const char *suffix)
{
	char path[128];
	snprintf(path, sizeof path, "%s%s", f->path, suffix);
	return access(path, F_OK) == 0;
}

static void the_words_mean_strict_typed_tables(void **state)
{
	struct fixture f;
	const char *versions[] = { "CREATE TABLE a (id $id, i $i64, f $f64, t $text, b $bytes) $table;\nCREATE TABLE k (x $text PRIMARY KEY) $keyed;\n" };

	(void)state;
	fixture_open(&f, NULL);
	assert_int_equal(fixture_migrate(&f, "words", versions, 1), TENON_OK);
	assert_int_equal(number(&f, "SELECT count(*) FROM pragma_table_list WHERE name IN ('a', 'k') AND strict = 1"), 2);
	assert_int_equal(number(&f, "SELECT count(*) FROM pragma_table_list WHERE name = 'k' AND wr = 1"), 1);
	assert_int_equal(run_sql(&f, "INSERT INTO a (i, f, t, b) VALUES (1, 1.5, 'x', x'00')", NULL, 0), TENON_OK);
	assert_int_equal(run_sql(&f, "INSERT INTO a (i) VALUES ('x')", NULL, 0), TENON_INTERNAL);
	assert_int_equal(number(&f, "SELECT id FROM a"), 1);
	fixture_close(&f);
}

static void what_is_new_runs_once_and_what_exists_is_copied_first(void **state)
{
	struct fixture f;
	const char *versions[] = { CREATE_POINT, ADD_NOTE };
	char copy[128];

	(void)state;
	fixture_open(&f, NULL);
	assert_int_equal(insert(&f, 1, "old"), TENON_OK);
	assert_int_equal(fixture_migrate(&f, "test", versions, 1), TENON_OK);
	assert_false(exists(&f, ".before-test-v1")); /* nothing to lose, nothing to do */
	assert_int_equal(fixture_migrate(&f, "test", versions, 2), TENON_OK);
	assert_int_equal(number(&f, "SELECT version FROM schema_version WHERE service = 'test'"), 2);
	assert_int_equal(number(&f, "SELECT count(note) FROM point"), 0);
	assert_true(exists(&f, ".before-test-v2"));
	assert_false(exists(&f, ".before-test-v2.part"));
	snprintf(copy, sizeof copy, "%s.before-test-v2", f.path);
	assert_int_equal(number_in(copy, "SELECT id FROM point WHERE name = 'old'"), 1);
	assert_int_equal(number_in(copy, "SELECT version FROM schema_version"), 1);
	assert_int_equal(number_in(copy, "SELECT count(*) FROM pragma_table_info('point') WHERE name = 'note'"), 0);
	assert_int_equal(fixture_migrate(&f, "test", versions, 2), TENON_OK);
	assert_int_equal(insert(&f, 2, "new"), TENON_OK); /* statements prepared before it go on */
	fixture_close(&f);
}

static void a_second_service_has_versions_of_its_own(void **state)
{
	struct fixture f;
	const char *versions[] = { "CREATE TABLE other (id $id) $table;\n", "CREATE TABLE more (id $id) $table;" };

	(void)state;
	fixture_open(&f, NULL);
	assert_int_equal(fixture_migrate(&f, "other-one", versions, 2), TENON_OK);
	assert_int_equal(number(&f, "SELECT sum(version) FROM schema_version"), 3);
	assert_false(exists(&f, ".before-other-one-v2"));
	fixture_close(&f);
}

static void a_migration_that_fails_changes_nothing(void **state)
{
	static const struct { const char *last, *text; } cases[] = {
		{ ADD_NOTE "CREATE TABLE point (id $id) $table;\n", "point already exists" },
		{ ADD_NOTE "ALTER TABLE nowhere ADD COLUMN x $i64;\n", "no such table: nowhere" },
		{ ADD_NOTE "CREATE TABLE t (x $float) $table;\n", "no word $float" },
		{ ADD_NOTE "INSERT INTO point (id) VALUES (1);\n", "point.id" },
	};
	struct fixture f;

	(void)state;
	fixture_open(&f, NULL);
	assert_int_equal(insert(&f, 1, "a"), TENON_OK);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *versions[] = { CREATE_POINT, "CREATE TABLE middle (id $id) $table;\n", cases[i].last };
		int code = fixture_migrate(&f, "test", versions, 3);
		if (code >= 0 || strstr(f.why, cases[i].text) == NULL)
			fail_msg("case %zu: %d %s", i, code, f.why);
		assert_int_equal(number(&f, "SELECT version FROM schema_version"), 1);
		assert_int_equal(number(&f, "SELECT count(*) FROM sqlite_schema WHERE name IN ('middle', 'point_by_note', 't')"), 0);
		assert_int_equal(insert(&f, 10 + (int64_t)i, NULL), TENON_OK);
	}
	fixture_close(&f);
}

static void a_newer_database_is_refused_with_what_to_do(void **state)
{
	struct fixture f;
	const char *versions[] = { CREATE_POINT, ADD_NOTE };

	(void)state;
	fixture_open(&f, NULL);
	assert_int_equal(fixture_migrate(&f, "test", versions, 2), TENON_OK);
	assert_int_equal(fixture_migrate(&f, "test", versions, 1), TENON_FAILED_PRECONDITION);
	assert_non_null(strstr(f.why, "start the newer tenond, or put back"));
	assert_non_null(strstr(f.why, "tenon.db.before-test-v2"));
	fixture_close(&f);
}

static void no_room_for_the_copy_means_no_migration(void **state)
{
	struct fixture f;
	const char *versions[] = { CREATE_POINT, ADD_NOTE };
	char blocked[128];

	(void)state;
	fixture_open(&f, NULL);
	snprintf(blocked, sizeof blocked, "mkdir -p %s.before-test-v2/x", f.path); /* a folder that no rename replaces */
	assert_int_equal(system(blocked), 0);
	assert_int_equal(fixture_migrate(&f, "test", versions, 2), TENON_UNAVAILABLE);
	assert_non_null(strstr(f.why, "not changed"));
	assert_false(exists(&f, ".before-test-v2.part"));
	assert_int_equal(number(&f, "SELECT version FROM schema_version"), 1);
	fixture_close(&f);
}

static void a_name_that_would_leave_the_folder(void **state)
{
	struct fixture f;
	const char *versions[] = { "CREATE TABLE other (id $id) $table;\n" };

	(void)state;
	fixture_open(&f, NULL);
	assert_int_equal(fixture_migrate(&f, "../other", versions, 1), TENON_INVALID_ARGUMENT);
	assert_int_equal(fixture_migrate(&f, "", versions, 1), TENON_INVALID_ARGUMENT);
	fixture_close(&f);
}

static void data_and_versions_outlive_the_process(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, NULL);
	assert_int_equal(insert(&f, 1, "a"), TENON_OK);
	mock_close(f.mock);
	assert_false(exists(&f, "-wal")); /* a clean end leaves one file */
	assert_int_equal(fixture_try(&f, NULL), TENON_OK);
	assert_int_equal(number(&f, "SELECT count(*) FROM point"), 1);
	fixture_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_words_mean_strict_typed_tables),
		cmocka_unit_test(what_is_new_runs_once_and_what_exists_is_copied_first),
		cmocka_unit_test(a_second_service_has_versions_of_its_own),
		cmocka_unit_test(a_migration_that_fails_changes_nothing),
		cmocka_unit_test(a_newer_database_is_refused_with_what_to_do),
		cmocka_unit_test(no_room_for_the_copy_means_no_migration),
		cmocka_unit_test(a_name_that_would_leave_the_folder),
		cmocka_unit_test(data_and_versions_outlive_the_process),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
