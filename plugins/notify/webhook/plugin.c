/* SPDX-License-Identifier: Apache-2.0 */
/* notify/webhook - messages as signed HTTP requests to one address (Standard Webhooks).
 *
 * Model    a send is one POST. 2xx: taken. 408, 409, 425, 429 and 5xx: not now, and Retry-After says when. Everything else, redirects among
 *          them: never.
 * Threads  send and probe block on the lane `send`.
 * Failure  texts name the receiver's origin, the status, and the beginning of its answer unless that repeats a secret.
 * Not here whom it may connect to: sdk/lib/http. */
#include "body.h"
#include "settings.h"

enum { EXCERPT = 200 };

/* ---- the request ---- */

static bool set_headers(struct tenon_call *c, const struct notify_send_args *a, const struct json *body, const char **headers)
{
	const struct hook *h = c->self;
	struct signed_text t = { .id = a->id, .unix_s = tenon_now(c) / 1000, .body = body->p, .n = body->n };
	const char **p = headers;

	*p++ = "Content-Type: application/json";
	*p++ = tenon_printf(c, "webhook-id: %s", a->id);
	*p++ = tenon_printf(c, "webhook-timestamp: %lld", (long long)t.unix_s);
	if (h->n_keys > 0) {
		const char *signature = signature_standard(c, h->keys, h->n_keys, &t);
		*p++ = signature == NULL ? NULL : tenon_printf(c, "webhook-signature: %s", signature);
	}
	if (*h->mlflow_secret != '\0') {
		const char *signature = signature_mlflow(c, h->mlflow_secret, &t);
		*p++ = signature == NULL ? NULL : tenon_printf(c, "X-MLflow-Signature: %s", signature);
		*p++ = tenon_printf(c, "X-MLflow-Delivery-Id: %s", a->id);
		*p++ = tenon_printf(c, "X-MLflow-Timestamp: %lld", (long long)t.unix_s);
	}
	for (size_t i = 0; i < h->n_headers; i++)
		*p++ = h->headers[i];
	for (const char **q = headers; q < p; q++)
		if (*q == NULL)
			return false;
	*p = NULL;
	return true;
}

/* ---- the answer ---- */

/* a NUL in the answer ends nothing */
static bool repeats(const struct http_reply *r, const char *secret)
{
	size_t n = strlen(secret);
	return n > 0 && memmem(r->body, r->n, secret, n) != NULL;
}

static bool repeats_secret(const struct hook *h, const struct http_reply *r)
{
	const char *path = strstr(h->url, "://") + 3;

	path += strcspn(path, "/?");
	bool found = (strlen(path) > 1 && repeats(r, path)) || repeats(r, h->mlflow_secret);
	const char *query = strchr(path, '?');
	found = found || (query != NULL && repeats(r, query + 1));
	for (size_t i = 0; i < h->n_headers; i++) {
		const char *value = strchr(h->headers[i], ':') + 2, *last = strrchr(value, ' '); /* Bearer TOKEN */
		found = found || repeats(r, value) || (last != NULL && repeats(r, last + 1));
	}
	return found;
}

/* the beginning of its answer, in one line of printable ASCII */
static const char *excerpt(struct tenon_call *c, const struct http_reply *r)
{
	size_t n = r->n < EXCERPT ? r->n : EXCERPT;
	char *out = tenon_strndup(c, r->body, n);

	if (out == NULL || r->body == NULL || repeats_secret(c->self, r))
		return "";
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)out[i] < 0x20 || (unsigned char)out[i] >= 0x7F)
			out[i] = (unsigned char)out[i] < 0x20 ? ' ' : '?';
	return out;
}

static bool is_temporary(long status)
{
	return status == 408 || status == 409 || status == 425 || status == 429 || status >= 500;
}

static int judge(struct tenon_call *c, const struct http_reply *r, struct notify_send_result *out)
{
	const struct hook *h = c->self;
	const char *said = excerpt(c, r), *colon = *said != '\0' ? ": " : "";

	if (r->status >= 300 && r->status < 400)
		return tenon_fail(c, TENON_FAILED_PRECONDITION, "%s answers %ld, a redirect, and redirects are not followed: set url to where it leads",
		                  h->origin, r->status);
	if (r->status == 410)
		return tenon_fail(c, TENON_FAILED_PRECONDITION, "%s answers 410: it wants no more messages; remove it or renew its address", h->origin);
	if (r->status < 200 || (r->status > 299 && !is_temporary(r->status)))
		return tenon_fail(c, TENON_FAILED_PRECONDITION, "%s answers %ld%s%s", h->origin, r->status, colon, said);
	if (r->status > 299 && r->retry_after_ms <= 0)
		return tenon_fail(c, TENON_UNAVAILABLE, "%s answers %ld%s%s", h->origin, r->status, colon, said);
	out->has.detail = 1;
	out->detail = tenon_printf(c, "%s answers %ld%s%s", h->origin, r->status, colon, said);
	out->has.retry_after_ms = r->status > 299;
	out->retry_after_ms = r->retry_after_ms;
	return out->detail == NULL ? TENON_NO_MEMORY : TENON_OK;
}

/* ---- methods ---- */

static int post(struct tenon_call *c, const struct notify_send_args *a, struct notify_send_result *out)
{
	const struct hook *h = c->self;
	const char **headers = tenon_alloc(c, (h->n_headers + 8) * sizeof *headers);
	struct http_reply reply;
	struct json body;

	TRY(notify_check(c, a));
	TRY(body_write(c, a, &body));
	if (headers == NULL || !set_headers(c, a, &body, headers))
		return tenon_fail(c, TENON_NO_MEMORY, "no memory for a request");
	struct http_request q = { .verb = "POST", .url = h->url, .headers = headers, .body = body.p, .n = body.n };
	TRY(http_send(c, &h->client, &q, &reply));
	return reply.body == NULL ? TENON_NO_MEMORY : judge(c, &reply, out);
}
TENON_HANDLER(post, struct notify_send_args, struct notify_send_result)

static int probe(struct tenon_call *c, const struct tenon_empty *a, struct notify_probe_result *out)
{
	const struct hook *h = c->self;
	struct http_reply reply;

	(void)a;
	TRY(http_send(c, &h->client, &(struct http_request){ .url = h->url }, &reply));
	out->has.detail = 1;
	out->detail = tenon_printf(c, "connected to %s%s", h->origin, h->n_keys == 0 ? "; messages are not signed" : "");
	return out->detail == NULL ? TENON_NO_MEMORY : TENON_OK;
}
TENON_HANDLER(probe, struct tenon_empty, struct notify_probe_result)

/* ---- life ---- */

static void destroy(void *self) { hook_free(self); }

static int create(const struct tenon_host *host, const void *config, void **self, char *why, size_t size)
{
	struct hook *h;

	(void)host;
	TRY(http_start());
	TRY(hook_make(config, &h, why, size));
	*self = h;
	return TENON_OK;
}

static const struct tenon_lane lanes[] = { { "send", 4, 256 }, { 0 } };

static const struct tenon_method methods[] = {
	{ .name = "send", .since = 1, .flags = TENON_WRITE | TENON_BLOCKING | TENON_HIDDEN, .args = &notify_send_args_table,
	  .result = &notify_send_result_table, .handler = post_handler, .errors = "PERMISSION_DENIED FAILED_PRECONDITION",
	  .doc = "Posts a message, once." },
	{ .name = "probe", .since = 1, .flags = TENON_IDEMPOTENT | TENON_BLOCKING, .args = &tenon_empty_table,
	  .result = &notify_probe_result_table, .handler = probe_handler, .permission = "edit@workspace", .deadline_ms = 130000,
	  .errors = "PERMISSION_DENIED FAILED_PRECONDITION", .doc = "Connects to the receiver, TLS included, without sending anything." },
	{ 0 },
};

static const struct tenon_plugin webhook = {
	.size = sizeof webhook, .abi = TENON_ABI, .name = "webhook", .version = "1.0.0", .interface = "notify", .licence = "Apache-2.0",
	.doc = "Messages as signed HTTP requests (Standard Webhooks).", .config = &webhook_config_table, .methods = methods, .lanes = lanes,
	.create = create, .destroy = destroy, .placement = "process",
};
TENON_EXPORT(webhook);
