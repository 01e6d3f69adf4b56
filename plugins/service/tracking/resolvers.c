/* SPDX-License-Identifier: Apache-2.0 */
/* resolvers - one look into the store each, but for runs that are in the cache. */
#include "resolvers.h"
#include "model_load.h"
#include "runref.h"
#include "tracking.h"

static int experiment_is(struct tenon_call *c, int64_t id, struct tenon_entity *parent)
{
	*parent = (struct tenon_entity){ "experiment", tenon_printf(c, "%lld", (long long)id) };
	return parent->id != NULL ? TENON_OK : tenon_fail(c, TENON_NO_MEMORY, "no memory for an experiment's number");
}

static int run_parent(struct tenon_call *c, const char *id, struct tenon_entity *parent)
{
	struct runref ref;

	TRY(runref_find(c, id, &ref));
	return experiment_is(c, ref.experiment, parent);
}

static int model_parent(struct tenon_call *c, const char *id, struct tenon_entity *parent)
{
	const struct tracking *t = c->self;
	struct sql_rows rows;

	TRY(sql_query(c, t->store, &rows, "SELECT experiment FROM model WHERE model_id = ? AND workspace = ?", P_TEXT(id), P_TEXT(c->workspace)));
	return sql_count(&rows) > 0 ? experiment_is(c, sql_i64(&rows, 0, 0), parent) : model_refuse(c, id);
}

/* a name is that of an experiment, if it is one's */
static int name_parent(struct tenon_call *c, const char *name, struct tenon_entity *parent)
{
	const struct tracking *t = c->self;
	struct sql_rows rows;

	TRY(sql_query(c, t->store, &rows, "SELECT id FROM experiment WHERE workspace = ? AND name = ?", P_TEXT(c->workspace), P_TEXT(name)));
	return sql_count(&rows) > 0 ? experiment_is(c, sql_i64(&rows, 0, 0), parent) : TENON_OK;
}

static int experiment_parent(struct tenon_call *c, const char *id, struct tenon_entity *parent)
{
	(void)c, (void)id, (void)parent; /* its workspace, as it is */
	return TENON_OK;
}

const struct tenon_resolver tracking_resolvers[] = {
	{ "run_id run_ids run_uuid", "run", run_parent },
	{ "experiment_id experiment_ids", "experiment", experiment_parent },
	{ "experiment_name", "experiment_name", name_parent },
	{ "model_id", "model", model_parent },
	{ NULL, NULL, NULL },
};
