/* SPDX-License-Identifier: Apache-2.0 */
/* model_load - whole logged models: the row of each, then tags, params and metric points in one question a table. */
#ifndef TRACKING_MODEL_LOAD_H
#define TRACKING_MODEL_LOAD_H

#include <tenon/iface/sql.h>
#include "model_messages.h"

/* the columns that a query begins with; `m` is the table */
#define MODEL_COLUMNS "m.id, m.model_id, m.experiment, m.name, m.artifact_uri, m.created, m.updated, m.status, m.model_type, m.source_run"
#define MODEL_COLUMN_COUNT 10
enum { MODEL_LOAD_MAX = 128 }; /* at a time */

/* PARKS. models[i] becomes the model of row from + i. Texts are borrowed from the rows. */
int model_load(struct tenon_call *c, const struct sql_rows *rows, size_t from, size_t n, struct logged_model *models);

/* PARKS. The model by its id. NOT_FOUND, in MLflow's words; also if it was deleted, unless that is allowed. */
int model_load_one(struct tenon_call *c, const char *model_id, bool deleted_too, struct logged_model *model);

int model_refuse(struct tenon_call *c, const char *model_id); /* NOT_FOUND */

#endif
