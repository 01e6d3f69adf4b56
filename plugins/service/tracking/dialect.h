/* SPDX-License-Identifier: Apache-2.0 */
/* dialect - `mlflow`: how MLflow's REST API spells what rows leave open.
 *
 * Source: mlflow 3.17.2, server/handlers.py (_get_request_message, _validate_param_against_schema), utils/validation.py,
 * exceptions.py and error_classification.py. Where it differs on purpose: docs/compatibility.md. */
#ifndef TRACKING_DIALECT_H
#define TRACKING_DIALECT_H

#include <tenon/plugin.h>

extern const struct tenon_dialect mlflow_dialect;

#endif
