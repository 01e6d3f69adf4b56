/* SPDX-License-Identifier: Apache-2.0 */
/* caller - calls callee.add with many points. Built with the old or the new declarations of pair.h. */
#include "pair.h"

#define GO_ARGS(F, S) F(S, int64_t, points, .dflt = "3")
TENON_MESSAGE(go_args, GO_ARGS);
#define GO_RESULT(F, S) F(S, const char *, text) F(S, double, sum)
TENON_MESSAGE(go_result, GO_RESULT);

static int go(struct tenon_call *c, const struct go_args *a, struct go_result *out)
{
	struct args args = { .has = { .name = 1, .points = 1, .n = 1 }, .name = "hello", .n = 1000 };
	struct result result = { .has = { 0 } };

	args.points.n = (size_t)a->points;
	args.points.v = tenon_alloc(c, args.points.n * sizeof *args.points.v + 1);
	for (size_t i = 0; args.points.v != NULL && i < args.points.n; i++) {
		args.points.v[i].has.key = args.points.v[i].has.value = 1;
		args.points.v[i].key = "ab";
		args.points.v[i].value = 0.5;
	}
	TRY(TENON_CALL(c, "callee", "add", args, &args, result, &result));
	out->has.text = out->has.sum = 1;
	out->text = result.text;
	out->sum = result.sum;
	return TENON_OK;
}
TENON_HANDLER(go, struct go_args, struct go_result)

static const struct tenon_method methods[] = {
	{ .name = "go", .since = 1, .args = &go_args_table, .result = &go_result_table, .handler = go_handler, .permission = "use@workspace", .doc = "Calls." }, { 0 },
};
static const struct tenon_plugin caller = { .size = sizeof caller, .abi = TENON_ABI, .name = "caller", .version = "1", .interface = "service",
	.licence = "Apache-2.0", .doc = "calls", .methods = methods, .needs = "callee", .builtin = "caller" };
TENON_EXPORT(caller);
