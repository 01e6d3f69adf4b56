/* SPDX-License-Identifier: Apache-2.0 */
/* asker - a plugin for permissions.t: asks the resolvers what they say, and has whatever permission it is built with. */
#include <tenon/plugin.h>

#ifndef PERMISSION
#define PERMISSION "read@workspace"
#endif

#define ASK_ARGS(F, S) F(S, const char *, instance) F(S, const char *, kind) F(S, const char *, id)
TENON_MESSAGE(ask_args, ASK_ARGS);
#define ID_ARGS(F, S) F(S, const char *, id)
TENON_MESSAGE(id_args, ID_ARGS);
#define ASK_RESULT(F, S) F(S, const char *, kind) F(S, const char *, id)
TENON_MESSAGE(ask_result, ASK_RESULT);

static int ask(struct tenon_call *c, const struct ask_args *a, struct ask_result *out)
{
	struct id_args args = { .has = { 1 }, .id = a->id };
	return TENON_CALL(c, a->instance, tenon_printf(c, "@%s", a->kind), id_args, &args, ask_result, out);
}
TENON_HANDLER(ask, struct ask_args, struct ask_result)

static const struct tenon_method methods[] = {
	{ .name = "ask", .since = 1, .args = &ask_args_table, .result = &ask_result_table, .handler = ask_handler, .permission = PERMISSION, .doc = "Asks." }, { 0 } };
static const struct tenon_plugin asker = { .size = sizeof asker, .abi = TENON_ABI, .name = "asker", .version = "1", .interface = "service",
	.licence = "Apache-2.0", .doc = "Asks.", .methods = methods, .builtin = "asker" };
TENON_EXPORT(asker);
