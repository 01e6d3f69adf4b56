/* SPDX-License-Identifier: Apache-2.0 */
/* keyset - the columns that a result is sorted by, and the condition that leads behind a row of it.
 *
 *	SELECT r.id, <keyset_select> FROM ... WHERE ... <keyset_after> ORDER BY <keyset_order> LIMIT ?
 *
 * A column that may be NULL is preceded by one that says so (0 or 1), so that NULLs stand where they belong on every
 * store and a row-by-row comparison never meets one. A constant column is only carried along. */
#ifndef TRACKING_KEYSET_H
#define TRACKING_KEYSET_H

#include "page.h"
#include "sqltext.h"

enum { KEYSET_MAX = 128 };

struct keyset_column { const char *sql; bool descending, constant; };
struct keyset { struct keyset_column v[KEYSET_MAX]; size_t n; };

static inline void keyset_add(struct keyset *k, const char *sql, bool descending)
{
	k->v[k->n++] = (struct keyset_column){ sql, descending, false };
}
static inline void keyset_add_constant(struct keyset *k, const char *sql) { k->v[k->n++] = (struct keyset_column){ sql, false, true }; }

void keyset_select(const struct keyset *, struct sqltext *); /* ", a, b" */
void keyset_order(const struct keyset *, struct sqltext *);  /* "a DESC NULLS LAST, b ASC NULLS FIRST" */
/* the same by the numbers of the result's columns, of which `before` stand in front */
void keyset_order_by_number(const struct keyset *, struct sqltext *, size_t before);
/* " AND ...", or nothing for the first page. `from` columns are known to be equal. */
void keyset_after(const struct keyset *, struct sqltext *, const struct page *, size_t from);

#endif
