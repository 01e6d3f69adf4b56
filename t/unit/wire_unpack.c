/* SPDX-License-Identifier: Apache-2.0 */
/* wire_unpack - unit tests of msgpack that is broken, wrong, too deep, too many or missing: it is refused with its place, and
 * costs no more than its bytes. */
#include "pack_fixture.h"

/* ---- items ---- */

static void what_ends_too_early_is_no_item(void **state)
{
	static const char *const heads[] = { "\xc1", "\xc4", "\xc4\x01", "\xc5\x00", "\xc6\xff\xff\xff\xff", "\xc7\x00", "\xc9\xff\xff\xff\xff\x01", "\xca\x01\x02\x03",
		"\xcb\x01\x02\x03\x04\x05\x06\x07", "\xcd\x01", "\xd4\x01", "\xd8\x01zzzz", "\xd9\x05zzzz", "\xdb\xff\xff\xff\xffzz", "\x91", "\x81\x01", "\xdc\xff\xffzz",
		"\xdd\xff\xff\xff\xffzzzzz", "\xde\xff\xffzz", "\xdf\xff\xff\xff\xffzzzzz", "\xa5zzzz", "\x82\x01\x02\x03" };

	(void)state;
	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
		struct unpack u = over(heads[i], i == 3 || i == 5 ? 2 : strlen(heads[i])), from = u;
		uint32_t n;
		int64_t x;
		double d;
		const char *s;
		const void *p;
		bool flag;
		assert_true(!unpack_skip(&u) && !unpack_array(&u, &n) && !unpack_map(&u, &n) && !unpack_i64(&u, &x) && !unpack_double(&u, &d));
		assert_true(!unpack_str(&u, &s, &(size_t){ 0 }) && !unpack_bin(&u, &p, &(size_t){ 0 }) && !unpack_nil(&u) && !unpack_bool(&u, &flag));
		assert_ptr_equal(u.p, from.p);
	}
}

static void skipping_goes_so_deep_and_no_deeper(void **state)
{
	unsigned char text[UNPACK_DEPTH + 2];

	(void)state;
	memset(text, 0x91, sizeof text);
	for (size_t depth = 1; depth <= UNPACK_DEPTH + 1; depth++) {
		text[depth - 1] = 0x90; /* the innermost is empty */
		struct unpack u = over(text, depth);
		assert_int_equal(unpack_skip(&u), depth <= UNPACK_DEPTH);
		text[depth - 1] = 0x91;
	}
	struct buf b = { 0 };
	for (int i = 0; i < 1000000; i++)
		buf_addc(&b, (char)0x91);
	struct unpack u = over(b.p, b.n);
	assert_false(unpack_skip(&u));
	buf_free(&b);
}

/* ---- messages ---- */

static void a_message_cut_short_anywhere_is_refused(void **state)
{
	struct all m = full_message();
	struct buf b = { 0 };
	struct tried t;

	(void)state;
	m.text = "shorter";
	pack_message(&b, shape_of(&all_table), &m);
	for (size_t n = 0; n < b.n; n++)
		for (unsigned flags = 0; flags < 2; flags++) {
			try(&t, b.p, n, flags);
			if (t.rc != TENON_INVALID_ARGUMENT || t.p.kind != TENON_K_SYNTAX || strstr(t.p.message, "the message is broken (at byte ") != t.p.message)
				fail_msg("cut at %zu: rc %d, %s", n, t.rc, t.p.message);
			arena_free(&t.arena);
		}
	for (size_t i = 0; i < b.n; i++) /* and a changed byte is read as something, or refused */
		for (int x = 0; x < 256; x++) {
			char kept = b.p[i];
			b.p[i] = (char)x;
			try(&t, b.p, b.n, 0);
			b.p[i] = kept;
			arena_free(&t.arena);
		}
	buf_free(&b);
}

struct refusal { const char *text; size_t n; enum tenon_kind kind; const char *path, *says; };
#define TEXT(s) s, sizeof s - 1

static const struct refusal refusals[] = {
	{ TEXT("\x90"), TENON_K_TYPE, "", "the message must be a map" },
	{ TEXT("\xc0"), TENON_K_TYPE, "", "the message must be a map" },
	{ TEXT(""), TENON_K_SYNTAX, "", "the message is broken (at byte 0): the text ends where an item is due" },
	{ TEXT("\xc1"), TENON_K_SYNTAX, "", "the message is broken (at byte 0): no item begins with the byte 0xc1" },
	{ TEXT("\x81\x05\x05"), TENON_K_TYPE, "", "a name that is not a string" },
	{ TEXT("\x81\xa5whole\xa1" "5"), TENON_K_TYPE, "whole", "whole: \"5\" is not a whole number" },
	{ TEXT("\x81\xa5whole\xca\x3f\x00\x00\x00"), TENON_K_TYPE, "whole", "whole: 0.5 is not a whole number" },
	{ TEXT("\x81\xa5whole\xcf\xff\xff\xff\xff\xff\xff\xff\xff"), TENON_K_TYPE, "whole", "whole: 18446744073709551615 is not a whole number" },
	{ TEXT("\x81\xa5whole\xcf\x00\x00\x00\x01\x2a\x05\xf2\x01"), TENON_K_RANGE, "whole", "whole: 5000000001; it must be at most 5000000000" },
	{ TEXT("\x81\xa4" "text\xc4\x02zz"), TENON_K_TYPE, "text", "text: (2 bytes) is not a string" },
	{ TEXT("\x81\xa4" "text\xa3" "a\0b"), TENON_K_NUL, "text", "text: it holds the character U+0000, which is refused" },
	{ TEXT("\x81\xa4" "text\xa3" "ab\xff"), TENON_K_UTF8, "text", "text: it is not UTF-8 (at byte 2 of it)" },
	{ TEXT("\x81\xa4" "flag\x01"), TENON_K_TYPE, "flag", "flag: 1 is not true or false" },
	{ TEXT("\x81\xa4real\xc3"), TENON_K_TYPE, "real", "real: true is not a number" },
	{ TEXT("\x81\xa4view\x07"), TENON_K_ENUM, "view", "view: 7 is none of its names: ACTIVE, GONE" },
	{ TEXT("\x81\xa4view\xa3" "all"), TENON_K_ENUM, "view", "view: \"all\" is none of its names: ACTIVE, GONE" },
	{ TEXT("\x81\xa4view\xc3"), TENON_K_TYPE, "view", "view: true is none of its names: ACTIVE, GONE" },
	{ TEXT("\x81\xa5" "bytes\x90"), TENON_K_TYPE, "bytes", "bytes: [] is not base64 text" },
	{ TEXT("\x81\xa3" "any\x01"), TENON_K_TYPE, "any", "any: 1 is not JSON" },
	{ TEXT("\x81\xa3" "any\xa2[1"), TENON_K_SYNTAX, "any", NULL },
	{ TEXT("\x81\xa3" "any\xa3[] "), TENON_K_NONE, "", NULL },
	{ TEXT("\x81\xa3" "any\xa4[] ]"), TENON_K_SYNTAX, "any", NULL },
	{ TEXT("\x81\xa3" "any\xa0"), TENON_K_SYNTAX, "any", NULL },
	{ TEXT("\x81\xa3" "any\xa3\"\xff\""), TENON_K_UTF8, "any", NULL },
	{ TEXT("\x81\xa5texts\x92\xa1" "a\xc0"), TENON_K_TYPE, "texts[1]", "texts[1]: null is not a string" },
	{ TEXT("\x81\xa5texts\x92\xa1" "a\xa1 "), TENON_K_PATTERN, "texts[1]", NULL },
	{ TEXT("\x81\xa5texts\x81\xa1" "a\xc0"), TENON_K_TYPE, "texts", "texts: {...} is not a list" },
	{ TEXT("\x81\xa5texts\xdd\xff\xff\xff\xffzzzzz"), TENON_K_SYNTAX, "", "the message is broken (at byte 7): the text ends within an item" },
	{ TEXT("\x81\xa5reals\xdc\xff\xff"), TENON_K_SYNTAX, "", NULL },
	{ TEXT("\x81\xa3map\xdf\xff\xff\xff\xffzzzzz"), TENON_K_SYNTAX, "", NULL },
	{ TEXT("\x81\xa3map\x90"), TENON_K_TYPE, "map", "map: [] is not an object" },
	{ TEXT("\x81\xa3map\x81\x01\xa1v"), TENON_K_TYPE, "map", NULL },
	{ TEXT("\x81\xa3map\x81\xa1k\xd4\x01\x01"), TENON_K_TYPE, "map.k", "map.k: (an extension) is not a string" },
	{ TEXT("\x81\xa4" "best\x80"), TENON_K_MISSING, "best.key", "best.key: it is required" },
	{ TEXT("\x81\xa4" "best\x01"), TENON_K_TYPE, "best", "best: 1 is not an object" },
	{ TEXT("\x81\xa6points\x92\x81\xa3key\xa0\x81\xa5value\x01"), TENON_K_MISSING, "points[1].key", "points[1].key: it is required" },
	{ TEXT("\x81\xa6points\x91\x82\xa3key\xa0\xa5value\xcd\xff\xff"), TENON_K_RANGE, "points[0].value", "points[0].value: 65535; it must be -1e3..1e3" },
	{ TEXT("\x81\xa6points\x91\xc0"), TENON_K_TYPE, "points[0]", "points[0]: null is not an object" },
	{ TEXT("\x82\xa4left\x01\xa5right\x02"), TENON_K_GROUP, "right", NULL },
	{ TEXT("\x82\xa4nope\x91\xc1\xa4left\x01"), TENON_K_SYNTAX, "", "the message is broken (at byte 7): no item begins with the byte 0xc1" },
	{ TEXT("\x81\xa4nope\xdd\xff\xff\xff\xff\x01"), TENON_K_SYNTAX, "", NULL },
};

static void what_is_wrong_is_refused_with_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
		const struct refusal *r = &refusals[i];
		struct tried t;
		try(&t, r->text, r->n, 0);
		if (t.rc != (r->kind == TENON_K_NONE ? TENON_OK : TENON_INVALID_ARGUMENT) || t.p.kind != r->kind || strcmp(t.p.path, r->path) != 0 ||
		    (r->says != NULL && strcmp(t.p.message, r->says) != 0))
			fail_msg("case %zu: rc %d, kind %d, path %s, says %s", i, t.rc, t.p.kind, t.p.path, t.p.message);
		arena_free(&t.arena);
		try(&t, r->text, r->n, UNPACK_TRUSTED); /* only rules are taken on trust, never forms */
		bool rule = r->kind == TENON_K_MISSING || r->kind == TENON_K_RANGE || r->kind == TENON_K_PATTERN || r->kind == TENON_K_GROUP;
		bool unnamed = r->kind == TENON_K_ENUM && strstr(r->says, "7") != NULL;
		if (t.rc != (rule || unnamed || r->kind == TENON_K_NONE ? TENON_OK : TENON_INVALID_ARGUMENT))
			fail_msg("trusted case %zu: rc %d, says %s", i, t.rc, t.p.message);
		arena_free(&t.arena);
	}
}

/* A table made by hand: a number and a list in one place. Whatever is sent, nobody may meet the number as a pointer. */
struct either { uint64_t has; union { int64_t number; struct point_list points; }; };
static const struct tenon_field either_fields[] = {
	{ .name = "points", .type = TENON_MSG, .card = TENON_ARRAY, .group = 1, .offset = offsetof(struct either, points), .sub = &point_table },
	{ .name = "number", .type = TENON_I64, .group = 1, .offset = offsetof(struct either, number) },
};
static const struct tenon_table either_table = { "either", sizeof(struct either), 2, either_fields };

static void two_of_a_union_never_meet(void **state)
{
	static const char both[] = "\x82\xa6points\x91\x81\xa3key\xa1k\xa6number\x05", after[] = "\x83\xa6points\x91\x81\xa3key\xa1k\xa6points\xc0\xa6number\x05";

	(void)state;
	for (unsigned flags = 0; flags < 2; flags++) {
		struct arena a;
		struct either m;
		struct tenon_problem p;
		struct unpack u = over(both, sizeof both - 1), v = over(after, sizeof after - 1);
		arena_init(&a, 0);
		assert_int_equal(unpack_message(shape_of(&either_table), &a, &u, flags, &m, &p), TENON_INVALID_ARGUMENT);
		assert_true(p.kind == TENON_K_GROUP && strcmp(p.path, "number") == 0);
		assert_int_equal(unpack_message(shape_of(&either_table), &a, &v, flags, &m, &p), TENON_OK);
		assert_true(m.has == 2 && m.number == 5);
		arena_free(&a);
	}
}

static void messages_within_messages_have_a_bound(void **state)
{
	(void)state;
	for (int depth = 60; depth < 70; depth++) {
		struct buf b = { 0 };
		struct tree m;
		struct arena a;
		struct tenon_problem p;
		for (int i = 1; i < depth; i++)
			pack_map(&b, 1), pack_str(&b, "kids"), pack_array(&b, 1);
		pack_map(&b, 0);
		struct unpack u = over(b.p, b.n);
		arena_init(&a, 0);
		int rc = unpack_message(shape_of(&tree_table), &a, &u, UNPACK_TRUSTED, &m, &p);
		assert_int_equal(rc, depth <= 64 ? TENON_OK : TENON_INVALID_ARGUMENT);
		assert_int_equal(p.kind, depth <= 64 ? TENON_K_NONE : TENON_K_DEPTH);
		arena_free(&a);
		buf_free(&b);
	}
}

static void free_json_may_be_as_deep_as_a_body(void **state)
{
	char text[1030 * 2];

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		static const struct { size_t depth; unsigned flags; int rc; } cases[] = { { 200, 0, TENON_OK }, { 201, 0, TENON_INVALID_ARGUMENT },
			{ 1024, UNPACK_TRUSTED, TENON_OK }, { 1025, UNPACK_TRUSTED, TENON_INVALID_ARGUMENT } };
		struct buf b = { 0 };
		struct tried t;
		memset(text, '[', cases[i].depth);
		memset(text + cases[i].depth, ']', cases[i].depth);
		pack_map(&b, 1), pack_str(&b, "any"), pack_strn(&b, text, 2 * cases[i].depth);
		try(&t, b.p, b.n, cases[i].flags);
		assert_int_equal(t.rc, cases[i].rc);
		assert_int_equal(t.p.kind, cases[i].rc < 0 ? TENON_K_DEPTH : TENON_K_NONE);
		arena_free(&t.arena);
		buf_free(&b);
	}
}

static void counts_take_no_more_memory_than_bytes_justify(void **state)
{
	static const char names[][8] = { "wholes", "points", "map", "free" };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct buf b = { 0 };
		struct tried t;
		pack_map(&b, 1), pack_str(&b, names[i]);
		buf_add(&b, strcmp(names[i], "map") == 0 ? "\xdf\xff\xff\xff\xff" : "\xdd\xff\xff\xff\xff", 5);
		for (int k = 0; k < 1000; k++)
			pack_nil(&b);
		try(&t, b.p, b.n, 0);
		assert_true(t.rc == TENON_INVALID_ARGUMENT && t.p.kind == TENON_K_SYNTAX && t.arena.total < 10000);
		arena_free(&t.arena);
		buf_free(&b);
	}
}

static void nothing_is_lost_when_memory_is(void **state)
{
	struct buf whole;
	long nth = 0;

	(void)state;
	pack_full(&whole);
	for (size_t i = 0; i <= sizeof refusals / sizeof *refusals; i++) {
		bool good = i == sizeof refusals / sizeof *refusals;
		int rc = TENON_NO_MEMORY;
		for (nth = 1; rc == TENON_NO_MEMORY && nth < 100; nth++) {
			struct tried t;
			shape_of(&all_table);
			mem_fail_nth(nth);
			try(&t, good ? whole.p : refusals[i].text, good ? whole.n : refusals[i].n, 0);
			mem_fail_nth(0);
			rc = t.rc;
			arena_free(&t.arena);
		}
		assert_int_equal(rc, good || refusals[i].kind == TENON_K_NONE ? TENON_OK : TENON_INVALID_ARGUMENT);
	}
	assert_true(nth > 3);
	buf_free(&whole);
	struct all m = full_message();
	for (nth = 1; nth < 5; nth++) { /* a buffer that fails once stays failed */
		struct buf b = { 0 };
		mem_fail_nth(nth);
		pack_message(&b, shape_of(&all_table), &m);
		mem_fail_nth(0);
		assert_int_equal(b.failed, nth <= 2);
		buf_free(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_ends_too_early_is_no_item), cmocka_unit_test(skipping_goes_so_deep_and_no_deeper),
		cmocka_unit_test(a_message_cut_short_anywhere_is_refused), cmocka_unit_test(what_is_wrong_is_refused_with_its_place),
		cmocka_unit_test(two_of_a_union_never_meet), cmocka_unit_test(messages_within_messages_have_a_bound),
		cmocka_unit_test(free_json_may_be_as_deep_as_a_body), cmocka_unit_test(counts_take_no_more_memory_than_bytes_justify),
		cmocka_unit_test(nothing_is_lost_when_memory_is),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
