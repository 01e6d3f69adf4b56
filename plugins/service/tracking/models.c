/* SPDX-License-Identifier: Apache-2.0 */
/* models - making, reading, changing and deleting a logged model.
 *
 * A deleted model is hidden from reading and searching only: as for MLflow, it can still be changed and deleted. */
#include "models.h"
#include "active.h"
#include "location.h"
#include "model_load.h"
#include "names.h"
#include "pytext.h"
#include "tracking.h"

#include <strings.h>

/* ---- steps that several handlers need ---- */

/* Starts `tx` with the condition that the model is there. `holder` keeps the parameters until the commit. */
struct known_params { struct sql_value v[2]; };
static void begin_known(struct tenon_call *c, struct sql_tx *tx, struct known_params *holder, const char *model_id)
{
	holder->v[0] = P_TEXT(model_id);
	holder->v[1] = P_TEXT(c->workspace);
	tx->n = 0;
	sql_add_n(tx, "SELECT 1 FROM model WHERE model_id = ? AND workspace = ?", holder->v, 2, 0);
	sql_expect(tx, SQL_ROWS_ARE, 1);
}

/* an array of (key, value, model_id) */
static struct sql_value *rows_for(struct tenon_call *c, size_t n, const char *model_id)
{
	struct sql_value *v = tenon_alloc(c, (3 * n + 1) * sizeof *v);
	for (size_t i = 0; v != NULL && i < n; i++)
		v[3 * i + 2] = P_TEXT(model_id);
	return v;
}

static int add_params(struct tenon_call *c, struct sql_tx *tx, const struct param_list *params, const char *model_id)
{
	struct sql_value *v = rows_for(c, params->n, model_id);
	if (v == NULL)
		return tenon_fail(c, TENON_NO_MEMORY, "no memory for %zu params", params->n);
	for (size_t i = 0; i < params->n; i++) {
		v[3 * i] = P_TEXT(params->v[i].key);
		v[3 * i + 1] = P_TEXT(params->v[i].value);
	}
	if (params->n > 0)
		sql_add_n(tx, "INSERT INTO model_param (model, key, value) SELECT id, CAST(? AS TEXT), CAST(? AS TEXT) FROM model"
		              " WHERE model_id = ?", v, 3 * params->n, 3);
	return TENON_OK;
}

/* `again`: a key that the model has gets the new value */
static int add_tags(struct tenon_call *c, struct sql_tx *tx, const struct tag_list *tags, const char *model_id, bool again)
{
	struct sql_value *v = rows_for(c, tags->n, model_id);
	if (v == NULL)
		return tenon_fail(c, TENON_NO_MEMORY, "no memory for %zu tags", tags->n);
	for (size_t i = 0; i < tags->n; i++) {
		v[3 * i] = P_TEXT(tags->v[i].key);
		v[3 * i + 1] = P_TEXT(tags->v[i].value);
	}
	if (tags->n > 0)
		sql_add_n(tx, again ? "INSERT INTO model_tag (model, key, value) SELECT id, CAST(? AS TEXT), CAST(? AS TEXT) FROM model"
		                      " WHERE model_id = ? ON CONFLICT (model, key) DO UPDATE SET value = excluded.value"
		                    : "INSERT INTO model_tag (model, key, value) SELECT id, CAST(? AS TEXT), CAST(? AS TEXT) FROM model"
		                      " WHERE model_id = ?", v, 3 * tags->n, 3);
	return TENON_OK;
}

/* CONFLICT: a key that may be there once only */
static int commit(struct tenon_call *c, struct sql_tx *tx, const char *conflict)
{
	const struct tracking *t = c->self;
	int rc = sql_commit(c, t->store, tx);
	if (rc != TENON_CONFLICT)
		return rc;
	tenon_forgive(c);
	return tenon_fail(c, TENON_INVALID_ARGUMENT, "%s", conflict);
}

/* ---- making ---- */

static int choose_name(struct tenon_call *c, const char *asked, const char **name)
{
	if (strpbrk(asked, "/:.%\"'") != NULL) {
		struct pytext quoted = pytext_of(c);
		pytext_repr(&quoted, asked);
		return tenon_fail(c, TENON_INVALID_ARGUMENT, "Invalid model name (%s) provided. Model name must be a non-empty string and "
		                  "cannot contain the following characters: ('/', ':', '.', '%%', '\"', \"'\")", pytext_text(&quoted));
	}
	*name = asked;
	if (asked[0] != '\0')
		return TENON_OK;
	uint64_t random;
	char *made = tenon_alloc(c, NAME_SIZE);
	if (made == NULL)
		return tenon_fail(c, TENON_NO_MEMORY, "no memory for a model's name");
	c->host->random(&random, sizeof random);
	random_name(random, made);
	*name = made;
	return TENON_OK;
}

/* The answer, made before anything is stored: what was committed must not fail afterwards. */
static int describe_new(struct tenon_call *c, const struct create_model_args *a, struct logged_model *m)
{
	struct logged_model_info *info = &m->info;
	info->tags = (struct tag_list){ tenon_alloc(c, (a->tags.n + 1) * sizeof *info->tags.v), a->tags.n };
	m->data.params = (struct param_list){ tenon_alloc(c, (a->params.n + 1) * sizeof *m->data.params.v), a->params.n };
	if (info->tags.v == NULL || m->data.params.v == NULL)
		return tenon_fail(c, TENON_NO_MEMORY, "no memory for a model");
	for (size_t i = 0; i < a->tags.n; i++)
		info->tags.v[i] = (struct tag){ .has = { 1, 1 }, .key = a->tags.v[i].key, .value = a->tags.v[i].value };
	for (size_t i = 0; i < a->params.n; i++)
		m->data.params.v[i] = (struct param){ .has = { 1, 1 }, .key = a->params.v[i].key, .value = a->params.v[i].value };
	info->creation_timestamp_ms = info->last_updated_timestamp_ms = tenon_now(c);
	info->status = MODEL_PENDING;
	info->model_type = a->model_type;
	info->source_run_id = a->source_run_id;
	info->has.model_id = info->has.experiment_id = info->has.name = info->has.artifact_uri = info->has.creation_timestamp_ms = 1;
	info->has.last_updated_timestamp_ms = info->has.status = info->has.model_type = info->has.source_run_id = 1;
	info->has.tags = a->tags.n > 0;
	m->data.has.params = a->params.n > 0;
	m->has.info = m->has.data = 1;
	return TENON_OK;
}

/* an id, and where its artifacts are kept */
static int place(struct tenon_call *c, int64_t experiment, struct logged_model_info *info)
{
	const char *location = NULL, *id = new_run_id(c);
	TRY(find_location(c, experiment, &location));
	const char *folder = id != NULL ? tenon_printf(c, "models/m-%s/artifacts", id) : NULL;
	info->artifact_uri = folder != NULL ? location_append(c, location, folder) : NULL;
	info->model_id = id != NULL ? tenon_printf(c, "m-%s", id) : NULL;
	info->experiment_id = tenon_printf(c, "%lld", (long long)experiment);
	if (info->artifact_uri == NULL || info->model_id == NULL || info->experiment_id == NULL)
		return tenon_fail(c, TENON_NO_MEMORY, "no memory for a model");
	return TENON_OK;
}

int create_model(struct tenon_call *c, const struct create_model_args *a, struct model_result *out)
{
	struct logged_model_info *info = &out->model.info;
	int64_t experiment;
	struct sql_tx tx;
	struct active_params active;
	TRY(choose_name(c, a->name, &info->name));
	TRY(parse_experiment_id(c, a->experiment_id, &experiment));
	TRY(place(c, experiment, info));
	TRY(describe_new(c, a, &out->model));
	active_experiment(&tx, &active, experiment, c->workspace);
	sql_add(&tx, "INSERT INTO model (workspace, model_id, experiment, name, artifact_uri, created, updated, status, model_type,"
	             " source_run, lifecycle) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
	        P_TEXT(c->workspace), P_TEXT(info->model_id), P_I64(experiment), P_TEXT(info->name), P_TEXT(info->artifact_uri),
	        P_I64(info->creation_timestamp_ms), P_I64(info->last_updated_timestamp_ms), P_I64(info->status), P_TEXT(info->model_type),
	        P_TEXT(info->source_run_id));
	TRY(add_params(c, &tx, &a->params, info->model_id));
	TRY(add_tags(c, &tx, &a->tags, info->model_id, false));
	TRY(commit(c, &tx, "A param or a tag of the model is given more than once"));
	out->has.model = 1;
	return active_failed(&tx) ? active_refuse_experiment(c, experiment) : TENON_OK;
}

/* ---- reading and changing ---- */

int get_model(struct tenon_call *c, const struct get_model_args *a, struct model_result *out)
{
	out->has.model = 1;
	return model_load_one(c, a->model_id, strcasecmp(a->allow_deleted, "true") == 0, &out->model);
}

int finalize_model(struct tenon_call *c, const struct finalize_model_args *a, struct model_result *out)
{
	const struct tracking *t = c->self;
	struct sql_tx tx = { .n = 0 };
	sql_add(&tx, "UPDATE model SET status = ?, updated = ? WHERE model_id = ? AND workspace = ?", P_I64(a->status), P_I64(tenon_now(c)),
	        P_TEXT(a->model_id), P_TEXT(c->workspace));
	sql_expect(&tx, SQL_AFFECTED, 1);
	TRY(sql_commit(c, t->store, &tx));
	if (tx.result.has.failed)
		return model_refuse(c, a->model_id);
	out->has.model = 1;
	return model_load_one(c, a->model_id, true, &out->model);
}

int delete_model(struct tenon_call *c, const struct model_args *a, struct tenon_empty *out)
{
	(void)out;
	const struct tracking *t = c->self;
	struct sql_tx tx = { .n = 0 };
	sql_add(&tx, "UPDATE model SET lifecycle = 1, updated = ? WHERE model_id = ? AND workspace = ?", P_I64(tenon_now(c)),
	        P_TEXT(a->model_id), P_TEXT(c->workspace));
	sql_expect(&tx, SQL_AFFECTED, 1);
	TRY(sql_commit(c, t->store, &tx));
	return tx.result.has.failed ? model_refuse(c, a->model_id) : TENON_OK;
}

int set_model_tags(struct tenon_call *c, const struct set_model_tags_args *a, struct tenon_empty *out)
{
	(void)out;
	const struct tracking *t = c->self;
	struct sql_tx tx;
	struct known_params known;
	begin_known(c, &tx, &known, a->model_id);
	TRY(add_tags(c, &tx, &a->tags, a->model_id, true));
	TRY(sql_commit(c, t->store, &tx));
	return tx.result.has.failed ? model_refuse(c, a->model_id) : TENON_OK;
}

int delete_model_tag(struct tenon_call *c, const struct delete_model_tag_args *a, struct tenon_empty *out)
{
	(void)out;
	const struct tracking *t = c->self;
	struct sql_tx tx;
	struct known_params known;
	begin_known(c, &tx, &known, a->model_id);
	sql_add(&tx, "DELETE FROM model_tag WHERE model = (SELECT id FROM model WHERE model_id = ?) AND key = ?", P_TEXT(a->model_id),
	        P_TEXT(a->tag_key));
	sql_expect(&tx, SQL_AFFECTED, 1);
	TRY(sql_commit(c, t->store, &tx));
	if (!tx.result.has.failed)
		return TENON_OK;
	if (tx.result.failed == 0)
		return model_refuse(c, a->model_id);
	struct pytext said = pytext_of(c);
	pytext_add(&said, "No tag with key ");
	pytext_repr(&said, a->tag_key);
	pytext_add(&said, " found for model with ID ");
	pytext_repr(&said, a->model_id);
	return tenon_fail(c, TENON_NOT_FOUND, "%s.", pytext_text(&said));
}

int log_model_params(struct tenon_call *c, const struct log_model_params_args *a, struct tenon_empty *out)
{
	(void)out;
	struct sql_tx tx;
	struct known_params known;
	begin_known(c, &tx, &known, a->model_id);
	TRY(add_params(c, &tx, &a->params, a->model_id));
	TRY(commit(c, &tx, "The model has one of these params already, or one is given more than once; params of a model cannot be changed"));
	return tx.result.has.failed ? model_refuse(c, a->model_id) : TENON_OK;
}
