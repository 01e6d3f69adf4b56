/* SPDX-License-Identifier: Apache-2.0 */
/* identifier - what `metrics.loss`, "tags.`a b`" or `status` names, in the search of runs and in that of experiments.
 *
 * MLflow's SearchUtils._get_identifier: the part before the first dot is the kind, `attribute` if there is none; a key
 * may stand in quotes. Pure, any thread. */
#ifndef TRACKING_IDENTIFIER_H
#define TRACKING_IDENTIFIER_H

#include "pool.h"

enum entity { ENTITY_METRIC, ENTITY_PARAM, ENTITY_TAG, ENTITY_ATTRIBUTE, ENTITY_DATASET };

/* attributes; aliases are resolved, so `created` is ATTR_START_TIME */
enum attribute { ATTR_NONE, ATTR_ARTIFACT_URI, ATTR_END_TIME, ATTR_RUN_ID, ATTR_RUN_NAME, ATTR_START_TIME, ATTR_STATUS,
	ATTR_USER_ID, ATTR_EXPERIMENT_ID, ATTR_NAME, ATTR_CREATION_TIME, ATTR_LAST_UPDATE_TIME };

/* what can be searched: runs or experiments */
struct grammar {
	const struct attribute_row { const char *key; enum attribute attribute; bool numeric, order; } *attributes; /* by key */
	const char *list_key;      /* the attribute that may be compared with a list */
	bool experiments;
};
extern const struct grammar grammar_runs, grammar_experiments;

struct identifier {
	enum entity entity;
	const char *key;           /* as it was spelled, without quotes */
	enum attribute attribute;  /* ATTR_NONE unless the entity is an attribute */
	bool numeric;
};

/* `order`: it stands in an order_by, where fewer attributes may stand. INVALID_ARGUMENT with MLflow's text. */
int identifier_parse(struct pool *, const struct grammar *, const char *text, size_t n, bool order, struct identifier *out);

const char *entity_name(enum entity); /* "parameter" */

#endif
