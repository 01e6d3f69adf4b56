/* SPDX-License-Identifier: Apache-2.0 */
/* decode_check - what a well-typed message must still meet: ranges, lengths, numbers of items, patterns, groups, and the
 * required members of what is nested in it. In the order of the rows, so that the first complaint is the same every time. */
#include "base/text.h"
#include "decode.h"

#include <inttypes.h>

static int out_of_range(struct decoder *d, enum tenon_kind kind, const struct column *c, const struct where *w, int64_t is, const char *unit)
{
	const struct tenon_json none = { 0 };

	if (c->has_least && c->has_most)
		return decode_fail(d, kind, w, c->field, none, "%" PRId64 "%s; it must be %" PRId64 " to %" PRId64, is, unit, c->least, c->most);
	return c->has_least ? decode_fail(d, kind, w, c->field, none, "%" PRId64 "%s; it must be at least %" PRId64, is, unit, c->least)
	                    : decode_fail(d, kind, w, c->field, none, "%" PRId64 "%s; it must be at most %" PRId64, is, unit, c->most);
}

static bool within(const struct column *c, int64_t x)
{
	return (!c->has_least || x >= c->least) && (!c->has_most || x <= c->most);
}

static int check_string(struct decoder *d, const struct column *c, const struct where *w, const char *s)
{
	struct tenon_json raw = { s, 0 };

	while (s[raw.n] != '\0')
		raw.n++;
	if (c->field->pattern != NULL && !c->field->pattern->accepts(s))
		return decode_fail(d, TENON_K_PATTERN, w, c->field, raw, "\"%.100s\" is not allowed: it must match %s (%s)", s,
		                   c->field->pattern->regex, c->field->pattern->name);
	if (c->has_least || c->has_most) {
		int64_t n = (int64_t)utf8_length(s);
		if (!within(c, n))
			return out_of_range(d, TENON_K_LENGTH, c, w, n, " characters");
	}
	return TENON_OK;
}

static int check_item(struct decoder *d, const struct column *c, const void *at, const struct where *w)
{
	switch ((enum tenon_type)c->field->type) {
	case TENON_I64:
		return within(c, *(const int64_t *)at) ? TENON_OK : out_of_range(d, TENON_K_RANGE, c, w, *(const int64_t *)at, "");
	case TENON_F64: {
		double x = *(const double *)at;
		bool low = c->has_least && !(x >= (double)c->least), high = c->has_most && !(x <= (double)c->most);
		return low || high ? decode_fail(d, TENON_K_RANGE, w, c->field, (struct tenon_json){ 0 }, "%g; it must be %s", x, c->field->range) : TENON_OK;
	}
	case TENON_STR:
		return check_string(d, c, w, *(const char *const *)at);
	case TENON_MSG:
		return decode_check(d, c->sub, at, w);
	default:
		return TENON_OK;
	}
}

static int check_array(struct decoder *d, const struct column *c, const struct shape_array *a, const struct where *w)
{
	size_t size = shape_item_size(c->field);
	bool deep = c->field->pattern != NULL || (c->sub != NULL && c->sub->checks);

	if (!within(c, (int64_t)a->n))
		return out_of_range(d, TENON_K_ITEMS, c, w, (int64_t)a->n, " items");
	for (size_t i = 0; deep && i < a->n; i++) {
		struct where here = { w, NULL, i };
		struct column one = *c; /* the range was the list's */
		one.has_least = one.has_most = false;
		int rc = check_item(d, &one, (const char *)a->v + i * size, &here);
		if (rc < 0)
			return rc;
	}
	return TENON_OK;
}

static bool is_missing(const struct decoder *d, const struct column *c, const void *at, bool has)
{
	if (!(c->field->flags & TENON_REQUIRED))
		return false;
	return !has || (d->flags & TENON_EMPTY_IS_MISSING && c->field->type == TENON_STR && c->field->card == TENON_ONE && **(const char *const *)at == '\0');
}

static int check_group(struct decoder *d, const struct shape *s, const void *m, uint32_t i, const struct where *w)
{
	for (uint32_t k = 0; k < i; k++)
		if (s->columns[k].field->group == s->columns[i].field->group && shape_has(m, k))
			return decode_fail(d, TENON_K_GROUP, w, s->columns[i].field, (struct tenon_json){ 0 }, "%s is given already; only one of the two may be",
			                   s->columns[k].name);
	return TENON_OK;
}

int decode_check(struct decoder *d, const struct shape *s, const void *m, const struct where *up)
{
	if (!s->checks)
		return TENON_OK;
	for (uint32_t i = 0; i < s->table->n; i++) {
		const struct column *c = &s->columns[i];
		const void *at = (const char *)m + c->field->offset;
		struct where here = { up, c->name, 0 };
		bool has = shape_has(m, i);
		int rc = TENON_OK;
		if (up != NULL && is_missing(d, c, at, has)) /* the top level was judged by accept */
			return decode_fail(d, TENON_K_MISSING, &here, c->field, (struct tenon_json){ 0 }, "it is required");
		if (!has)
			continue;
		if (c->field->group > 0)
			rc = check_group(d, s, m, i, &here);
		if (rc == TENON_OK && c->field->card != TENON_MAP)
			rc = c->field->card == TENON_ARRAY ? check_array(d, c, at, &here) : check_item(d, c, at, &here);
		if (rc < 0)
			return rc;
	}
	return TENON_OK;
}
