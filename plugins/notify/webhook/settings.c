/* SPDX-License-Identifier: Apache-2.0 */
/* settings - checked key by key; the first that is wrong says so. */
#include "settings.h"

#include <stdlib.h>
#include <tenon/iface/notify.h>

TENON_TABLE(, webhook_config, WEBHOOK_CONFIG);

enum { REPLY_MOST = 64 << 10 };

static int wrong(char *why, size_t size, const char *key, const char *fault)
{
	snprintf(why, size, "%s: %s", key, fault);
	return TENON_INVALID_ARGUMENT;
}

static int read_url(struct hook *h, const struct webhook_config *conf, char *why, size_t size)
{
	bool http = strncmp(conf->url, "http://", 7) == 0 || strncmp(conf->url, "https://", 8) == 0;
	const char *host = http ? strstr(conf->url, "://") + 3 : "";
	size_t n = strcspn(host, "/?#");

	if (!http || n == 0)
		return wrong(why, size, "url", "write it as https://host/path");
	if (!notify_is_clean(conf->url, false) || strpbrk(conf->url, " \\#") != NULL)
		return wrong(why, size, "url", "spaces, control characters, \"\\\" and \"#\" are not for it");
	if (memchr(host, '@', n) != NULL)
		return wrong(why, size, "url", "user and password are not for it: set the Authorization under headers");
	http_origin(conf->url, h->origin, sizeof h->origin);
	h->url = strdup(conf->url);
	h->ca_file = strdup(conf->ca_file);
	h->mlflow_secret = strdup(conf->mlflow_secret);
	return h->url != NULL && h->ca_file != NULL && h->mlflow_secret != NULL ? TENON_OK : TENON_NO_MEMORY;
}

static int read_keys(struct hook *h, const struct webhook_config *conf, char *why, size_t size)
{
	char key[32];

	if ((h->keys = calloc(conf->secrets.n + 1, sizeof *h->keys)) == NULL)
		return TENON_NO_MEMORY;
	for (; h->n_keys < conf->secrets.n; h->n_keys++) {
		const char *fault = signature_key_parse(conf->secrets.v[h->n_keys], &h->keys[h->n_keys]);
		snprintf(key, sizeof key, "secrets[%zu]", h->n_keys);
		if (fault != NULL)
			return wrong(why, size, key, fault);
	}
	return TENON_OK;
}

/* those that the plugin itself, or HTTP, has the say over */
static bool is_taken(const char *name)
{
	static const char *const taken[] = { "host", "content-type", "content-length", "transfer-encoding", "connection", "expect" };

	for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
		if (strcasecmp(name, taken[i]) == 0)
			return true;
	return strncasecmp(name, "webhook-", 8) == 0 || strncasecmp(name, "x-mlflow-", 9) == 0;
}

static int read_headers(struct hook *h, const struct webhook_config *conf, char *why, size_t size)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~";

	if ((h->headers = calloc(conf->headers.n + 1, sizeof *h->headers)) == NULL)
		return TENON_NO_MEMORY;
	for (size_t i = 0; i < conf->headers.n; i++) {
		const char *name = conf->headers.v[i].key, *value = conf->headers.v[i].value;
		if (*name == '\0' || name[strspn(name, letters)] != '\0')
			return wrong(why, size, "headers", "there is one whose name is none");
		if (is_taken(name))
			return wrong(why, size, "headers", "Host, Content-*, webhook-*, X-MLflow-* and the like are made here");
		if (!notify_is_clean(value, false) || *value == '\0')
			return wrong(why, size, "headers", "a value is empty, or has control characters in it");
		if (asprintf(&h->headers[i], "%s: %s", name, value) < 0) {
			h->headers[i] = NULL;
			return TENON_NO_MEMORY;
		}
		h->n_headers++;
	}
	return TENON_OK;
}

static int read_nets(struct hook *h, const struct webhook_config *conf, char *why, size_t size)
{
	char fault[300];

	if ((h->nets = calloc(conf->allow.n + 1, sizeof *h->nets)) == NULL)
		return TENON_NO_MEMORY;
	for (size_t i = 0; i < conf->allow.n; i++)
		if (!address_net_parse(conf->allow.v[i], &h->nets[i])) {
			snprintf(fault, sizeof fault, "\"%.100s\" is no address and no network such as 10.1.0.0/16", conf->allow.v[i]);
			return wrong(why, size, "allow", fault);
		}
	return TENON_OK;
}

int hook_make(const struct webhook_config *conf, struct hook **out, char *why, size_t size)
{
	struct hook *h = calloc(1, sizeof *h);
	int rc = h == NULL ? TENON_NO_MEMORY : read_url(h, conf, why, size);

	if (rc == TENON_OK)
		rc = read_keys(h, conf, why, size);
	if (rc == TENON_OK)
		rc = read_headers(h, conf, why, size);
	if (rc == TENON_OK)
		rc = read_nets(h, conf, why, size);
	if (rc < 0) {
		hook_free(h);
		return rc;
	}
	h->client = (struct http_client){ .ca_file = *h->ca_file != '\0' ? h->ca_file : NULL, .agent = "tenon-notify", .timeout_ms = conf->timeout,
	                                  .reply_most = REPLY_MOST, .allow_private = conf->allow_private, .nets = h->nets, .n_nets = conf->allow.n };
	*out = h;
	return TENON_OK;
}

static void wipe(char *s)
{
	if (s != NULL)
		explicit_bzero(s, strlen(s));
	free(s);
}

void hook_free(struct hook *h)
{
	if (h == NULL)
		return;
	wipe(h->url);
	wipe(h->mlflow_secret);
	free(h->ca_file);
	if (h->keys != NULL)
		explicit_bzero(h->keys, h->n_keys * sizeof *h->keys);
	free(h->keys);
	for (size_t i = 0; i < h->n_headers; i++)
		wipe(h->headers[i]);
	free(h->headers);
	free(h->nets);
	free(h);
}
