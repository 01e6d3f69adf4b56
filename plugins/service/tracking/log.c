/* SPDX-License-Identifier: Apache-2.0 */
/* log - the single writes of training: one metric point, one param, one tag.
 *
 * With warm caches each is one transaction of three statements or less, whose first says that the run is active. */
#include "tracking.h"
#include "active.h"
#include "model_points.h"
#include "points.h"
#include "runref.h"
#include "words.h"

int log_metric(struct tenon_call *c, const struct log_metric_args *a, struct tenon_empty *out)
{
	(void)out;
	struct tracking *t = c->self;
	struct runref ref;
	struct sql_tx tx;
	struct active_params active;
	struct model_steps steps;
	int64_t key;
	TRY(model_points_check_dataset(c, a->dataset_name, a->dataset_digest));
	TRY(points_check_time(c, "timestamp", a->timestamp, a->key, a->value));
	TRY(runref_find(c, a->run_id, &ref));
	TRY(words_intern(c, &a->key, &key, 1));
	struct point point = point_of(key, a->value, a->timestamp, a->step);
	struct sql_value metric[POINT_METRIC_COLUMNS], latest[POINT_LATEST_COLUMNS];
	point_metric(metric, &ref, &point);
	point_latest(latest, &ref, &point);
	active_run(&tx, &active, ref.run);
	sql_add_n(&tx, POINT_INSERT_METRIC, metric, POINT_METRIC_COLUMNS, 0);
	sql_add_n(&tx, POINT_UPSERT_LATEST, latest, POINT_LATEST_COLUMNS, 0);
	struct model_point of_model = { a->model_id, a->key, a->dataset_name, a->dataset_digest, point };
	TRY(model_points_add(c, &tx, &ref, &of_model, a->model_id[0] != 0, &steps));
	TRY(sql_commit(c, t->store, &tx));
	if (model_points_failed(&tx, &steps))
		return model_points_refuse(c, &tx, &steps, &of_model, 1);
	return active_failed(&tx) ? active_refuse_run(c, a->run_id) : TENON_OK;
}

int log_parameter(struct tenon_call *c, const struct log_param_args *a, struct tenon_empty *out)
{
	(void)out;
	struct tracking *t = c->self;
	struct runref ref;
	struct sql_tx tx;
	struct active_params active;
	int64_t key;
	const char *value = cut(c, a->value, MAX_PARAM_VALUE);
	if (value == NULL)
		return tenon_fail(c, TENON_NO_MEMORY, "no memory for a param");
	TRY(runref_find(c, a->run_id, &ref));
	TRY(words_intern(c, &a->key, &key, 1));
	active_run(&tx, &active, ref.run);
	sql_add(&tx, "INSERT INTO param (run, key, value) VALUES (?, ?, ?) ON CONFLICT (run, key) DO NOTHING", P_I64(ref.run), P_I64(key),
	        P_TEXT(value));
	sql_add(&tx, "SELECT value FROM param WHERE run = ? AND key = ? AND value <> ?", P_I64(ref.run), P_I64(key), P_TEXT(value));
	sql_expect(&tx, SQL_NO_ROWS, 0);
	TRY(sql_commit(c, t->store, &tx));
	if (active_failed(&tx))
		return active_refuse_run(c, a->run_id);
	if (tx.result.has.failed)
		return tenon_fail(c, TENON_INVALID_ARGUMENT, "Changing param values is not allowed. Param with key='%s' was already logged "
		                  "with value='%s' for run ID='%s'. Attempted logging new value '%s'.", a->key,
		                  sql_text(&tx.result.steps.v[2], 0, 0), a->run_id, value);
	return TENON_OK;
}

int set_tag(struct tenon_call *c, const struct set_tag_args *a, struct tenon_empty *out)
{
	(void)out;
	struct tracking *t = c->self;
	struct runref ref;
	struct sql_tx tx;
	struct active_params active;
	int64_t key;
	bool rename = strcmp(a->key, RUN_NAME_TAG) == 0;
	const char *value = cut(c, a->value, MAX_TAG_VALUE);
	if (value == NULL)
		return tenon_fail(c, TENON_NO_MEMORY, "no memory for a tag");
	TRY(runref_find(c, a->run_id, &ref));
	TRY(words_intern(c, &a->key, &key, 1));
	active_run(&tx, &active, ref.run);
	struct sql_value tag[] = { P_I64(ref.run), P_I64(key), P_TEXT(value) }, name[] = { P_TEXT(value), P_I64(ref.run) };
	if (rename && value[0] != 0)
		sql_add_n(&tx, "UPDATE run SET name = ? WHERE id = ?", name, 2, 0);
	if (!rename || value[0] != 0) /* a run keeps its name when an empty one is set */
		sql_add_n(&tx, "INSERT INTO tag (run, key, value) VALUES (?, ?, ?) ON CONFLICT (run, key) DO UPDATE SET value = excluded.value",
		          tag, 3, 0);
	TRY(sql_commit(c, t->store, &tx));
	return active_failed(&tx) ? active_refuse_run(c, a->run_id) : TENON_OK;
}

int delete_tag(struct tenon_call *c, const struct delete_tag_args *a, struct tenon_empty *out)
{
	(void)out;
	struct tracking *t = c->self;
	struct runref ref;
	struct sql_tx tx;
	struct active_params active;
	int64_t key;
	TRY(runref_find(c, a->run_id, &ref));
	TRY(words_find(c, a->key, &key));
	active_run(&tx, &active, ref.run);
	sql_add(&tx, "DELETE FROM tag WHERE run = ? AND key = ?", P_I64(ref.run), P_I64(key));
	sql_expect(&tx, SQL_AFFECTED, 1);
	TRY(sql_commit(c, t->store, &tx));
	if (active_failed(&tx))
		return active_refuse_run(c, a->run_id);
	if (tx.result.has.failed)
		return tenon_fail(c, TENON_NOT_FOUND, "No tag with name: %s in run with id %s", a->key, a->run_id);
	return TENON_OK;
}
