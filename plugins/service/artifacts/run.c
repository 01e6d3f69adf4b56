/* SPDX-License-Identifier: Apache-2.0 */
/* run - the messages here name only the few fields of tracking's that are needed; the bus translates by name. */
#include "run.h"
#include "artifacts.h"

#define RUN_INFO(F, S) F(S, const char *, artifact_uri)
TENON_MESSAGE(run_info, RUN_INFO);
#define RUN(F, S) F(S, struct run_info, info, TENON_SUB(run_info))
TENON_MESSAGE(run, RUN);
#define GET_RUN_ARGS(F, S) F(S, const char *, run_id)
TENON_MESSAGE(get_run_args, GET_RUN_ARGS);
#define GET_RUN_RESULT(F, S) F(S, struct run, run, TENON_SUB(run))
TENON_MESSAGE(get_run_result, GET_RUN_RESULT);

/* «mlflow-artifacts:/p», «mlflow-artifacts://host/p», «http(s)://host/api/2.0/mlflow-artifacts/artifacts/p» */
static const char *path_of(const char *uri)
{
	static const char route[] = "/api/2.0/mlflow-artifacts/artifacts/";
	const char *rest;

	if (strncmp(uri, "mlflow-artifacts:", 17) == 0) {
		rest = uri + 17;
		if (strncmp(rest, "//", 2) == 0)
			rest = strchr(rest + 2, '/');
		return rest == NULL ? "" : rest + (*rest == '/');
	}
	if (strncmp(uri, "http://", 7) != 0 && strncmp(uri, "https://", 8) != 0)
		return NULL;
	rest = strstr(uri, route);
	return rest == NULL ? NULL : rest + sizeof route - 1;
}

int run_root(struct tenon_call *c, const char *run_id, struct run_root *root)
{
	const struct artifacts *self = c->self;
	struct get_run_args a = { .has = { .run_id = 1 }, .run_id = run_id };
	struct get_run_result r = { .has = { 0 } };

	TRY(TENON_CALL(c, self->tracking, "get_run", get_run_args, &a, get_run_result, &r));
	root->uri = r.run.info.artifact_uri == NULL ? "" : r.run.info.artifact_uri;
	root->path = path_of(root->uri);
	if (root->path == NULL)
		return tenon_fail(c, TENON_UNSUPPORTED, "The artifacts of run %s lie at %s, which this server does not proxy: use that store's own client",
		                  run_id, root->uri);
	return TENON_OK;
}
