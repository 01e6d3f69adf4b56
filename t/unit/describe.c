/* SPDX-License-Identifier: Apache-2.0 */
/* describe - descriptors cross: a hand-made one and the shipped ones come back the same, their messages fit, and what is hostile is refused
 * in words. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "describe_plugin.h"
#include "plug/describe.h"
#include "plug/describe_rows.h"
#include "wire/decode.h"
#include "wire/pack.h"
#include "wire/shape.h"
#include "wire/translate.h"
#include "wire/unpack.h"

#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static const struct shape *shape_of(const struct tenon_table *t)
{
	const struct shape *s;
	struct err e = { 0 };

	if (shape_get(t, &s, &e) < 0)
		fail_msg("%s", e.text);
	return s;
}

static struct buf packed(const struct tenon_plugin *p)
{
	struct buf b = { 0 };
	struct err e = { 0 };

	if (describe_pack(&b, p, &e) < 0)
		fail_msg("%s", e.text);
	return b;
}

static const struct described *crossed(const struct tenon_plugin *p)
{
	struct buf b = packed(p);
	struct described *d;
	struct err e = { 0 };

	if (describe_unpack(b.p, b.n, &d, &e) < 0)
		fail_msg("%s", e.text);
	memset(b.p, 'x', b.n); /* nothing of it is lent */
	buf_free(&b);
	return d;
}

/* ---- is it the same? ---- */

enum { MOST_PAIRS = 1000 };
static struct { const struct tenon_table *a, *b; } pairs[MOST_PAIRS];
static size_t n_pairs;

static void same_text(const char *a, const char *b)
{
	if (a == NULL)
		assert_null(b);
	else
		assert_string_equal(a, b);
}

static void same_names(const struct tenon_name *a, const struct tenon_name *b)
{
	for (; a->name != NULL; a++, b++) {
		assert_string_equal(a->name, b->name);
		assert_int_equal(a->value, b->value);
	}
	assert_null(b->name);
}

static void same_table(const struct tenon_table *a, const struct tenon_table *b);

static void same_row(const struct tenon_field *a, const struct tenon_field *b)
{
	assert_string_equal(a->name, b->name);
	assert_int_equal(a->type, b->type);
	assert_int_equal(a->card, b->card);
	assert_int_equal(a->group, b->group);
	assert_int_equal(a->flags, b->flags);
	same_text(a->aliases, b->aliases);
	same_text(a->dflt, b->dflt);
	same_text(a->range, b->range);
	same_text(a->label, b->label);
	same_text(a->doc, b->doc);
	assert_true((a->sub == NULL) == (b->sub == NULL) && (a->names == NULL) == (b->names == NULL) && (a->pattern == NULL) == (b->pattern == NULL));
	if (a->sub != NULL)
		same_table(a->sub, b->sub);
	if (a->names != NULL)
		same_names(a->names, b->names);
	if (a->pattern != NULL) {
		assert_string_equal(a->pattern->name, b->pattern->name);
		assert_string_equal(a->pattern->regex, b->pattern->regex);
		assert_null(b->pattern->accepts);
	}
}

/* a table that is shared must be so there, too */
static void same_table(const struct tenon_table *a, const struct tenon_table *b)
{
	for (size_t i = 0; i < n_pairs; i++)
		if (pairs[i].a == a || pairs[i].b == b) {
			assert_ptr_equal(pairs[i].a, a);
			assert_ptr_equal(pairs[i].b, b);
			return;
		}
	assert_true(n_pairs < MOST_PAIRS);
	pairs[n_pairs].a = a;
	pairs[n_pairs++].b = b;
	assert_string_equal(a->name, b->name);
	assert_int_equal(a->n, b->n);
	for (uint32_t i = 0; i < a->n; i++)
		same_row(&a->fields[i], &b->fields[i]);
}

static void same_routes(const struct tenon_route *a, const struct tenon_route *b)
{
	for (; a != NULL && a->path != NULL; a++, b++) {
		same_text(a->dialect, b->dialect);
		assert_string_equal(a->path, b->path);
	}
	assert_true(b == NULL || b->path == NULL);
}

static void same_method(const struct tenon_method *a, const struct tenon_method *b)
{
	assert_string_equal(a->name, b->name);
	assert_int_equal(a->since, b->since);
	assert_int_equal(a->flags & ~(uint32_t)TENON_BLOCKING, b->flags);
	assert_int_equal(a->deadline_ms, b->deadline_ms);
	assert_int_equal(b->lane, 0);
	assert_true(b->handler == NULL && b->batch == NULL);
	same_text(a->cli, b->cli);
	same_text(a->permission, b->permission);
	same_text(a->errors, b->errors);
	same_text(a->doc, b->doc);
	same_routes(a->routes, b->routes);
	same_table(a->args, b->args);
	same_table(a->result, b->result);
}

static void same_plugin(const struct tenon_plugin *a, const struct tenon_plugin *b)
{
	const struct tenon_method *m = a->methods, *w = b->methods;

	n_pairs = 0;
	assert_int_equal(b->size, sizeof *b);
	assert_int_equal(b->abi, TENON_ABI);
	same_text(a->name, b->name);
	same_text(a->interface, b->interface);
	same_text(a->version, b->version);
	same_text(a->licence, b->licence);
	same_text(a->doc, b->doc);
	same_text(a->needs, b->needs);
	same_text(a->builtin, b->builtin);
	assert_true(b->lanes == NULL && b->dialects == NULL && b->create == NULL && b->start == NULL && b->drain == NULL && b->destroy == NULL);
	assert_int_equal(a->config == NULL, b->config == NULL);
	if (a->config != NULL)
		same_table(a->config, b->config);
	for (; m->name != NULL; m++, w++)
		same_method(m, w);
	assert_null(w->name);
	const struct tenon_topic *t = a->topics, *u = b->topics;
	for (; t != NULL && t->name != NULL; t++, u++) {
		same_text(t->name, u->name);
		same_text(t->doc, u->doc);
		same_table(t->table, u->table);
	}
	assert_true(u == NULL || u->name == NULL);
	const struct tenon_resolver *r = a->resolvers, *q = b->resolvers;
	for (; r != NULL && r->field != NULL; r++, q++) {
		same_text(r->field, q->field);
		same_text(r->kind, q->kind);
	}
	assert_true(q == NULL || q->field == NULL);
}

/* ---- what comes back ---- */

static void a_hand_made_one_comes_back(void **state)
{
	const struct described *d = crossed(&hand);

	(void)state;
	same_plugin(&hand, d->plugin);
	assert_int_equal(d->tables, n_pairs);
	assert_int_equal(d->rows, 3 + 13 + 4 + 2 + 4);
}

static const struct tenon_plugin *shipped(const char *kind)
{
	const struct tenon_plugin *(*describe)(void);
	const char *build = getenv("TENON_BUILD");
	char path[4200];

	snprintf(path, sizeof path, "%s/plugins/%s.so", build == NULL ? "build" : build, kind);
	void *so = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	if (so == NULL)
		fail_msg("%s", dlerror());
	*(void **)&describe = dlsym(so, "tenon_plugin_v1");
	return describe();
}

/* does a member, here or `depth` tables below, share its place? */
static bool has_shared(const struct shape *s, int depth)
{
	for (uint32_t k = 0; k < s->table->n; k++)
		if (s->columns[k].shares || (depth > 0 && s->columns[k].sub != NULL && has_shared(s->columns[k].sub, depth - 1)))
			return true;
	return false;
}

/* of tables whose members do not share a place, the layout is the compiler's, to the byte */
static size_t compare_layouts(void)
{
	size_t compared = 0;

	for (size_t i = 0; i < n_pairs; i++) {
		const struct shape *a = shape_of(pairs[i].a), *b = shape_of(pairs[i].b);
		if (has_shared(a, 4))
			continue;
		if (a->table->size != b->table->size || a->digest != b->digest)
			fail_msg("table %s: %u bytes, not %u", a->table->name, b->table->size, a->table->size);
		compared++;
	}
	return compared;
}

static void shipped_ones_come_back(void **state)
{
	static const char *const kinds[] = { "sql/sqlite", "blob/file", "service/artifacts", "service/tracking" };

	(void)state;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		struct tenon_plugin p = *shipped(kinds[i]);
		p.dialects = NULL;
		const struct described *d = crossed(&p);
		same_plugin(&p, d->plugin);
		assert_int_equal(d->tables, n_pairs);
		assert_true(n_pairs > 3 && compare_layouts() > n_pairs / 4);
	}
}

static void the_layout_is_the_compilers(void **state)
{
	(void)state;
	same_plugin(&hand, crossed(&hand)->plugin);
	assert_int_equal(compare_layouts(), n_pairs);
}

/* ---- messages ---- */

static struct leaf leaf = { .has = { .weight = 1, .last = 1 }, .on = true, .weight = 2.25, .last = true };

static void fill(struct all_args *a, struct tree *trees, struct branch *branch)
{
	static const char *words[] = { "aa", "" };
	static int64_t numbers[] = { INT64_MIN, 0, INT64_MAX };
	static struct tenon_pair tags[] = { { "k", "v" }, { "", "w" } };

	memset(a, 0, sizeof *a);
	a->has.flag = a->has.count = a->has.real = a->has.text = a->has.bytes = a->has.colour = a->has.json = a->has.tree = 1;
	a->has.trees = a->has.words = a->has.numbers = a->has.tags = 1;
	a->flag = true;
	a->count = -5;
	a->real = -0.0;
	a->text = "even";
	a->bytes = (struct tenon_bytes){ "\0\1", 2 };
	a->colour = -7;
	a->json = (struct tenon_json){ "{\"a\": [1]}", 10 };
	*branch = (struct branch){ .has = { .label = 1, .trees = 1 }, .label = "b", .trees = { &trees[1], 1 } };
	trees[0].has.name = trees[0].has.branches = trees[0].has.children = trees[0].has.leaf = 1;
	trees[0].name = "root";
	trees[0].children = (struct tree_list){ &trees[1], 1 };
	trees[0].branches = (struct branch_list){ branch, 1 };
	trees[0].leaf = leaf;
	trees[1].has.name = 1;
	trees[1].name = "twig";
	a->tree = trees[0];
	a->trees = (struct tree_list){ trees, 2 };
	a->words = (struct tenon_strs){ words, 2 };
	a->numbers = (struct tenon_i64s){ numbers, 3 };
	a->tags = (struct tenon_map){ tags, 2 };
}

/* decodes by one, encodes again: the bytes must be the same */
static void goes_through(const struct shape *s, const struct buf *b, struct arena *a, void **out)
{
	struct unpack u = { (const unsigned char *)b->p, (const unsigned char *)b->p + b->n };
	struct tenon_problem problem = { 0 };
	struct buf again = { 0 };

	*out = arena_alloc(a, s->table->size);
	if (unpack_message(s, a, &u, 0, *out, &problem) < 0)
		fail_msg("%s", problem.message);
	pack_message(&again, s, *out);
	assert_int_equal(again.n, b->n);
	assert_memory_equal(again.p, b->p, b->n);
	buf_free(&again);
}

static void messages_fit_both_ways(void **state)
{
	const struct shape *own = shape_of(&all_args_table), *described = shape_of(crossed(&hand)->plugin->methods[0].args);
	struct tree trees[2] = { 0 };
	struct branch branch;
	struct all_args args, back;
	struct buf b = { 0 }, again = { 0 };
	struct arena arena;
	void *there, *here;

	(void)state;
	arena_init(&arena, 0);
	fill(&args, trees, &branch);
	pack_message(&b, own, &args);
	goes_through(described, &b, &arena, &there);
	goes_through(own, &b, &arena, &here);
	assert_int_equal(((struct all_args *)here)->colour, -7);
	assert_int_equal(translate(described, there, own, &back, &arena), TENON_OK);
	pack_message(&again, own, &back);
	assert_int_equal(again.n, b.n);
	assert_memory_equal(again.p, b.p, b.n);
	buf_free(&b);
	buf_free(&again);
	arena_free(&arena);
}

/* a rule whose function stayed behind lets pass, here; the others count */
static void rules_count_as_far_as_they_came(void **state)
{
	static const struct { const char *text; bool own, described; } cases[] = {
		{ "{\"text\": \"even\"}", true, true }, { "{\"text\": \"odd\"}", false, true }, { "{\"text\": \"even\", \"words\": [\"odd\"]}", false, true },
		{ "{}", false, false }, { "{\"text\": \"even\", \"count\": 101}", false, false }, { "{\"text\": \"even\", \"amount\": 9}", true, true },
		{ "{\"text\": \"even\", \"colour\": \"BLUE GREEN\"}", true, true }, { "{\"text\": \"even\", \"colour\": \"green\"}", false, false },
		{ "{\"text\": \"even\", \"real\": 1, \"other\": 2}", false, false }, { "{\"text\": \"even\", \"numbers\": [1, 2, 3, 4]}", false, false },
	};
	const struct shape *own = shape_of(&all_args_table), *described = shape_of(crossed(&hand)->plugin->methods[0].args);
	struct arena arena;

	(void)state;
	arena_init(&arena, 0);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct tenon_json text = { cases[i].text, strlen(cases[i].text) };
		struct tenon_problem p = { 0 }, q = { 0 };
		int a = decode_json(own, 0, &arena, text, arena_alloc(&arena, own->table->size), &p);
		int b = decode_json(described, 0, &arena, text, arena_alloc(&arena, described->table->size), &q);
		if ((a == 0) != cases[i].own || (b == 0) != cases[i].described)
			fail_msg("%s: %s / %s", cases[i].text, a < 0 ? p.message : "fine", b < 0 ? q.message : "fine");
		if (a < 0 && b < 0)
			assert_string_equal(p.message, q.message);
	}
	arena_free(&arena);
}

/* ---- attacks ---- */

static void refused(const void *p, size_t n, int code, const char *words)
{
	struct described *d = (struct described *)(uintptr_t)8;
	struct err e = { 0 };
	int rc = describe_unpack(p, n, &d, &e);

	assert_null(d);
	if (rc != code || strstr(e.text, words) == NULL)
		fail_msg("%d \"%s\", not %d \"%s\"", rc, e.text, code, words);
}

static void refused_after_packing(const struct tenon_plugin *p, int code, const char *words)
{
	struct buf b = packed(p);
	refused(b.p, b.n, code, words);
	buf_free(&b);
}

/* a heap copy of just that size, so that a sanitizer sees a step too far */
static int unpack_copy(const char *p, size_t n, struct err *e)
{
	char *copy = malloc(n + (n == 0));
	struct described *d;

	memcpy(copy, p, n);
	int rc = describe_unpack(copy, n, &d, e);
	free(copy);
	return rc;
}

static void cut_anywhere_it_is_refused(void **state)
{
	struct buf b = packed(&hand);

	(void)state;
	for (size_t n = 0; n < b.n; n++) {
		struct err e = { 0 };
		assert_true(unpack_copy(b.p, n, &e) < 0);
		assert_true(*e.text != '\0');
	}
	buf_add(&b, "\xc0", 1);
	refused(b.p, b.n, TENON_INVALID_ARGUMENT, "1 bytes too many");
	buf_free(&b);
}

static void spoilt_anywhere_it_is_safe(void **state)
{
	static const unsigned char spoils[] = { 0x01, 0x80, 0xff };
	struct buf b = packed(&hand);

	(void)state;
	for (size_t i = 0; i < b.n; i++)
		for (size_t k = 0; k < sizeof spoils; k++) {
			struct err e = { 0 };
			b.p[i] = (char)(b.p[i] ^ spoils[k]);
			assert_true(unpack_copy(b.p, b.n, &e) == 0 || *e.text != '\0');
			b.p[i] = (char)(b.p[i] ^ spoils[k]);
		}
	buf_free(&b);
}

/* a description as JSON, so that it can say what no descriptor can */
static void refused_json(const char *text, int code, const char *words)
{
	const struct shape *s = shape_of(&described_plugin_table);
	struct described_plugin message;
	struct tenon_problem problem = { 0 };
	struct arena arena;
	struct buf b = { 0 };

	arena_init(&arena, 0);
	if (decode_json(s, 0, &arena, (struct tenon_json){ text, strlen(text) }, &message, &problem) < 0)
		fail_msg("%s", problem.message);
	pack_message(&b, s, &message);
	refused(b.p, b.n, code, words);
	buf_free(&b);
	arena_free(&arena);
}

#define HEAD "{\"abi\": 0, \"name\": \"x\", \"interface\": \"y\", \"version\": \"1\", "

static void numbers_of_no_table_are_refused(void **state)
{
	(void)state;
	refused_json("{\"abi\": 7, \"name\": \"x\", \"interface\": \"y\", \"version\": \"1\"}", TENON_UNSUPPORTED, "it speaks ABI 7");
	refused_json(HEAD "\"config\": 0}", TENON_INVALID_ARGUMENT, "config is table 0, but there are 0");
	refused_json(HEAD "\"tables\": [{\"name\": \"t\"}], \"methods\": [{\"name\": \"m\", \"args\": 0, \"result\": 1}]}", TENON_INVALID_ARGUMENT,
	             "m: result is table 1");
	refused_json(HEAD "\"tables\": [{\"name\": \"t\"}], \"methods\": [{\"name\": \"m\", \"args\": 4095, \"result\": 0}]}", TENON_INVALID_ARGUMENT,
	             "m: args is table 4095");
	refused_json(HEAD "\"tables\": [{\"name\": \"t\", \"rows\": [{\"name\": \"r\", \"type\": 8, \"table\": 1}]}]}", TENON_INVALID_ARGUMENT,
	             "r: its message is table 1");
	refused_json(HEAD "\"tables\": [{\"name\": \"t\", \"rows\": [{\"name\": \"r\", \"type\": 8}]}]}", TENON_INVALID_ARGUMENT,
	             "table t, row r: a message without a table");
	refused_json(HEAD "\"tables\": [{\"name\": \"t\", \"rows\": [{\"name\": \"r\", \"type\": 8, \"table\": 0}]}]}", TENON_INVALID_ARGUMENT,
	             "table t, row r: a message that holds itself");
	refused_json(HEAD "\"tables\": [{\"name\": \"t\", \"rows\": [{\"name\": \"r\", \"type\": 1}, {\"name\": \"r\", \"type\": 1}]}]}", TENON_INVALID_ARGUMENT,
	             "table t, row r: the name is there twice");
	refused_json(HEAD "\"tables\": [{\"name\": \"t\", \"rows\": [{\"name\": \"r\", \"type\": 2, \"card\": 2}]}]}", TENON_INVALID_ARGUMENT, "table t, row r: a map");
	refused_json(HEAD "\"tables\": [{\"name\": \"t\", \"rows\": [{\"name\": \"r\", \"type\": 2, \"range\": \"9..1\"}]}]}", TENON_INVALID_ARGUMENT, "its range");
	refused_json(HEAD "\"tables\": [{\"name\": \"t\", \"rows\": [{\"name\": \"r\", \"type\": 6, \"dflt\": \"x\"}]}]}", TENON_INVALID_ARGUMENT, "its default");
	refused_json(HEAD "\"tables\": [{\"name\": \"t\"}], \"methods\": [{\"name\": \"m\", \"args\": 0, \"result\": 0}, {\"name\": \"m\", \"args\": 0, \"result\": 0}]}",
	             TENON_INVALID_ARGUMENT, "the method m is there twice");
	refused_json(HEAD "\"tables\": [{\"name\": \"t\"}], \"methods\": [{\"name\": \"m\", \"args\": 0, \"result\": 0, \"routes\": "
	             "[{\"path\": \"GET /(a|b)(a|b)(a|b)(a|b)(a|b)\"}]}]}", TENON_TOO_LARGE, "method m: the route GET /(a|b)");
}

/* two mutually embedded messages have no size */
static void messages_that_hold_each_other_are_refused(void **state)
{
	(void)state;
	refused_json(HEAD "\"tables\": [{\"name\": \"t\", \"rows\": [{\"name\": \"r\", \"type\": 8, \"table\": 1}]}, {\"name\": \"u\", \"rows\": "
	             "[{\"name\": \"s\", \"type\": 8, \"table\": 0}]}]}", TENON_INVALID_ARGUMENT, "table u, row s: a message that holds itself");
}

enum { CHAIN = 5000 };
static struct tenon_table chain[CHAIN];
static struct tenon_field links[CHAIN][2];

/* a table of `width` rows that hold the next one */
static struct tenon_plugin chained(struct tenon_method *methods, size_t n, uint32_t width, uint8_t card)
{
	static const char *const names[] = { "a", "b" };
	struct tenon_plugin p = hand;

	for (size_t i = 0; i < n; i++) {
		for (uint32_t k = 0; k < 2; k++)
			links[i][k] = (struct tenon_field){ .name = names[k], .type = i + 1 < n ? TENON_MSG : TENON_BOOL, .card = i + 1 < n ? card : TENON_ONE,
				.sub = i + 1 < n ? &chain[i + 1] : NULL };
		chain[i] = (struct tenon_table){ .name = "link", .n = width, .fields = links[i] };
	}
	methods[0] = (struct tenon_method){ .name = "m", .args = &chain[0], .result = &tenon_empty_table };
	methods[1] = (struct tenon_method){ 0 };
	p.methods = methods;
	p.config = NULL;
	return p;
}

static void absurd_depths_and_sizes_are_refused(void **state)
{
	struct tenon_method methods[2];
	struct err e = { 0 };
	struct buf b = { 0 };

	(void)state;
	struct tenon_plugin p = chained(methods, 64, 1, TENON_ARRAY);
	assert_int_equal(crossed(&p)->tables, 65);
	p = chained(methods, 65, 1, TENON_ARRAY);
	refused_after_packing(&p, TENON_TOO_LARGE, "more than 64 tables within each other");
	p = chained(methods, 4000, 1, TENON_ONE);
	refused_after_packing(&p, TENON_TOO_LARGE, "more than 64 tables within each other");
	p = chained(methods, 40, 2, TENON_ONE); /* 2^40 bools */
	refused_after_packing(&p, TENON_TOO_LARGE, "takes more than 1048576 bytes");
	p = chained(methods, CHAIN, 1, TENON_ARRAY);
	assert_int_equal(describe_pack(&b, &p, &e), TENON_TOO_LARGE);
	assert_non_null(strstr(e.text, "toy/hand has more than 4096 tables"));
	buf_free(&b);
}

static void absurd_counts_are_refused(void **state)
{
	static struct tenon_method methods[4098];
	static struct tenon_field rows[257];
	static char names[4098][8];
	struct tenon_table wide = { "wide", 1 << 16, 257, rows };
	struct tenon_plugin p = hand;
	struct err e = { 0 }, f = { 0 };
	struct buf b = { 0 };

	(void)state;
	for (size_t i = 0; i < 4097; i++) {
		snprintf(names[i], sizeof names[i], "m%zu", i);
		methods[i] = (struct tenon_method){ .name = names[i], .args = &tenon_empty_table, .result = &tenon_empty_table };
	}
	p.methods = methods;
	assert_int_equal(describe_pack(&b, &p, &e), TENON_TOO_LARGE);
	assert_non_null(strstr(e.text, "more than 4096 methods"));
	methods[4096] = (struct tenon_method){ 0 };
	same_plugin(&p, crossed(&p)->plugin);
	for (size_t i = 0; i < 257; i++)
		rows[i] = (struct tenon_field){ .name = names[i], .type = TENON_BOOL };
	p = hand;
	p.config = &wide;
	assert_int_equal(describe_pack(&b, &p, &f), TENON_TOO_LARGE);
	assert_non_null(strstr(f.text, "table wide: 257 rows, 256 at most"));
	wide.n = 256;
	assert_int_equal(crossed(&p)->plugin->config->n, 256);
	buf_free(&b);
}

static void names_and_texts_are_clean(void **state)
{
	static const struct tenon_field bad_row = { .name = "Bad-Row", .type = TENON_BOOL };
	static const struct tenon_field dashed_row = { .name = "a-row", .type = TENON_BOOL };
	static const struct tenon_table t = { "t", 16, 1, &bad_row }, dashed_table = { "t", 16, 1, &dashed_row };
	static const char *const names[] = { "", "A", "-a", "a-B", "1a", "a b", "../x", "_a", "\xc3\xa4" };
	struct tenon_plugin p = hand;

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		p.name = names[i];
		refused_after_packing(&p, TENON_INVALID_ARGUMENT, "its description: name: ");
	}
	p = hand;
	p.doc = "clears \x1b[2J the screen";
	refused_after_packing(&p, TENON_INVALID_ARGUMENT, "its description: doc: ");
	p.doc = "no UTF-8 \xff";
	refused_after_packing(&p, TENON_INVALID_ARGUMENT, "its description: doc: it is not UTF-8");
	p = hand;
	p.needs = "sql, blob";
	refused_after_packing(&p, TENON_INVALID_ARGUMENT, "its description: needs: ");
	p = hand;
	p.config = &t;
	refused_after_packing(&p, TENON_INVALID_ARGUMENT, "its description: tables[0].rows[0].name: ");
	p.config = &dashed_table; /* plugins and instances may have a dash, rows may not */
	refused_after_packing(&p, TENON_INVALID_ARGUMENT, "its description: tables[0].rows[0].name: ");
	p = hand;
	p.name = p.builtin = "a-b";
	p.needs = "sql a-c";
	assert_string_equal(crossed(&p)->plugin->needs, "sql a-c");
	assert_string_equal(crossed(&p)->plugin->name, "a-b");
}

static void what_cannot_cross_says_so(void **state)
{
	static const struct tenon_dialect dialect = { .size = sizeof dialect, .name = "speech" };
	static const struct tenon_dialect *const dialects[] = { &dialect, NULL };
	static const struct tenon_method bare[] = { { .name = "bare", .args = &tenon_empty_table }, { 0 } };
	struct tenon_plugin p = hand;
	struct buf b = { 0 };
	struct err e = { 0 }, f = { 0 }, g = { 0 };

	(void)state;
	p.dialects = dialects;
	struct described *d = NULL;
	assert_int_equal(describe_pack(&b, &p, &e), TENON_OK);
	assert_int_equal(describe_unpack(b.p, b.n, &d, &e), TENON_OK);
	assert_true(d->dialects && !d->starts && d->plugin->dialects == NULL);
	buf_free(&b);
	p = hand;
	p.methods = bare;
	assert_int_equal(describe_pack(&b, &p, &f), TENON_INVALID_ARGUMENT);
	assert_non_null(strstr(f.text, "method bare has no table of its results"));
	p = hand;
	p.abi = 12;
	assert_int_equal(describe_pack(&b, &p, &g), TENON_UNSUPPORTED);
	assert_int_equal(b.n, 0);
	char *large = calloc(1, DESCRIBE_BYTES_MOST + 1);
	refused(large, DESCRIBE_BYTES_MOST + 1, TENON_TOO_LARGE, "bytes, 4194304 at most");
	memset(large, 0x80, DESCRIBE_BYTES_MOST); /* empty maps: a row is 200 times as long */
	memcpy(large, "\x81\xa6tables\xdd\x00\x3f\xff\xf0", 13);
	refused(large, DESCRIBE_BYTES_MOST, TENON_NO_MEMORY, "no memory");
	free(large);
}

/* the Nth allocation fails, for each N: words, no leak, and the next try is none the worse */
static void no_memory_is_survived(void **state)
{
	struct buf b = packed(&hand);
	struct described *d = NULL;
	long nth = 0;

	(void)state;
	while (d == NULL) {
		struct err e = { 0 };
		mem_fail_nth(++nth);
		int rc = describe_unpack(b.p, b.n, &d, &e);
		mem_fail_nth(0);
		assert_true(rc == TENON_OK || (rc == TENON_NO_MEMORY && *e.text != '\0'));
	}
	assert_true(nth > 3);
	same_plugin(&hand, d->plugin);
	nth = 1;
	for (int rc = -1; rc < 0; nth++) {
		struct buf again = { 0 };
		struct err e = { 0 };
		mem_fail_nth(nth);
		rc = describe_pack(&again, &hand, &e);
		mem_fail_nth(0);
		assert_true(rc == TENON_OK || (rc == TENON_NO_MEMORY && *e.text != '\0'));
		buf_free(&again);
	}
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hand_made_one_comes_back),
		cmocka_unit_test(shipped_ones_come_back),
		cmocka_unit_test(the_layout_is_the_compilers),
		cmocka_unit_test(messages_fit_both_ways),
		cmocka_unit_test(rules_count_as_far_as_they_came),
		cmocka_unit_test(cut_anywhere_it_is_refused),
		cmocka_unit_test(spoilt_anywhere_it_is_safe),
		cmocka_unit_test(numbers_of_no_table_are_refused),
		cmocka_unit_test(messages_that_hold_each_other_are_refused),
		cmocka_unit_test(absurd_depths_and_sizes_are_refused),
		cmocka_unit_test(absurd_counts_are_refused),
		cmocka_unit_test(names_and_texts_are_clean),
		cmocka_unit_test(what_cannot_cross_says_so),
		cmocka_unit_test(no_memory_is_survived),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
