/* SPDX-License-Identifier: Apache-2.0 */
/* model_filter - the filter of logged models: a grammar of its own, over the same groups and parts as that of runs.
 *
 * Attributes stand bare or behind `attributes.`; other kinds are `metrics.`, `params.` and `tags.`; a key may stand in back
 * quotes. Values need no quotes. Every kind of text may be compared with a list. Pure, any thread. */
#ifndef TRACKING_MODEL_FILTER_H
#define TRACKING_MODEL_FILTER_H

#include "filter.h"

/* An attribute as expressions over `model m`: to compare, and to sort by. */
struct model_attribute { const char *name, *aliases[2], *column, *sort; bool numeric; };
const struct model_attribute *model_attribute(const char *name); /* an alias will do; NULL if there is none */

/* Clauses that must all hold; in each `id.entity`, `id.key`, `id.numeric`, `compare` and the value are set. A number is
 * VALUE_F64, a status text of `READY` and so on. INVALID_ARGUMENT with MLflow's text in the pool. */
int model_filter_parse(struct pool *, const char *text, struct filter *out);

#endif
