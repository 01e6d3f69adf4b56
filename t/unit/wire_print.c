/* SPDX-License-Identifier: Apache-2.0 */
/* wire_print - unit tests of messages as JSON, whole and in pieces, and of the schemas and examples of tables. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/map.h"
#include "base/mem.h"
#include "wire/decode.h"
#include "wire/json.h"
#include "wire/print.h"
#include "wire/schema.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static const struct tenon_name states[] = { { "NEW", 1 }, { "OLD", 2 }, { 0 } };
static bool no_slash(const char *s) { return strchr(s, '/') == NULL; }
static const struct tenon_pattern flat = { "flat", "^[^/\"]*$", no_slash };

#define ITEM(F, S) F(S, const char *, id, .flags = TENON_KEEP | TENON_REQUIRED, .range = "2..5") F(S, double, value) F(S, int64_t, step)
TENON_MESSAGE(item, ITEM);
struct bools { bool *v; size_t n; };
#define PAGE(F, S) \
	F(S, struct item_list, items, TENON_MANY(item), .flags = TENON_EMIT, .range = "..50") \
	F(S, const char *, next_page) \
	F(S, const char *, kept, .flags = TENON_KEEP, .pattern = &flat, .doc = "a \"kept\" one") \
	F(S, struct tenon_strs, kept_list, .flags = TENON_KEEP) \
	F(S, struct item, kept_item, TENON_SUB(item), .flags = TENON_KEEP) \
	F(S, struct item, one, TENON_SUB(item)) \
	F(S, int64_t, state, .type = TENON_ENUM, .names = states, .dflt = "OLD") \
	F(S, struct tenon_map, map, .range = "..3") \
	F(S, struct tenon_json, any, .doc = "whatever") \
	F(S, struct tenon_bytes, bytes) \
	F(S, struct bools, bools, .type = TENON_BOOL, .card = TENON_ARRAY) \
	F(S, int64_t, low, .range = "..-5") F(S, int64_t, high, .range = "10..20") F(S, double, ratio, .range = "0..1", .dflt = "0.25") \
	F(S, const char *, secret, .flags = TENON_SECRET, .dflt = "hush") \
	F(S, int64_t, left, .group = 1) F(S, int64_t, right, .group = 1)
TENON_MESSAGE(page, PAGE);

static const struct shape *shape(void)
{
	const struct shape *s;
	assert_int_equal(shape_get(&page_table, &s, NULL), TENON_OK);
	return s;
}

static void must_print(const struct page *p, unsigned flags, const char *text)
{
	struct buf b = { 0 };
	print_object(&b, shape(), p, flags);
	buf_addc(&b, '\0');
	assert_string_equal(b.p, text);
	buf_free(&b);
}

#define KEPT "\"kept\":\"\",\"kept_list\":[],\"kept_item\":{}"

static void only_what_is_set_is_printed_unless_kept(void **state)
{
	struct tenon_pair pair = { "k\"", "v" };
	bool bools[] = { true, false };

	(void)state;
	must_print(&(struct page){ .next_page = "unset", .one = { .id = "x" } }, 0, "{" KEPT "}");
	must_print(&(struct page){ .has = { .next_page = 1, .map = 1, .items = 1, .bools = 1 } }, 0, "{\"next_page\":\"\"," KEPT "}");
	must_print(&(struct page){ .has = { .one = 1, .state = 1, .bytes = 1, .any = 1 }, .state = 2 }, 0,
	           "{" KEPT ",\"one\":{\"id\":\"\"},\"state\":\"OLD\",\"any\":null,\"bytes\":\"\"}");
	must_print(&(struct page){ .has = { .state = 1, .map = 1, .any = 1, .bytes = 1, .bools = 1 }, .state = 9, .map = { &pair, 1 }, .any = { "[1]x", 3 },
	                           .bytes = { "\0\1\xff\2", 4 }, .bools = { bools, 2 } }, 0,
	           "{" KEPT ",\"state\":9,\"map\":{\"k\\\"\":\"v\"},\"any\":[1],\"bytes\":\"AAH/Ag==\",\"bools\":[true,false]}");
}

static void numbers_that_json_lacks_are_spelled_or_null(void **state)
{
	static const struct { double x; const char *plain, *spelled; } cases[] = {
		{ NAN, "null", "\"NaN\"" }, { INFINITY, "null", "\"Infinity\"" }, { -INFINITY, "null", "\"-Infinity\"" }, { 2, "2.0", "2.0" } };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (unsigned spell = 0; spell < 2; spell++) {
			struct buf b = { 0 };
			print_double(&b, cases[i].x, spell ? TENON_SPELL_NONFINITE : 0);
			buf_addc(&b, '\0');
			assert_string_equal(b.p, spell ? cases[i].spelled : cases[i].plain);
			buf_free(&b);
		}
}

static void strings_are_escaped_where_they_must_be(void **state)
{
	char all[256];
	struct arena a;
	enum tenon_kind kind;

	(void)state;
	arena_init(&a, 0);
	for (int at = 0; at < 20; at++) /* the special one at every place of an eight-byte step */
		for (unsigned c = 1; c < 0x80; c++) {
			struct buf b = { 0 };
			memset(all, 'x', 20);
			all[at] = (char)c;
			all[20] = '\0';
			print_string(&b, all);
			struct json j = json_over(b.p, b.n);
			assert_non_null(json_skip(&j).p);
			assert_true(json_done(&j));
			assert_string_equal(json_string((struct tenon_json){ b.p, b.n }, &a, &kind), all);
			buf_free(&b);
		}
	struct buf b = { 0 };
	print_string(&b, "\"\\\b\f\n\r\t\x01\x1f\x7f\xc3\xa9\xf0\x9f\x98\x80/");
	print_string(&b, NULL);
	buf_addc(&b, '\0');
	assert_string_equal(b.p, "\"\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\xc3\xa9\xf0\x9f\x98\x80/\"\"\"");
	buf_free(&b);
	arena_free(&a);
}

static void a_result_in_pieces_is_the_same_as_whole(void **state)
{
	struct item items[] = { { .has = { .id = 1 }, .id = "a" }, { .has = { .value = 1 }, .value = 1 } };
	struct page whole = { .has = { .items = 1, .next_page = 1 }, .items = { items, 2 }, .next_page = "n" };
	struct page rest = { .has = { .next_page = 1 }, .next_page = "n" };
	struct buf b = { 0 };

	(void)state;
	print_head(&b, shape(), 0);
	for (int i = 0; i < 2; i++)
		print_item(&b, shape(), 0, &items[i], i == 0, 0);
	print_tail(&b, shape(), &rest, 0, 0);
	buf_addc(&b, '\0');
	must_print(&whole, 0, b.p);
	buf_free(&b);
}

static void a_full_memory_fails_the_buffer(void **state)
{
	struct page p = { .has = { .next_page = 1 }, .next_page = "n" };
	struct buf b = { 0 };

	(void)state;
	mem_fail_nth(1);
	print_object(&b, shape(), &p, 0);
	schema_print(&b, &page_table);
	mem_fail_nth(0);
	assert_true(b.failed);
	buf_free(&b);
}

/* ---- schemas ---- */

static struct tenon_json parsed(const struct buf *b)
{
	struct json j = json_over(b->p, b->n);
	struct tenon_json v = json_skip(&j);
	if (!json_done(&j))
		fail_msg("%.*s: %s", (int)b->n, b->p, j.what);
	return v;
}

static void must_say(struct tenon_json schema, const char *row, const char *member, const char *text)
{
	struct tenon_json v = json_member(json_member(json_member(schema, "properties"), row), member);
	if (text == NULL ? v.p != NULL : v.n != strlen(text) || memcmp(v.p, text, v.n) != 0)
		fail_msg("%s.%s is %.*s, expected %s", row, member, (int)v.n, v.p, text);
}

static void schemas_say_what_rows_say(void **state)
{
	static const char *const facts[][3] = {
		{ "items", "type", "\"array\"" }, { "items", "items", "{\"$ref\":\"#/components/schemas/item\"}" }, { "items", "maxItems", "50" },
		{ "kept", "pattern", "\"^[^/\\\"]*$\"" }, { "kept", "description", "\"a \\\"kept\\\" one\"" }, { "one", "$ref", "\"#/components/schemas/item\"" },
		{ "state", "enum", "[\"NEW\",\"OLD\"]" }, { "state", "default", "\"OLD\"" }, { "map", "additionalProperties", "{\"type\":\"string\"}" },
		{ "map", "maxProperties", "3" }, { "any", "type", NULL }, { "any", "description", "\"whatever\"" }, { "bytes", "contentEncoding", "\"base64\"" },
		{ "low", "maximum", "-5" }, { "low", "minimum", NULL }, { "high", "minimum", "10" }, { "ratio", "default", "0.25" }, { "ratio", "type", "\"number\"" },
		{ "secret", "default", NULL }, { "secret", "writeOnly", "true" }, { "kept_list", "items", "{\"type\":\"string\"}" },
	};
	struct buf b = { 0 };

	(void)state;
	schema_print(&b, &page_table);
	struct tenon_json schema = parsed(&b);
	for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
		must_say(schema, facts[i][0], facts[i][1], facts[i][2]);
	assert_null(json_member(schema, "required").p);
	b.n = 0;
	schema_print(&b, &item_table);
	must_say(parsed(&b), "id", "minLength", "2");
	assert_memory_equal(json_member(parsed(&b), "required").p, "[\"id\"]", 6);
	b.n = 0;
	schema_print(&b, &tenon_empty_table);
	parsed(&b);
	buf_free(&b);
}

static void examples_are_taken_by_their_tables(void **state)
{
	struct buf b = { 0 };
	struct tenon_problem p = { 0 };
	struct arena a;
	struct page out;

	(void)state;
	arena_init(&a, 0);
	schema_example(&b, &page_table);
	if (decode_json(shape(), TENON_REFUSE_UNKNOWN, &a, parsed(&b), &out, &p) < 0)
		fail_msg("%.*s: %s", (int)b.n, b.p, p.message);
	assert_true(out.low == -5 && out.high == 10 && out.ratio == 0.25 && out.state == 2 && !out.has.secret && !out.has.right);
	buf_free(&b);
	arena_free(&a);
}

struct loops { struct loop *v; size_t n; };
extern const struct tenon_table loop_table;
#define LOOP(F, S) F(S, struct loops, loops, TENON_MANY(loop)) F(S, struct item, item, TENON_SUB(item))
TENON_STRUCT(loop, LOOP);
TENON_TABLE(, loop, LOOP);

static void tables_that_hold_themselves_end_somewhere(void **state)
{
	struct map found = { 0 };
	struct buf b = { 0 };

	(void)state;
	assert_int_equal(schema_collect(&found, &loop_table), TENON_OK);
	assert_int_equal(found.n, 2);
	assert_ptr_equal(map_get(&found, "item"), &item_table);
	map_free(&found);
	schema_example(&b, &loop_table);
	parsed(&b);
	buf_free(&b);
	mem_fail_nth(1);
	assert_int_equal(schema_collect(&found, &loop_table), TENON_NO_MEMORY);
	mem_fail_nth(0);
	map_free(&found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_is_set_is_printed_unless_kept), cmocka_unit_test(numbers_that_json_lacks_are_spelled_or_null),
		cmocka_unit_test(strings_are_escaped_where_they_must_be), cmocka_unit_test(a_result_in_pieces_is_the_same_as_whole),
		cmocka_unit_test(a_full_memory_fails_the_buffer), cmocka_unit_test(schemas_say_what_rows_say),
		cmocka_unit_test(examples_are_taken_by_their_tables), cmocka_unit_test(tables_that_hold_themselves_end_somewhere),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
