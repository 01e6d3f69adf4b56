/* SPDX-License-Identifier: Apache-2.0 */
/* active - the condition that most writes share: their run, or experiment, has not been deleted.
 *
 *	active_run(&tx, &params, run_number);   the first step of the transaction
 *	... sql_add(&tx, ...)
 *	TRY(sql_commit(c, t->store, &tx));
 *	if (active_failed(&tx))
 *		return active_refuse_run(c, run_id);
 */
#ifndef TRACKING_ACTIVE_H
#define TRACKING_ACTIVE_H

#include <tenon/iface/sql.h>

/* Starts `tx` with the condition. `holder` keeps the step's parameters until the commit. */
struct active_params { struct sql_value v[2]; };
void active_run(struct sql_tx *tx, struct active_params *holder, int64_t run);
void active_experiment(struct sql_tx *tx, struct active_params *holder, int64_t experiment, const char *workspace);

static inline bool active_failed(const struct sql_tx *tx) { return tx->result.has.failed && tx->result.failed == 0; }

/* PARKS. Why it did not hold: NOT_FOUND or INVALID_ARGUMENT, in MLflow's words. */
int active_refuse_run(struct tenon_call *c, const char *run_id);
int active_refuse_experiment(struct tenon_call *c, int64_t experiment);

#endif
