/* SPDX-License-Identifier: Apache-2.0 */
/* outputs - the logged models that a run reads and makes, by their ids. */
#ifndef TRACKING_OUTPUTS_H
#define TRACKING_OUTPUTS_H

#include <tenon/iface/sql.h>
#include "messages.h"

/* the step that notes what a run reads; one that is noted already stays */
int outputs_add_inputs(struct tenon_call *c, struct sql_tx *tx, int64_t run, const struct model_input_list *models);

#endif
