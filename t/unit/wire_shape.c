/* SPDX-License-Identifier: Apache-2.0 */
/* wire_shape - unit tests of tables: the bad ones, layouts and their digests, what a blank message holds, and translation. */
#include "base/arena.h"
#include "base/err.h"
#include "base/mem.h"
#include "wire/shape.h"
#include "wire/translate.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <tenon/error.h>
#include <cmocka.h>

static const struct tenon_name names[] = { { "A", 1 }, { "B", 2 }, { 0 } };
static bool yes(const char *s) { return s != NULL; }
static const struct tenon_pattern pattern = { "any", ".*", yes };

/* ---- bad tables ---- */

struct row { uint64_t has; int64_t a, b; struct tenon_strs c; };
#define BAD(name_, ...) \
	static const struct tenon_field name_##_fields[] = { __VA_ARGS__ }; \
	static const struct tenon_table name_ = { #name_, sizeof(struct row), sizeof name_##_fields / sizeof *name_##_fields, name_##_fields }
#define AT_A .offset = offsetof(struct row, a)
#define AT_B .offset = offsetof(struct row, b)
#define AT_C .offset = offsetof(struct row, c)
BAD(outside, { .name = "a", .type = TENON_I64, .offset = sizeof(struct row) - 4 });
BAD(over_bits, { .name = "a", .type = TENON_I64, .offset = 0 });
BAD(crooked, { .name = "a", .type = TENON_I64, .offset = offsetof(struct row, a) + 1 });
BAD(overlap, { .name = "a", .type = TENON_I64, AT_A }, { .name = "b", .type = TENON_F64, AT_A });
BAD(two_groups, { .name = "a", .type = TENON_I64, AT_A, .group = 1 }, { .name = "b", .type = TENON_F64, AT_A, .group = 2 });
BAD(twins, { .name = "a", .type = TENON_I64, AT_A }, { .name = "a", .type = TENON_I64, AT_B });
BAD(no_type, { .name = "a", AT_A });
BAD(no_names, { .name = "a", .type = TENON_ENUM, AT_A });
BAD(no_sub, { .name = "a", .type = TENON_MSG, AT_A });
BAD(no_name, { .name = "", .type = TENON_I64, AT_A });
BAD(odd_map, { .name = "c", .type = TENON_I64, .card = TENON_MAP, AT_C });
BAD(odd_pattern, { .name = "a", .type = TENON_I64, AT_A, .pattern = &pattern });
BAD(odd_range, { .name = "a", .type = TENON_BOOL, AT_A, .range = "0..1" });
BAD(backwards, { .name = "a", .type = TENON_I64, AT_A, .range = "5..1" });
BAD(half_range, { .name = "a", .type = TENON_I64, AT_A, .range = "0..x" });
BAD(bad_default, { .name = "a", .type = TENON_I64, AT_A, .dflt = "1.5" });
BAD(bad_enum, { .name = "a", .type = TENON_ENUM, AT_A, .names = names, .dflt = "C" });
BAD(bad_list, { .name = "c", .type = TENON_STR, .card = TENON_ARRAY, AT_C, .dflt = "[\"a\",5]" });
BAD(shared_default, { .name = "a", .type = TENON_I64, AT_A, .group = 1, .dflt = "1" }, { .name = "b", .type = TENON_F64, AT_A, .group = 1 });
static const struct tenon_table thin = { "thin", 4, 1, over_bits_fields };
extern const struct tenon_table self_table;
static const struct tenon_field self_fields[] = { { .name = "a", .type = TENON_MSG, AT_A, .sub = &self_table } };
const struct tenon_table self_table = { "self", 16, 1, self_fields };

static void bad_tables_are_refused_by_name(void **state)
{
	static const struct { const struct tenon_table *t; const char *says; } cases[] = {
		{ &outside, "table outside, row a: it lies outside" }, { &over_bits, "over its presence bits" }, { &crooked, "not aligned" },
		{ &overlap, "row b: it shares its place" }, { &two_groups, "row b: it shares its place" }, { &twins, "row a: the name is there twice" },
		{ &no_type, "no type" }, { &no_names, "without names" }, { &no_sub, "without a table" }, { &no_name, "its name is empty" },
		{ &odd_map, "a map of something else" }, { &odd_pattern, "a pattern for something else" }, { &odd_range, "its range" },
		{ &backwards, "its range" }, { &half_range, "its range" }, { &bad_default, "its default" }, { &bad_enum, "its default" }, { &bad_list, "its default" },
		{ &shared_default, "a default in a place that it shares" }, { &thin, "table thin: no room" }, { &self_table, "holds itself" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (int round = 0; round < 2; round++) { /* a refusal leaves nothing behind */
			const struct shape *s = (void *)1;
			struct err e = { 0 };
			assert_int_equal(shape_get(cases[i].t, &s, &e), TENON_INVALID_ARGUMENT);
			assert_null(s);
			if (strstr(e.text, cases[i].says) == NULL)
				fail_msg("%s: said \"%s\"", cases[i].t->name, e.text);
		}
}

/* ---- good ones ---- */

#define LEAF(F, S) F(S, const char *, key) F(S, int64_t, when, .dflt = "5")
TENON_MESSAGE(leaf, LEAF);
struct reals { double *v; size_t n; };
struct trees { struct tree *v; size_t n; };
#define TREE(F, S) \
	F(S, const char *, user_name, .dflt = "who") F(S, int64_t, kind, .type = TENON_ENUM, .names = names, .dflt = "B") F(S, double, share, .dflt = "0.5") \
	F(S, bool, on, .dflt = "true") F(S, struct tenon_bytes, bytes, .dflt = "AAE=") F(S, struct tenon_strs, list, .dflt = "[\"x\",\"y\"]") \
	F(S, struct reals, reals, .type = TENON_F64, .card = TENON_ARRAY, .dflt = "[1,2.5]") F(S, struct tenon_map, map, .dflt = "{\"k\":\"v\"}") \
	F(S, struct leaf, leaf, TENON_SUB(leaf)) F(S, struct trees, branches, .sub = &tree_table, .card = TENON_ARRAY) F(S, struct tenon_json, free, .dflt = "{}")
extern const struct tenon_table tree_table;
TENON_STRUCT(tree, TREE);
TENON_TABLE(, tree, TREE);

static void a_blank_message_holds_the_defaults(void **state)
{
	const struct shape *s;
	struct err e = { 0 };
	struct tree t;

	(void)state;
	if (shape_get(&tree_table, &s, &e) < 0)
		fail_msg("%s", e.text);
	shape_blank(s, &t);
	for (uint32_t i = 0; i < tree_table.n; i++)
		assert_false(shape_has(&t, i));
	assert_string_equal(t.user_name, "who");
	assert_true(t.kind == 2 && t.share == 0.5 && t.on && t.bytes.n == 2 && t.list.n == 2 && t.reals.n == 2 && t.reals.v[1] == 2.5);
	assert_string_equal(t.list.v[1], "y");
	assert_string_equal(t.map.v[0].value, "v");
	assert_string_equal(t.leaf.key, "");
	assert_int_equal(t.leaf.when, 5);
	assert_null(t.branches.v);
	assert_memory_equal(t.free.p, "{}", t.free.n);
	assert_ptr_equal(s->columns[9].sub, s);
	assert_string_equal(s->columns[0].camel, "userName");
	assert_ptr_equal(s->columns[1].camel, s->columns[1].name);
}

static void rows_are_found_by_every_spelling(void **state)
{
	const struct shape *s;

	(void)state;
	assert_int_equal(shape_get(&tree_table, &s, NULL), TENON_OK);
	for (int hint = -1; hint < 20; hint++) {
		assert_int_equal(shape_find(s, "user_name", 9, false, hint), 0);
		assert_int_equal(shape_find(s, "free", 4, false, hint), 10);
		assert_int_equal(shape_find(s, "userName", 8, true, hint), 0);
		assert_int_equal(shape_find(s, "userName", 8, false, hint), -1);
		assert_int_equal(shape_find(s, "fre", 3, true, hint), -1);
	}
	assert_int_equal(shape_get(&tenon_empty_table, &s, NULL), TENON_OK);
	assert_int_equal(shape_find(s, "a", 1, true, 0), -1);
}

/* the leaf as other builds have it: the same; with other names; longer; with a row of another type */
static const struct tenon_field same_fields[] = {
	{ .name = "key", .type = TENON_STR, .offset = offsetof(struct leaf, key), .doc = "words do not count", .range = "..9" },
	{ .name = "when", .type = TENON_I64, .offset = offsetof(struct leaf, when) } };
static const struct tenon_table same_table = { "same", sizeof(struct leaf), 2, same_fields };
#define RENAMED(F, S) F(S, const char *, kee) F(S, int64_t, when)
TENON_MESSAGE(renamed, RENAMED);
#define LONGER(F, S) F(S, int64_t, when, .type = TENON_ENUM, .names = names) F(S, const char *, more, .dflt = "m") F(S, const char *, key)
TENON_MESSAGE(longer, LONGER);
#define RETYPED(F, S) F(S, const char *, key) F(S, double, when)
TENON_MESSAGE(retyped, RETYPED);
#define GROVE(F, S) F(S, struct leaf_list, leaves, TENON_MANY(leaf)) F(S, struct leaf, one, TENON_SUB(leaf)) F(S, struct tenon_strs, list)
TENON_MESSAGE(grove, GROVE);
#define OTHER_GROVE(F, S) F(S, struct tenon_strs, list) F(S, struct longer, one, TENON_SUB(longer)) F(S, struct longer_list, leaves, TENON_MANY(longer))
TENON_MESSAGE(other_grove, OTHER_GROVE);

static uint64_t digest(const struct tenon_table *t)
{
	const struct shape *s;
	assert_int_equal(shape_get(t, &s, NULL), TENON_OK);
	return s->digest;
}

static void digests_are_of_the_layout(void **state)
{
	(void)state;
	assert_true(digest(&leaf_table) == digest(&same_table));
	assert_true(digest(&leaf_table) != digest(&renamed_table));
	assert_true(digest(&leaf_table) != digest(&longer_table));
	assert_true(digest(&leaf_table) != digest(&retyped_table));
	assert_true(digest(&grove_table) != digest(&other_grove_table));
}

static void messages_are_translated_by_name(void **state)
{
	struct leaf leaves[] = { { .has = { .key = 1, .when = 1 }, .key = "a", .when = 2 }, { .has = { .key = 1 }, .key = NULL, .when = 7 } };
	const char *list[] = { "x" };
	struct grove g = { .has = { .leaves = 1, .one = 1, .list = 1 }, .leaves = { leaves, 2 }, .one = { .has = { .when = 1 }, .when = 1 }, .list = { list, 1 } };
	const struct shape *from, *to, *leaf, *retyped;
	struct other_grove o;
	struct retyped r;
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	assert_int_equal(shape_get(&grove_table, &from, NULL), TENON_OK);
	assert_int_equal(shape_get(&other_grove_table, &to, NULL), TENON_OK);
	assert_int_equal(translate(from, &g, to, &o, &a), TENON_OK);
	assert_true(o.leaves.n == 2 && o.leaves.v[0].when == 2 && o.leaves.v[0].has.when && !o.leaves.v[0].has.more);
	assert_string_equal(o.leaves.v[0].more, "m");
	assert_string_equal(o.leaves.v[1].key, ""); /* never NULL */
	assert_int_equal(o.leaves.v[1].when, 0);    /* unset there: the default here */
	assert_true(o.one.when == 1 && !o.one.has.key && o.list.v == list);
	shape_get(&leaf_table, &leaf, NULL);
	shape_get(&retyped_table, &retyped, NULL);
	assert_int_equal(translate(leaf, &leaves[0], retyped, &r, &a), TENON_UNSUPPORTED);
	assert_int_equal(translate(leaf, &leaves[1], retyped, &r, &a), TENON_OK); /* the row is not set */
	arena_free(&a);
	mem_fail_nth(1);
	assert_int_equal(translate(from, &g, to, &o, &a), TENON_NO_MEMORY);
	mem_fail_nth(0);
}

/* a union, as sql_value is one */
struct cell { struct { uint64_t i : 1; uint64_t s : 1; } has; union { int64_t i; const char *s; }; };
static const struct tenon_field cell_fields[] = {
	{ .name = "i", .type = TENON_I64, .offset = offsetof(struct cell, i), .group = 1 },
	{ .name = "s", .type = TENON_STR, .offset = offsetof(struct cell, s), .group = 1 } };
static const struct tenon_table cell_table = { "cell", sizeof(struct cell), 2, cell_fields };
static const struct tenon_field llec_fields[] = {
	{ .name = "s", .type = TENON_STR, .offset = offsetof(struct cell, s), .group = 1 },
	{ .name = "i", .type = TENON_I64, .offset = offsetof(struct cell, i), .group = 1 } };
static const struct tenon_table llec_table = { "llec", sizeof(struct cell), 2, llec_fields };

static void what_shares_its_place_is_left_alone(void **state)
{
	struct cell number = { .has = { .i = 1 }, .i = 42 }, text = { .has = { .s = 1 }, .s = "t" }, out;
	const struct shape *from, *to;

	(void)state;
	assert_int_equal(shape_get(&cell_table, &from, NULL), TENON_OK);
	assert_int_equal(shape_get(&llec_table, &to, NULL), TENON_OK);
	assert_int_equal(translate(from, &number, to, &out, NULL), TENON_OK);
	assert_true(out.i == 42 && shape_has(&out, 1) && !shape_has(&out, 0));
	assert_int_equal(translate(from, &text, to, &out, NULL), TENON_OK);
	assert_string_equal(out.s, "t");
}

/* ---- threads and memory ---- */

static struct tenon_table many[64];

static void *get_all(void *arg)
{
	const struct shape **out = arg;

	for (int round = 0; round < 50; round++)
		for (size_t i = 0; i < 64; i++) {
			const struct shape *s;
			if (shape_get(&many[i], &s, NULL) < 0 || (round > 0 && s != out[i]))
				return (void *)1;
			out[i] = s;
		}
	return NULL;
}

static void all_threads_get_one_shape(void **state)
{
	static const struct shape *got[4][64];
	pthread_t threads[4];
	void *failed = NULL;

	(void)state;
	for (size_t i = 0; i < 64; i++)
		many[i] = tree_table;
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, get_all, got[i]), 0);
	for (size_t i = 0; i < 4; i++) {
		void *result;
		pthread_join(threads[i], &result);
		failed = result != NULL ? result : failed;
	}
	assert_null(failed);
	for (size_t i = 1; i < 4; i++)
		assert_memory_equal(got[0], got[i], sizeof got[0]);
}

static void a_table_can_be_tried_again_when_there_is_memory(void **state)
{
	static struct tenon_table fresh[60];
	int refused = 0;

	(void)state;
	for (size_t i = 0; i < 60; i++) {
		const struct shape *s;
		struct err e = { 0 };
		fresh[i] = tree_table;
		mem_fail_nth(1);
		int rc = shape_get(&fresh[i], &s, &e);
		mem_fail_nth(0);
		refused += rc == TENON_NO_MEMORY;
		assert_true(rc == TENON_OK || rc == TENON_NO_MEMORY || rc == TENON_INVALID_ARGUMENT);
		assert_int_equal(shape_get(&fresh[i], &s, NULL), TENON_OK);
	}
	assert_true(refused > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_tables_are_refused_by_name), cmocka_unit_test(a_blank_message_holds_the_defaults),
		cmocka_unit_test(rows_are_found_by_every_spelling), cmocka_unit_test(digests_are_of_the_layout),
		cmocka_unit_test(messages_are_translated_by_name), cmocka_unit_test(what_shares_its_place_is_left_alone),
		cmocka_unit_test(all_threads_get_one_shape), cmocka_unit_test(a_table_can_be_tried_again_when_there_is_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
