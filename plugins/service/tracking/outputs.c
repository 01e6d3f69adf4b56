/* SPDX-License-Identifier: Apache-2.0 */
/* outputs - notes only ids: as for MLflow, a model need not be known, and an output is noted once, with its step. */
#include "outputs.h"
#include "active.h"
#include "models.h"
#include "runref.h"
#include "tracking.h"

int outputs_add_inputs(struct tenon_call *c, struct sql_tx *tx, int64_t run, const struct model_input_list *models)
{
	struct sql_value *v = tenon_alloc(c, (2 * models->n + 1) * sizeof *v);
	if (v == NULL)
		return tenon_fail(c, TENON_NO_MEMORY, "no memory for %zu models", models->n);
	for (size_t i = 0; i < models->n; i++) {
		v[2 * i] = P_I64(run);
		v[2 * i + 1] = P_TEXT(models->v[i].model_id);
	}
	if (models->n > 0)
		sql_add_n(tx, "INSERT INTO model_input (run, model_id) VALUES (?, ?) ON CONFLICT (run, model_id) DO NOTHING", v,
		          2 * models->n, 2);
	return TENON_OK;
}

static int add_outputs(struct tenon_call *c, struct sql_tx *tx, int64_t run, const struct model_output_list *models)
{
	struct sql_value *v = tenon_alloc(c, (3 * models->n + 1) * sizeof *v);
	if (v == NULL)
		return tenon_fail(c, TENON_NO_MEMORY, "no memory for %zu models", models->n);
	for (size_t i = 0; i < models->n; i++) {
		v[3 * i] = P_I64(run);
		v[3 * i + 1] = P_TEXT(models->v[i].model_id);
		v[3 * i + 2] = P_I64(models->v[i].step);
	}
	if (models->n > 0)
		sql_add_n(tx, "INSERT INTO model_output (run, model_id, step) VALUES (?, ?, ?)", v, 3 * models->n, 3);
	return TENON_OK;
}

int log_outputs(struct tenon_call *c, const struct log_outputs_args *a, struct tenon_empty *out)
{
	(void)out;
	const struct tracking *t = c->self;
	struct runref ref;
	struct sql_tx tx;
	struct active_params active;
	TRY(runref_find(c, a->run_id, &ref));
	active_run(&tx, &active, ref.run);
	TRY(add_outputs(c, &tx, ref.run, &a->models));
	int rc = sql_commit(c, t->store, &tx);
	if (rc == TENON_CONFLICT) {
		tenon_forgive(c);
		return tenon_fail(c, TENON_INVALID_ARGUMENT, "One of these models is an output of run '%s' already, or is given more than once",
		                  a->run_id);
	}
	TRY(rc);
	return active_failed(&tx) ? active_refuse_run(c, a->run_id) : TENON_OK;
}
