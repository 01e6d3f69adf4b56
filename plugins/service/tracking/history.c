/* SPDX-License-Identifier: Apache-2.0 */
/* history - all points of one metric of one run, or a page of them. Memory is given back after each portion, so a million
 * points need no more of it than a few thousand. */
#include "search.h"
#include "page.h"
#include "walk.h"

#include <inttypes.h>

/* Emits up to `most` points; `w->last` is the last one. Are there more? */
static int emit_all(struct walk *w, const char *key, uint64_t most, bool *more)
{
	struct metric m = { .has = { 1, 1, 1, 1 }, .key = key };
	size_t asked, got;

	*more = false;
	do {
		struct sql_rows rows;
		void *mark = tenon_mark(w->c);
		struct walk_point before = w->last;
		asked = most < WALK_PORTION ? (size_t)most + 1 : WALK_PORTION;
		TRY(walk_next(w, asked, &rows));
		got = sql_count(&rows);
		*more = got > most;
		for (size_t i = 0; i < got - *more; i++) {
			before = walk_point(&rows, i);
			m.value = walk_value(&before);
			m.timestamp = before.timestamp;
			m.step = before.step;
			TRY(tenon_emit(w->c, &m));
		}
		w->last = before;
		most -= got - *more;
		tenon_rewind(w->c, mark);
	} while (got == asked && !*more);
	return TENON_OK;
}

static int begin_behind(struct tenon_call *c, struct pool *pool, const struct page *page, struct walk *w)
{
	const struct sql_value *k = page->keys;

	if (page->n == 0)
		return TENON_OK;
	if (page->n != 4 || !k[0].has.i || !k[1].has.i || !k[2].has.f || !k[3].has.i)
		return pool_fail(c, pool, page_refuse(pool));
	w->last = (struct walk_point){ k[0].i, k[1].i, k[2].f, k[3].i };
	w->begun = true;
	return TENON_OK;
}

int get_history(struct tenon_call *c, const struct get_history_args *a, struct get_history_result *out)
{
	struct walk w = { .c = c };
	struct pool pool = pool_of(c);
	struct page page;
	bool none, more;

	if (a->has.max_results && a->max_results < 1)
		return tenon_fail(c, TENON_INVALID_ARGUMENT, "Invalid value %" PRId64 " for parameter 'max_results' supplied. It must be a positive "
		                  "integer.", a->max_results);
	uint64_t digest = page_mix(page_mix(page_mix(PAGE_DIGEST, "get_history"), a->run_id), a->metric_key);
	int rc = page_decode(&pool, a->page_token, digest, &page);
	if (rc < 0)
		return pool_fail(c, &pool, rc);
	TRY(begin_behind(c, &pool, &page, &w));
	TRY(walk_begin(&w, a->run_id, a->metric_key, &none));
	if (none)
		return TENON_OK;
	TRY(emit_all(&w, a->metric_key, a->has.max_results ? (uint64_t)a->max_results : UINT64_MAX, &more));
	if (!more)
		return TENON_OK;
	const struct sql_value last[] = { P_I64(w.last.timestamp), P_I64(w.last.step), P_F64(w.last.value), P_I64(w.last.is_nan) };
	out->next_page_token = page_encode(&pool, digest, last, 4);
	out->has.next_page_token = out->next_page_token != NULL;
	return TENON_OK;
}
