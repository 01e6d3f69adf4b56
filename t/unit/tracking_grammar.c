/* SPDX-License-Identifier: Apache-2.0 */
/* tracking_grammar - filters and order_by: what is taken and what is refused in which words, compared with MLflow's own answers;
 * where MLflow fails on its own (500), that we do not; the limits that keep a hostile text cheap; and memory that runs out. */
#include "../../plugins/service/tracking/filter.h"
#include "../../plugins/service/tracking/order.h"
#include "base/arena.h"

#include <setjmp.h>
#include <stdlib.h>
#include <cmocka.h>

#include "tracking_grammar_cases.h"

/* ---- a pool that runs out ---- */

static struct arena arena;
static long left = -1; /* allocations that are still given; -1: all */

static void *take(void *of, size_t n)
{
	if (left == 0)
		return NULL;
	left -= left > 0;
	return arena_alloc(of, n);
}

static struct pool fresh(void)
{
	arena_free(&arena);
	return (struct pool){ .alloc = take, .arena = &arena };
}

/* ---- results as text ---- */

static const char *const signs[] = { "?", "=", "!=", ">", ">=", "<", "<=", "LIKE", "ILIKE", "IN", "NOT IN", "IS NULL", "IS NOT NULL" };

static void spell_value(char *to, size_t size, const struct clause *c)
{
	size_t n = 0;

	to[0] = '\0';
	if (c->type == VALUE_I64)
		snprintf(to, size, " %lld", (long long)c->i);
	if (c->type == VALUE_F64)
		snprintf(to, size, " %.17g", c->f);
	if (c->type == VALUE_TEXT)
		snprintf(to, size, " <%s>", c->text);
	for (size_t i = 0; c->type == VALUE_LIST && i < c->list.n; i++)
		n += (size_t)snprintf(to + n, size - n, "%s<%s>%s", i == 0 ? " (" : ", ", c->list.v[i], i + 1 == c->list.n ? ")" : "");
}

static int spell_filter(struct pool *p, const struct grammar *g, const char *text, char *to, size_t size)
{
	struct filter f;
	char value[1024];
	size_t n = 0;
	int rc = filter_parse(p, g, text, &f);

	if (rc == TENON_OK)
		rc = filter_check(p, g, &f);
	for (size_t i = 0; rc == TENON_OK && i < f.n; i++) {
		const struct clause *c = &f.v[i];
		spell_value(value, sizeof value, c);
		n += (size_t)snprintf(to + n, size - n, "%s%s <%s> %s%s", i > 0 ? "; " : "", entity_name(c->id.entity), c->id.key, signs[c->compare], value);
	}
	return rc;
}

static int spell_order(struct pool *p, const struct grammar *g, const char *text, char *to, size_t size)
{
	const char *texts[8];
	struct tenon_strs all = { texts, 0 };
	struct order o;
	size_t n = 0;
	char *copy = strdup(text), *save = copy;

	for (char *s = copy; s != NULL; all.n++) {
		texts[all.n] = s;
		s = strchr(s, '\1');
		if (s != NULL)
			*s++ = '\0';
	}
	int rc = order_parse(p, g, &all, &o);
	for (size_t i = 0; rc == TENON_OK && i < o.n; i++)
		n += (size_t)snprintf(to + n, size - n, "%s%s <%s> %s", i > 0 ? "; " : "", entity_name(o.v[i].id.entity), o.v[i].id.key,
		                      o.v[i].descending ? "DESC" : "ASC");
	free(save);
	return rc;
}

static int spell(struct pool *p, char what, const char *text, char *to, size_t size)
{
	const struct grammar *g = what == 'r' || what == 'o' ? &grammar_runs : &grammar_experiments;

	to[0] = '\0';
	int rc = (what == 'r' || what == 'e' ? spell_filter : spell_order)(p, g, text, to, size);
	if (rc == TENON_INVALID_ARGUMENT)
		snprintf(to, size, "! %s", p->why);
	return rc;
}

static void as_mlflow(void **state)
{
	char made[4096];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct pool p = fresh();
		spell(&p, cases[i].what, cases[i].text, made, sizeof made);
		if (strcmp(made, cases[i].made) != 0)
			print_error("%c %s\n", cases[i].what, cases[i].text);
		assert_string_equal(made, cases[i].made);
	}
}

/* MLflow answers these with 500, which its client would repeat for minutes. */
static void where_mlflow_fails(void **state)
{
	static const struct { char what; const char *text, *made; } rows[] = {
		{ 'r', "run_id IN (a)", "! While parsing a list in the query, expected a non-empty list of string values, but got ill-formed list." },
		{ 'r', "run_id IN ({})", "! While parsing a list in the query, expected a non-empty list of string values, but got ill-formed list." },
		{ 'r', "run_id = ('a', 'b')", "! Invalid comparator '=' for a list of values; use IN or NOT IN" },
		{ 'r', "dataset.name LIKE ('a')", "! Invalid comparator 'LIKE' for a list of values; use IN or NOT IN" },
		{ 'e', "experiment_id != ('1', '2')", "! Invalid comparator '!=' for a list of values; use IN or NOT IN" },
		{ 'e', "creation_time > 99999999999999999999", "! Invalid value for numeric attribute 'creation_time': '1e+20'" },
		{ 'o', "tags.`a\"b`", "! Invalid order_by clause 'tags.`a\"b`'. No closing quotation." },
		{ 'r', "start_time > 99999999999999999999", "attribute <start_time> > 1e+20" },
	};
	char made[1024];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct pool p = fresh();
		spell(&p, rows[i].what, rows[i].text, made, sizeof made);
		assert_string_equal(made, rows[i].made);
	}
}

/* ---- limits ---- */

static char *repeat(const char *before, const char *piece, size_t n, const char *after)
{
	size_t size = strlen(before) + strlen(piece) * n + strlen(after) + 1;
	char *text = malloc(size), *to = stpcpy(text, before);

	for (size_t i = 0; i < n; i++)
		to = stpcpy(to, piece);
	strcpy(to, after);
	return text;
}

static int read_repeated(const char *before, const char *piece, size_t n, const char *after)
{
	struct pool p = fresh();
	struct filter f;
	char *text = repeat(before, piece, n, after);
	int rc = filter_parse(&p, &grammar_runs, text, &f);

	assert_true(rc == TENON_OK || strncmp(p.why, "Error on parsing filter '", 25) == 0 || strncmp(p.why, "Invalid", 7) == 0);
	if (rc < 0 && p.why[0] == 'E')
		rc = TENON_TOO_LARGE;
	free(text);
	return rc;
}

static void limits(void **state)
{
	(void)state;
	assert_int_equal(read_repeated("", "(", 100, "a"), TENON_INVALID_ARGUMENT);
	assert_int_equal(read_repeated("", "a = ", 99, "b"), TENON_INVALID_ARGUMENT);    /* nested 99 deep: not a clause */
	assert_int_equal(read_repeated("", "a = ", 100, "b"), TENON_TOO_LARGE);
	assert_int_equal(read_repeated("", "a desc ", 300, ""), TENON_INVALID_ARGUMENT);
	assert_int_equal(read_repeated("", "x ", 5001, ""), TENON_TOO_LARGE);            /* 10,002 tokens */
	assert_int_equal(read_repeated("run_id IN ('a'", ", 'b'", 3000, ")"), TENON_OK);
	assert_int_equal(read_repeated("params.a = '", "x", 1 << 20, "'"), TENON_OK);
	assert_int_equal(read_repeated("params.a = '", "''", 1 << 19, "'"), TENON_OK);
	read_repeated("", "$a$ ", 100000, ""); /* what is never closed must not cost a square */
	read_repeated("", "/*", 100000, "");
	read_repeated("", "'", 99999, "");
	read_repeated("", "`a", 99999, "");
	read_repeated("", "[", 100000, "");
}

/* Every allocation fails once: an answer or NO_MEMORY, and nothing worse. */
static void memory(void **state)
{
	static const struct { char what; const char *text; } rows[] = {
		{ 'r', "metrics.`a b` >= 1.5 AND run_id IN ('a', \"b\\n\") AND tags.x IS NULL AND dataset.name LIKE 'c%'" },
		{ 'r', "run_id IN ('a', 1.5, ['x'])" }, { 'r', "a; 'b'" }, { 'r', "bogus = 'x'" }, { 'e', "creation_time > 1.5" },
		{ 'o', "metrics.`a b` DESC\1params.x" }, { 'o', "metrics.a\1metrics.a" },
	};
	char made[2048];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int rc = TENON_NO_MEMORY;
		for (long n = 0; rc == TENON_NO_MEMORY; n++) {
			struct pool p = fresh();
			left = n;
			rc = spell(&p, rows[i].what, rows[i].text, made, sizeof made);
			assert_true(rc == TENON_OK || rc == TENON_INVALID_ARGUMENT || rc == TENON_NO_MEMORY);
			assert_true(n < 1000);
		}
		left = -1;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_mlflow), cmocka_unit_test(where_mlflow_fails), cmocka_unit_test(limits), cmocka_unit_test(memory),
	};
	arena_init(&arena, 0);
	int rc = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(&arena);
	return rc;
}
