/* SPDX-License-Identifier: Apache-2.0 */
/* runref - cached by "workspace/run_id", so that no workspace sees another's run through the cache. */
#include "runref.h"
#include "tracking.h"

int runref_find(struct tenon_call *c, const char *run_id, struct runref *out)
{
	struct tracking *t = c->self;
	char name[384];
	int length = snprintf(name, sizeof name, "%s/%s", c->workspace, run_id);
	bool fits = length > 0 && (size_t)length < sizeof name;
	if (fits && cache_get(&t->runs, name, &out->run, &out->experiment))
		return TENON_OK;
	struct sql_rows rows;
	TRY(sql_query(c, t->store, &rows, "SELECT id, experiment FROM run WHERE run_id = ? AND workspace = ?", P_TEXT(run_id),
	              P_TEXT(c->workspace)));
	if (sql_count(&rows) == 0)
		return tenon_fail(c, TENON_NOT_FOUND, "Run with id=%s not found", run_id);
	*out = (struct runref){ sql_i64(&rows, 0, 0), sql_i64(&rows, 0, 1) };
	if (fits)
		cache_put(&t->runs, name, out->run, out->experiment);
	return TENON_OK;
}
