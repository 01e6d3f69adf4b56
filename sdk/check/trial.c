/* SPDX-License-Identifier: Apache-2.0 */
/* trial - values by type, and tables of those that are none. */
#include "trial.h"
#include "base/buf.h"
#include "wire/json.h"
#include "wire/print.h"
#include "wire/shape.h"

#include <regex.h>
#include <stdio.h>

enum { DEPTH_MOST = 4, HUGE_TEXT = 1 << 20, MANY_ITEMS = 10000 };

/* ---- good values ---- */

static void good_message(struct buf *b, const struct shape *s, bool all, int depth, int row, const char *value);

/* where the rule itself is not here (a plugin that was only described) its regular expression says what it can */
static bool is_allowed(const struct tenon_pattern *p, const char *s)
{
	char whole[1200];
	regex_t rule;

	if (p->accepts != NULL)
		return p->accepts(s);
	if (snprintf(whole, sizeof whole, "^(%.1024s)$", p->regex) >= (int)sizeof whole || regcomp(&rule, whole, REG_EXTENDED | REG_NOSUB) != 0)
		return true;
	bool good = regexec(&rule, s, 0, NULL, 0) == 0;
	regfree(&rule);
	return good;
}

static void good_text(struct buf *b, const struct column *c)
{
	static const char *const tries[] = { "a", "a1", "1", "0123456789abcdef0123456789abcdef", "/a", "a@example.org", "http://127.0.0.1/", "2024-01-01" };
	const struct tenon_pattern *p = c->field->pattern;
	const char *text = tries[0];

	for (size_t i = 0; p != NULL && i < sizeof tries / sizeof *tries; i++)
		if (is_allowed(p, tries[i])) {
			text = tries[i];
			break;
		}
	buf_addc(b, '"');
	buf_adds(b, text);
	for (int64_t n = (int64_t)strlen(text); p == NULL && c->has_least && n < c->least; n++)
		buf_addc(b, 'a');
	buf_addc(b, '"');
}

static void good_number(struct buf *b, const struct column *c, bool whole)
{
	double value = 1;

	if (c->has_least && (whole ? (double)c->least : c->f_least) > value)
		value = whole ? (double)c->least : c->f_least;
	if (c->has_most && (whole ? (double)c->most : c->f_most) < value)
		value = whole ? (double)c->most : c->f_most;
	buf_printf(b, whole ? "%.0f" : "%.17g", value);
}

static void good_value(struct buf *b, const struct column *c, int depth)
{
	switch (c->field->type) {
	case TENON_BOOL:
		buf_adds(b, "true");
		break;
	case TENON_I64:
		good_number(b, c, true);
		break;
	case TENON_F64:
		good_number(b, c, false);
		break;
	case TENON_STR:
		good_text(b, c);
		break;
	case TENON_BYTES:
		buf_adds(b, "\"AAEC\"");
		break;
	case TENON_ENUM:
		if (c->field->names != NULL && c->field->names->name != NULL)
			print_string(b, c->field->names->name);
		else
			buf_addc(b, '0');
		break;
	case TENON_JSON:
		buf_adds(b, "{\"a\":1}");
		break;
	default:
		good_message(b, c->sub, false, depth + 1, -1, NULL);
	}
}

static void good_member(struct buf *b, const struct column *c, int depth)
{
	const struct tenon_field *f = c->field;

	if (f->card == TENON_ONE) {
		good_value(b, c, depth);
	} else if (f->card == TENON_MAP) {
		buf_adds(b, "{\"k\":\"v\"}");
	} else {
		buf_addc(b, '[');
		int64_t n = c->has_least && c->least > 1 && f->type != TENON_MSG ? c->least : 1;
		for (int64_t i = 0; i < n && depth < DEPTH_MOST; i++) {
			if (i > 0)
				buf_addc(b, ',');
			good_value(b, c, depth);
		}
		buf_addc(b, ']');
	}
}

/* of rows that exclude each other the first is given, or `row` */
static bool takes_part(const struct shape *s, uint32_t i, bool all, int row, int depth)
{
	const struct tenon_field *f = s->columns[i].field;

	if ((int)i == row || f->flags & TENON_REQUIRED)
		return true;
	if (f->group == 0)
		return all;
	if (row >= 0 && s->columns[row].field->group == f->group)
		return false;
	for (uint32_t k = 0; k < i; k++)
		if (s->columns[k].field->group == f->group)
			return false;
	return all || depth > 0;
}

static void good_message(struct buf *b, const struct shape *s, bool all, int depth, int row, const char *value)
{
	bool first = true;

	buf_addc(b, '{');
	for (uint32_t i = 0; i < s->table->n; i++) {
		if (!takes_part(s, i, all, row, depth) || ((int)i == row && value == NULL))
			continue;
		if (!first)
			buf_addc(b, ',');
		first = false;
		buf_adds(b, s->columns[i].key);
		if ((int)i == row)
			buf_adds(b, value);
		else
			good_member(b, &s->columns[i], depth);
	}
	buf_addc(b, '}');
}

void trial_good(struct buf *b, const struct shape *s, bool all, int row, const char *value) { good_message(b, s, all, 0, row, value); }

/* ---- one row replaced ---- */

/* what the author knows to be good, with `row` left out or replaced */
static void replace_in(struct buf *b, const char *base, const struct column *c, const char *value)
{
	struct json j = json_over(base, strlen(base));
	struct tenon_json key, member;

	buf_addc(b, '{');
	json_enter(&j, '{');
	while (json_next(&j, &key)) {
		member = json_skip(&j);
		if (json_is(key, c->name))
			continue;
		if (b->p[b->n - 1] != '{')
			buf_addc(b, ',');
		buf_add(b, key.p, key.n);
		buf_addc(b, ':');
		buf_add(b, member.p, member.n);
	}
	if (value != NULL)
		buf_printf(b, "%s%s", b->p[b->n - 1] == '{' ? "" : ",", c->key), buf_adds(b, value);
	buf_addc(b, '}');
}

struct walk {
	const struct shape *shape;
	const char *base;
	void (*try)(const struct trial *, void *);
	void *arg;
};

static void try_value(const struct walk *w, int row, const char *value, const char *what, bool must_refuse)
{
	const struct column *c = &w->shape->columns[row];
	struct buf b = { 0 };
	struct trial t = { .must_refuse = must_refuse };

	if (w->base != NULL)
		replace_in(&b, w->base, c, value);
	else
		trial_good(&b, w->shape, false, row, value);
	buf_addc(&b, '\0');
	snprintf(t.what, sizeof t.what, "%s: %s", c->name, what);
	t.json = b.p;
	if (!b.failed)
		w->try(&t, w->arg);
	buf_free(&b);
}

struct sample { const char *value, *what; };

static const struct sample texts[] = {
	{ "\"\"", "an empty text" }, { "\" \"", "a space" }, { "\"../../etc/passwd\"", "a path upwards" }, { "\"%n%s%s%s%99999d\"", "a format string" },
	{ "\"'; DROP TABLE x; --\"", "SQL" }, { "\"a\\r\\nBcc: x@example.org\"", "a line end" }, { "\"\\u0001\\u001b[31m\"", "control characters" },
	{ "\"\\ud83d\\ude00\\u202e\"", "an emoji, and text from right to left" }, { "\"{\\\"a\\\":[[[[[[[[\"", "broken JSON within" },
};
static const struct sample wholes[] = {
	{ "0", "zero" }, { "-1", "minus one" }, { "9223372036854775807", "the greatest integer" }, { "-9223372036854775808", "the least integer" },
};
static const struct sample reals[] = {
	{ "0", "zero" }, { "-0.0", "minus zero" }, { "1.7976931348623157e308", "the greatest double" }, { "5e-324", "the least double" },
	{ "\"NaN\"", "not a number" }, { "\"-Infinity\"", "minus infinity" },
};
static const struct sample jsons[] = {
	{ "null", "null" }, { "0", "a number" }, { "[]", "an array" }, { "[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]", "deep arrays" }, { "\"\"", "an empty text" },
};

static void try_samples(const struct walk *w, int row, const struct sample *s, size_t n)
{
	bool many = w->shape->columns[row].field->card == TENON_ARRAY;
	char value[256];

	for (size_t i = 0; i < n; i++) {
		snprintf(value, sizeof value, many ? "[%s]" : "%s", s[i].value);
		try_value(w, row, value, s[i].what, false);
	}
}

static void try_huge(const struct walk *w, int row, bool many)
{
	struct buf b = { 0 };

	buf_adds(&b, many ? "[\"" : "\"");
	if (buf_reserve(&b, HUGE_TEXT + 8)) {
		memset(b.p + b.n, 'A', HUGE_TEXT);
		b.n += HUGE_TEXT;
	}
	buf_adds(&b, many ? "\"]" : "\"");
	buf_addc(&b, '\0');
	if (!b.failed)
		try_value(w, row, b.p, "a text of 1 MiB", false);
	buf_free(&b);
}

static void try_many(const struct walk *w, int row)
{
	const struct column *c = &w->shape->columns[row];
	struct buf b = { 0 };
	bool map = c->field->card == TENON_MAP;

	buf_addc(&b, map ? '{' : '[');
	for (int i = 0; i < MANY_ITEMS; i++) {
		if (i > 0)
			buf_addc(&b, ',');
		if (map)
			buf_printf(&b, "\"k%d\":\"v\"", i);
		else
			good_value(&b, c, 1);
	}
	buf_addc(&b, map ? '}' : ']');
	buf_addc(&b, '\0');
	if (!b.failed)
		try_value(w, row, b.p, "10,000 items", false);
	buf_free(&b);
	try_value(w, row, map ? "{}" : "[]", "no items", false);
}

static void try_row(const struct walk *w, int row)
{
	const struct column *c = &w->shape->columns[row];
	const struct tenon_field *f = c->field;
	bool object = f->card == TENON_MAP || (f->card == TENON_ONE && f->type == TENON_MSG);

	try_value(w, row, NULL, "missing", f->flags & TENON_REQUIRED && c->field->group == 0);
	if (!(f->type == TENON_JSON && f->card == TENON_ONE))
		try_value(w, row, object ? "[7]" : "{\"a\":7}", "of the wrong type", true);
	if (f->card != TENON_ONE)
		try_many(w, row);
	if (f->type == TENON_STR && f->card != TENON_MAP) {
		try_samples(w, row, texts, sizeof texts / sizeof *texts);
		try_huge(w, row, f->card == TENON_ARRAY);
	} else if (f->type == TENON_I64) {
		try_samples(w, row, wholes, sizeof wholes / sizeof *wholes);
	} else if (f->type == TENON_F64) {
		try_samples(w, row, reals, sizeof reals / sizeof *reals);
	} else if (f->type == TENON_JSON) {
		try_samples(w, row, jsons, sizeof jsons / sizeof *jsons);
	} else if (f->type == TENON_ENUM && f->names != NULL) {
		try_value(w, row, f->card == TENON_ARRAY ? "[\"no such word\"]" : "\"no such word\"", "a word that it does not know", true);
	}
}

void trial_each(const struct shape *s, const char *base, void (*try)(const struct trial *, void *arg), void *arg)
{
	struct walk w = { s, base, try, arg };
	struct buf b = { 0 };

	trial_good(&b, s, true, -1, NULL);
	buf_addc(&b, '\0');
	if (!b.failed)
		try(&(struct trial){ .json = b.p, .what = "every argument" }, arg);
	buf_free(&b);
	struct trial plain = { .json = base != NULL ? base : "{}" };
	snprintf(plain.what, sizeof plain.what, "%s", base != NULL ? "the given arguments" : "no arguments");
	try(&plain, arg);
	try(&(struct trial){ .json = "{\"no_such_argument\":1}", .what = "an argument that it has not", .must_refuse = true }, arg);
	try(&(struct trial){ .json = "[]", .what = "an array instead of arguments", .must_refuse = true }, arg);
	for (uint32_t i = 0; i < s->table->n; i++)
		try_row(&w, (int)i);
}
