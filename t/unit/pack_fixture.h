/* SPDX-License-Identifier: Apache-2.0 */
/* pack_fixture - what the unit tests of msgpack share: a message with a row of every type, full; and one attempt to take it. */
#ifndef PACK_FIXTURE_H
#define PACK_FIXTURE_H

#include "base/arena.h"
#include "base/mem.h"
#include "wire/pack.h"
#include "wire/unpack.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static bool no_blank(const char *s) { return strchr(s, ' ') == NULL; }
static const struct tenon_pattern pattern = { "no blank", "^[^ ]*$", no_blank };
static const struct tenon_name views[] = { { "ACTIVE", 1 }, { "GONE", -2 }, { 0 } };
#define POINT(F, S) \
	F(S, const char *, key, .flags = TENON_REQUIRED, .aliases = "name id") F(S, double, value, .range = "-1e3..1e3")
TENON_MESSAGE(point, POINT);
struct doubles { double *v; size_t n; };
struct bools { bool *v; size_t n; };
struct free_list { struct tenon_json *v; size_t n; };
struct trees { struct tree *v; size_t n; };
extern const struct tenon_table tree_table;
#define TREE(F, S) F(S, int64_t, leaf) F(S, struct trees, kids, TENON_MANY(tree))
TENON_STRUCT(tree, TREE);
TENON_TABLE(, tree, TREE);
#define ALL(F, S) \
	F(S, const char *, text, .range = "..100000") F(S, int64_t, whole, .range = "..5000000000") F(S, double, real) F(S, bool, flag) \
	F(S, int64_t, view, .type = TENON_ENUM, .names = views, .dflt = "GONE") F(S, struct tenon_bytes, bytes) F(S, struct tenon_json, any) \
	F(S, struct tenon_strs, texts, .pattern = &pattern) F(S, struct tenon_i64s, wholes, .range = "..100000") \
	F(S, struct doubles, reals, .type = TENON_F64, .card = TENON_ARRAY) F(S, struct bools, flags, .type = TENON_BOOL, .card = TENON_ARRAY) \
	F(S, struct free_list, free, .type = TENON_JSON, .card = TENON_ARRAY) F(S, struct tenon_map, map) \
	F(S, struct point, best, TENON_SUB(point)) F(S, struct point_list, points, TENON_MANY(point), .flags = TENON_EMIT) \
	F(S, struct tree, tree, TENON_SUB(tree)) F(S, int64_t, left, .group = 1) F(S, int64_t, right, .group = 1)
TENON_MESSAGE(all, ALL);

static const struct shape *shape_of(const struct tenon_table *t)
{
	const struct shape *s;
	assert_int_equal(shape_get(t, &s, NULL), TENON_OK);
	return s;
}

static struct unpack over(const void *p, size_t n) { return (struct unpack){ p, (const unsigned char *)p + n }; }

struct tried { struct arena arena; struct all m; struct tenon_problem p; int rc; };

/* from a copy of its exact size, which is gone before anything is looked at */
static void try(struct tried *t, const void *p, size_t n, unsigned flags)
{
	void *copy = malloc(n > 0 ? n : 1);
	memcpy(copy, p, n);
	struct unpack u = over(copy, n);

	*t = (struct tried){ .rc = 0 };
	arena_init(&t->arena, 0);
	t->rc = unpack_message(shape_of(&all_table), &t->arena, &u, flags, &t->m, &t->p);
	assert_int_equal(t->rc, t->p.code);
	if (t->rc < 0) {
		assert_ptr_equal(u.p, copy);
		assert_memory_equal(&t->m, shape_of(&all_table)->blank, sizeof t->m);
		assert_true(t->p.message != NULL && *t->p.message != '\0' && t->p.path != NULL);
	}
	free(copy);
}

static struct all full_message(void)
{
	static const char *texts[] = { "a", "", "\xe2\x82\xac" };
	static int64_t wholes[] = { 0, -1, INT64_MAX, INT64_MIN };
	static double reals[] = { 1, -INFINITY, 0.1 };
	static bool flags[] = { true, false, true };
	static struct tenon_json list[] = { { "null", 4 }, { "[1]", 3 } };
	static struct tenon_pair pairs[] = { { "b", "2" }, { "", "" }, { "a", "1" } };
	static struct point points[] = { { .has = { .key = 1 }, .key = "p" }, { .has = { 1, 1 }, .key = "q", .value = -2 } };
	static struct tree leaves[] = { { .has = { .leaf = 1 }, .leaf = 5 }, { .leaf = 0 } }, branch[] = { { .has = { .kids = 1 }, .kids = { leaves, 2 } } };
	static char text[70000];

	memset(text, 't', sizeof text - 1);
	return (struct all){ .has = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0 }, .text = text, .whole = 4999999999, .real = -0.0, .flag = true, .view = 1,
		.bytes = { "\0\xff", 2 }, .any = { "{\"a\":[1,\"\\u0000\"]}", 18 }, .texts = { texts, 3 }, .wholes = { wholes, 4 }, .reals = { reals, 3 }, .flags = { flags, 3 },
		.free = { list, 2 }, .map = { pairs, 3 }, .best = { .has = { 1, 1 }, .key = "k", .value = 1 }, .points = { points, 2 },
		.tree = { .has = { 0, 1 }, .kids = { branch, 1 } }, .left = -7 };
}

static void pack_full(struct buf *b)
{
	struct all m = full_message();

	*b = (struct buf){ 0 };
	pack_message(b, shape_of(&all_table), &m);
	assert_false(b->failed);
}

#endif
