/* SPDX-License-Identifier: Apache-2.0 */
/* tracking_text - what tracking does with text by itself: keys, JSON walked and spelled, locations; and its cache and order
 * of points. The expected values are Python's (posixpath, json, repr) and MLflow's. */
#include "../../plugins/service/tracking/cache.h"
#include "../../plugins/service/tracking/jsontext.h"
#include "../../plugins/service/tracking/keys.h"
#include "../../plugins/service/tracking/location.h"
#include "../../plugins/service/tracking/names.h"
#include "../../plugins/service/tracking/points.h"
#include "../../plugins/service/tracking/pytext.h"
#include "base/arena.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

/* ---- a call that has memory and can fail, and no more ---- */

static struct arena arena;
static char failure[1024];

static void *take(struct tenon_call *c, size_t n)
{
	(void)c;
	return arena_alloc(&arena, n);
}

static __attribute__((format(printf, 3, 0))) int note(struct tenon_call *c, int code, const char *fmt, va_list ap)
{
	(void)c;
	vsnprintf(failure, sizeof failure, fmt, ap);
	return code;
}

static const struct tenon_host host = { .alloc = take, .fail = note };
static struct tenon_call call = { .host = &host };

/* ---- keys ---- */

static void keys(void **state)
{
	(void)state;
	static const struct { const char *key, *path; bool characters, good; } rows[] = {
		{ "a", "a", 1, 1 }, { "a b/c.d-e:f_g", "a b/c.d-e:f_g", 1, 1 }, { "", ".", 1, 0 }, { ".", ".", 1, 0 }, { "..", "..", 1, 0 },
		{ "...", "...", 1, 0 }, { "..a", "..a", 1, 0 }, { "a..b", "a..b", 1, 1 }, { "/a", "/a", 1, 0 }, { "//a", "//a", 1, 0 },
		{ "///a", "/a", 1, 0 }, { "a/", "a", 1, 0 }, { "a//b", "a/b", 1, 0 }, { "a/./b", "a/b", 1, 0 }, { "a/../b", "b", 1, 0 },
		{ "a/../../b", "../b", 1, 0 }, { "/../a", "/a", 1, 0 }, { "../../a/..", "../..", 1, 0 }, { "a/..", ".", 1, 0 },
		{ "a#", "a#", 0, 0 }, { "a\n", "a\n", 0, 0 }, { "\xc3\xa9", "\xc3\xa9", 1, 1 }, { "\xd9\xa3\xe6\x97\xa5", "\xd9\xa3\xe6\x97\xa5", 1, 1 },
		{ "e\xcc\x81", "e\xcc\x81", 0, 0 }, { "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80", 0, 0 }, { "\xc2\xa0", "\xc2\xa0", 0, 0 },
		{ "\xf0\x9d\x94\x98", "\xf0\x9d\x94\x98", 1, 1 },
	};
	char path[64];
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		key_normalize(rows[i].key, path, sizeof path);
		assert_string_equal(path, rows[i].path);
		assert_int_equal(key_has_good_characters(rows[i].key), rows[i].characters);
		assert_int_equal(key_accepts(rows[i].key), rows[i].good);
	}
	key_normalize("aa//bbb/ccc", path, 6);
	assert_string_equal(path, "aa/bb");
	assert_int_equal(characters("\xc3\xa9\xc3\xa9x", 2), 4);
	assert_int_equal(characters("ab", 2), 2);
}

static void run_ids(void **state)
{
	(void)state;
	char id[260];
	memset(id, 'a', sizeof id);
	id[256] = 0;
	assert_true(run_id_accepts(id));
	id[256] = 'a';
	id[257] = 0;
	assert_false(run_id_accepts(id));
	assert_true(run_id_accepts("A-b_9\xc3\xa9"));
	static const char *const bad[] = { "", "-a", "_a", "\xc3\xa9", "a b", "a/b", "a\n" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(run_id_accepts(bad[i]));
}

/* ---- JSON, and Python's spellings ---- */

static void json_validity(void **state)
{
	(void)state;
	static const char *const good[] = { "1", " -0.5e+3 ", "\"\\u00e9\\n\"", "[]", "{}", "[1,[2],{\"a\":null}]", "true" };
	static const char *const bad[] = { "", " ", "01", "1.", "-", "1e", "\"", "\"\\x\"", "\"\\u12\"", "\"\t\"", "[1,]", "[1 2]", "{\"a\"}",
		"{\"a\":1,}", "{1:2}", "tru", "nul", "[", "{", "1 2", "\"a", "[}" };
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		assert_true(jsontext_valid(good[i]));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(jsontext_valid(bad[i]));
	char deep[203];
	memset(deep, '[', 101);
	memset(deep + 101, ']', 101);
	deep[202] = 0;
	assert_false(jsontext_valid(deep));
	deep[201] = 0;
	assert_true(jsontext_valid(deep + 1));
}

static void json_walk(void **state)
{
	(void)state;
	struct jsontext_member m;
	const char *p = jsontext_next("{ \"a\" : 1 , \"b\":[\"x\"]}", &m);
	assert_true(jsontext_is(m.key, "a"));
	assert_int_equal(m.value.n, 1);
	p = jsontext_next(p, &m);
	assert_true(jsontext_is(m.key, "b"));
	assert_string_equal(m.value.p, "[\"x\"]}");
	assert_null(jsontext_next(p, &m));
	p = jsontext_next("[\"x\", 2]", &m);
	assert_int_equal(m.key.n, 0);
	assert_non_null(jsontext_next(p, &m));
	assert_null(jsontext_next("[ ]", &m));
	char text[32];
	jsontext_unescape((struct tenon_json){ "\"\\u00e9\\ud83d\\ude00\\ud83dx\\n\\/\"", 31 }, text);
	assert_string_equal(text, "\xc3\xa9\xf0\x9f\x98\x80\xef\xbf\xbdx\n/");
}

static void spellings(void **state)
{
	(void)state;
	static const struct { double x; const char *text; } floats[] = {
		{ 0, "0.0" }, { -0.0, "-0.0" }, { 1, "1.0" }, { 0.1, "0.1" }, { 1e16, "1e+16" }, { 123456789012345680.0, "1.2345678901234568e+17" },
		{ 9999999999999998.0, "9999999999999998.0" }, { 0.0001, "0.0001" }, { 0.00001, "1e-05" }, { 1.5e300, "1.5e+300" }, { 5e-324, "5e-324" },
		{ DBL_MAX, "1.7976931348623157e+308" }, { 0.30000000000000004, "0.30000000000000004" }, { NAN, "nan" }, { -INFINITY, "-inf" },
	};
	static const struct { const char *text, *repr; } strings[] = {
		{ "a", "'a'" }, { "it's", "\"it's\"" }, { "'\"", "'\\'\"'" }, { "\n\x01\\", "'\\n\\x01\\\\'" }, { "\xc3\xa9", "'\xc3\xa9'" },
		{ "\xc2\xa0\xe2\x80\x8b", "'\\xa0\\u200b'" }, { "", "''" },
	};
	for (size_t i = 0; i < sizeof floats / sizeof *floats; i++) {
		struct pytext t = pytext_of(&call);
		pytext_float(&t, floats[i].x);
		assert_string_equal(pytext_text(&t), floats[i].text);
	}
	for (size_t i = 0; i < sizeof strings / sizeof *strings; i++) {
		struct pytext t = pytext_of(&call);
		pytext_repr(&t, strings[i].text);
		assert_string_equal(pytext_text(&t), strings[i].repr);
	}
	struct pytext t = pytext_of(&call);
	pytext_json(&t, " { \"a\" : [1, 2.50,\"\xc3\xa9\\u00E9\\/\\ud83d\\ude00\"] , \"b\":{}}", false);
	assert_string_equal(pytext_text(&t), "{\"a\": [1, 2.5, \"\\u00e9\\u00e9/\\ud83d\\ude00\"], \"b\": {}}");
	t = pytext_of(&call);
	pytext_json(&t, "{\"a\":[1,2]}", true);
	assert_string_equal(pytext_text(&t), "{\"a\":[1,2]}");
	assert_string_equal(pytext_type((struct tenon_json){ "1e3", 3 }), "float");
	assert_string_equal(pytext_type((struct tenon_json){ NULL, 0 }), "NoneType");
}

/* ---- locations ---- */

static void locations_kept(void **state)
{
	(void)state;
	static const struct { const char *asked, *stored, *run; } rows[] = {
		{ "s3://b/p?q=1", "s3://b/p?q=1", "s3://b/p/r/a?q=1" }, { "s3://b", "s3://b", "s3://b/r/a" }, { "s3://b/", "s3://b/", "s3://b/r/a" },
		{ "/abs//x", "/abs//x", "/abs//x/r/a" }, { "dbfs:/x", "dbfs:/x", "dbfs:/x/r/a" }, { "s3:/x", "s3:/x", "s3:/x/r/a" },
		{ "mlflow-artifacts:/x", "mlflow-artifacts:/x", "mlflow-artifacts:/x/r/a" }, { "s3://b/p;x", "s3://b/p;x", "s3://b/p;x/r/a" },
		{ "file:///a%20b", "file:///a%20b", "file:///a%20b/r/a" }, { "foo:bar", "foo:bar", "foo:bar/r/a" },
		{ "rel%20x/./y", "%s/rel x/y", "%s/rel x/y/r/a" }, { "file:rel", "file://%s/rel", "file://%s/rel/r/a" }, { "../x", "%s/../x", "%s/../x/r/a" },
	};
	char *folder = getcwd(NULL, 0), want[4096];
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *stored;
		assert_true(location_accepts(rows[i].asked));
		assert_int_equal(location_resolve(&call, rows[i].asked, &stored), 0);
		const char *mark = strstr(rows[i].stored, "%s"), *mark2 = strstr(rows[i].run, "%s");
		snprintf(want, sizeof want, "%.*s%s%s", mark ? (int)(mark - rows[i].stored) : 0, rows[i].stored, mark ? folder : "",
		         mark ? mark + 2 : rows[i].stored);
		assert_string_equal(stored, want);
		snprintf(want, sizeof want, "%.*s%s%s", mark2 ? (int)(mark2 - rows[i].run) : 0, rows[i].run, mark2 ? folder : "",
		         mark2 ? mark2 + 2 : rows[i].run);
		assert_string_equal(location_append(&call, stored, "r/a"), want);
	}
	free(folder);
}

static void locations_refused(void **state)
{
	(void)state;
	static const struct { const char *asked, *text; } rows[] = {
		{ "a#b", "'artifact_location' URL can't include fragments or params." }, { "a;b", "'artifact_location' URL can't" },
		{ "s3://b?x=..", "Invalid query string" }, { "s3://b?x=%252e%2E", "Invalid query string" }, { "runs:/x", "Artifact location cannot be" },
		{ "HTTPS://h/x", "'artifact_location' cannot use the 'https' scheme: the 'https' scheme" }, { "ftp:///x", "'artifact_location' cannot use" },
		{ "mlflow-artifacts://h/x", "'artifact_location' cannot use the 'mlflow-artifacts'" }, { "file://h/x", "file://h/x is not a valid remote" },
	};
	char why[LOCATION_WHY], text[2060] = "/";
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *problem = location_problem(rows[i].asked, why, sizeof why);
		assert_false(location_accepts(rows[i].asked));
		assert_memory_equal(problem, rows[i].text, strlen(rows[i].text));
	}
	memset(text + 1, 'x', 2047);
	assert_true(location_accepts(text));
	text[2048] = 'x';
	assert_false(location_accepts(text));
	const char *stored;
	assert_int_equal(location_resolve(&call, text + 1, &stored), TENON_INVALID_ARGUMENT);
	assert_memory_equal(failure, "Invalid artifact path length.", 29);
}

/* ---- the cache, points, names ---- */

static void cache_is_bounded(void **state)
{
	(void)state;
	struct cache c;
	char text[32];
	int64_t a, b;
	cache_init(&c, 1000);
	assert_false(cache_get(&c, "x", &a, &b));
	for (int i = 0; i < 5000; i++) {
		snprintf(text, sizeof text, "key %d", i);
		cache_put(&c, text, i, -i);
		assert_true(cache_get(&c, text, &a, &b));
		assert_true(a == i && b == -i);
		assert_in_range(c.n, 1, 1000);
		assert_true(c.n <= c.room / 4 * 3);
	}
	cache_put(&c, text, 7, 8);
	assert_true(cache_get(&c, text, &a, NULL));
	assert_int_equal(a, 7);
	cache_free(&c);
}

static void points_in_order(void **state)
{
	(void)state;
	struct point p[] = { point_of(2, 1, 1, 1), point_of(1, 5, 2, 3), point_of(1, 7, 2, 3), point_of(1, 9, 9, 2), point_of(1, 0, 3, 3),
		point_of(1, NAN, 1, -1) };
	static const double want[] = { 0, 9, 5, 7, 0, 1 };
	points_sort(p, 6);
	for (size_t i = 0; i < 6; i++)
		assert_true(p[i].value == want[i] && p[i].key == (i < 5 ? 1 : 2));
	assert_true(p[0].is_nan && !p[4].is_nan);
	assert_true(point_of(1, INFINITY, 0, 0).value == DBL_MAX && point_of(1, -INFINITY, 0, 0).value == -DBL_MAX);
	assert_int_equal(points_check_time(&call, "timestamp", 0, "k", 1), 0);
	assert_int_equal(points_check_time(&call, "metrics[3].timestamp", -5, "k", 1), TENON_INVALID_ARGUMENT);
	assert_string_equal(failure, "Invalid value -5 for parameter 'metrics[3].timestamp' supplied: metric 'k' (value=1.0). Timestamp must be "
	                    "a nonnegative long (64-bit integer) ");
}

static void names_are_short(void **state)
{
	(void)state;
	char name[NAME_SIZE];
	uint64_t x = 1;
	for (int i = 0; i < 100000; i++) {
		x = x * 6364136223846793005u + 1442695040888963407u;
		random_name(x >> 16, name);
		assert_in_range(strlen(name), 7, 20);
		assert_non_null(strchr(strchr(name, '-') + 1, '-'));
	}
}

static int end(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(keys), cmocka_unit_test(run_ids), cmocka_unit_test(json_validity),
		cmocka_unit_test(json_walk), cmocka_unit_test(spellings), cmocka_unit_test(locations_kept), cmocka_unit_test(locations_refused),
		cmocka_unit_test(cache_is_bounded), cmocka_unit_test(points_in_order), cmocka_unit_test(names_are_short) };
	arena_init(&arena, 0);
	return cmocka_run_group_tests(tests, NULL, end);
}
