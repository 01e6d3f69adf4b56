/* SPDX-License-Identifier: Apache-2.0 */
/* entity - column by column. What MLflow leaves out (an end that is not known) stays without its presence bit. */
#include "entity.h"

int entity_experiment(struct tenon_call *c, const struct sql_rows *rows, size_t row, struct experiment *to)
{
	memset(to, 0, sizeof *to);
	to->has.experiment_id = to->has.name = to->has.artifact_location = to->has.lifecycle_stage = 1;
	to->has.last_update_time = to->has.creation_time = to->has.workspace = 1;
	to->experiment_id = tenon_printf(c, "%lld", (long long)sql_i64(rows, row, 0));
	to->name = sql_text(rows, row, 1);
	to->artifact_location = sql_text(rows, row, 2);
	to->lifecycle_stage = sql_i64(rows, row, 3);
	to->last_update_time = sql_i64(rows, row, 4);
	to->creation_time = sql_i64(rows, row, 5);
	to->workspace = c->workspace;
	return to->experiment_id != NULL ? TENON_OK : tenon_fail(c, TENON_NO_MEMORY, "no memory for an experiment");
}

void entity_run_info(const struct sql_rows *rows, size_t row, size_t first, struct run_info *to)
{
	memset(to, 0, sizeof *to);
	to->has.run_uuid = to->has.run_id = to->has.experiment_id = to->has.run_name = to->has.user_id = 1;
	to->has.status = to->has.start_time = to->has.artifact_uri = to->has.lifecycle_stage = 1;
	to->run_id = to->run_uuid = sql_text(rows, row, first);
	to->experiment_id = sql_text(rows, row, first + 1);
	to->run_name = sql_text(rows, row, first + 2);
	to->user_id = sql_text(rows, row, first + 3);
	to->status = sql_i64(rows, row, first + 4);
	to->start_time = sql_i64(rows, row, first + 5);
	to->end_time = sql_i64(rows, row, first + 6);
	to->has.end_time = to->end_time != 0;
	to->artifact_uri = sql_text(rows, row, first + 7);
	to->lifecycle_stage = sql_i64(rows, row, first + 8);
}
