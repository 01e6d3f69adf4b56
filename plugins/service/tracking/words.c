/* SPDX-License-Identifier: Apache-2.0 */
/* words - interning: one transaction adds all the words of a call that are not cached and reads their numbers.
 *
 * While a call is parked here another may add the same words, or empty the cache: so results are taken from the
 * answer, never from the cache after a park. */
#include "words.h"
#include "tracking.h"

static int add_missing(struct tenon_call *c, const struct sql_value *texts, size_t n, struct sql_tx *tx)
{
	struct tracking *t = c->self;
	tx->n = 0;
	sql_add_n(tx, "INSERT INTO word (text) VALUES (?) ON CONFLICT (text) DO NOTHING", texts, n, 1);
	sql_add_n(tx, "SELECT id FROM word WHERE text = ?", texts, n, 1);
	sql_expect(tx, SQL_ROWS_ARE, (int64_t)n);
	TRY(sql_commit(c, t->store, tx));
	if (tx->result.has.failed || tx->result.steps.n != 2)
		return tenon_fail(c, TENON_INTERNAL, "the store lost a word that it had just taken");
	return TENON_OK;
}

int words_intern(struct tenon_call *c, const char *const *texts, int64_t *ids, size_t n)
{
	struct tracking *t = c->self;
	struct sql_value *missing = NULL;
	size_t m = 0;
	for (size_t i = 0; i < n; i++) {
		if (cache_get(&t->words, texts[i], &ids[i], NULL))
			continue;
		if (missing == NULL && (missing = tenon_alloc(c, (n - i) * sizeof *missing)) == NULL)
			return tenon_fail(c, TENON_NO_MEMORY, "no memory for %zu keys", n);
		ids[i] = 0;
		missing[m++] = P_TEXT(texts[i]);
	}
	if (m == 0)
		return TENON_OK;
	struct sql_tx tx;
	TRY(add_missing(c, missing, m, &tx));
	const struct sql_rows *found = &tx.result.steps.v[1];
	size_t next = 0;
	for (size_t i = 0; i < n; i++) {
		if (ids[i] != 0)
			continue;
		ids[i] = sql_i64(found, next++, 0);
		cache_put(&t->words, texts[i], ids[i], 0);
	}
	return TENON_OK;
}

int words_find(struct tenon_call *c, const char *text, int64_t *id)
{
	struct tracking *t = c->self;
	if (cache_get(&t->words, text, id, NULL))
		return TENON_OK;
	struct sql_rows rows;
	TRY(sql_query(c, t->store, &rows, "SELECT id FROM word WHERE text = ?", P_TEXT(text)));
	*id = sql_count(&rows) ? sql_i64(&rows, 0, 0) : 0;
	if (*id != 0)
		cache_put(&t->words, text, *id, 0);
	return TENON_OK;
}
