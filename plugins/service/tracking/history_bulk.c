/* SPDX-License-Identifier: Apache-2.0 */
/* history_bulk - one metric of several runs: all points up to a limit, or an even sample of each run.
 *
 * Sampling is MLflow's, which says it in SQL: the points of a run, by step, timestamp, value, fall into `max_results` buckets
 * whose sizes differ by one at most, the larger ones first (NTILE); of each bucket the first point is taken, of the last one
 * the last. Here buckets are counted out, so that the store sorts once.
 * Arguments are judged in the order of MLflow's handlers, by texts that rows cannot say. */
#include "search.h"
#include "sqltext.h"
#include "tracking.h"
#include "walk.h"

#include <inttypes.h>
#include <stdlib.h>

#define SEE_DOCS " See the API docs for more information about request parameters."

static int emit_point(struct tenon_call *c, const char *run_id, const char *key, const struct walk_point *p)
{
	const struct metric_of_run m = { .has = { 1, 1, 1, 1, 1 }, .key = key, .value = walk_value(p), .timestamp = p->timestamp,
		.step = p->step, .run_id = run_id };
	return tenon_emit(c, &m);
}

/* ---- all points ---- */

static int check_bulk(struct tenon_call *c, const struct get_history_bulk_args *a)
{
	if (a->run_id.n == 0)
		return tenon_fail(c, TENON_INVALID_ARGUMENT, "GetMetricHistoryBulk request must specify at least one run_id.");
	if (a->run_id.n > HISTORY_RUNS_MOST)
		return tenon_fail(c, TENON_INVALID_ARGUMENT, "GetMetricHistoryBulk request cannot specify more than %d run_ids. Received %zu run_ids.",
		                  HISTORY_RUNS_MOST, a->run_id.n);
	if (!a->has.metric_key)
		return tenon_fail(c, TENON_INVALID_ARGUMENT, "GetMetricHistoryBulk request must specify a metric_key.");
	if (a->max_results < 0)
		return tenon_fail(c, TENON_INVALID_ARGUMENT, "Invalid value %" PRId64 " for parameter 'max_results' supplied. It must not be negative.",
		                  a->max_results);
	return TENON_OK;
}

/* Emits the points of one run; `*left` may still be emitted. */
static int emit_run(struct tenon_call *c, const char *run_id, const char *key, size_t *left)
{
	struct walk w = { .c = c };
	size_t asked, got;
	bool none;

	TRY(walk_begin(&w, run_id, key, &none));
	if (none)
		return TENON_OK;
	do {
		struct sql_rows rows;
		void *mark = tenon_mark(c);
		asked = *left < WALK_PORTION ? *left : WALK_PORTION;
		TRY(walk_next(&w, asked, &rows));
		got = sql_count(&rows);
		for (size_t i = 0; i < got; i++) {
			struct walk_point p = walk_point(&rows, i);
			TRY(emit_point(c, run_id, key, &p));
		}
		*left -= got;
		tenon_rewind(c, mark);
	} while (got == asked && *left > 0);
	return TENON_OK;
}

static int by_text(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

int get_history_bulk(struct tenon_call *c, const struct get_history_bulk_args *a, struct get_history_bulk_result *out)
{
	size_t n = a->run_id.n, left = a->max_results < HISTORY_MOST ? (size_t)a->max_results : HISTORY_MOST;

	TRY(check_bulk(c, a));
	const char **ids = tenon_alloc(c, n * sizeof *ids);
	if (ids == NULL)
		return tenon_fail(c, TENON_NO_MEMORY, "no memory for %zu runs", n);
	memcpy(ids, a->run_id.v, n * sizeof *ids);
	qsort(ids, n, sizeof *ids, by_text);
	for (size_t i = 0; i < n && left > 0; i++)
		if (i == 0 || strcmp(ids[i], ids[i - 1]) != 0)
			TRY(emit_run(c, ids[i], a->metric_key, &left));
	out->has.metrics = 1;
	return TENON_OK;
}

/* ---- a sample ---- */

static int check_interval(struct tenon_call *c, const struct get_history_bulk_interval_args *a)
{
	if (a->run_ids.n > HISTORY_RUNS_MOST)
		return tenon_fail(c, TENON_INVALID_ARGUMENT, "GetMetricHistoryBulkInterval request must specify at most %d run_ids. Received %zu "
		                  "run_ids." SEE_DOCS, HISTORY_RUNS_MOST, a->run_ids.n);
	if (*a->metric_key == '\0')
		return tenon_fail(c, TENON_INVALID_ARGUMENT, "Missing value for required parameter 'metric_key'." SEE_DOCS);
	if (a->max_results < 1 || a->max_results > INTERVAL_MOST)
		return tenon_fail(c, TENON_INVALID_ARGUMENT, "max_results must be between 1 and %d." SEE_DOCS, INTERVAL_MOST);
	if (a->has.start_step != a->has.end_step)
		return tenon_fail(c, TENON_INVALID_ARGUMENT, "If either start step or end step are specified, both must be specified.");
	if (a->has.start_step && a->start_step > a->end_step)
		return tenon_fail(c, TENON_INVALID_ARGUMENT, "end_step must be greater than start_step. Found start_step=%" PRId64 " and end_step=%"
		                  PRId64 ".", a->start_step, a->end_step);
	return TENON_OK;
}

static void add_points(struct sqltext *q, const struct walk *w, const struct get_history_bulk_interval_args *a)
{
	sqltext_put(q, " FROM metric WHERE run = ? AND key = ?", P_I64(w->run), P_I64(w->word));
	if (a->has.start_step)
		sqltext_put(q, " AND step >= ? AND step <= ?", P_I64(a->start_step), P_I64(a->end_step));
}

static int count_points(const struct walk *w, const struct get_history_bulk_interval_args *a, int64_t *n)
{
	const struct tracking *t = w->c->self;
	struct sqltext q = sqltext_of(w->c);
	struct sql_rows rows;

	sqltext_add(&q, "SELECT COUNT(*)");
	add_points(&q, w, a);
	TRY(sqltext_run(w->c, t->store, &rows, &q));
	*n = sql_count(&rows) > 0 ? sql_i64(&rows, 0, 0) : 0;
	return TENON_OK;
}

/* Of `n` points, numbered from 0: `k` buckets, the first `large` of which hold one more than `size`. */
static int sample(const struct walk *w, const struct get_history_bulk_interval_args *a, int64_t n, struct sql_rows *rows)
{
	const struct tracking *t = w->c->self;
	struct sqltext q = sqltext_of(w->c);
	int64_t k = a->max_results;

	if (n <= k) {
		sqltext_add(&q, "SELECT " WALK_COLUMNS);
		add_points(&q, w, a);
	} else {
		int64_t size = n / k, large = n % k, bound = large * (size + 1);
		sqltext_add(&q, "SELECT " WALK_COLUMNS " FROM (SELECT " WALK_COLUMNS ", ROW_NUMBER() OVER (ORDER BY step ASC NULLS FIRST,"
		                " timestamp ASC NULLS FIRST, value ASC NULLS FIRST, is_nan ASC NULLS FIRST) - 1 AS i");
		add_points(&q, w, a);
		sqltext_put(&q, ") AS p WHERE (i < ? AND ((i < ? AND i % ? = 0) OR (i >= ? AND (i - ?) % ? = 0))) OR i = ?",
		            P_I64(n - size), P_I64(bound), P_I64(size + 1), P_I64(bound), P_I64(bound), P_I64(size), P_I64(n - 1));
	}
	sqltext_add(&q, " ORDER BY step ASC NULLS FIRST, timestamp ASC NULLS FIRST, value ASC NULLS FIRST, is_nan ASC NULLS FIRST");
	return sqltext_run(w->c, t->store, rows, &q);
}

static int emit_sample(struct tenon_call *c, const char *run_id, const struct get_history_bulk_interval_args *a)
{
	struct walk w = { .c = c };
	struct sql_rows rows;
	int64_t n;
	bool none;

	TRY(walk_begin(&w, run_id, a->metric_key, &none));
	if (none)
		return TENON_OK;
	void *mark = tenon_mark(c);
	TRY(count_points(&w, a, &n));
	TRY(sample(&w, a, n, &rows));
	for (size_t i = 0; i < sql_count(&rows); i++) {
		struct walk_point p = walk_point(&rows, i);
		TRY(emit_point(c, run_id, a->metric_key, &p));
	}
	tenon_rewind(c, mark);
	return TENON_OK;
}

int get_history_bulk_interval(struct tenon_call *c, const struct get_history_bulk_interval_args *a,
                              struct get_history_bulk_interval_result *out)
{
	(void)out;
	TRY(check_interval(c, a));
	for (size_t i = 0; i < a->run_ids.n; i++)
		TRY(emit_sample(c, a->run_ids.v[i], a));
	return TENON_OK;
}
