/* SPDX-License-Identifier: Apache-2.0 */
/* model_load - tags, params and points come sorted by model; each model takes its stretch of the rows. */
#include "model_load.h"
#include "sqltext.h"
#include "tracking.h"

struct load { struct tenon_call *c; const struct sql_value *ids; size_t n; };

/* Asks for the rows of all models, sorted by model, and gives room for `size` bytes a row. */
static int ask(const struct load *l, const char *select, const char *order, size_t size, struct sql_rows *rows, void **items)
{
	const struct tracking *t = l->c->self;
	struct sqltext q = sqltext_of(l->c);

	sqltext_add(&q, select);
	sqltext_list(&q, l->ids, l->n);
	sqltext_add(&q, order);
	TRY(sqltext_run(l->c, t->store, rows, &q));
	*items = tenon_alloc(l->c, (sql_count(rows) + 1) * size);
	return *items != NULL ? TENON_OK : tenon_fail(l->c, TENON_NO_MEMORY, "no memory for so many models at a time");
}

/* Where the model's rows begin, and how many there are. */
static size_t stretch(const struct sql_rows *rows, int64_t id, size_t *n)
{
	size_t low = 0, high = sql_count(rows);

	while (low < high) {
		size_t middle = (low + high) / 2;
		if (sql_i64(rows, middle, 0) < id)
			low = middle + 1;
		else
			high = middle;
	}
	for (*n = 0; low + *n < sql_count(rows) && sql_i64(rows, low + *n, 0) == id; ++*n)
		;
	return low;
}

static int load_tags(const struct load *l, struct logged_model *models)
{
	struct sql_rows rows;
	void *room;

	TRY(ask(l, "SELECT model, key, value FROM model_tag WHERE model IN (", ") ORDER BY model ASC NULLS FIRST, key ASC NULLS FIRST",
	        sizeof(struct tag), &rows, &room));
	struct tag *items = room;
	for (size_t i = 0; i < sql_count(&rows); i++)
		items[i] = (struct tag){ .has = { 1, 1 }, .key = sql_text(&rows, i, 1), .value = sql_text(&rows, i, 2) };
	for (size_t i = 0; i < l->n; i++) {
		struct tag_list *to = &models[i].info.tags;
		to->v = items + stretch(&rows, l->ids[i].i, &to->n);
		models[i].info.has.tags = to->n > 0;
	}
	return TENON_OK;
}

static int load_params(const struct load *l, struct logged_model *models)
{
	struct sql_rows rows;
	void *room;

	TRY(ask(l, "SELECT model, key, value FROM model_param WHERE model IN (", ") ORDER BY model ASC NULLS FIRST, key ASC NULLS FIRST",
	        sizeof(struct param), &rows, &room));
	struct param *items = room;
	for (size_t i = 0; i < sql_count(&rows); i++)
		items[i] = (struct param){ .has = { 1, 1 }, .key = sql_text(&rows, i, 1), .value = sql_text(&rows, i, 2) };
	for (size_t i = 0; i < l->n; i++) {
		struct param_list *to = &models[i].data.params;
		to->v = items + stretch(&rows, l->ids[i].i, &to->n);
		models[i].data.has.params = to->n > 0;
	}
	return TENON_OK;
}

static void describe_point(const struct sql_rows *rows, size_t i, struct model_metric *to)
{
	*to = (struct model_metric){ .key = sql_text(rows, i, 1), .value = sql_f64(rows, i, 2), .timestamp = sql_i64(rows, i, 3),
		.step = sql_i64(rows, i, 4), .dataset_name = sql_text(rows, i, 5), .dataset_digest = sql_text(rows, i, 6),
		.run_id = sql_text(rows, i, 7) };
	to->has.key = to->has.value = to->has.timestamp = to->has.step = to->has.model_id = to->has.run_id = 1;
	to->has.dataset_name = sql_at(rows, i, 5)->has.text;
	to->has.dataset_digest = sql_at(rows, i, 6)->has.text;
}

static int load_metrics(const struct load *l, struct logged_model *models)
{
	struct sql_rows rows;
	void *room;

	TRY(ask(l, "SELECT p.model, p.key, p.value, p.timestamp, p.step, p.dataset_name, p.dataset_digest, r.run_id FROM model_metric p"
	           " JOIN run r ON r.id = p.run WHERE p.model IN (",
	        ") ORDER BY p.model ASC NULLS FIRST, p.key ASC NULLS FIRST, p.step ASC NULLS FIRST, p.timestamp ASC NULLS FIRST",
	        sizeof(struct model_metric), &rows, &room));
	struct model_metric *items = room;
	for (size_t i = 0; i < sql_count(&rows); i++)
		describe_point(&rows, i, &items[i]);
	for (size_t i = 0; i < l->n; i++) {
		struct model_metric_list *to = &models[i].data.metrics;
		to->v = items + stretch(&rows, l->ids[i].i, &to->n);
		for (size_t k = 0; k < to->n; k++)
			to->v[k].model_id = models[i].info.model_id;
		models[i].data.has.metrics = to->n > 0;
	}
	return TENON_OK;
}

/* ---- the models themselves ---- */

static int describe(struct tenon_call *c, const struct sql_rows *rows, size_t row, struct logged_model *to)
{
	struct logged_model_info *info = &to->info;

	*to = (struct logged_model){ .has = { 1, 1 } };
	info->model_id = sql_text(rows, row, 1);
	info->experiment_id = tenon_printf(c, "%lld", (long long)sql_i64(rows, row, 2));
	info->name = sql_text(rows, row, 3);
	info->artifact_uri = sql_text(rows, row, 4);
	info->creation_timestamp_ms = sql_i64(rows, row, 5);
	info->last_updated_timestamp_ms = sql_i64(rows, row, 6);
	info->status = sql_i64(rows, row, 7);
	info->model_type = sql_text(rows, row, 8);
	info->source_run_id = sql_text(rows, row, 9);
	info->has.model_id = info->has.experiment_id = info->has.name = info->has.artifact_uri = info->has.creation_timestamp_ms = 1;
	info->has.last_updated_timestamp_ms = info->has.status = info->has.model_type = info->has.source_run_id = 1;
	return info->experiment_id != NULL ? TENON_OK : tenon_fail(c, TENON_NO_MEMORY, "no memory for a model");
}

int model_load(struct tenon_call *c, const struct sql_rows *rows, size_t from, size_t n, struct logged_model *models)
{
	struct sql_value *ids = tenon_alloc(c, (n + 1) * sizeof *ids);
	struct load l = { c, ids, n };

	if (n == 0)
		return TENON_OK;
	if (ids == NULL)
		return tenon_fail(c, TENON_NO_MEMORY, "no memory for %zu models", n);
	for (size_t i = 0; i < n; i++) {
		ids[i] = P_I64(sql_i64(rows, from + i, 0));
		TRY(describe(c, rows, from + i, &models[i]));
	}
	TRY(load_tags(&l, models));
	TRY(load_params(&l, models));
	return load_metrics(&l, models);
}

int model_refuse(struct tenon_call *c, const char *model_id)
{
	return tenon_fail(c, TENON_NOT_FOUND, "Logged model with ID '%s' not found.", model_id);
}

int model_load_one(struct tenon_call *c, const char *model_id, bool deleted_too, struct logged_model *model)
{
	const struct tracking *t = c->self;
	struct sql_rows rows;

	TRY(sql_query(c, t->store, &rows, "SELECT " MODEL_COLUMNS " FROM model m WHERE m.model_id = ? AND m.workspace = ? AND m.lifecycle <= ?",
	              P_TEXT(model_id), P_TEXT(c->workspace), P_I64(deleted_too ? LIFECYCLE_DELETED : LIFECYCLE_ACTIVE)));
	return sql_count(&rows) > 0 ? model_load(c, &rows, 0, 1, model) : model_refuse(c, model_id);
}
