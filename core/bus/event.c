/* SPDX-License-Identifier: Apache-2.0 */
/* event - topics, and the way from a publisher to the taps. Where nobody listens an event costs two counters. */
#include "event.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "call.h"
#include "subscription.h"
#include "wire/shape.h"

#include <ctype.h>
#include <string.h>
#include <sys/random.h>

enum { TOPIC_LENGTH_MOST = 120 };

struct tap {
	struct node node;
	void (*fn)(void *, const struct event *);
	void *arg;
	char pattern[];
};

/* positive, and exact as a JSON number everywhere */
static int64_t random_epoch(void)
{
	int64_t x = 0;

	while (getrandom(&x, sizeof x, 0) != sizeof x)
		;
	return (x & (((int64_t)1 << 53) - 1)) | 1;
}

void event_hub_open(struct event_hub *h)
{
	pthread_rwlock_init(&h->lock, NULL);
	list_init(&h->taps);
	list_init(&h->subscriptions);
	h->epoch = random_epoch();
}

void event_hub_close(struct event_hub *h)
{
	subscription_free_all(h);
	for (struct node *n; (n = list_pop(&h->taps)) != NULL;)
		mem_free(LIST_ITEM(n, struct tap, node));
	pthread_rwlock_destroy(&h->lock);
}

/* ---- names and patterns ---- */

/* how many words, dots between them; 0: it is no topic */
static int count_words(const char *s, size_t n)
{
	int words = 1;

	if (n == 0 || n > TOPIC_LENGTH_MOST)
		return 0;
	for (size_t i = 0; i < n; i++) {
		bool dot = s[i] == '.';
		if (!dot && !islower((unsigned char)s[i]) && !isdigit((unsigned char)s[i]) && s[i] != '_')
			return 0;
		if (dot && (i == 0 || i + 1 == n || s[i + 1] == '.'))
			return 0;
		words += dot;
	}
	return words;
}

bool event_pattern_ok(const char *p)
{
	size_t n = strlen(p);

	if (strcmp(p, "*") == 0)
		return true;
	if (n > 2 && strcmp(p + n - 2, ".*") == 0)
		return count_words(p, n - 2) > 0;
	return count_words(p, n) > 1;
}

bool event_matches(const char *pattern, const char *topic)
{
	size_t n = strlen(pattern);
	return n > 0 && pattern[n - 1] == '*' ? strncmp(pattern, topic, n - 1) == 0 : strcmp(pattern, topic) == 0;
}

/* ---- topics ---- */

static int declare(struct instance *in, const struct tenon_topic *row, struct err *e)
{
	if (count_words(row->name, strlen(row->name)) < 2)
		return err_set(e, TENON_INVALID_ARGUMENT, "%s: \"%s\" is no name for a topic: lower-case words with dots between them, two at least",
		               in->name, row->name);
	if (map_get(&in->topics, row->name) != NULL)
		return err_set(e, TENON_ALREADY_EXISTS, "%s declares the topic %s twice", in->name, row->name);
	struct topic *t = mem_zero(sizeof *t);
	if (t == NULL || map_put(&in->topics, row->name, t) != TENON_OK) {
		mem_free(t);
		return err_set(e, TENON_NO_MEMORY, "no memory for topic %s", row->name);
	}
	t->row = row;
	pthread_mutex_init(&t->lock, NULL);
	int rc = shape_get(row->table, &t->shape, e);
	return rc < 0 ? err_prefix(e, "topic %s", row->name) : TENON_OK;
}

int event_declare(struct instance *in, struct err *e)
{
	int rc = TENON_OK;

	event_epoch(in);
	if (!PLUGIN_HAS(in->plugin, topics))
		return TENON_OK;
	for (const struct tenon_topic *row = in->plugin->topics; rc == TENON_OK && row->name != NULL; row++)
		rc = declare(in, row, e);
	return rc;
}

void event_forget(struct instance *in)
{
	MAP_EACH(&in->topics, s) {
		struct topic *t = s->value;
		pthread_mutex_destroy(&t->lock);
		mem_free(t);
	}
	map_free(&in->topics);
}

void event_epoch(struct instance *in) { atomic_store(&in->epoch, random_epoch()); }

/* ---- delivering ---- */

/* under the topic's lock */
static void deliver(struct bus *b, struct topic *t, struct event *ev)
{
	struct event_hub *h = &b->events;

	ev->topic = t->row->name;
	ev->serial = atomic_fetch_add(&h->serial, 1) + 1;
	atomic_store(&t->serial, ev->serial);
	atomic_fetch_add_explicit(&t->published, 1, memory_order_relaxed);
	if (atomic_load(&h->n_taps) == 0)
		return;
	pthread_rwlock_rdlock(&h->lock);
	LIST_EACH(&h->taps, n, after) {
		struct tap *tap = LIST_ITEM(n, struct tap, node);
		if (event_matches(tap->pattern, ev->topic))
			tap->fn(tap->arg, ev);
	}
	pthread_rwlock_unlock(&h->lock);
}

int event_deliver(struct bus *b, const struct event *ev)
{
	struct topic *t = map_get(&ev->instance->topics, ev->topic);
	struct event copy = *ev;

	if (t == NULL)
		return TENON_NOT_FOUND;
	pthread_mutex_lock(&t->lock);
	t->epoch = ev->epoch;
	t->seq = ev->seq;
	deliver(b, t, &copy);
	pthread_mutex_unlock(&t->lock);
	return TENON_OK;
}

static void complain(struct instance *in, const char *topic, const char *why)
{
	if (!atomic_exchange(&in->complained, true))
		log_line(LOG_ERROR, in->name, NULL, "its event %s is dropped: %s; more of the kind are dropped silently", topic, why);
}

void event_publish(struct tenon_call *c, const char *topic, const void *payload, const struct tenon_table *table)
{
	struct instance *in = (struct instance *)c->host;
	struct topic *t = map_get(&in->topics, topic);
	struct event ev = { .instance = in, .workspace = c->workspace, .trace = c->trace, .time = clock_unix_ms(), .payload = payload };
	struct err e = { 0 };

	if (t == NULL) {
		complain(in, topic, "its plugin declares no such topic");
		return;
	}
	ev.shape = t->shape;
	if (table != t->row->table && shape_get(table, &ev.shape, &e) < 0) {
		complain(in, topic, e.text);
		return;
	}
	pthread_mutex_lock(&t->lock);
	int64_t epoch = atomic_load(&in->epoch);
	t->seq = t->epoch == epoch ? t->seq + 1 : 1;
	ev.epoch = t->epoch = epoch;
	ev.seq = t->seq;
	deliver(in->bus, t, &ev);
	pthread_mutex_unlock(&t->lock);
}

/* ---- taps ---- */

struct tap *event_tap(struct bus *b, const char *pattern, void (*fn)(void *, const struct event *), void *arg)
{
	struct tap *t = mem_zero(sizeof *t + strlen(pattern) + 1);

	if (t == NULL)
		return NULL;
	t->fn = fn;
	t->arg = arg;
	memcpy(t->pattern, pattern, strlen(pattern));
	pthread_rwlock_wrlock(&b->events.lock);
	list_add(&b->events.taps, &t->node);
	atomic_fetch_add(&b->events.n_taps, 1);
	pthread_rwlock_unlock(&b->events.lock);
	return t;
}

void event_untap(struct bus *b, struct tap *t)
{
	if (t == NULL)
		return;
	pthread_rwlock_wrlock(&b->events.lock);
	node_take(&t->node);
	atomic_fetch_sub(&b->events.n_taps, 1);
	pthread_rwlock_unlock(&b->events.lock);
	mem_free(t);
}

bool event_since(struct bus *b, const char *pattern, long long serial)
{
	MAP_EACH(&b->instances, s) {
		struct instance *in = s->value;
		MAP_EACH(&in->topics, n) {
			struct topic *t = n->value;
			if (event_matches(pattern, n->key) && atomic_load(&t->serial) > serial)
				return true;
		}
	}
	return false;
}
