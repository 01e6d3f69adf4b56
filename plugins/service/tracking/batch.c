/* SPDX-License-Identifier: Apache-2.0 */
/* batch - log_batch: many metric points, params and tags in one transaction, whole or not at all.
 *
 * Model    All keys become numbers first (one question at most). Then the steps: the run is active; params are written
 *          once and compared; points, sorted by key, and the latest of each key; points of models; tags, the last of each key. */
#include "tracking.h"
#include "active.h"
#include "model_points.h"
#include "points.h"
#include "pytext.h"
#include "runref.h"
#include "words.h"

#define MAX_METRICS  1000
#define MAX_PARAMS   100
#define MAX_TAGS     100
#define MAX_ENTITIES 1000

struct batch {
	const struct log_batch_args *args;
	struct runref ref;
	int64_t *metric_keys, *param_keys, *tag_keys; /* words, in the order of the arguments */
	const char **param_values;
	size_t check_step;                            /* where params are compared; 0: there are none */
	struct model_point *model_points;             /* the metrics that name a model */
	size_t model_count;
	struct model_steps model_steps;
};

/* ---- what the rows cannot say ---- */

static int check_count(struct tenon_call *c, const char *what, size_t limit, size_t n)
{
	if (n <= limit)
		return TENON_OK;
	return tenon_fail(c, TENON_INVALID_ARGUMENT, "A batch logging request can contain at most %zu %s. Got %zu %s. Please split up %s "
	                  "across multiple requests and try again.", limit, what, n, what, what);
}

static int check_counts(struct tenon_call *c, const struct log_batch_args *a)
{
	TRY(check_count(c, "metrics", MAX_METRICS, a->metrics.n));
	TRY(check_count(c, "params", MAX_PARAMS, a->params.n));
	TRY(check_count(c, "tags", MAX_TAGS, a->tags.n));
	return check_count(c, "metrics, params, and tags", MAX_ENTITIES, a->metrics.n + a->params.n + a->tags.n);
}

static bool came_before(const struct param_arg *params, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (strcmp(params[i].key, params[j].key) == 0)
			return true;
	return false;
}

static int check_param_keys(struct tenon_call *c, const struct param_arg_list *params)
{
	struct pytext twice = pytext_of(c);
	for (size_t i = 0; i < params->n; i++) {
		if (!came_before(params->v, i))
			continue;
		pytext_add(&twice, twice.n ? ", " : "");
		pytext_repr(&twice, params->v[i].key);
	}
	if (twice.n == 0)
		return TENON_OK;
	return tenon_fail(c, TENON_INVALID_ARGUMENT, "Duplicate parameter keys have been submitted: [%s]. Please ensure the request "
	                  "contains only one param value per param key.", pytext_text(&twice));
}

static int check(struct tenon_call *c, const struct log_batch_args *a)
{
	for (size_t i = 0; i < a->metrics.n; i++)
		TRY(model_points_check_dataset(c, a->metrics.v[i].dataset_name, a->metrics.v[i].dataset_digest));
	for (size_t i = 0; i < a->metrics.n; i++) {
		const struct metric_arg *m = &a->metrics.v[i];
		if (m->timestamp < 0)
			return points_check_time(c, tenon_printf(c, "metrics[%zu].timestamp", i), m->timestamp, m->key, m->value);
	}
	TRY(check_counts(c, a));
	return check_param_keys(c, &a->params);
}

/* ---- preparing ---- */

static int intern_keys(struct tenon_call *c, struct batch *b)
{
	const struct log_batch_args *a = b->args;
	size_t n = a->metrics.n + a->params.n + a->tags.n, k = 0;
	const char **keys = tenon_alloc(c, (n + 1) * sizeof *keys);
	int64_t *ids = tenon_alloc(c, (n + 1) * sizeof *ids);
	if (keys == NULL || ids == NULL)
		return tenon_fail(c, TENON_NO_MEMORY, "no memory for %zu keys", n);
	for (size_t i = 0; i < a->metrics.n; i++)
		keys[k++] = a->metrics.v[i].key;
	for (size_t i = 0; i < a->params.n; i++)
		keys[k++] = a->params.v[i].key;
	for (size_t i = 0; i < a->tags.n; i++)
		keys[k++] = a->tags.v[i].key;
	b->metric_keys = ids;
	b->param_keys = ids + a->metrics.n;
	b->tag_keys = b->param_keys + a->params.n;
	return words_intern(c, keys, ids, n);
}

static int add_params(struct tenon_call *c, struct batch *b, struct sql_tx *tx)
{
	size_t n = b->args->params.n;
	if (n == 0)
		return TENON_OK;
	struct sql_value *v = tenon_alloc(c, n * 3 * sizeof *v);
	b->param_values = tenon_alloc(c, n * sizeof *b->param_values);
	if (v == NULL || b->param_values == NULL)
		return tenon_fail(c, TENON_NO_MEMORY, "no memory for %zu params", n);
	for (size_t i = 0; i < n; i++) {
		b->param_values[i] = cut(c, b->args->params.v[i].value, MAX_PARAM_VALUE);
		v[3 * i] = P_I64(b->ref.run);
		v[3 * i + 1] = P_I64(b->param_keys[i]);
		v[3 * i + 2] = P_TEXT(b->param_values[i]);
	}
	sql_add_n(tx, "INSERT INTO param (run, key, value) VALUES (?, ?, ?) ON CONFLICT (run, key) DO NOTHING", v, n * 3, 3);
	b->check_step = tx->n;
	sql_add_n(tx, "SELECT key, value FROM param WHERE run = ? AND key = ? AND value <> ?", v, n * 3, 3);
	sql_expect(tx, SQL_NO_ROWS, 0);
	return TENON_OK;
}

static int add_metrics(struct tenon_call *c, struct batch *b, struct sql_tx *tx)
{
	size_t n = b->args->metrics.n, latest_count = 0;
	if (n == 0)
		return TENON_OK;
	struct point *points = tenon_alloc(c, n * sizeof *points);
	struct sql_value *v = tenon_alloc(c, n * POINT_METRIC_COLUMNS * sizeof *v);
	struct sql_value *latest = tenon_alloc(c, n * POINT_LATEST_COLUMNS * sizeof *latest);
	if (points == NULL || v == NULL || latest == NULL)
		return tenon_fail(c, TENON_NO_MEMORY, "no memory for %zu metrics", n);
	for (size_t i = 0; i < n; i++) {
		const struct metric_arg *m = &b->args->metrics.v[i];
		points[i] = point_of(b->metric_keys[i], m->value, m->timestamp, m->step);
	}
	points_sort(points, n);
	for (size_t i = 0; i < n; i++) {
		point_metric(v + i * POINT_METRIC_COLUMNS, &b->ref, &points[i]);
		if (i + 1 == n || points[i + 1].key != points[i].key)
			point_latest(latest + latest_count++ * POINT_LATEST_COLUMNS, &b->ref, &points[i]);
	}
	sql_add_n(tx, POINT_INSERT_METRIC, v, n * POINT_METRIC_COLUMNS, POINT_METRIC_COLUMNS);
	sql_add_n(tx, POINT_UPSERT_LATEST, latest, latest_count * POINT_LATEST_COLUMNS, POINT_LATEST_COLUMNS);
	return TENON_OK;
}

static int add_model_points(struct tenon_call *c, struct batch *b, struct sql_tx *tx)
{
	const struct metric_arg_list *metrics = &b->args->metrics;
	for (size_t i = 0; i < metrics->n; i++) {
		const struct metric_arg *m = &metrics->v[i];
		if (m->model_id[0] == 0)
			continue;
		if (b->model_points == NULL)
			b->model_points = tenon_alloc(c, metrics->n * sizeof *b->model_points);
		if (b->model_points == NULL)
			return tenon_fail(c, TENON_NO_MEMORY, "no memory for %zu metrics", metrics->n);
		b->model_points[b->model_count++] = (struct model_point){ m->model_id, m->key, m->dataset_name, m->dataset_digest,
			point_of(0, m->value, m->timestamp, m->step) };
	}
	return model_points_add(c, tx, &b->ref, b->model_points, b->model_count, &b->model_steps);
}

/* does a later tag of the same key make this one pointless? An empty mlflow.runName never counts. */
static bool is_pointless(const struct batch *b, size_t i)
{
	const struct tag_arg *tags = b->args->tags.v;
	bool names_run = strcmp(tags[i].key, RUN_NAME_TAG) == 0;
	if (names_run && tags[i].value[0] == 0)
		return true;
	for (size_t j = i + 1; j < b->args->tags.n; j++)
		if (b->tag_keys[j] == b->tag_keys[i] && !(names_run && tags[j].value[0] == 0))
			return true;
	return false;
}

static int add_tags(struct tenon_call *c, struct batch *b, struct sql_tx *tx)
{
	const struct tag_arg_list *tags = &b->args->tags;
	struct sql_value *v = tenon_alloc(c, (tags->n + 1) * 3 * sizeof *v), *name;
	size_t n = 0;
	bool rename = false;
	if (v == NULL)
		return tenon_fail(c, TENON_NO_MEMORY, "no memory for %zu tags", tags->n);
	name = v + tags->n * 3;
	for (size_t i = 0; i < tags->n; i++) {
		if (is_pointless(b, i))
			continue;
		v[n] = P_I64(b->ref.run);
		v[n + 1] = P_I64(b->tag_keys[i]);
		v[n + 2] = P_TEXT(cut(c, tags->v[i].value, MAX_TAG_VALUE));
		if (strcmp(tags->v[i].key, RUN_NAME_TAG) == 0) {
			rename = true;
			name[0] = v[n + 2];
			name[1] = v[n];
		}
		n += 3;
	}
	if (n > 0)
		sql_add_n(tx, "INSERT INTO tag (run, key, value) VALUES (?, ?, ?) ON CONFLICT (run, key) DO UPDATE SET value = excluded.value",
		          v, n, 3);
	if (rename)
		sql_add_n(tx, "UPDATE run SET name = ? WHERE id = ?", name, 2, 0);
	return TENON_OK;
}

/* ---- answering ---- */

/* the params that were there with another value: the rows of the step that compared them */
static int refuse_params(struct tenon_call *c, const struct batch *b, const struct sql_rows *old)
{
	struct pytext list = pytext_of(c);
	for (size_t r = 0; r < sql_count(old); r++)
		for (size_t i = 0; i < b->args->params.n; i++) {
			if (b->param_keys[i] != sql_i64(old, r, 0))
				continue;
			pytext_add(&list, list.n ? ", {'key': " : "{'key': ");
			pytext_repr(&list, b->args->params.v[i].key);
			pytext_add(&list, ", 'old_value': ");
			pytext_repr(&list, sql_text(old, r, 1));
			pytext_add(&list, ", 'new_value': ");
			pytext_repr(&list, b->param_values[i]);
			pytext_add(&list, "}");
		}
	return tenon_fail(c, TENON_INVALID_ARGUMENT, "Changing param values is not allowed. Params were already logged='[%s]' for run "
	                  "ID='%s'.", pytext_text(&list), b->args->run_id);
}

int log_batch(struct tenon_call *c, const struct log_batch_args *a, struct tenon_empty *out)
{
	(void)out;
	struct tracking *t = c->self;
	struct batch b = { .args = a };
	struct sql_tx tx;
	struct active_params active;
	TRY(check(c, a));
	TRY(runref_find(c, a->run_id, &b.ref));
	TRY(intern_keys(c, &b));
	active_run(&tx, &active, b.ref.run);
	TRY(add_params(c, &b, &tx));
	TRY(add_metrics(c, &b, &tx));
	TRY(add_model_points(c, &b, &tx));
	TRY(add_tags(c, &b, &tx));
	TRY(sql_commit(c, t->store, &tx));
	if (active_failed(&tx))
		return active_refuse_run(c, a->run_id);
	if (model_points_failed(&tx, &b.model_steps))
		return model_points_refuse(c, &tx, &b.model_steps, b.model_points, b.model_count);
	if (tx.result.has.failed)
		return refuse_params(c, &b, &tx.result.steps.v[b.check_step]);
	return TENON_OK;
}
