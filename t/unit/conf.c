/* SPDX-License-Identifier: Apache-2.0 */
/* conf - unit tests of core/conf: what is read, and what every mistake is answered with. */
#include "base/buf.h"
#include "base/err.h"
#include "conf/conf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static const struct tenon_name levels[] = { { "info", 1 }, { "debug", 2 }, { 0 } };
#define LOG(F, S) F(S, int64_t, level, .type = TENON_ENUM, .names = levels, .dflt = "info", .doc = "how much")
TENON_MESSAGE(log, LOG);
#define TOP(F, S) \
	F(S, const char *, listen, .dflt = "127.0.0.1:1", .doc = "where") \
	F(S, int64_t, size, .dflt = "1024", .range = "1..1048576", .label = "bytes", .doc = "how large") \
	F(S, int64_t, wait, .dflt = "1000", .label = "ms", .doc = "how long") \
	F(S, bool, is_on, .dflt = "true") \
	F(S, double, ratio, .dflt = "0.5") \
	F(S, struct tenon_strs, dirs) \
	F(S, const char *, token, .flags = TENON_SECRET) \
	F(S, struct log, log, TENON_SUB(log))
TENON_MESSAGE(top, TOP);
#define SQL(F, S) F(S, const char *, trace) F(S, int64_t, readers, .dflt = "2", .range = "1..8")
TENON_MESSAGE(sql, SQL);

static char path[] = "/tmp/tenon-conf-XXXXXX";
static struct top top;
static struct sql sql;

/* 0, or the text of the complaint */
static const char *read_all(const char *yaml, const char *set)
{
	static struct err e;
	struct conf *c = NULL;
	FILE *f = fopen(path, "w");

	e = (struct err){ 0 };
	fputs(yaml, f);
	fclose(f);
	int rc = conf_open(&c, path, &set, set != NULL, &e);
	if (rc == TENON_OK)
		rc = conf_read(c, "", &top_table, &top, &e);
	if (rc == TENON_OK)
		rc = conf_read(c, "instances.sql", &sql_table, &sql, &e);
	if (rc == TENON_OK)
		rc = conf_finish(c, &e);
	conf_close(c);
	return rc < 0 ? e.text : NULL;
}

static void expect(const char *yaml, const char *set, const char *says)
{
	const char *text = read_all(yaml, set);

	if (text == NULL || strstr(text, says) == NULL)
		fail_msg("%s: said \"%s\", expected \"%s\"", yaml, text == NULL ? "(nothing)" : text, says);
}

static void values_are_read_by_their_tables(void **state)
{
	(void)state;
	setenv("TENON_CONF_TEST", "from the environment", 1);
	assert_null(read_all("size: 64KiB\nwait: 2s\nis_on: off\nratio: 1e-3\ndirs: [a, b]\nlog: {level: debug}\n"
	                     "instances:\n  sql:\n    readers: 3\n", NULL));
	assert_int_equal(top.size, 65536);
	assert_int_equal(top.wait, 2000);
	assert_false(top.is_on);
	assert_true(top.ratio == 1e-3);
	assert_int_equal(top.dirs.n, 2);
	assert_int_equal(top.log.level, 2);
	assert_int_equal(sql.readers, 3);
	assert_null(read_all("", NULL));
	assert_int_equal(top.size, 1024);
	assert_int_equal(top.log.level, 1);
}

static void overrides_win(void **state)
{
	(void)state;
	assert_null(read_all("size: 10\n", "size=20"));
	assert_int_equal(top.size, 20);
	assert_null(read_all("", "log.level=debug"));
	assert_int_equal(top.log.level, 2);
	assert_null(read_all("", "sql.readers=5"));
	assert_int_equal(sql.readers, 5);
	assert_null(read_all("instances: {sql: {readers: 3}}\n", "instances.sql.readers=4"));
	assert_int_equal(sql.readers, 4);
}

static void mistakes_are_named_with_their_place(void **state)
{
	(void)state;
	expect("\n\nsiez: 1\n", NULL, ":3: siez: unknown key; did you mean \"size\"?");
	expect("instances:\n  sql:\n    raeders: 1\n", NULL, ":3: instances.sql.raeders: unknown key; did you mean \"readers\"?");
	expect("size: 12 apples\n", NULL, ":1: size: \"12 apples\" is not a size (a whole number of bytes, or with k, M, G, KiB, MiB, GiB)");
	expect("size: 2000000\n", NULL, "within 1..1048576");
	expect("log: {level: debgu}\n", NULL, "log.level: \"debgu\" is not one of info debug; did you mean \"debug\"?");
	expect("is_on: maybe\n", NULL, "true or false");
	expect("log: 5\n", NULL, "is not a mapping");
	expect("size: [1, 2]\n", NULL, "is not a single value");
	expect("size: 1\nsize: 2\n", NULL, ":2: the key \"size\" is there twice");
	expect("a: &x 1\nb: *x\n", NULL, "anchors are not supported");
	expect("a: [\n", NULL, ":2:");
	expect("\tsize: 1\n", NULL, ":1:");
	expect("- a\n- b\n", NULL, "the file must be a mapping");
	expect("--- {}\n--- {}\n", NULL, "more than one document");
	expect("a: {b: {c: {d: {e: {f: {g: {h: {i: {j: {k: {l: {m: {n: {o: {p: {q: 1}}}}}}}}}}}}}}}}\n", NULL, "nested too deep");
	expect("listen: ${TENON_CONF_ABSENT}\n", NULL, "the environment has no TENON_CONF_ABSENT");
	expect("", "size", "write it as key=value");
	expect("", "size=x", "--set: size: \"x\" is not a size");
	expect("", "log.levle=debug", "did you mean \"level\"?");
}

static void the_environment_is_put_in(void **state)
{
	(void)state;
	setenv("TENON_CONF_TEST", "there", 1);
	assert_null(read_all("listen: x-${TENON_CONF_TEST}-y\n", NULL));
	assert_null(read_all("listen: ${TENON_CONF_ABSENT:-otherwise}\n", NULL));
}

static void a_file_that_cannot_be_read_is_named(void **state)
{
	struct conf *c = NULL;
	struct err e = { 0 };

	(void)state;
	assert_true(conf_open(&c, "/nonexistent/tenon.yaml", NULL, 0, &e) < 0);
	assert_non_null(strstr(e.text, "cannot read /nonexistent/tenon.yaml: No such file"));
	conf_close(c);
	e = (struct err){ 0 };
	assert_true(conf_open(&c, "/tmp", NULL, 0, &e) < 0);
	conf_close(c);
}

static void what_is_in_force_reads_back_and_keeps_secrets(void **state)
{
	struct conf *c = NULL;
	struct buf b = { 0 };
	struct err e = { 0 };
	const char *set = "token=hush";

	(void)state;
	assert_int_equal(conf_open(&c, NULL, &set, 1, &e), TENON_OK);
	assert_int_equal(conf_read(c, "", &top_table, &top, &e), TENON_OK);
	assert_int_equal(conf_read(c, "instances.sql", &sql_table, &sql, &e), TENON_OK);
	conf_print(c, &b);
	char *text = buf_take(&b);
	assert_null(strstr(text, "hush"));
	assert_non_null(strstr(text, "size: 1024  # how large"));
	assert_null(read_all(text, NULL));
	free(text);
	conf_close(c);
}

static int make_file(void **state)
{
	(void)state;
	int fd = mkstemp(path);
	close(fd);
	return fd < 0;
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_read_by_their_tables), cmocka_unit_test(overrides_win), cmocka_unit_test(mistakes_are_named_with_their_place),
		cmocka_unit_test(the_environment_is_put_in), cmocka_unit_test(a_file_that_cannot_be_read_is_named),
		cmocka_unit_test(what_is_in_force_reads_back_and_keeps_secrets),
	};
	return cmocka_run_group_tests(tests, make_file, remove_file);
}
