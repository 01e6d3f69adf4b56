/* SPDX-License-Identifier: Apache-2.0 */
/* model_points - metric points that are logged for a model too, beside those of their run, in the same transaction.
 *
 *	struct model_point *v = ...;                 those that name a model
 *	TRY(model_points_add(c, &tx, &ref, v, n, &steps));
 *	TRY(sql_commit(c, t->store, &tx));
 *	if (model_points_failed(&tx, &steps))
 *		return model_points_refuse(c, &tx, &steps, v, n);
 *
 * A model has one point of a key, step, time and run. */
#ifndef TRACKING_MODEL_POINTS_H
#define TRACKING_MODEL_POINTS_H

#include "points.h"

struct model_point {
	const char *model_id, *key, *dataset_name, *dataset_digest;
	struct point point;        /* its key is not looked at */
};
struct model_steps { bool any; size_t known, same; };

int model_points_add(struct tenon_call *c, struct sql_tx *tx, const struct runref *, const struct model_point *v, size_t n,
                     struct model_steps *);

static inline bool model_points_failed(const struct sql_tx *tx, const struct model_steps *s)
{
	return s->any && tx->result.has.failed && ((size_t)tx->result.failed == s->known || (size_t)tx->result.failed == s->same);
}
/* INVALID_ARGUMENT: an unknown model, or another value at the same place */
int model_points_refuse(struct tenon_call *c, const struct sql_tx *, const struct model_steps *, const struct model_point *v, size_t n);

/* INVALID_ARGUMENT, in MLflow's words, for a dataset without its digest or a digest without its dataset */
int model_points_check_dataset(struct tenon_call *c, const char *dataset_name, const char *dataset_digest);

#endif
