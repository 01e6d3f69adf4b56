/* SPDX-License-Identifier: Apache-2.0 */
/* search_runs - the page is found first, as numbers; then runs are loaded and handed over, some hundreds at a time, so that
 * 50,000 never stand in memory. Arguments are judged in MLflow's order, since the first failure is the answer. */
#include "search.h"
#include "find_runs.h"
#include "load_runs.h"
#include "tracking.h"

#include <inttypes.h>
#include <stdlib.h>

enum { EXPERIMENTS_MAX = 10000 };

/* The rows of messages.h can't say this: MLflow has two texts for it, and looks at other arguments in between. */
static int check_limit(struct tenon_call *c, int64_t n)
{
	if (n > SEARCH_MOST)
		return tenon_fail(c, TENON_INVALID_ARGUMENT, "Invalid value %" PRId64 " for parameter 'max_results' supplied:  Hint: Value was of "
		                  "type 'int'. See the API docs for more information about request parameters.", n);
	if (n < 1)
		return tenon_fail(c, TENON_INVALID_ARGUMENT, "Invalid value %" PRId64 " for parameter 'max_results' supplied. It must be a positive "
		                  "integer", n);
	return TENON_OK;
}

static int by_number(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

/* each once; one past the largest number is none */
static int parse_experiments(struct tenon_call *c, const struct tenon_strs *texts, struct find *f)
{
	int64_t *ids = tenon_alloc(c, (texts->n + 1) * sizeof *ids);
	size_t n = 0;

	if (ids == NULL)
		return tenon_fail(c, TENON_NO_MEMORY, "no memory for %zu experiments", texts->n);
	if (texts->n > EXPERIMENTS_MAX)
		return tenon_fail(c, TENON_INVALID_ARGUMENT, "A search can go over at most %d experiments. Received %zu experiment_ids.",
		                  EXPERIMENTS_MAX, texts->n);
	for (size_t i = 0; i < texts->n; i++) {
		int rc = parse_experiment_id(c, texts->v[i], &ids[n]);
		if (rc == TENON_NOT_FOUND)
			tenon_forgive(c);
		else if (rc < 0)
			return rc;
		n += rc == TENON_OK;
	}
	qsort(ids, n, sizeof *ids, by_number);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || ids[i] != ids[f->n_experiments - 1])
			ids[f->n_experiments++] = ids[i];
	f->experiments = ids;
	return TENON_OK;
}

static uint64_t digest_of(const struct search_runs_args *a)
{
	uint64_t digest = page_mix(PAGE_DIGEST, "search_runs");
	char view[24];

	snprintf(view, sizeof view, "%" PRId64, a->run_view_type);
	digest = page_mix(page_mix(digest, view), a->filter);
	return page_mix_all(page_mix_all(digest, &a->order_by), &a->experiment_ids);
}

struct query { struct filter filter; struct order order; struct page page; uint64_t digest; };

static int parse_query(struct pool *p, const struct search_runs_args *a, struct query *q)
{
	TRY(filter_parse(p, &grammar_runs, a->filter, &q->filter));
	TRY(order_parse(p, &grammar_runs, &a->order_by, &q->order));
	TRY(filter_check(p, &grammar_runs, &q->filter));
	if (q->filter.n > FIND_CLAUSES_MAX)
		return pool_refuse(p, "A filter can have at most %d clauses. Found %zu.", FIND_CLAUSES_MAX, q->filter.n);
	q->digest = digest_of(a);
	return page_decode(p, a->page_token, q->digest, &q->page);
}

static int emit(struct tenon_call *c, const struct found *found)
{
	for (size_t from = 0; from < found->n; from += LOAD_RUNS_MAX) {
		size_t n = found->n - from < LOAD_RUNS_MAX ? found->n - from : LOAD_RUNS_MAX;
		void *mark = tenon_mark(c);
		struct run *runs = tenon_alloc(c, n * sizeof *runs);
		if (runs == NULL)
			return tenon_fail(c, TENON_NO_MEMORY, "no memory for %zu runs", n);
		TRY(load_runs(c, found->ids + from, n, runs));
		for (size_t i = 0; i < n; i++)
			if (runs[i].has.info)
				TRY(tenon_emit(c, &runs[i]));
		tenon_rewind(c, mark);
	}
	return TENON_OK;
}

int search_runs(struct tenon_call *c, const struct search_runs_args *a, struct search_runs_result *out)
{
	struct query q = { .digest = 0 };
	struct pool pool = pool_of(c);
	struct found found;

	TRY(check_limit(c, a->max_results));
	int rc = parse_query(&pool, a, &q);
	if (rc < 0)
		return pool_fail(c, &pool, rc);
	struct find find = { .view = a->run_view_type, .filter = &q.filter, .order = &q.order, .page = &q.page, .limit = (size_t)a->max_results };
	TRY(parse_experiments(c, &a->experiment_ids, &find));
	TRY(find_runs(c, &find, &found));
	if (found.last != NULL) {
		out->next_page_token = page_encode(&pool, q.digest, found.last, found.n_keys);
		out->has.next_page_token = out->next_page_token != NULL;
	}
	return emit(c, &found);
}
