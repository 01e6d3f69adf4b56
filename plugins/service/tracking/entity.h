/* SPDX-License-Identifier: Apache-2.0 */
/* entity - from a row of the store to an experiment or a run's info, as messages.h has them.
 *
 * A query selects the columns by the macro and hands over the number of the first one. Texts are borrowed from the rows. */
#ifndef TRACKING_ENTITY_H
#define TRACKING_ENTITY_H

#include <tenon/iface/sql.h>
#include "messages.h"

#define EXPERIMENT_COLUMNS "e.id, e.name, e.artifact_location, e.lifecycle, e.updated, e.created"
#define EXPERIMENT_COLUMN_COUNT 6
/* NO_MEMORY if its id cannot be spelled */
int entity_experiment(struct tenon_call *c, const struct sql_rows *rows, size_t row, struct experiment *to);

#define RUN_INFO_COLUMNS "run_id, CAST(experiment AS TEXT), name, user_id, status, start_time, end_time, artifact_uri, lifecycle"
#define RUN_INFO_COLUMN_COUNT 9
void entity_run_info(const struct sql_rows *rows, size_t row, size_t first, struct run_info *to);

#endif
