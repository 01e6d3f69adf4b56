/* SPDX-License-Identifier: Apache-2.0 */
/* plugin - notify as the core sees it: methods with their doors, and life.
 *
 * Start brings the outbox to its newest version and begins to poll. Drain is called when no delivery runs any more: it notes what the
 * last ones could not. What was acknowledged is in the store at any time. */
#include "delivery.h"
#include "poller.h"
#include "schema.h"
#include "settings.h"

#include <errno.h>
#include <stdlib.h>

/* ---- methods ---- */

static int no_channel(struct tenon_call *c, const char *name)
{
	const struct notify *s = c->self;
	const char *names = "";

	for (size_t i = 0; i < s->n_channels && names != NULL; i++)
		names = tenon_printf(c, "%s%s%s", names, i > 0 ? ", " : "", s->channels[i].name);
	if (s->n_channels == 0)
		return tenon_fail(c, TENON_NOT_FOUND, "no channel \"%s\": none is configured (instances.notify.channels)", name);
	return tenon_fail(c, TENON_NOT_FOUND, "no channel \"%s\": there are %s", name, names != NULL ? names : "others");
}

static const char *new_id(struct tenon_call *c)
{
	uint64_t r[2];

	c->host->random(r, sizeof r);
	return tenon_printf(c, "msg_%016llx%016llx", (unsigned long long)r[0], (unsigned long long)r[1]);
}

static int send(struct tenon_call *c, const struct send_args *a, struct send_result *out)
{
	struct notify *s = c->self;
	struct notify_send_args m = { .id = *a->id != '\0' ? a->id : new_id(c), .severity = a->severity, .title = a->title, .text = a->text,
	                              .html = a->html, .link = a->link, .attributes = a->attributes };
	bool added;

	if (m.id == NULL)
		return tenon_fail(c, TENON_NO_MEMORY, "no memory for a message");
	if (channel_find(s, a->channel) == NULL)
		return no_channel(c, a->channel);
	TRY(notify_check(c, &m));
	if (s->queued >= s->most_queued)
		return tenon_fail(c, TENON_OVERLOADED, "%lld messages wait already (most_queued)", (long long)s->queued);
	TRY(outbox_add(c, &m, a->channel, &added));
	out->has.id = out->has.state = 1;
	out->id = m.id;
	if (!added)
		return outbox_state(c, m.id, &out->state);
	s->queued++;
	poller_kick(s);
	return TENON_OK;
}
TENON_HANDLER(send, struct send_args, struct send_result)

static int ls(struct tenon_call *c, const struct ls_args *a, struct ls_result *out)
{
	char *end = (char *)a->page_token;
	int64_t before = INT64_MAX;

	errno = 0; /* whoever used this thread before */
	if (*a->page_token != '\0')
		before = strtoll(a->page_token, &end, 10);
	if (*end != '\0' || before <= 0 || (before == INT64_MAX && errno == ERANGE))
		return tenon_fail(c, TENON_INVALID_ARGUMENT, "page_token: it is none that was given out here");
	return outbox_list(c, a, before, out);
}
TENON_HANDLER(ls, struct ls_args, struct ls_result)

static int retry(struct tenon_call *c, const struct retry_args *a, struct send_result *out)
{
	struct notify *s = c->self;
	int64_t state;
	bool done;

	TRY(outbox_requeue(c, a->id, &done));
	if (!done) {
		TRY(outbox_state(c, a->id, &state));
		return tenon_fail(c, TENON_FAILED_PRECONDITION, "message \"%s\" was sent already", a->id);
	}
	out->has.id = out->has.state = 1;
	out->id = a->id;
	out->state = MESSAGE_QUEUED;
	s->count_at = 0; /* whether it waited already is not known */
	s->queued++;
	poller_kick(s);
	return TENON_OK;
}
TENON_HANDLER(retry, struct retry_args, struct send_result)

static int probe(struct tenon_call *c, const struct probe_args *a, struct notify_probe_result *out)
{
	const struct channel *channel = channel_find(c->self, a->channel);
	struct tenon_empty none = { 0 };

	if (channel == NULL)
		return no_channel(c, a->channel);
	return TENON_CALL(c, channel->instance, "probe", tenon_empty, &none, notify_probe_result, out);
}
TENON_HANDLER(probe, struct probe_args, struct notify_probe_result)

/* names and errors; the native door makes POST /api/v1/notify/<name> of each */
#define METHOD(fn, args_t, result_t) .name = #fn, .since = 1, .args = &args_t##_table, .result = &result_t##_table, .handler = fn##_handler
static const struct tenon_method methods[] = {
	{ METHOD(send, send_args, send_result), .flags = TENON_WRITE, .cli = "notify send CHANNEL", .permission = "edit@channel",
	  .errors = "NOT_FOUND OVERLOADED", .doc = "Sends a message to a channel. It is answered when the message is stored; delivery follows." },
	{ METHOD(ls, ls_args, ls_result), .flags = TENON_IDEMPOTENT, .cli = "notify ls", .permission = "read@workspace",
	  .doc = "Lists messages and what became of them, newest first." },
	{ METHOD(retry, retry_args, send_result), .flags = TENON_WRITE | TENON_IDEMPOTENT, .cli = "notify retry ID", .permission = "edit@workspace",
	  .errors = "NOT_FOUND FAILED_PRECONDITION", .doc = "Tries a message again, now and with all its tries." },
	{ METHOD(probe, probe_args, notify_probe_result), .flags = TENON_IDEMPOTENT, .cli = "notify probe CHANNEL", .permission = "edit@channel",
	  .errors = "NOT_FOUND PERMISSION_DENIED FAILED_PRECONDITION", .deadline_ms = 130000,
	  .doc = "Tests a channel's settings as far as that goes without sending a message." },
	{ 0 },
};

static int channel_parent(struct tenon_call *c, const char *name, struct tenon_entity *parent)
{
	(void)c, (void)name, (void)parent; /* the caller's workspace, as it is */
	return TENON_OK;
}
static const struct tenon_resolver resolvers[] = { { "channel", "channel", channel_parent }, { 0 } };

/* ---- life ---- */

static void destroy(void *self) { notify_free(self); }

static int create(const struct tenon_host *h, const void *config, void **self, char *why, size_t size)
{
	struct notify *s;

	TRY(notify_make(config, &s, why, size));
	s->host = h;
	*self = s;
	return TENON_OK;
}

static int start(struct tenon_call *c)
{
	const struct notify *s = c->self;

	TRY(sql_migrate(c, s->store, "notify", (const char **)schema_versions, schema_count));
	return poller_start(c);
}

static const struct tenon_plugin notify = {
	.size = sizeof notify, .abi = TENON_ABI, .name = "notify", .version = "1.0.0", .interface = "service", .licence = "Apache-2.0",
	.doc = "Messages to people: an outbox, and channels that deliver from it.", .config = &notify_config_table, .methods = methods,
	.needs = "sql", .builtin = "notify", .create = create, .start = start, .drain = delivery_drain, .destroy = destroy,
	.resolvers = resolvers,
};
TENON_EXPORT(notify);
