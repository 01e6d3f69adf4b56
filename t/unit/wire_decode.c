/* SPDX-License-Identifier: Apache-2.0 */
/* wire_decode - unit tests of what a dialect may ask of decoding: spellings, forgiveness, queries, forms, path variables, and the
 * lack of memory at every place. What every request meets is in wire.c. */
#include "base/arena.h"
#include "base/mem.h"
#include "wire/decode.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static const struct tenon_name views[] = { { "ACTIVE", 1 }, { "ALL", 3 }, { 0 } };
#define POINT(F, S) \
	F(S, const char *, key, .flags = TENON_REQUIRED, .aliases = "name id") \
	F(S, double, value, .flags = TENON_REQUIRED, .range = "-1e3..1e3") \
	F(S, int64_t, time_stamp, .range = "0..")
TENON_MESSAGE(point, POINT);
#define ARGS(F, S) \
	F(S, const char *, run_id, .flags = TENON_REQUIRED, .aliases = "run_uuid") \
	F(S, int64_t, max_results, .dflt = "1000", .range = "1..5000") \
	F(S, int64_t, view, .type = TENON_ENUM, .names = views, .dflt = "ALL") \
	F(S, bool, flag) \
	F(S, double, value) \
	F(S, struct tenon_strs, ids, .range = "..100000") \
	F(S, struct tenon_i64s, steps) \
	F(S, struct tenon_map, labels, .range = "..2") \
	F(S, struct tenon_json, any) \
	F(S, struct tenon_bytes, bytes, .range = "..4") \
	F(S, struct point, best, TENON_SUB(point)) \
	F(S, struct point_list, points, TENON_MANY(point), .range = "..2") \
	F(S, const char *, password, .flags = TENON_SECRET, .range = "..3")
TENON_MESSAGE(args, ARGS);

enum { PROTOBUF = TENON_LOOSE_NUMBERS | TENON_CAMEL_NAMES | TENON_EMPTY_IS_MISSING | TENON_QUERY_OR_BODY | TENON_SPELL_NONFINITE };
static const struct tenon_dialect protobuf = { .size = sizeof protobuf, .name = "protobuf", .flags = PROTOBUF };
static const struct tenon_dialect strict = { .size = sizeof strict, .name = "strict", .flags = TENON_REFUSE_UNKNOWN };

struct tried { struct arena arena; struct args m; struct tenon_problem p; int rc; };

static void try(struct tried *t, const struct tenon_dialect *d, struct tenon_request rq, const struct tenon_pair *vars, size_t n)
{
	const struct shape *s;

	*t = (struct tried){ .rc = 0 };
	arena_init(&t->arena, 0);
	assert_int_equal(shape_get(&args_table, &s, NULL), TENON_OK);
	t->rc = decode_request(s, d, &t->arena, &rq, vars, n, &t->m, &t->p);
	assert_int_equal(t->rc, t->rc < 0 ? t->p.code : TENON_OK);
}
static void try_body(struct tried *t, const struct tenon_dialect *d, const char *body)
{
	try(t, d, (struct tenon_request){ .verb = "POST", .path = "/", .body = { body, strlen(body) } }, NULL, 0);
}
static void try_query(struct tried *t, const struct tenon_dialect *d, const char *query)
{
	try(t, d, (struct tenon_request){ .verb = "GET", .path = "/", .query = query, .body = { "", 0 } }, NULL, 0);
}

struct refusal { const char *text; enum tenon_kind kind; const char *path, *raw; };

static void must_refuse(const struct refusal *r, const struct tried *t)
{
	if (t->rc != TENON_INVALID_ARGUMENT || t->p.kind != r->kind || strcmp(t->p.path, r->path) != 0 ||
	    (r->raw == NULL ? t->p.raw.p != NULL : t->p.raw.n != strlen(r->raw) || memcmp(t->p.raw.p, r->raw, t->p.raw.n) != 0))
		fail_msg("%s: rc %d, kind %d, path %s, raw %.*s, says %s", r->text, t->rc, t->p.kind, t->p.path, (int)t->p.raw.n, t->p.raw.p, t->p.message);
}

static void refusals_name_path_and_text(void **state)
{
	static const struct refusal cases[] = {
		{ "{\"run_id\":\"x\",\"points\":[{\"key\":\"a\",\"value\":1},{\"key\":\"b\",\"value\":1,\"time_stamp\":-7}]}", TENON_K_RANGE, "points[1].time_stamp", "-7" },
		{ "{\"run_id\":\"x\",\"points\":[{\"id\":\"a\",\"value\":1001}]}", TENON_K_RANGE, "points[0].value", "1001" },
		{ "{\"run_id\":\"x\",\"points\":[{},{}]}", TENON_K_MISSING, "points[0].key", NULL },
		{ "{\"run_id\":\"x\",\"points\":[1]}", TENON_K_TYPE, "points[0]", "1" },
		{ "{\"run_id\":\"x\",\"points\":[null]}", TENON_K_TYPE, "points[0]", "null" },
		{ "{\"run_id\":\"x\",\"points\":[{\"kee\":[2]}]}", TENON_K_UNKNOWN, "points[0].kee", "[2]" },
		{ "{\"run_id\":\"x\",\"best\":{\"key\":{}}}", TENON_K_TYPE, "best.key", "{}" },
		{ "{\"run_id\":\"x\",\"best\":{\"key\":\"k\",\"key\":\"l\"}}", TENON_K_TWICE, "best.key", NULL },
		{ "{\"run_id\":\"x\",\"labels\":{\"a\":\"1\",\"b\":2}}", TENON_K_TYPE, "labels.b", "2" },
		{ "{\"run_id\":\"x\",\"labels\":{\"a\":\"1\",\"a\":\"2\"}}", TENON_K_TWICE, "labels.a", NULL },
		{ "{\"run_id\":\"x\",\"labels\":{\"a\":\"1\",\"b\":\"\",\"c\":\"\"}}", TENON_K_ITEMS, "labels", "{\"a\":\"1\",\"b\":\"\",\"c\":\"\"}" },
		{ "{\"run_id\":\"x\",\"labels\":{\"a\\u0000\":\"1\"}}", TENON_K_NUL, "labels", "\"a\\u0000\"" },
		{ "{\"run_id\":\"x\",\"ids\":\"a\"}", TENON_K_TYPE, "ids", "\"a\"" },
		{ "{\"run_id\":\"x\",\"bytes\":\"AAECAwQ=\"}", TENON_K_LENGTH, "bytes", "\"AAECAwQ=\"" },
		{ "{\"run_id\":\"x\",\"view\":1}", TENON_K_ENUM, "view", "1" },
		{ "{\"run_id\":\"x\",\"view\":[]}", TENON_K_TYPE, "view", "[]" },
		{ "{\"run_id\":\"x\",\"value\":\"NaN\"}", TENON_K_TYPE, "value", "\"NaN\"" },
		{ "{\"run_id\":\"x\",\"flag\":\"true\"}", TENON_K_TYPE, "flag", "\"true\"" },
		{ "{\"run_id\":\"x\",\"runId\":\"y\"}", TENON_K_UNKNOWN, "runId", "\"y\"" },
		{ "{\"run_id\":\"x\",\"password\":true}", TENON_K_TYPE, "password", NULL },
		{ "{\"run_id\":null}", TENON_K_MISSING, "run_id", "null" },
		{ "{\"max_results\":0}", TENON_K_MISSING, "run_id", NULL }, /* what must be there comes before what it may be */
		{ "{\"value\":{},\"max_results\":[]}", TENON_K_TYPE, "value", "{}" }, /* the order of the text */
		{ "5", TENON_K_TYPE, "", "5" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct tried t;
		try_body(&t, &strict, cases[i].text);
		must_refuse(&cases[i], &t);
		arena_free(&t.arena);
	}
}

static void secrets_stay_out_of_messages(void **state)
{
	struct tried t;

	(void)state;
	try_body(&t, &strict, "{\"run_id\":\"x\",\"password\":4711}");
	assert_null(strstr(t.p.message, "4711"));
	arena_free(&t.arena);
}

static void one_field_may_have_several_names(void **state)
{
	static const struct { const char *body, *run_id; } taken[] = {
		{ "{\"run_id\":\"a\",\"run_uuid\":\"b\"}", "a" }, { "{\"run_uuid\":\"b\",\"run_id\":\"a\"}", "a" }, { "{\"run_uuid\":\"b\"}", "b" },
		{ "{\"run_uuid\":\"b\",\"run_id\":null}", "b" }, { "{\"run_id\":null,\"run_uuid\":\"b\"}", "b" }, { "{\"runId\":\"c\"}", "c" },
		{ "{\"r\\u0075n_id\":\"e\"}", "e" }, { "{\"run_id\":\"a\",\"run_id\":\"b\"}", "b" }, { "{\"run_id\":5,\"run_id\":\"b\"}", "b" },
	};
	struct tried t;

	(void)state;
	for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
		try_body(&t, &protobuf, taken[i].body);
		if (t.rc != TENON_OK || strcmp(t.m.run_id, taken[i].run_id) != 0)
			fail_msg("%s: rc %d, run_id %s, %s", taken[i].body, t.rc, t.m.run_id, t.p.message);
		arena_free(&t.arena);
	}
	try_body(&t, &protobuf, "{\"run_id\":\"a\",\"runId\":\"a\"}");
	assert_int_equal(t.p.kind, TENON_K_TWICE);
	arena_free(&t.arena);
	try_body(&t, &protobuf, "{\"run_id\":\"a\",\"points\":[{\"key\":\"k\",\"value\":1,\"timeStamp\":1,\"time_stamp\":1}]}");
	assert_int_equal(t.p.kind, TENON_K_TWICE);
	assert_string_equal(t.p.path, "points[0].time_stamp");
	arena_free(&t.arena);
}

static void repeated_members_leave_no_trace(void **state)
{
	struct tried t;

	(void)state;
	try_body(&t, &protobuf, "{\"run_id\":\"x\",\"best\":{\"key\":\"a\",\"value\":1,\"time_stamp\":3},\"best\":{\"key\":\"b\",\"value\":2},\"ids\":[\"p\",\"q\"],\"ids\":[\"r\"],"
	    "\"max_results\":5,\"max_results\":null,\"labels\":{\"k\":\"1\",\"j\":\"2\",\"k\":\"3\"},\"view\":\"ACTIVE\",\"view\":null}");
	assert_int_equal(t.rc, TENON_OK);
	assert_string_equal(t.m.best.key, "b");
	assert_false(t.m.best.has.time_stamp);
	assert_int_equal(t.m.ids.n, 1);
	assert_false(t.m.has.max_results);
	assert_int_equal(t.m.max_results, 1000);
	assert_int_equal(t.m.view, 3);
	assert_int_equal(t.m.labels.n, 2);
	assert_string_equal(t.m.labels.v[1].value, "3");
	arena_free(&t.arena);
}

static void loose_numbers_are_those_of_protobuf(void **state)
{
	static const struct { const char *body; bool good; int64_t max; double value; } cases[] = {
		{ "\"5\"", true, 5, 0 }, { "\"+5\"", true, 5, 0 }, { "\"1_000\"", true, 1000, 0 }, { "\"5.0\"", true, 5, 0 }, { "5.0", true, 5, 0 }, { "5e0", true, 5, 0 },
		{ "\" 5\"", false, 0, 0 }, { "\"5.5\"", false, 0, 0 }, { "5.5", false, 0, 0 }, { "true", false, 0, 0 }, { "\"x\"", false, 0, 0 },
		{ "\"\"", false, 0, 0 }, { "1e400", false, 0, 0 }, { "9223372036854775808", false, 0, 0 }, { "NaN", false, 0, 0 }, { "\"1__0\"", false, 0, 0 },
	}, reals[] = {
		{ "\"Infinity\"", true, 0, INFINITY }, { "\"-Infinity\"", true, 0, -INFINITY }, { "\"1.5\"", true, 0, 1.5 }, { "\" 1.5 \"", true, 0, 1.5 },
		{ "\"-INF\"", true, 0, -INFINITY }, { "true", true, 0, 1 }, { "1e400", true, 0, INFINITY }, { "\"nan\"", false, 0, 0 }, { "NaN", false, 0, 0 }, { "Infinity", false, 0, 0 },
		{ "[]", false, 0, 0 }, { "\"1.5x\"", false, 0, 0 },
	};
	struct tried t;
	char body[100];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		snprintf(body, sizeof body, "{\"run_id\":\"x\",\"max_results\":%s}", cases[i].body);
		try_body(&t, &protobuf, body);
		if ((t.rc == TENON_OK) != cases[i].good || (t.rc == TENON_OK && t.m.max_results != cases[i].max))
			fail_msg("%s: rc %d, %s", body, t.rc, t.p.message);
		arena_free(&t.arena);
	}
	for (size_t i = 0; i < sizeof reals / sizeof *reals; i++) {
		snprintf(body, sizeof body, "{\"run_id\":\"x\",\"value\":%s}", reals[i].body);
		try_body(&t, &protobuf, body);
		if ((t.rc == TENON_OK) != reals[i].good || (t.rc == TENON_OK && t.m.value != reals[i].value))
			fail_msg("%s: rc %d, %s", body, t.rc, t.p.message);
		arena_free(&t.arena);
	}
	try_body(&t, &protobuf, "{\"run_id\":\"x\",\"value\":\"NaN\",\"view\":\"3\"}");
	assert_true(t.rc == TENON_OK && isnan(t.m.value) && t.m.view == 3 && t.m.has.view);
	arena_free(&t.arena);
	try_body(&t, &protobuf, "{\"run_id\":\"x\",\"view\":\"SOME\"}");
	assert_int_equal(t.p.kind, TENON_K_ENUM);
	arena_free(&t.arena);
	try_body(&t, &protobuf, "{\"run_id\":\"x\",\"view\":2}");
	assert_int_equal(t.p.kind, TENON_K_ENUM);
	arena_free(&t.arena);
}

static void nonfinite_doubles_have_names_where_the_dialect_spells_them(void **state)
{
	static const struct tenon_dialect spelling = { .size = sizeof spelling, .name = "spelling", .flags = TENON_SPELL_NONFINITE };
	static const struct { const char *value; bool good; } cases[] = { { "\"NaN\"", true }, { "\"-Infinity\"", true }, { "\"nan\"", false },
		{ "\"inf\"", false }, { "\"1.5\"", false }, { "\"1e400\"", false }, { "NaN", false } };
	struct tried t;
	char body[100];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		snprintf(body, sizeof body, "{\"run_id\":\"x\",\"value\":%s}", cases[i].value);
		try_body(&t, &spelling, body);
		if ((t.rc == TENON_OK) != cases[i].good || (t.rc == TENON_OK && isfinite(t.m.value)))
			fail_msg("%s: rc %d, %s", body, t.rc, t.p.message);
		arena_free(&t.arena);
		try_body(&t, &strict, body);
		assert_int_equal(t.rc, TENON_INVALID_ARGUMENT);
		arena_free(&t.arena);
	}
}

/* ---- dialects that judge for themselves ---- */

static struct { enum tenon_kind first; char path[64], raw[13][32], name[13][32]; bool answer, from_query; } seen;

static bool note(const struct tenon_decoding *d, struct tenon_problem *p)
{
	(void)p;
	seen.first = d->first->kind;
	seen.from_query = d->from_query;
	snprintf(seen.path, sizeof seen.path, "%s", d->first->path);
	for (size_t i = 0; i < 13; i++)
		snprintf(seen.name[i], sizeof seen.name[i], "%.*s", (int)d->name[i].n, d->name[i].n == 0 ? "" : d->name[i].p);
	for (size_t i = 0; i < 13; i++)
		snprintf(seen.raw[i], sizeof seen.raw[i], "%.*s", d->raw[i].p == NULL ? 0 : (int)d->raw[i].n, d->raw[i].p == NULL ? "" : d->raw[i].p);
	return seen.answer;
}
static const struct tenon_dialect judging = { .size = sizeof judging, .name = "judging", .flags = PROTOBUF, .accept = note };

static void decoding_stops_at_the_first_failure_and_keeps_the_texts(void **state)
{
	struct tried t;

	(void)state;
	seen.answer = true;
	try_body(&t, &judging, "{\"max_results\": 7 ,\"points\":[{\"key\":\"a\",\"value\":1},{\"key\":\"b\",\"value\":{}},{\"key\":\"c\"}], \"flag\" :true,\"run\\u0049d\":null}");
	assert_int_equal(t.rc, TENON_OK);
	assert_string_equal(seen.name[0], "runId");
	assert_string_equal(seen.name[1], "max_results");
	assert_string_equal(seen.name[11], "points");
	assert_string_equal(seen.name[2], "");
	assert_int_equal(seen.first, TENON_K_TYPE);
	assert_string_equal(seen.path, "points[1].value");
	assert_string_equal(seen.raw[0], "null");
	assert_string_equal(seen.raw[1], "7");
	assert_string_equal(seen.raw[3], "true");
	assert_int_equal(t.m.max_results, 7);
	assert_int_equal(t.m.points.n, 2); /* what came before the failure */
	assert_string_equal(t.m.points.v[1].key, "b");
	assert_false(t.m.has.flag);        /* and not what came behind */
	arena_free(&t.arena);
	seen.answer = false;
	try_body(&t, &judging, "{\"run_id\":\"x\"}");
	assert_int_equal(t.rc, TENON_INVALID_ARGUMENT);
	arena_free(&t.arena);
}

static void a_broken_body_reaches_the_dialect_as_nothing(void **state)
{
	static const struct { const char *body; enum tenon_kind kind; } cases[] = {
		{ "{\"run_id\":\"x\",\"max_results\":5", TENON_K_SYNTAX }, { "{\"run_id\":5,\"max_results\":5", TENON_K_SYNTAX },
		{ "{\"run_id\":\"x\",\"points\":[{\"key\":\"a\",\"key\":{},,]}", TENON_K_SYNTAX }, { "{\"run_id\":\"x\"}]", TENON_K_SYNTAX },
		{ "{\"run_id\":\"x\",\"any\":\"\xff\"}", TENON_K_UTF8 },
		{ "{\"run_id\":\"x\",\"any\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}", TENON_K_DEPTH },
	};
	struct tried t;

	(void)state;
	seen.answer = true;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		try_body(&t, &judging, cases[i].body);
		assert_int_equal(t.rc, TENON_OK);
		assert_int_equal(seen.first, cases[i].kind);
		for (size_t k = 0; k < 13; k++)
			assert_string_equal(seen.raw[k], "");
		assert_string_equal(t.m.run_id, "");
		assert_false(t.m.has.run_id);
		assert_int_equal(t.m.max_results, 1000);
		arena_free(&t.arena);
	}
}

static bool no_body(struct tenon_request *rq, struct tenon_problem *p, void *(*alloc)(void *, size_t), void *arena)
{
	char *text = alloc(arena, 32);

	(void)p;
	memcpy(text, "{\"run_id\":\"replaced\"}", 21);
	rq->body = (struct tenon_json){ text, 21 };
	return rq->content_type != NULL;
}

static void preparse_may_replace_or_refuse(void **state)
{
	static const struct tenon_dialect d = { .size = sizeof d, .name = "d", .preparse = no_body };
	struct tenon_request rq = { .verb = "POST", .path = "/", .body = { "x", 1 } };
	struct tried t;

	(void)state;
	try(&t, &d, rq, NULL, 0);
	assert_int_equal(t.rc, TENON_INVALID_ARGUMENT);
	arena_free(&t.arena);
	rq.content_type = "application/json";
	try(&t, &d, rq, NULL, 0);
	assert_string_equal(t.m.run_id, "replaced");
	arena_free(&t.arena);
}

/* ---- queries, forms, paths ---- */

static void queries_are_typed_by_their_rows(void **state)
{
	static const struct refusal cases[] = {
		{ "run_id=x&max_results=", TENON_K_TYPE, "max_results", "" }, { "run_id=x&max_results=5.5", TENON_K_TYPE, "max_results", "5.5" },
		{ "run_id=x&flag=yes", TENON_K_TYPE, "flag", "yes" }, { "run_id=x&view=NONE", TENON_K_ENUM, "view", "NONE" },
		{ "run_id=x&max_results=5001", TENON_K_RANGE, "max_results", "5001" }, { "run_id=x&steps=1&steps=b", TENON_K_TYPE, "steps[1]", "b" },
		{ "run_id=x&run_id=y", TENON_K_TWICE, "run_id", "y" }, { "run_id=x&runid=y", TENON_K_UNKNOWN, "runid", "y" }, { "flag=true", TENON_K_MISSING, "run_id", NULL },
		{ "run_id=x&best={\"key\":", TENON_K_TYPE, "best", "{\"key\":" }, { "run_id=x&best={\"key\":5}", TENON_K_TYPE, "best.key", "5" },
		{ "run_id=x&any=[1", TENON_K_TYPE, "any", "[1" }, { "run_id=%e9", TENON_K_UTF8, "", "run_id=%e9" }, { "run_id=a%00b", TENON_K_NUL, "", "run_id=a%00b" },
	};
	struct tried t;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		try_query(&t, &strict, cases[i].text);
		must_refuse(&cases[i], &t);
		arena_free(&t.arena);
	}
	try_query(&t, &strict, "&&run_id=a%3Db%&flag=TrUe&value=-1.5e3&steps=1&steps=2&any=%7B%22a%22:+1%7D&best={\"key\":\"k\",\"value\":1}&ids=&");
	assert_int_equal(t.rc, TENON_OK);
	assert_string_equal(t.m.run_id, "a=b%");
	assert_true(t.m.flag && t.m.value == -1500 && t.m.steps.n == 2 && t.m.steps.v[1] == 2);
	assert_memory_equal(t.m.any.p, "{\"a\": 1}", t.m.any.n);
	assert_string_equal(t.m.best.key, "k");
	assert_int_equal(t.m.ids.n, 1);
	arena_free(&t.arena);
	try_query(&t, &protobuf, "run_id=a&run_id=b&runId=c&max_results=%2B5&view=3&other=1");
	assert_int_equal(t.rc, TENON_OK);
	assert_string_equal(t.m.run_id, "a");
	assert_int_equal(t.m.max_results, 5);
	arena_free(&t.arena);
}

static void long_queries_take_linear_time(void **state)
{
	enum { IDS = 100000 };
	char *query = mem_alloc(IDS * 6 + 20);
	size_t n = (size_t)sprintf(query, "run_id=x");
	struct tried t;

	(void)state;
	for (int i = 0; i < IDS; i++)
		n += (size_t)sprintf(query + n, "&ids=");
	try_query(&t, &strict, query);
	assert_int_equal(t.rc, TENON_OK);
	assert_int_equal(t.m.ids.n, IDS);
	assert_true(t.arena.total < 64u << 20);
	arena_free(&t.arena);
	mem_free(query);
}

static void the_verb_decides_where_arguments_stand(void **state)
{
	static const struct { const char *verb, *query, *body, *type; const struct tenon_dialect *d; const char *run_id; } cases[] = {
		{ "GET", "run_id=q", "{\"run_id\":\"b\"}", NULL, &protobuf, "q" }, { "GET", NULL, "{\"run_id\":\"b\"}", NULL, &protobuf, "b" },
		{ "GET", "", "{\"run_id\":\"b\"}", NULL, &protobuf, "b" }, { "HEAD", "run_id=q", "", NULL, &strict, "q" },
		{ "DELETE", "run_id=q", "", NULL, &strict, "q" }, { "DELETE", "x=q", "{\"run_id\":\"b\"}", NULL, &strict, "b" },
		{ "DELETE", "run_id=q", "{\"run_id\":\"b\"}", NULL, &protobuf, "b" }, { "POST", "run_id=q", "{\"run_id\":\"b\"}", NULL, &strict, "b" },
		{ "POST", NULL, "run_id=f+g", "application/x-www-form-urlencoded", &strict, "f g" },
		{ "POST", NULL, "run_id=f", "Application/X-WWW-form-urlencoded; charset=utf-8", &strict, "f" },
		{ "POST", "run_id=q", "run_id=%66", "application/x-www-form-urlencoded", &protobuf, "f" },
		{ "POST", NULL, " {\"run_id\":\"b\"}", "application/x-www-form-urlencoded", &strict, "b" }, /* curl -d */
	};
	struct tried t;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		try(&t, cases[i].d, (struct tenon_request){ .verb = cases[i].verb, .path = "/", .query = cases[i].query, .content_type = cases[i].type,
		                                            .body = { cases[i].body, strlen(cases[i].body) } }, NULL, 0);
		if (t.rc != TENON_OK || strcmp(t.m.run_id, cases[i].run_id) != 0)
			fail_msg("case %zu: rc %d, run_id %s, %s", i, t.rc, t.m.run_id, t.p.message);
		arena_free(&t.arena);
	}
}

static void path_variables_override_the_body(void **state)
{
	const struct tenon_pair vars[] = { { "run_id", "p\"ath" }, { "max_results", "9" } }, wrong[] = { { "max_results", "nine" } },
	                        stray[] = { { "nothing", "x" } }, bytes[] = { { "run_id", "\xff" } };
	const char body[] = "{\"run_id\":\"b\",\"max_results\":1}";
	struct tenon_request rq = { .verb = "POST", .path = "/", .body = { body, sizeof body - 1 } };
	struct tried t;

	(void)state;
	seen.answer = true;
	try(&t, &judging, rq, vars, 2);
	assert_int_equal(t.rc, TENON_OK);
	assert_string_equal(t.m.run_id, "p\"ath");
	assert_int_equal(t.m.max_results, 9);
	assert_string_equal(seen.raw[0], "\"p\\\"ath\"");
	assert_string_equal(seen.raw[1], "9");
	arena_free(&t.arena);
	try(&t, &strict, rq, wrong, 1);
	assert_int_equal(t.p.kind, TENON_K_TYPE);
	arena_free(&t.arena);
	try(&t, &strict, rq, bytes, 1);
	assert_int_equal(t.p.kind, TENON_K_UTF8);
	arena_free(&t.arena);
	try(&t, &strict, rq, stray, 1);
	assert_int_equal(t.rc, TENON_INTERNAL);
	arena_free(&t.arena);
}

/* A table made by hand: a list and a number in one place. The number is never met as the list's pointer. */
struct either { uint64_t has; union { struct point_list points; int64_t number; }; };
static const struct tenon_field either_fields[] = {
	{ .name = "points", .type = TENON_MSG, .card = TENON_ARRAY, .group = 1, .offset = offsetof(struct either, points), .sub = &point_table },
	{ .name = "number", .type = TENON_I64, .group = 1, .offset = offsetof(struct either, number) },
};
static const struct tenon_table either_table = { "either", sizeof(struct either), 2, either_fields };

static void two_of_a_union_are_refused_unread(void **state)
{
	static const char *const texts[] = { "{\"points\":[{\"key\":\"a\",\"value\":1}],\"number\":5}", "{\"number\":5,\"points\":[{\"key\":\"a\",\"value\":1}]}" };
	const struct shape *s;

	(void)state;
	assert_int_equal(shape_get(&either_table, &s, NULL), TENON_OK);
	for (size_t i = 0; i < 2; i++) {
		struct arena a;
		struct either m;
		struct tenon_problem p = { 0 };
		arena_init(&a, 0);
		assert_int_equal(decode_json(s, 0, &a, (struct tenon_json){ texts[i], strlen(texts[i]) }, &m, &p), TENON_INVALID_ARGUMENT);
		assert_int_equal(p.kind, TENON_K_GROUP);
		arena_free(&a);
	}
}

static void nothing_is_lost_when_memory_is(void **state)
{
	static const char *const bodies[] = {
		"{\"run\\u005fid\":\"a\\n\",\"ids\":[\"a\",\"b\",\"c\",\"d\",\"e\"],\"labels\":{\"k\":\"v\",\"j\":\"w\"},\"points\":[{\"key\":\"a\",\"value\":1}],\"bytes\":\"AAE=\"}",
		"{\"run_id\":\"a\",\"ids\":[5]}", "{\"run_id\":\"a\",\"nobody\":[5]}", "{\"run_id\":", "{\"run_id\":\"a\",\"points\":[{\"key\":\"a\"}]}",
	};
	const struct shape *s;

	(void)state;
	assert_int_equal(shape_get(&args_table, &s, NULL), TENON_OK);
	for (size_t i = 0; i < 2 * sizeof bodies / sizeof *bodies; i++) {
		bool query = i >= sizeof bodies / sizeof *bodies;
		int rc = TENON_NO_MEMORY;
		long nth = 0;
		while (rc == TENON_NO_MEMORY && ++nth < 100) {
			struct tenon_request rq = { .verb = query ? "GET" : "POST", .path = "/", .body = { bodies[i % 5], query ? 0 : strlen(bodies[i % 5]) },
			                            .query = query ? "run_id=%41&ids=a&ids=b&bytes=AAE&best={\"key\":\"\\n\",\"value\":1}&max_results=x" : NULL };
			const struct tenon_pair var = { "run_id", "v" };
			struct arena a;
			struct args m;
			struct tenon_problem p = { 0 };
			arena_init(&a, 0);
			mem_fail_nth(nth);
			rc = decode_request(s, &strict, &a, &rq, &var, 1, &m, &p);
			mem_fail_nth(0);
			assert_true(rc != TENON_NO_MEMORY || (p.message != NULL && p.code == TENON_NO_MEMORY));
			arena_free(&a);
		}
		assert_int_equal(rc, i == 0 ? TENON_OK : TENON_INVALID_ARGUMENT); /* in the end what it is with memory */
		assert_true(nth > 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refusals_name_path_and_text), cmocka_unit_test(secrets_stay_out_of_messages), cmocka_unit_test(one_field_may_have_several_names),
		cmocka_unit_test(repeated_members_leave_no_trace), cmocka_unit_test(loose_numbers_are_those_of_protobuf),
		cmocka_unit_test(nonfinite_doubles_have_names_where_the_dialect_spells_them),
		cmocka_unit_test(decoding_stops_at_the_first_failure_and_keeps_the_texts), cmocka_unit_test(a_broken_body_reaches_the_dialect_as_nothing),
		cmocka_unit_test(preparse_may_replace_or_refuse), cmocka_unit_test(queries_are_typed_by_their_rows), cmocka_unit_test(long_queries_take_linear_time),
		cmocka_unit_test(the_verb_decides_where_arguments_stand), cmocka_unit_test(path_variables_override_the_body),
		cmocka_unit_test(two_of_a_union_are_refused_unread), cmocka_unit_test(nothing_is_lost_when_memory_is),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
