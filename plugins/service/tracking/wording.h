/* SPDX-License-Identifier: Apache-2.0 */
/* wording - MLflow's code, status and sentence for whatever went wrong: the word() of the mlflow dialect. Pure, any thread.
 *
 * Source: exceptions.py, error_classification.py, server/handlers.py and utils/validation.py of mlflow 3.18. */
#ifndef TRACKING_WORDING_H
#define TRACKING_WORDING_H

#include <tenon/plugin.h>

extern const struct tenon_table mlflow_error_table; /* the body of an error answer */

#define WORDING_QUOTED 2000 /* bytes of a refused value that a message repeats whole */
void wording(struct tenon_problem *, void *error, void *(*alloc)(void *arena, size_t), void *arena);

#endif
