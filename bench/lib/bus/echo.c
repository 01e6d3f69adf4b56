/* SPDX-License-Identifier: Apache-2.0 */
/* echo - bench/echo, a plugin that behaves: what bench/bus calls under every placement. */
#include "echo.h"

static int echo(struct tenon_call *c, const struct echo_args *a, struct echo_result *out)
{
	(void)c;
	out->has.body = 1;
	out->body = a->body;
	return TENON_OK;
}
TENON_HANDLER(echo, struct echo_args, struct echo_result)

static int pour(struct tenon_call *c, const struct pour_args *a, struct tenon_empty *out)
{
	static const char part[ECHO_PART];
	struct tenon_content content = { .type = "application/octet-stream", .size = a->bytes, .mtime = -1 };
	struct tenon_span span;

	(void)out;
	TRY(c->host->content(c, &content, &span));
	for (int64_t left = span.length; left > 0; left -= ECHO_PART)
		TRY(tenon_write(c, part, left < ECHO_PART ? (size_t)left : ECHO_PART));
	return TENON_OK;
}
TENON_HANDLER(pour, struct pour_args, struct tenon_empty)

static const struct tenon_method methods[] = {
	{ .name = "echo", .since = 1, .args = &echo_args_table, .result = &echo_result_table, .handler = echo_handler,
	  .flags = TENON_IDEMPOTENT | TENON_PURE, .permission = "read", .doc = "Answers with what came." },
	{ .name = "pour", .since = 1, .args = &pour_args_table, .result = &tenon_empty_table, .handler = pour_handler,
	  .flags = TENON_STREAM_OUT, .permission = "read", .doc = "Answers with a stream of so many bytes." },
	{ 0 },
};

static const struct tenon_plugin plugin = {
	.size = sizeof plugin, .abi = TENON_ABI, .name = "echo", .version = "1", .interface = "bench", .licence = "Apache-2.0",
	.doc = "What bench/bus calls.", .methods = methods,
};
TENON_EXPORT(plugin);
