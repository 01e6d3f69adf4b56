/* SPDX-License-Identifier: Apache-2.0 */
/* active - the conditions, and the questions that explain why one did not hold. */
#include "active.h"
#include "messages.h"
#include "tracking.h"

void active_run(struct sql_tx *tx, struct active_params *holder, int64_t run)
{
	holder->v[0] = P_I64(run);
	tx->n = 0;
	sql_add_n(tx, "SELECT 1 FROM run WHERE id = ? AND lifecycle = 0", holder->v, 1, 0);
	sql_expect(tx, SQL_ROWS_ARE, 1);
}

void active_experiment(struct sql_tx *tx, struct active_params *holder, int64_t experiment, const char *workspace)
{
	holder->v[0] = P_I64(experiment);
	holder->v[1] = P_TEXT(workspace);
	tx->n = 0;
	sql_add_n(tx, "SELECT 1 FROM experiment WHERE id = ? AND workspace = ? AND lifecycle = 0", holder->v, 2, 0);
	sql_expect(tx, SQL_ROWS_ARE, 1);
}

static const char *state(int64_t lifecycle)
{
	return lifecycle == LIFECYCLE_DELETED ? "deleted" : "active";
}

int active_refuse_run(struct tenon_call *c, const char *run_id)
{
	struct tracking *t = c->self;
	struct sql_rows rows;
	TRY(sql_query(c, t->store, &rows, "SELECT lifecycle FROM run WHERE run_id = ? AND workspace = ?", P_TEXT(run_id),
	              P_TEXT(c->workspace)));
	if (sql_count(&rows) == 0)
		return tenon_fail(c, TENON_NOT_FOUND, "Run with id=%s not found", run_id);
	return tenon_fail(c, TENON_INVALID_ARGUMENT, "The run %s must be in the 'active' state. Current state is %s.", run_id,
	                  state(sql_i64(&rows, 0, 0)));
}

int active_refuse_experiment(struct tenon_call *c, int64_t experiment)
{
	struct tracking *t = c->self;
	struct sql_rows rows;
	TRY(sql_query(c, t->store, &rows, "SELECT lifecycle FROM experiment WHERE id = ? AND workspace = ?", P_I64(experiment),
	              P_TEXT(c->workspace)));
	if (sql_count(&rows) == 0)
		return tenon_fail(c, TENON_NOT_FOUND, "No Experiment with id=%lld exists", (long long)experiment);
	return tenon_fail(c, TENON_INVALID_ARGUMENT, "The experiment %lld must be in the 'active' state. Current state is %s.",
	                  (long long)experiment, state(sql_i64(&rows, 0, 0)));
}
