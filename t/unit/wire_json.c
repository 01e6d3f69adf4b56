/* SPDX-License-Identifier: Apache-2.0 */
/* wire_json - unit tests of the scanner and of numbers as text: what is refused first, then what is taken. */
#include "base/arena.h"
#include "base/mem.h"
#include "wire/json.h"
#include "wire/number.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static enum tenon_kind scan(const char *text, size_t n, int depth, bool loose, size_t *at)
{
	char *exact = malloc(n == 0 ? 1 : n); /* of its own size, so that the sanitizer sees a step too far */
	memcpy(exact, text, n);
	struct json j = json_over(exact, n);
	j.most_depth = depth;
	j.loose = loose;
	json_skip(&j);
	json_done(&j);
	*at = j.fault == TENON_K_NONE ? n : (size_t)(j.at - exact);
	free(exact);
	return j.fault;
}

static void what_is_no_json_is_refused_where_it_stops_to_be(void **state)
{
	static const struct { const char *text; enum tenon_kind kind; size_t at; } cases[] = {
		{ "", TENON_K_SYNTAX, 0 }, { "  ", TENON_K_SYNTAX, 2 }, { "{", TENON_K_SYNTAX, 1 }, { "[1,]", TENON_K_SYNTAX, 3 },
		{ "[1 2]", TENON_K_SYNTAX, 3 }, { "{\"a\" 1}", TENON_K_SYNTAX, 5 }, { "{\"a\":1,}", TENON_K_SYNTAX, 7 }, { "{a:1}", TENON_K_SYNTAX, 1 },
		{ "{\"a\":1]", TENON_K_SYNTAX, 6 }, { "[}", TENON_K_SYNTAX, 1 }, { "1 1", TENON_K_SYNTAX, 2 }, { "01", TENON_K_SYNTAX, 1 },
		{ "-", TENON_K_SYNTAX, 1 }, { "1.", TENON_K_SYNTAX, 2 }, { ".5", TENON_K_SYNTAX, 0 }, { "1e", TENON_K_SYNTAX, 2 }, { "1e+", TENON_K_SYNTAX, 3 },
		{ "+1", TENON_K_SYNTAX, 0 }, { "tru", TENON_K_SYNTAX, 0 }, { "nulll", TENON_K_SYNTAX, 4 }, { "NaN", TENON_K_SYNTAX, 0 },
		{ "-Infinity", TENON_K_SYNTAX, 0 }, { "\"", TENON_K_SYNTAX, 0 }, { "\"abc", TENON_K_SYNTAX, 0 }, { "\"\\", TENON_K_SYNTAX, 1 },
		{ "\"\\x\"", TENON_K_SYNTAX, 1 }, { "\"\\u12g4\"", TENON_K_SYNTAX, 1 }, { "\"\\u123", TENON_K_SYNTAX, 1 }, { "\"a\nb\"", TENON_K_SYNTAX, 2 },
		{ "\"1234567\t\"", TENON_K_SYNTAX, 8 }, { "\"\\ud800\"", TENON_K_UTF8, 1 }, { "\"\\udc00\"", TENON_K_UTF8, 1 },
		{ "\"\\ud800\\u0041\"", TENON_K_UTF8, 1 }, { "\"ab\xff\"", TENON_K_UTF8, 3 }, { "\"12345678\xc0\x80\"", TENON_K_UTF8, 9 },
		{ "\"\xed\xa0\x80\"", TENON_K_UTF8, 1 }, { "[[[[1]]]]", TENON_K_DEPTH, 3 }, { "[[[{\"a\":1}]]]", TENON_K_DEPTH, 3 }, { "\xef\xbb\xbf{}", TENON_K_SYNTAX, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t at;
		enum tenon_kind kind = scan(cases[i].text, strlen(cases[i].text), 3, false, &at);
		if (kind != cases[i].kind || at != cases[i].at)
			fail_msg("%s: kind %d at %zu, expected %d at %zu", cases[i].text, kind, at, cases[i].kind, cases[i].at);
	}
	size_t at;
	assert_int_equal(scan("\"a\0b\"", 5, 3, false, &at), TENON_K_SYNTAX); /* a NUL byte within the text */
	assert_int_equal(scan("{}\0", 3, 3, false, &at), TENON_K_SYNTAX);
}

static void what_is_json_is_taken(void **state)
{
	static const char *const texts[] = { "{}", " [ ] ", "null", "-0", "0.5e-3", "1E5", "\"\"", "\"\\u0000\"", "\"\\ud83d\\ude00\"", "\"\xf0\x9f\x98\x80 12345678\"",
		"[[],{},[{}]]", "{\"\":{\"a\":[1,\"x\",true,false,null]}}", "\t\r\n 1 \n" };
	size_t at;

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (scan(texts[i], strlen(texts[i]), 3, false, &at) != TENON_K_NONE)
			fail_msg("%s: refused at %zu", texts[i], at);
	const char loose[] = "[NaN,Infinity,-Infinity,\"\\ud800\"]";
	assert_int_equal(scan(loose, sizeof loose - 1, 3, true, &at), TENON_K_NONE);
	assert_int_equal(scan("-NaN", 4, 3, true, &at), TENON_K_SYNTAX);
}

static void brackets_are_as_deep_as_is_allowed(void **state)
{
	enum { DEEP = 2000 };
	char *text = malloc(2 * DEEP);
	size_t at;

	(void)state;
	for (int depth = 1; depth <= DEEP; depth = depth < 1023 ? depth * 2 : depth + 488) {
		memset(text, '[', (size_t)depth);
		memset(text + depth, ']', (size_t)depth);
		assert_int_equal(scan(text, 2 * (size_t)depth, DEEP, false, &at), depth <= JSON_DEPTH_MOST ? TENON_K_NONE : TENON_K_DEPTH);
		assert_int_equal(scan(text, 2 * (size_t)depth, depth, false, &at), depth <= JSON_DEPTH_MOST ? TENON_K_NONE : TENON_K_DEPTH);
		assert_int_equal(scan(text, 2 * (size_t)depth, depth - 1, false, &at), TENON_K_DEPTH);
	}
	free(text);
}

static void members_and_items_are_walked(void **state)
{
	const char text[] = "{\"a\":1,\"b\":[true,\"x\"],\"a\":{\"c\":null},\"\\u0064\":2}";
	struct tenon_json all = { text, sizeof text - 1 }, key;
	struct json j = json_over(text, sizeof text - 1);
	int n = 0;

	(void)state;
	assert_true(json_enter(&j, '{'));
	for (; json_next(&j, &key); n++)
		assert_non_null(json_skip(&j).p);
	assert_true(json_done(&j));
	assert_int_equal(n, 4);
	assert_int_equal(json_type_of(json_member(all, "a")), JSON_OBJECT); /* the last one */
	assert_int_equal(*json_member(all, "d").p, '2');                    /* its name has an escape */
	assert_null(json_member(all, "c").p);
	assert_null(json_member(json_member(all, "b"), "a").p);
	assert_true(json_is(json_item(json_member(all, "b"), 1), "x"));
	assert_null(json_item(json_member(all, "b"), 2).p);
	assert_null(json_item(all, 0).p);
	assert_null(json_member((struct tenon_json){ NULL, 0 }, "a").p);
}

static void a_fault_stays(void **state)
{
	struct tenon_json key;
	struct json j = json_over("{\"a\":x,\"b\":1}", 13);

	(void)state;
	json_enter(&j, '{');
	assert_true(json_next(&j, &key));
	assert_null(json_skip(&j).p);
	const char *at = j.at;
	assert_false(json_next(&j, &key));
	assert_null(json_skip(&j).p);
	assert_false(json_done(&j));
	assert_ptr_equal(j.at, at);
}

static void strings_spell_what_they_mean(void **state)
{
	static const struct { const char *quoted, *means; enum tenon_kind kind; } cases[] = {
		{ "\"\"", "", 0 }, { "\"plain\"", "plain", 0 }, { "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t", 0 },
		{ "\"\\u0041\\u00e9\\u20AC\\uD83D\\uDE00\"", "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 0 }, { "\"a\\u0000\"", NULL, TENON_K_NUL },
		{ "\"\\ud800x\"", NULL, TENON_K_UTF8 }, { "\"\\ude00\"", NULL, TENON_K_UTF8 }, { "\"\\ud800\\ud800\"", NULL, TENON_K_UTF8 },
	};
	struct arena a;
	enum tenon_kind kind;

	(void)state;
	arena_init(&a, 0);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct tenon_json quoted = { cases[i].quoted, strlen(cases[i].quoted) };
		const char *s = json_string(quoted, &a, &kind);
		assert_int_equal(kind, cases[i].kind);
		if (cases[i].means != NULL)
			assert_string_equal(s, cases[i].means);
		else
			assert_null(s);
		assert_int_equal(json_is(quoted, cases[i].means == NULL ? "x" : cases[i].means), cases[i].means != NULL);
	}
	arena_free(&a);
	mem_fail_nth(1);
	assert_null(json_string((struct tenon_json){ "\"x\"", 3 }, &a, &kind));
	mem_fail_nth(0);
	assert_int_equal(kind, TENON_K_NONE);
}

static void numbers_are_exact_or_refused(void **state)
{
	static const struct { const char *s; bool good; int64_t x; } whole[] = {
		{ "0", true, 0 }, { "-0", true, 0 }, { "9223372036854775807", true, INT64_MAX }, { "-9223372036854775808", true, INT64_MIN },
		{ "9223372036854775808", false, 0 }, { "-9223372036854775809", false, 0 }, { "", false, 0 }, { "-", false, 0 }, { "5 ", false, 0 },
		{ " 5", false, 0 }, { "5.0", false, 0 }, { "1e3", false, 0 }, { "+5", false, 0 }, { "0x5", false, 0 },
	};
	static const struct { const char *s; bool good; double x; } real[] = {
		{ "0.1", true, 0.1 }, { "1e400", true, INFINITY }, { "-1e400", true, -INFINITY }, { "1e-400", true, 0 }, { "", false, 0 }, { "-", false, 0 },
		{ "nan", false, 0 }, { "inf", false, 0 }, { "-infinity", false, 0 }, { "1e", false, 0 }, { "1.5x", false, 0 }, { "2.2250738585072014e-308", true, 2.2250738585072014e-308 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
		int64_t x = 0;
		assert_int_equal(number_parse_i64(whole[i].s, strlen(whole[i].s), &x), whole[i].good);
		assert_true(x == whole[i].x);
	}
	for (size_t i = 0; i < sizeof real / sizeof *real; i++) {
		double x = 0;
		assert_int_equal(number_parse_double(real[i].s, strlen(real[i].s), &x), real[i].good);
		assert_true(x == real[i].x);
	}
}

static void doubles_survive_the_way_there_and_back(void **state)
{
	uint64_t seed = 88172645463325252u;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		double x, back = 0;
		char text[32];
		seed ^= seed << 13;
		seed ^= seed >> 7;
		seed ^= seed << 17;
		memcpy(&x, &seed, sizeof x);
		if (!isfinite(x))
			continue;
		size_t n = number_print_double(text, x);
		assert_in_range(n, 3, 25);
		assert_true(number_parse_double(text, n, &back) && back == x);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_json_is_refused_where_it_stops_to_be), cmocka_unit_test(what_is_json_is_taken),
		cmocka_unit_test(brackets_are_as_deep_as_is_allowed), cmocka_unit_test(members_and_items_are_walked), cmocka_unit_test(a_fault_stays),
		cmocka_unit_test(strings_spell_what_they_mean), cmocka_unit_test(numbers_are_exact_or_refused),
		cmocka_unit_test(doubles_survive_the_way_there_and_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
