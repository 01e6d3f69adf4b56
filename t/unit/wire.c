/* SPDX-License-Identifier: Apache-2.0 */
/* wire - unit tests of core/wire: decoding, what is refused and how it is said, printing, layouts, translation. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "wire/decode.h"
#include "wire/json.h"
#include "wire/number.h"
#include "wire/print.h"
#include "wire/schema.h"
#include "wire/shape.h"
#include "wire/translate.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static const struct tenon_name colours[] = { { "RED", 1 }, { "BLUE", 2 }, { 0 } };
static bool no_slash(const char *s) { return strchr(s, '/') == NULL; }
static const struct tenon_pattern flat = { "a flat name", "^[^/]*$", no_slash };

#define POINT(F, S) \
	F(S, const char *, key, .flags = TENON_REQUIRED, .range = "1..5") \
	F(S, double, value, .flags = TENON_REQUIRED) \
	F(S, int64_t, step, .dflt = "0", .range = "0..")
TENON_MESSAGE(point, POINT);
#define THING(F, S) \
	F(S, const char *, run_id, .flags = TENON_REQUIRED, .aliases = "run_uuid", .pattern = &flat) \
	F(S, int64_t, count, .dflt = "7", .range = "1..100") \
	F(S, bool, is_on) \
	F(S, int64_t, colour, .type = TENON_ENUM, .names = colours) \
	F(S, struct tenon_bytes, raw) \
	F(S, struct tenon_json, any) \
	F(S, struct tenon_strs, tags, .range = "..3") \
	F(S, struct tenon_map, labels) \
	F(S, struct point, first, TENON_SUB(point)) \
	F(S, struct point_list, points, TENON_MANY(point)) \
	F(S, int64_t, left, .group = 1) \
	F(S, int64_t, right, .group = 1)
TENON_MESSAGE(thing, THING);

static const struct tenon_dialect loose = { .size = sizeof loose, .name = "loose",
	.flags = TENON_LOOSE_NUMBERS | TENON_CAMEL_NAMES | TENON_EMPTY_IS_MISSING | TENON_SPELL_NONFINITE };

struct tried { struct arena arena; struct thing m; struct tenon_problem p; int rc; };

static void try(struct tried *t, const struct tenon_dialect *d, const char *verb, const char *query, const char *body)
{
	const struct shape *s;
	struct tenon_request rq = { .verb = verb, .path = "/", .content_type = "application/json", .query = query, .body = { body, strlen(body) } };

	*t = (struct tried){ .rc = 0 };
	arena_init(&t->arena, 0);
	assert_int_equal(shape_get(&thing_table, &s, NULL), TENON_OK);
	t->rc = decode_request(s, d, &t->arena, &rq, NULL, 0, &t->m, &t->p);
}

static void everything_is_decoded(void **state)
{
	struct tried t;

	(void)state;
	try(&t, NULL, "POST", NULL, " {\"run_uuid\":\"a\\u00e9\\ud83d\\ude00\",\"count\":5e0,\"is_on\":true,\"colour\":\"BLUE\",\"raw\":\"AAECAw==\","
	    "\"any\":{\"x\":[1,null]},\"tags\":[\"p\",\"q\"],\"labels\":{\"k\":\"v\"},\"first\":{\"key\":\"f\",\"value\":-0.5},"
	    "\"points\":[{\"key\":\"a\",\"value\":1},{\"key\":\"b\",\"value\":1e400,\"step\":9}],\"left\":null} ");
	assert_int_equal(t.rc, TENON_OK);
	assert_string_equal(t.m.run_id, "a\xc3\xa9\xf0\x9f\x98\x80");
	assert_true(t.m.has.run_id && t.m.has.count && !t.m.has.left);
	assert_int_equal(t.m.count, 5);
	assert_true(t.m.is_on);
	assert_int_equal(t.m.colour, 2);
	assert_int_equal(t.m.raw.n, 4);
	assert_memory_equal(t.m.raw.p, "\0\1\2\3", 4);
	assert_memory_equal(t.m.any.p, "{\"x\":[1,null]}", t.m.any.n);
	assert_string_equal(t.m.tags.v[1], "q");
	assert_string_equal(t.m.labels.v[0].value, "v");
	assert_true(t.m.first.value == -0.5 && !t.m.first.has.step);
	assert_int_equal(t.m.points.n, 2);
	assert_int_equal(t.m.points.v[1].step, 9);
	assert_true(isinf(t.m.points.v[1].value));
	arena_free(&t.arena);
}

static void defaults_fill_without_presence(void **state)
{
	struct tried t;

	(void)state;
	try(&t, NULL, "POST", NULL, "{\"run_id\":\"x\"}");
	assert_int_equal(t.rc, TENON_OK);
	assert_int_equal(t.m.count, 7);
	assert_false(t.m.has.count);
	assert_string_equal(t.m.first.key, "");
	arena_free(&t.arena);
}

static void refusals_say_what_where_and_what_was_expected(void **state)
{
	static const struct { const char *body; enum tenon_kind kind; const char *says; } cases[] = {
		{ "", TENON_K_MISSING, "run_id: it is required" },
		{ "{", TENON_K_SYNTAX, "not JSON (at byte 1)" },
		{ "{\"run_id\":\"x\",}", TENON_K_SYNTAX, "not JSON" },
		{ "{\"run_id\":\"x\"} x", TENON_K_SYNTAX, "not JSON" },
		{ "[]", TENON_K_TYPE, "must be a JSON object" },
		{ "{\"run_id\":5}", TENON_K_TYPE, "run_id: 5 is not a string" },
		{ "{\"run_id\":\"x\",\"count\":\"5\"}", TENON_K_TYPE, "count: \"5\" is not a whole number" },
		{ "{\"run_id\":\"x\",\"count\":1.5}", TENON_K_TYPE, "count: 1.5 is not a whole number" },
		{ "{\"run_id\":\"x\",\"count\":9223372036854775808}", TENON_K_TYPE, "is not a whole number" },
		{ "{\"run_id\":\"x\",\"count\":0}", TENON_K_RANGE, "count: 0; it must be 1 to 100" },
		{ "{\"run_id\":\"x\",\"colour\":\"GREEN\"}", TENON_K_ENUM, "none of its names" },
		{ "{\"run_id\":\"x\",\"raw\":\"A\"}", TENON_K_TYPE, "base64" },
		{ "{\"run_id\":\"x\",\"tags\":[\"a\",\"b\",\"c\",\"d\"]}", TENON_K_ITEMS, "tags: 4 items; it must be at most 3" },
		{ "{\"run_id\":\"x\",\"tags\":[\"a\",2]}", TENON_K_TYPE, "tags[1]: 2 is not a string" },
		{ "{\"run_id\":\"a/b\"}", TENON_K_PATTERN, "a flat name" },
		{ "{\"run_id\":\"x\",\"points\":[{\"key\":\"k\",\"value\":1},{\"key\":\"k\"}]}", TENON_K_MISSING, "points[1].value: it is required" },
		{ "{\"run_id\":\"x\",\"points\":[{\"key\":\"toolong\",\"value\":1}]}", TENON_K_LENGTH, "points[0].key: 7 characters" },
		{ "{\"run_id\":\"x\",\"points\":[{\"key\":\"k\",\"value\":1,\"step\":-1}]}", TENON_K_RANGE, "points[0].step: -1" },
		{ "{\"run_id\":\"x\",\"points\":{}}", TENON_K_TYPE, "points: {} is not a list" },
		{ "{\"run_id\":\"x\",\"cuont\":1}", TENON_K_UNKNOWN, "no field is called \"cuont\"; did you mean \"count\"?" },
		{ "{\"run_id\":\"x\",\"run_id\":\"y\"}", TENON_K_TWICE, "run_id: it is given twice" },
		{ "{\"run_id\":\"x\",\"left\":1,\"right\":2}", TENON_K_GROUP, "right: left is given already" },
		{ "{\"run_id\":\"\\u0000\"}", TENON_K_NUL, "U+0000" },
		{ "{\"run_id\":\"\\ud800\"}", TENON_K_UTF8, "surrogate" },
		{ "{\"run_id\":\"\xff\"}", TENON_K_UTF8, "not UTF-8" },
		{ "{\"run_id\":\"x\",\"any\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}", TENON_K_DEPTH, "too deep" },
		{ "{\"run_id\":NaN}", TENON_K_SYNTAX, "not JSON" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct tried t;
		try(&t, NULL, "POST", NULL, cases[i].body);
		assert_true(t.rc < 0);
		assert_int_equal(t.p.kind, cases[i].kind);
		if (strstr(t.p.message, cases[i].says) == NULL)
			fail_msg("%s: said \"%s\", expected \"%s\"", cases[i].body, t.p.message, cases[i].says);
		arena_free(&t.arena);
	}
}

static void a_loose_dialect_forgives_what_protobuf_forgives(void **state)
{
	struct tried t;

	(void)state;
	try(&t, &loose, "POST", NULL, "{\"runId\":\"x\",\"count\":\"5\",\"colour\":2,\"unknown\":{},\"points\":[{\"key\":\"k\",\"value\":\"NaN\"}],\"isOn\":false}");
	assert_int_equal(t.rc, TENON_OK);
	assert_int_equal(t.m.count, 5);
	assert_int_equal(t.m.colour, 2);
	assert_true(isnan(t.m.points.v[0].value));
	assert_true(t.m.has.is_on && !t.m.is_on);
	arena_free(&t.arena);
	try(&t, &loose, "POST", NULL, "{\"run_id\":\"\"}");
	assert_int_equal(t.p.kind, TENON_K_MISSING);
	arena_free(&t.arena);
}

static void query_strings_are_decoded(void **state)
{
	struct tried t;

	(void)state;
	try(&t, &loose, "GET", "run_id=a%20b%2Bc+d&tags=1&tags=2&count=9&is_on=TRUE&x", "");
	assert_int_equal(t.rc, TENON_OK);
	assert_string_equal(t.m.run_id, "a b+c d");
	assert_int_equal(t.m.tags.n, 2);
	assert_int_equal(t.m.count, 9);
	assert_true(t.m.is_on);
	arena_free(&t.arena);
	try(&t, &loose, "GET", "run_id=%00", "");
	assert_int_equal(t.p.kind, TENON_K_NUL);
	arena_free(&t.arena);
	try(&t, &loose, "GET", "run_id=%ff", "");
	assert_int_equal(t.p.kind, TENON_K_UTF8);
	arena_free(&t.arena);
	try(&t, &loose, "GET", "run_id=x&count=many", "");
	assert_int_equal(t.p.kind, TENON_K_TYPE);
	arena_free(&t.arena);
}

static void printing_round_trips(void **state)
{
	const struct shape *s;
	struct tried t;
	struct buf b = { 0 };
	const char body[] = "{\"run_id\":\"q\\\"\\\\\\n\\u0001\",\"count\":5,\"is_on\":true,\"colour\":\"RED\",\"raw\":\"AAE=\",\"any\":[1],\"tags\":[\"a\"],"
	                    "\"labels\":{\"k\":\"v\"},\"first\":{\"key\":\"f\",\"value\":0.1,\"step\":1},\"points\":[{\"key\":\"a\",\"value\":1e+22}],\"left\":3}";

	(void)state;
	try(&t, NULL, "POST", NULL, body);
	assert_int_equal(t.rc, TENON_OK);
	shape_get(&thing_table, &s, NULL);
	print_object(&b, s, &t.m, 0);
	assert_int_equal(b.n, sizeof body - 1);
	assert_memory_equal(b.p, body, b.n);
	buf_free(&b);
	arena_free(&t.arena);
}

static void doubles_are_spelled_as_python_spells_them(void **state)
{
	static const struct { double x; const char *s; } cases[] = {
		{ 1, "1.0" }, { 0.1, "0.1" }, { 1e16, "1e+16" }, { 9999999999999998, "9999999999999998.0" }, { 1.5e-7, "1.5e-07" }, { 0.0001, "0.0001" },
		{ 1e-5, "1e-05" }, { 1.7976931348623157e308, "1.7976931348623157e+308" }, { -0.0, "-0.0" }, { 5e-324, "5e-324" }, { 123456.789, "123456.789" },
	};
	char out[32];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t n = number_print_double(out, cases[i].x);
		double back;
		assert_int_equal(n, strlen(cases[i].s));
		assert_memory_equal(out, cases[i].s, n);
		assert_true(number_parse_double(out, n, &back) && back == cases[i].x);
	}
}

/* the same message as another build would lay it out, with fewer and other fields */
#define OTHER_POINT(F, S) F(S, int64_t, step, .dflt = "0") F(S, const char *, key)
TENON_MESSAGE(other_point, OTHER_POINT);
#define OTHER(F, S) \
	F(S, struct other_point_list, points, TENON_MANY(other_point)) F(S, const char *, fresh, .dflt = "new") F(S, const char *, run_id) \
	F(S, struct other_point, first, TENON_SUB(other_point))
TENON_MESSAGE(other, OTHER);

static void layouts_translate_by_name(void **state)
{
	const struct shape *from, *to;
	struct tried t;
	struct other o;

	(void)state;
	try(&t, NULL, "POST", NULL, "{\"run_id\":\"x\",\"points\":[{\"key\":\"a\",\"value\":1},{\"key\":\"b\",\"value\":2,\"step\":4}]}");
	shape_get(&thing_table, &from, NULL);
	assert_int_equal(shape_get(&other_table, &to, NULL), TENON_OK);
	assert_true(from->digest != to->digest);
	assert_int_equal(translate(from, &t.m, to, &o, &t.arena), TENON_OK);
	assert_string_equal(o.run_id, "x");
	assert_string_equal(o.fresh, "new");
	assert_int_equal(o.points.n, 2);
	assert_string_equal(o.points.v[1].key, "b");
	assert_int_equal(o.points.v[1].step, 4);
	assert_false(o.points.v[0].has.step);
	arena_free(&t.arena);
}

#define TWICE(F, S) F(S, int64_t, a, .dflt = "x")
TENON_MESSAGE(twice, TWICE);
#define RANGED(F, S) F(S, int64_t, a, .range = "1-5")
TENON_MESSAGE(ranged, RANGED);

static void bad_tables_are_named(void **state)
{
	const struct shape *s;
	struct err e = { 0 };

	(void)state;
	assert_true(shape_get(&twice_table, &s, &e) < 0);
	assert_string_equal(e.text, "table twice, row a: its default is none of its type");
	e = (struct err){ 0 };
	assert_true(shape_get(&ranged_table, &s, &e) < 0);
	assert_string_equal(e.text, "table ranged, row a: its range is not \"least..most\"");
}

static void presence_bits_are_the_words_at_the_start(void **state)
{
	struct thing m = { .has = { .count = 1, .right = 1 } };

	(void)state;
	assert_true(shape_has(&m, 1));
	assert_true(shape_has(&m, 11));
	assert_false(shape_has(&m, 0));
	shape_clear(&m, 1);
	assert_false(m.has.count);
}

static void schemas_are_json(void **state)
{
	struct buf b = { 0 };

	(void)state;
	schema_print(&b, &thing_table);
	struct json j = json_over(b.p, b.n);
	struct tenon_json v = json_skip(&j);
	assert_non_null(v.p);
	assert_true(json_done(&j));
	assert_non_null(json_member(json_member(v, "properties"), "points").p);
	assert_memory_equal(json_member(v, "required").p, "[\"run_id\"]", 10);
	b.n = 0;
	schema_example(&b, &thing_table);
	j = json_over(b.p, b.n);
	assert_non_null(json_skip(&j).p);
	buf_free(&b);
}

static void decoding_survives_the_lack_of_memory(void **state)
{
	const char body[] = "{\"run_id\":\"a\\n\",\"tags\":[\"a\",\"b\"],\"labels\":{\"k\":\"v\"},\"points\":[{\"key\":\"a\",\"value\":1}]}";

	(void)state;
	for (long nth = 1; nth < 6; nth++) {
		struct tried t;
		mem_fail_nth(nth);
		try(&t, NULL, "POST", NULL, body);
		mem_fail_nth(0);
		if (t.rc < 0)
			assert_non_null(t.p.message);
		arena_free(&t.arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_is_decoded), cmocka_unit_test(defaults_fill_without_presence),
		cmocka_unit_test(refusals_say_what_where_and_what_was_expected), cmocka_unit_test(a_loose_dialect_forgives_what_protobuf_forgives),
		cmocka_unit_test(query_strings_are_decoded), cmocka_unit_test(printing_round_trips),
		cmocka_unit_test(doubles_are_spelled_as_python_spells_them), cmocka_unit_test(layouts_translate_by_name),
		cmocka_unit_test(bad_tables_are_named), cmocka_unit_test(presence_bits_are_the_words_at_the_start), cmocka_unit_test(schemas_are_json),
		cmocka_unit_test(decoding_survives_the_lack_of_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
