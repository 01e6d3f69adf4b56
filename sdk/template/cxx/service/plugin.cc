/* @NAME@ - greets people.
 *
 * A place to begin: one setting, one method with a REST route and a CLI verb. */
#include "messages.h"

#include <string>
#include <string_view>

/* ---- settings: rows; instances.@NAME@.greeting in tenond's configuration ---- */

#define CONFIG(F, S) \
	F(S, const char *, greeting, .dflt = "Hello", .range = "1..100", .doc = "the word that a greeting begins with")
TENON_MESSAGE(@IDENT@_config, CONFIG);

/* ---- the instance ---- */

namespace {

struct @IDENT@ { std::string greeting; };

void destroy(void *self) { delete static_cast<@IDENT@ *>(self); }

/* No exception leaves the plugin: tenon::guard makes a code and a reason of it; TENON_HANDLER does the same for handlers. */
int create(const struct tenon_host *, const void *config, void **self, char *why, size_t why_size)
{
	return tenon::guard(why, why_size, [&] {
		*self = new @IDENT@{ static_cast<const @IDENT@_config *>(config)->greeting }; /* `config` is gone when this returns */
		return TENON_OK;
	});
}

/* ---- methods ---- */

int greet(struct tenon_call *c, const struct greet_args *a, struct greet_result *out)
{
	const auto *s = static_cast<const @IDENT@ *>(c->self);
	std::string text;

	if (std::string_view(a->name) == "nobody")
		return tenon_fail(c, TENON_NOT_FOUND, "there is nobody to greet");
	for (int64_t i = 0; i < a->times; i++)
		text += (i > 0 ? " " : "") + s->greeting + ", " + a->name + "!";
	out->text = tenon_strndup(c, text.data(), text.size()); /* what the result points to must be memory of the call */
	out->has.text = out->text != nullptr;
	return out->text != nullptr ? TENON_OK : TENON_NO_MEMORY;
}
TENON_HANDLER(greet, struct greet_args, struct greet_result)

}

/* ---- what the plugin says of itself ---- */

static const struct tenon_route greet_routes[] = { { "native", "GET /api/v1/@NAME@/greet" }, {} };

static const struct tenon_method methods[] = {
	{ .name = "greet", .since = 1, .flags = TENON_IDEMPOTENT, .args = &greet_args_table, .result = &greet_result_table,
	  .handler = greet_handler, .routes = greet_routes, .cli = "@NAME@ greet NAME", .permission = "read@workspace", .errors = "NOT_FOUND",
	  .doc = "Greets somebody by name." },
	{},
};

static const struct tenon_plugin descriptor = {
	.size = sizeof descriptor, .abi = TENON_ABI, .name = "@NAME@", .version = "0.1.0", .interface = "@INTERFACE@",
	.licence = "Apache-2.0", .doc = "Greets people.", .config = &@IDENT@_config_table, .methods = methods,
	.builtin = "@NAME@", .create = create, .destroy = destroy,
};
TENON_EXPORT(descriptor);
