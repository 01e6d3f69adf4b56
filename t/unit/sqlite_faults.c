/* SPDX-License-Identifier: Apache-2.0 */
/* sqlite_faults - unit tests of sql/sqlite when the disk is full, the file locked, damaged, gone, or the log grows. */
#include "store.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "sqlite_fixture.h"

static sqlite3 *writer_of(struct fixture *f) { return ((struct store *)mock_self(f->mock))->writer.db; }

static void expect_text(struct fixture *f, const char *part)
{
	if (strstr(f->why, part) == NULL)
		fail_msg("\"%s\" lacks \"%s\"", f->why, part);
}

static off_t size_of(const char *dir, const char *name)
{
	char path[128];
	struct stat st;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	return stat(path, &st) == 0 ? st.st_size : -1;
}

/* ---- no room ---- */

static void limit_files(rlim_t bytes)
{
	struct rlimit r;

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &r);
	r.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &r), 0);
}

static char *long_text(size_t n)
{
	char *s = malloc(n + 1);

	memset(s, 'x', n);
	s[n] = '\0';
	return s;
}

/* the log cannot grow: COMMIT fails, and each member answers for itself */
static void a_full_disk_fails_who_needs_room_and_nobody_else(void **state)
{
	struct fixture f;
	struct batch b = { 0 };
	char *big = long_text(1 << 20);

	(void)state;
	fixture_open(&f, NULL);
	assert_int_equal(insert(&f, 1, "before"), TENON_OK);
	batch_add(&f, &b, INSERT_POINT, 2, "small");
	batch_add(&f, &b, INSERT_POINT, 3, big);
	batch_add(&f, &b, INSERT_POINT, 2, "twice");
	batch_add(&f, &b, INSERT_POINT, 4, "small too");
	limit_files((rlim_t)size_of(f.dir, "tenon.db-wal") + 40000);
	mock_run_all(b.calls, b.n);
	int64_t n = number(&f, "SELECT count(*) FROM point");
	limit_files(RLIM_INFINITY);
	assert_int_equal(b.calls[0]->code, TENON_OK);
	assert_int_equal(b.calls[1]->code, TENON_STORAGE_FULL);
	assert_non_null(strstr(b.calls[1]->message, f.path));
	assert_int_equal(b.calls[2]->code, TENON_CONFLICT);
	assert_int_equal(b.calls[3]->code, TENON_OK);
	assert_string_equal(b.calls[3]->message, "");
	assert_int_equal(n, 3);
	assert_true(mock_metric(f.mock, "reruns_total") == 4);
	assert_int_equal(insert(&f, 3, big), TENON_OK); /* there is room again */
	assert_int_equal(number(&f, "SELECT sum(id) FROM point"), 1 + 2 + 3 + 4);
	batch_free(&b);
	free(big);
	fixture_close(&f);
}

/* SQLite rolls the whole transaction back from within a statement */
static void a_statement_that_takes_the_transaction_with_it(void **state)
{
	struct fixture f;
	struct batch b = { 0 };
	char *big = long_text(200000);

	(void)state;
	fixture_open(&f, NULL);
	batch_add(&f, &b, INSERT_POINT, 1, "small");
	batch_add(&f, &b, INSERT_POINT, 2, big);
	batch_add(&f, &b, INSERT_POINT, 3, "small too");
	assert_int_equal(sqlite3_exec(writer_of(&f), "PRAGMA max_page_count=12", NULL, NULL, NULL), SQLITE_OK);
	mock_run_all(b.calls, b.n);
	assert_int_equal(b.calls[0]->code, TENON_OK);
	assert_int_equal(b.calls[1]->code, TENON_STORAGE_FULL);
	assert_non_null(strstr(b.calls[1]->message, "free some space"));
	assert_int_equal(b.calls[2]->code, TENON_OK);
	assert_int_equal(number(&f, "SELECT sum(id) FROM point"), 1 + 3);
	assert_true(mock_metric(f.mock, "reruns_total") == 2); /* the third came into the next group */
	batch_free(&b);
	batch_add(&f, &b, INSERT_POINT, 2, big); /* first of its group: no one to run again */
	batch_add(&f, &b, INSERT_POINT, 4, "d");
	mock_run_all(b.calls, b.n);
	assert_int_equal(b.calls[0]->code, TENON_STORAGE_FULL);
	assert_int_equal(b.calls[1]->code, TENON_OK);
	assert_true(mock_metric(f.mock, "reruns_total") == 2);
	assert_int_equal(sqlite3_exec(writer_of(&f), "PRAGMA max_page_count=100000", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(insert(&f, 2, big), TENON_OK);
	batch_free(&b);
	free(big);
	fixture_close(&f);
}

static void a_disk_that_stays_full_fails_all_and_loses_nothing(void **state)
{
	struct fixture f;
	struct batch b = { 0 };

	(void)state;
	fixture_open(&f, NULL);
	assert_int_equal(insert(&f, 1, "before"), TENON_OK);
	for (int i = 0; i < 20; i++)
		batch_add(&f, &b, INSERT_POINT, 10 + i, NULL);
	limit_files(4096); /* shorter than what is there */
	mock_run_all(b.calls, b.n);
	limit_files(RLIM_INFINITY);
	for (size_t i = 0; i < b.n; i++)
		assert_int_equal(b.calls[i]->code, TENON_STORAGE_FULL);
	assert_int_equal(number(&f, "SELECT sum(id) FROM point"), 1);
	for (size_t i = 0; i < b.n; i++)
		b.calls[i]->finished = false;
	mock_run_all(b.calls, b.n); /* the same messages again */
	for (size_t i = 0; i < b.n; i++)
		assert_int_equal(b.calls[i]->code, TENON_OK);
	assert_int_equal(number(&f, "SELECT count(*) FROM point"), 21);
	batch_free(&b);
	fixture_close(&f);
}

/* ---- locked ---- */

static void a_lock_of_another_process_is_waited_for_once(void **state)
{
	static const char *const settings[] = { "busy_timeout_ms=100", NULL };
	struct fixture f;
	struct batch b = { 0 };
	sqlite3 *other;

	(void)state;
	fixture_open(&f, settings);
	assert_int_equal(insert(&f, 1, "before"), TENON_OK);
	assert_int_equal(sqlite3_open(f.path, &other), SQLITE_OK);
	assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE; DELETE FROM point", NULL, NULL, NULL), SQLITE_OK);
	for (int i = 0; i < 20; i++)
		batch_add(&f, &b, INSERT_POINT, 10 + i, NULL);
	int64_t before = b.calls[0]->pub.host->clock();
	mock_run_all(b.calls, b.n);
	int64_t took = b.calls[0]->pub.host->clock() - before;
	for (size_t i = 0; i < b.n; i++)
		assert_int_equal(b.calls[i]->code, TENON_UNAVAILABLE);
	assert_non_null(strstr(b.calls[19]->message, f.path));
	assert_non_null(strstr(b.calls[19]->message, "locked by another process"));
	assert_true(took >= 90000000 && took < 1500000000);
	assert_int_equal(number(&f, "SELECT count(*) FROM point"), 1); /* reads go on */
	assert_int_equal(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(insert(&f, 2, "after"), TENON_OK);
	sqlite3_close(other);
	batch_free(&b);
	fixture_close(&f);
}

static void *unlock_soon(void *other)
{
	usleep(100000);
	sqlite3_exec(other, "COMMIT", NULL, NULL, NULL);
	return NULL;
}

static void a_lock_that_goes_in_time_costs_only_time(void **state)
{
	struct fixture f;
	sqlite3 *other;
	pthread_t thread;

	(void)state;
	fixture_open(&f, NULL);
	assert_int_equal(sqlite3_open(f.path, &other), SQLITE_OK);
	assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE; INSERT INTO point (id) VALUES (7)", NULL, NULL, NULL), SQLITE_OK);
	pthread_create(&thread, NULL, unlock_soon, other);
	assert_int_equal(insert(&f, 1, "a"), TENON_OK);
	pthread_join(thread, NULL);
	assert_int_equal(number(&f, "SELECT sum(id) FROM point"), 8);
	sqlite3_close(other);
	fixture_close(&f);
}

/* ---- files ---- */

static void write_file(const char *path, off_t at, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, text, strlen(text), at), (ssize_t)strlen(text));
	close(fd);
}

static void a_file_that_is_no_database_is_refused_and_kept(void **state)
{
	struct fixture f;

	(void)state;
	fixture_make_dir(&f);
	write_file(f.path, 0, "These are the notes of somebody who needs them still, and more than hundred bytes of them, so that it cannot be empty.");
	off_t size = size_of(f.dir, "tenon.db");
	assert_int_equal(fixture_try(&f, NULL), TENON_DATA_LOSS);
	expect_text(&f, f.path);
	expect_text(&f, "no SQLite database");
	assert_int_equal(size_of(f.dir, "tenon.db"), size);
	fixture_close(&f);
}

static void a_damaged_page_is_data_loss(void **state)
{
	struct fixture f;
	char zeros[4097], name[80];

	(void)state;
	fixture_open(&f, NULL);
	for (int i = 0; i < 300; i++) {
		snprintf(name, sizeof name, "a text of some length, so that the table has pages: %d", i);
		assert_int_equal(insert(&f, i, name), TENON_OK);
	}
	struct store *s = mock_self(f.mock);
	assert_int_equal(sqlite3_wal_checkpoint_v2(s->writer.db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL), SQLITE_OK);
	memset(zeros, 'Z', sizeof zeros - 1);
	zeros[4096] = '\0';
	for (off_t at = 4096; at < size_of(f.dir, "tenon.db"); at += 4096)
		write_file(f.path, at, zeros);
	struct mock_call *c = run_query(&f, "SELECT sum(value) FROM point", NULL, 0);
	assert_int_equal(c->code, TENON_DATA_LOSS);
	assert_non_null(strstr(c->message, "restore a backup"));
	mock_call_free(c);
	fixture_close(&f);
}

static void a_folder_that_is_not_there(void **state)
{
	static const char *const settings[] = { "file=missing/tenon.db", NULL };
	struct fixture f;
	char folder[80];

	(void)state;
	fixture_make_dir(&f);
	assert_int_equal(fixture_try(&f, settings), TENON_UNAVAILABLE);
	expect_text(&f, "missing/tenon.db");
	expect_text(&f, "No such file");
	snprintf(folder, sizeof folder, "%s/missing", f.dir);
	assert_int_equal(mkdir(folder, 0700), 0);
	assert_int_equal(fixture_try(&f, settings), TENON_OK);
	fixture_close(&f);
}

static void a_file_replaced_under_us_is_not_ready(void **state)
{
	struct fixture f;
	char aside[96];

	(void)state;
	fixture_open(&f, NULL);
	assert_int_equal(mock_ready(f.mock, f.why, sizeof f.why), TENON_OK);
	snprintf(aside, sizeof aside, "%s.aside", f.path);
	assert_int_equal(rename(f.path, aside), 0);
	assert_int_equal(mock_ready(f.mock, f.why, sizeof f.why), TENON_UNAVAILABLE);
	write_file(f.path, 0, "another");
	assert_int_equal(mock_ready(f.mock, f.why, sizeof f.why), TENON_UNAVAILABLE);
	expect_text(&f, "replaced");
	assert_int_equal(rename(aside, f.path), 0);
	assert_int_equal(mock_ready(f.mock, f.why, sizeof f.why), TENON_OK);
	fixture_close(&f);
}

static void settings_that_are_wrong(void **state)
{
	static const char *const settings[] = { "trace=/nowhere/trace", NULL };
	struct fixture f;

	(void)state;
	fixture_make_dir(&f);
	assert_int_equal(fixture_try(&f, settings), TENON_INVALID_ARGUMENT);
	expect_text(&f, "/nowhere/trace: No such file");
	fixture_close(&f);
}

/* ---- the log ---- */

static void write_megabytes(struct fixture *f, int64_t from, int n)
{
	char *big = long_text(1 << 20), name[24];

	for (int i = 0; i < n; i++) {
		memcpy(big, name, (size_t)snprintf(name, sizeof name, "%lld ", (long long)from + i));
		assert_int_equal(insert(f, from + i, big), TENON_OK);
	}
	free(big);
}

static void the_log_is_cut_back_and_a_reader_only_delays_it(void **state)
{
	static const char *const settings[] = { "journal_limit=2097152", NULL };
	struct fixture f;
	sqlite3 *reader;

	(void)state;
	fixture_open(&f, settings);
	write_megabytes(&f, 0, 12);
	assert_true(size_of(f.dir, "tenon.db-wal") < 6 << 20);
	assert_int_equal(sqlite3_open(f.path, &reader), SQLITE_OK);
	assert_int_equal(sqlite3_exec(reader, "BEGIN; SELECT count(*) FROM point", NULL, NULL, NULL), SQLITE_OK);
	int64_t before = ((struct store *)mock_self(f.mock))->host->clock();
	write_megabytes(&f, 100, 12);
	assert_true(((struct store *)mock_self(f.mock))->host->clock() - before < 4000000000); /* it waits for no reader */
	assert_true(size_of(f.dir, "tenon.db-wal") > 10 << 20);
	assert_true(mock_metric(f.mock, "wal_bytes") > 10 << 20);
	sqlite3_close(reader);
	write_megabytes(&f, 200, 6);
	assert_true(size_of(f.dir, "tenon.db-wal") < 6 << 20);
	assert_int_equal(number(&f, "SELECT count(*) FROM point"), 30);
	fixture_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_full_disk_fails_who_needs_room_and_nobody_else),
		cmocka_unit_test(a_statement_that_takes_the_transaction_with_it),
		cmocka_unit_test(a_disk_that_stays_full_fails_all_and_loses_nothing),
		cmocka_unit_test(a_lock_of_another_process_is_waited_for_once),
		cmocka_unit_test(a_lock_that_goes_in_time_costs_only_time),
		cmocka_unit_test(a_file_that_is_no_database_is_refused_and_kept),
		cmocka_unit_test(a_damaged_page_is_data_loss),
		cmocka_unit_test(a_folder_that_is_not_there),
		cmocka_unit_test(a_file_replaced_under_us_is_not_ready),
		cmocka_unit_test(settings_that_are_wrong),
		cmocka_unit_test(the_log_is_cut_back_and_a_reader_only_delays_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
