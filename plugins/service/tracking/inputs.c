/* SPDX-License-Identifier: Apache-2.0 */
/* inputs - the datasets that a run reads, and the datasets of experiments.
 *
 * Model    A dataset is one by (experiment, name, digest); a run and a dataset make one input, whose tags are set when it is
 *          made and not afterwards. So the tags are written first, for inputs that are not there yet; a tag given twice
 *          for one of these meets the primary key. */
#include "tracking.h"
#include "active.h"
#include "outputs.h"
#include "runref.h"

#define CONTEXT_TAG "mlflow.data.context"
#define MAX_DATASETS 1000 /* a request */
#define MAX_SUMMARIES 1000
#define MAX_EXPERIMENTS 20

/* ---- log_inputs ---- */

static int check(struct tenon_call *c, const struct log_inputs_args *a)
{
	if (a->datasets.n > MAX_DATASETS)
		return tenon_fail(c, TENON_INVALID_ARGUMENT, "A request can log at most %d datasets. Got %zu datasets. Please split up datasets "
		                  "across multiple requests and try again.", MAX_DATASETS, a->datasets.n);
	return TENON_OK;
}

/* has an earlier input of the request the same dataset? Then this one is not looked at. */
static bool is_repeated(const struct dataset_input_arg *v, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (strcmp(v[i].dataset.name, v[j].dataset.name) == 0 && strcmp(v[i].dataset.digest, v[j].dataset.digest) == 0)
			return true;
	return false;
}

static void dataset_params(struct tenon_call *c, struct sql_value *v, int64_t experiment, const struct dataset_arg *d)
{
	v[0] = P_TEXT(c->workspace);
	v[1] = P_I64(experiment);
	v[2] = P_TEXT(d->name);
	v[3] = P_TEXT(d->digest);
	v[4] = P_TEXT(d->source_type);
	v[5] = P_TEXT(d->source);
	v[6] = P_TEXT(d->has.schema ? d->schema : NULL);
	v[7] = P_TEXT(d->has.profile ? d->profile : NULL);
}

/* fills three arrays of parameters, for datasets, tags and inputs; returns the number of tags */
static size_t fill(struct tenon_call *c, const struct log_inputs_args *a, const struct runref *ref, struct sql_value *datasets,
                   struct sql_value *tags, struct sql_value *inputs)
{
	size_t tag_count = 0;
	for (size_t i = 0; i < a->datasets.n; i++) {
		const struct dataset_input_arg *in = &a->datasets.v[i];
		struct sql_value *input = inputs + 4 * i;
		dataset_params(c, datasets + 8 * i, ref->experiment, &in->dataset);
		input[0] = P_I64(ref->run);
		input[1] = P_I64(ref->experiment);
		input[2] = P_TEXT(in->dataset.name);
		input[3] = P_TEXT(in->dataset.digest);
		for (size_t j = 0; j < in->tags.n && !is_repeated(a->datasets.v, i); j++) {
			struct sql_value *v = tags + 7 * tag_count++;
			v[0] = input[0];
			v[1] = P_TEXT(in->tags.v[j].key);
			v[2] = P_TEXT(in->tags.v[j].value);
			memcpy(v + 3, input + 1, 3 * sizeof *v);
			v[6] = input[0];
		}
	}
	return tag_count;
}

static int add_inputs(struct tenon_call *c, struct sql_tx *tx, const struct log_inputs_args *a, const struct runref *ref)
{
	size_t n = a->datasets.n, tag_room = 0;
	for (size_t i = 0; i < n; i++)
		tag_room += a->datasets.v[i].tags.n;
	struct sql_value *datasets = tenon_alloc(c, (n * 12 + tag_room * 7 + 1) * sizeof *datasets);
	if (datasets == NULL)
		return tenon_fail(c, TENON_NO_MEMORY, "no memory for %zu datasets", n);
	struct sql_value *inputs = datasets + 8 * n, *tags = inputs + 4 * n;
	size_t tag_count = fill(c, a, ref, datasets, tags, inputs);
	if (n == 0)
		return TENON_OK;
	sql_add_n(tx, "INSERT INTO dataset (workspace, experiment, name, digest, source_type, source, schema, profile)"
	              " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (experiment, name, digest) DO NOTHING", datasets, 8 * n, 8);
	if (tag_count > 0)
		sql_add_n(tx, "INSERT INTO input_tag (run, dataset, key, value)"
		              " SELECT CAST(? AS BIGINT), d.id, CAST(? AS TEXT), CAST(? AS TEXT) FROM dataset d"
		              " WHERE d.experiment = ? AND d.name = ? AND d.digest = ?"
		              " AND NOT EXISTS (SELECT 1 FROM input i WHERE i.run = ? AND i.dataset = d.id)", tags, 7 * tag_count, 7);
	sql_add_n(tx, "INSERT INTO input (run, dataset) SELECT CAST(? AS BIGINT), id FROM dataset"
	              " WHERE experiment = ? AND name = ? AND digest = ? ON CONFLICT (run, dataset) DO NOTHING", inputs, 4 * n, 4);
	return TENON_OK;
}

int log_inputs(struct tenon_call *c, const struct log_inputs_args *a, struct tenon_empty *out)
{
	(void)out;
	struct tracking *t = c->self;
	struct runref ref;
	struct sql_tx tx;
	struct active_params active;
	TRY(check(c, a));
	TRY(runref_find(c, a->run_id, &ref));
	active_run(&tx, &active, ref.run);
	TRY(add_inputs(c, &tx, a, &ref));
	TRY(outputs_add_inputs(c, &tx, ref.run, &a->models));
	int code = sql_commit(c, t->store, &tx);
	if (code == TENON_CONFLICT) { /* the only key that the steps do not make way for */
		tenon_forgive(c);
		return tenon_fail(c, TENON_INVALID_ARGUMENT, "A dataset has a tag that is given more than once");
	}
	TRY(code);
	return active_failed(&tx) ? active_refuse_run(c, a->run_id) : TENON_OK;
}

/* ---- search_datasets ---- */

static int check_experiments(struct tenon_call *c, size_t n)
{
	if (n == 0)
		return tenon_fail(c, TENON_INVALID_ARGUMENT, "SearchDatasets request must specify at least one experiment_id.");
	if (n > MAX_EXPERIMENTS)
		return tenon_fail(c, TENON_INVALID_ARGUMENT, "SearchDatasets request cannot specify more than %d experiment_ids. Received %zu "
		                  "experiment_ids.", MAX_EXPERIMENTS, n);
	return TENON_OK;
}

static int summarize(struct tenon_call *c, const struct sql_rows *rows, struct dataset_summary_list *to)
{
	to->v = tenon_alloc(c, (sql_count(rows) + 1) * sizeof *to->v);
	if (to->v == NULL)
		return tenon_fail(c, TENON_NO_MEMORY, "no memory for datasets");
	for (; to->n < sql_count(rows); to->n++) {
		struct dataset_summary *s = &to->v[to->n];
		s->has.experiment_id = s->has.name = s->has.digest = 1;
		s->experiment_id = tenon_printf(c, "%lld", (long long)sql_i64(rows, to->n, 0));
		s->name = sql_text(rows, to->n, 1);
		s->digest = sql_text(rows, to->n, 2);
		s->context = sql_text(rows, to->n, 3);
		s->has.context = s->context[0] != 0;
	}
	return TENON_OK;
}

int search_datasets(struct tenon_call *c, const struct search_datasets_args *a, struct search_datasets_result *out)
{
	static const char marks[] = "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?";
	struct tracking *t = c->self;
	struct sql_value params[MAX_EXPERIMENTS + 3];
	struct sql_rows rows;
	size_t n = a->experiment_ids.n;
	TRY(check_experiments(c, n));
	params[0] = P_TEXT(CONTEXT_TAG);
	params[1] = P_TEXT(c->workspace);
	for (size_t i = 0; i < n; i++) {
		params[2 + i] = P_I64(0);
		TRY(parse_experiment_id(c, a->experiment_ids.v[i], &params[2 + i].i));
	}
	params[2 + n] = P_I64(MAX_SUMMARIES);
	const char *sql = tenon_printf(c, "SELECT DISTINCT d.experiment, d.name, d.digest, g.value FROM dataset d"
	                               " JOIN input i ON i.dataset = d.id"
	                               " LEFT JOIN input_tag g ON g.run = i.run AND g.dataset = i.dataset AND g.key = ?"
	                               " WHERE d.workspace = ? AND d.experiment IN (%.*s) LIMIT ?", (int)(3 * n - 2), marks);
	if (sql == NULL)
		return tenon_fail(c, TENON_NO_MEMORY, "no memory for a query");
	TRY(sql_query_n(c, t->store, &rows, sql, params, n + 3));
	out->has.dataset_summaries = 1;
	return summarize(c, &rows, &out->dataset_summaries);
}
