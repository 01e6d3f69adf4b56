/* SPDX-License-Identifier: Apache-2.0 */
/* keyset - (a, b) behind (x, y) is: a >= x AND (a > x OR (b >= y AND (b > y OR ...))). So written, an index on a serves. */
#include "keyset.h"

void keyset_select(const struct keyset *k, struct sqltext *q)
{
	for (size_t i = 0; i < k->n; i++) {
		sqltext_add(q, ", ");
		sqltext_add(q, k->v[i].sql);
	}
}

/* SQLite's own places for NULL, so that an index serves; no NULL is ever compared with a value */
static void direction(struct sqltext *q, const struct keyset_column *c)
{
	sqltext_add(q, c->descending ? " DESC NULLS LAST" : " ASC NULLS FIRST");
}

void keyset_order(const struct keyset *k, struct sqltext *q)
{
	bool first = true;

	for (size_t i = 0; i < k->n; i++) {
		if (k->v[i].constant)
			continue;
		sqltext_add(q, first ? "" : ", ");
		sqltext_add(q, k->v[i].sql);
		direction(q, &k->v[i]);
		first = false;
	}
}

void keyset_order_by_number(const struct keyset *k, struct sqltext *q, size_t before)
{
	char number[24];
	bool first = true;

	for (size_t i = 0; i < k->n; i++) {
		if (k->v[i].constant)
			continue;
		snprintf(number, sizeof number, "%s%zu", first ? "" : ", ", before + i + 1);
		sqltext_add(q, number);
		direction(q, &k->v[i]);
		first = false;
	}
}

/* " AND a >= ?", or with OR "a > ?" */
static void compare(struct sqltext *q, const char *word, const struct keyset_column *c, bool equal, struct sql_value v)
{
	sqltext_add(q, word);
	sqltext_add(q, c->sql);
	sqltext_add(q, c->descending ? " <" : " >");
	sqltext_put(q, equal ? "= ?" : " ?", v);
}

static bool is_null(struct sql_value v) { return !v.has.i && !v.has.f && !v.has.text; }

void keyset_after(const struct keyset *k, struct sqltext *q, const struct page *page, size_t from)
{
	size_t last = from, open = 0;

	if (page->n == 0)
		return;
	for (size_t i = from; i < k->n; i++)
		if (!k->v[i].constant && !is_null(page->keys[i]))
			last = i;
	for (size_t i = from; i <= last; i++) {
		const struct keyset_column *c = &k->v[i];
		if (c->constant || is_null(page->keys[i]))
			continue;
		const char *word = open == 0 ? " AND " : " OR (";
		if (i == last) {
			compare(q, word, c, false, page->keys[i]);
			open += open > 0;
			break;
		}
		compare(q, word, c, true, page->keys[i]);
		compare(q, " AND (", c, false, page->keys[i]);
		open += open > 0 ? 2 : 1;
	}
	for (; open > 0; open--)
		sqltext_add(q, ")");
}
