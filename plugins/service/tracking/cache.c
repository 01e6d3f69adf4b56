/* SPDX-License-Identifier: Apache-2.0 */
/* cache - open addressing with linear steps, at most three quarters full; grows by doubling up to its bound.
 *
 * Texts are chosen by clients, but since the table is bounded, a flood of texts with one hash costs at most one walk
 * over it. */
#include "cache.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 64

static uint64_t hash_of(const char *text)
{
	uint64_t h = 0xcbf29ce484222325u; /* FNV-1a */
	for (const unsigned char *p = (const unsigned char *)text; *p; p++)
		h = (h ^ *p) * 0x100000001b3u;
	return h;
}

/* the slot that holds `text`, or the free one where it belongs */
static struct cache_slot *slot_of(const struct cache *c, const char *text, uint64_t hash)
{
	size_t i = (hash ^ hash >> 32) & (c->room - 1);
	while (c->slots[i].text != NULL && (c->slots[i].hash != hash || strcmp(c->slots[i].text, text) != 0))
		i = (i + 1) & (c->room - 1);
	return &c->slots[i];
}

void cache_init(struct cache *c, size_t max)
{
	memset(c, 0, sizeof *c);
	c->max = max;
}

static void empty(struct cache *c)
{
	for (size_t i = 0; i < c->room; i++)
		free(c->slots[i].text);
	free(c->slots);
	c->slots = NULL;
	c->n = c->room = 0;
}

void cache_free(struct cache *c)
{
	empty(c);
}

bool cache_get(const struct cache *c, const char *text, int64_t *a, int64_t *b)
{
	if (c->room == 0)
		return false;
	const struct cache_slot *s = slot_of(c, text, hash_of(text));
	if (s->text == NULL)
		return false;
	*a = s->a;
	if (b != NULL)
		*b = s->b;
	return true;
}

static bool grow(struct cache *c)
{
	struct cache bigger = *c;
	bigger.room = c->room ? c->room * 2 : FIRST_ROOM;
	bigger.slots = calloc(bigger.room, sizeof *bigger.slots);
	if (bigger.slots == NULL)
		return false;
	for (size_t i = 0; i < c->room; i++)
		if (c->slots[i].text != NULL)
			*slot_of(&bigger, c->slots[i].text, c->slots[i].hash) = c->slots[i];
	free(c->slots);
	*c = bigger;
	return true;
}

void cache_put(struct cache *c, const char *text, int64_t a, int64_t b)
{
	if (c->n >= c->max)
		empty(c);
	if (c->n + 1 > c->room / 4 * 3 && !grow(c))
		return;
	uint64_t hash = hash_of(text);
	struct cache_slot *s = slot_of(c, text, hash);
	if (s->text == NULL) {
		char *copy = strdup(text);
		if (copy == NULL)
			return;
		s->text = copy;
		s->hash = hash;
		c->n++;
	}
	s->a = a;
	s->b = b;
}
