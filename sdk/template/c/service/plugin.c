/* @NAME@ - greets people.
 *
 * A place to begin: one setting, one method with a REST route and a CLI verb. */
#include "messages.h"

#include <stdlib.h>

/* ---- settings: rows; instances.@NAME@.greeting in tenond's configuration ---- */

#define CONFIG(F, S) \
	F(S, const char *, greeting, .dflt = "Hello", .range = "1..100", .doc = "the word that a greeting begins with")
TENON_MESSAGE(@IDENT@_config, CONFIG);

/* ---- the instance ---- */

struct @IDENT@ { char *greeting; };

static void destroy(void *self)
{
	struct @IDENT@ *s = self;

	free(s->greeting);
	free(s);
}

static int create(const struct tenon_host *h, const void *config, void **self, char *why, size_t why_size)
{
	const struct @IDENT@_config *cfg = config;
	struct @IDENT@ *s = calloc(1, sizeof *s);

	(void)h;
	if (s == NULL || (s->greeting = strdup(cfg->greeting)) == NULL) { /* `config` is gone when this returns */
		free(s);
		snprintf(why, why_size, "no memory");
		return TENON_NO_MEMORY;
	}
	*self = s;
	return TENON_OK;
}

/* ---- methods ---- */

static int greet(struct tenon_call *c, const struct greet_args *a, struct greet_result *out)
{
	const struct @IDENT@ *s = c->self;

	if (strcmp(a->name, "nobody") == 0)
		return tenon_fail(c, TENON_NOT_FOUND, "there is nobody to greet");
	char *text = tenon_printf(c, "%s, %s!", s->greeting, a->name); /* memory of the call: never freed by hand */
	for (int64_t i = 1; text != NULL && i < a->times; i++)
		text = tenon_printf(c, "%s %s, %s!", text, s->greeting, a->name);
	if (text == NULL)
		return TENON_NO_MEMORY;
	out->has.text = 1;
	out->text = text;
	return TENON_OK;
}
TENON_HANDLER(greet, struct greet_args, struct greet_result)

/* ---- what the plugin says of itself ---- */

static const struct tenon_route greet_routes[] = { { "native", "GET /api/v1/@NAME@/greet" }, { 0 } };

static const struct tenon_method methods[] = {
	{ .name = "greet", .since = 1, .flags = TENON_IDEMPOTENT, .args = &greet_args_table, .result = &greet_result_table,
	  .handler = greet_handler, .routes = greet_routes, .cli = "@NAME@ greet NAME", .permission = "read@workspace", .errors = "NOT_FOUND",
	  .doc = "Greets somebody by name." },
	{ 0 },
};

static const struct tenon_plugin @IDENT@ = {
	.size = sizeof @IDENT@, .abi = TENON_ABI, .name = "@NAME@", .version = "0.1.0", .interface = "@INTERFACE@",
	.licence = "Apache-2.0", .doc = "Greets people.", .config = &@IDENT@_config_table, .methods = methods,
	.builtin = "@NAME@", .create = create, .destroy = destroy,
};
TENON_EXPORT(@IDENT@);
