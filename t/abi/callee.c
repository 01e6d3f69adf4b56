/* SPDX-License-Identifier: Apache-2.0 */
/* callee - adds up the points that it is sent. Built with the old or the new declarations of pair.h. */
#include "pair.h"

#include <string.h>

static int add(struct tenon_call *c, const struct args *a, struct result *out)
{
	for (size_t i = 0; i < a->points.n; i++) {
		if (!a->points.v[i].has.value || strlen(a->points.v[i].key) != 2)
			return tenon_fail(c, TENON_INTERNAL, "point %zu came through as something else", i);
		out->sum += a->points.v[i].value;
	}
	out->sum += (double)a->n;
	out->text = tenon_printf(c, "%s!", a->name);
	out->has.sum = out->has.text = 1;
	return TENON_OK;
}
TENON_HANDLER(add, struct args, struct result)

static const struct tenon_method methods[] = {
	{ .name = "add", .since = 1, .args = &args_table, .result = &result_table, .handler = add_handler, .permission = "use@workspace", .doc = "Adds." }, { 0 },
};
static const struct tenon_plugin callee = { .size = sizeof callee, .abi = TENON_ABI, .name = "callee", .version = "1", .interface = "service",
	.licence = "Apache-2.0", .doc = "adds", .methods = methods, .builtin = "callee" };
TENON_EXPORT(callee);
