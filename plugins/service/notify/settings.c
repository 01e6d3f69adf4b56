/* SPDX-License-Identifier: Apache-2.0 */
/* settings - channels are few: an array, looked through. */
#include "settings.h"

#include <stdlib.h>

TENON_TABLE(static, channel_config, CHANNEL_CONFIG);
TENON_TABLE(, notify_config, NOTIFY_CONFIG);

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

struct channel *channel_find(const struct notify *s, const char *name)
{
	for (size_t i = 0; i < s->n_channels; i++)
		if (strcmp(s->channels[i].name, name) == 0)
			return &s->channels[i];
	return NULL;
}

static int copy_channel(struct channel *to, const struct channel_config *from)
{
	to->name = strdup(from->name);
	to->instance = strdup(from->instance);
	to->to.v = calloc(from->to.n + 1, sizeof *to->to.v);
	for (; to->to.v != NULL && to->to.n < from->to.n; to->to.n++)
		if ((to->to.v[to->to.n] = strdup(from->to.v[to->to.n])) == NULL)
			return TENON_NO_MEMORY;
	return to->name != NULL && to->instance != NULL && to->to.v != NULL ? TENON_OK : TENON_NO_MEMORY;
}

static int add_channels(struct notify *s, const struct notify_config *conf, char *why, size_t size)
{
	int rc = TENON_OK;

	if ((s->channels = calloc(conf->channels.n + 1, sizeof *s->channels)) == NULL)
		return TENON_NO_MEMORY;
	for (size_t i = 0; i < conf->channels.n && rc == TENON_OK; i++) {
		const struct channel_config *c = &conf->channels.v[i];
		bool good = c->name[strspn(c->name, letters)] == '\0', again = channel_find(s, c->name) != NULL;
		if (!good || again) {
			snprintf(why, size, "channels: \"%.80s\": %s", c->name, again ? "there are two of this name" : "letters, digits, - and _ are what a name has");
			return TENON_INVALID_ARGUMENT;
		}
		rc = copy_channel(&s->channels[i], c);
		s->n_channels += rc == TENON_OK || s->channels[i].name != NULL;
	}
	return rc;
}

int notify_make(const struct notify_config *conf, struct notify **out, char *why, size_t size)
{
	struct notify *s = calloc(1, sizeof *s);

	if (s == NULL)
		return TENON_NO_MEMORY;
	s->tries = conf->tries;
	s->lease_ms = conf->lease;
	s->keep_ms = conf->keep_days * 24 * 3600 * 1000;
	s->parallel = conf->parallel;
	s->most_queued = conf->most_queued;
	s->backoff = (struct backoff){ conf->first_retry, conf->longest_retry };
	s->store = strdup(conf->store);
	int rc = s->store == NULL ? TENON_NO_MEMORY : add_channels(s, conf, why, size);
	if (rc < 0)
		notify_free(s);
	else
		*out = s;
	return rc;
}

void notify_free(struct notify *s)
{
	for (size_t i = 0; i < s->n_channels; i++) {
		struct channel *c = &s->channels[i];
		for (size_t k = 0; k < c->to.n; k++)
			free((char *)c->to.v[k]);
		free(c->to.v);
		free(c->name);
		free(c->instance);
	}
	free(s->channels);
	free(s->store);
	free(s);
}
