/* SPDX-License-Identifier: Apache-2.0 */
/* map - slots in order of insertion, and an open-addressed index of slot numbers + 1. */
#include "map.h"
#include "mem.h"
#include <tenon/error.h>

#include <stdint.h>
#include <string.h>

static uint64_t hash(const char *s, size_t n) /* FNV-1a */
{
	uint64_t h = 14695981039346656037u;
	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)s[i]) * 1099511628211u;
	return h ^ h >> 32;
}

static struct map_slot *find(const struct map *m, const char *key, size_t n)
{
	if (m->n == 0)
		return NULL;
	for (size_t i = hash(key, n) & m->mask; m->index[i] != 0; i = (i + 1) & m->mask) {
		struct map_slot *s = &m->slots[m->index[i] - 1];
		if (strncmp(s->key, key, n) == 0 && s->key[n] == '\0')
			return s;
	}
	return NULL;
}

static void index_add(struct map *m, const char *key, unsigned number)
{
	size_t i = hash(key, strlen(key)) & m->mask;
	while (m->index[i] != 0)
		i = (i + 1) & m->mask;
	m->index[i] = number;
}

static int grow(struct map *m)
{
	size_t room = m->room == 0 ? 8 : m->room * 2;
	struct map_slot *slots = mem_grow(m->slots, room * sizeof *slots);
	if (slots == NULL)
		return TENON_NO_MEMORY;
	m->slots = slots;
	unsigned *index = mem_zero(room * 2 * sizeof *index);
	if (index == NULL)
		return TENON_NO_MEMORY;
	mem_free(m->index);
	m->index = index;
	m->mask = room * 2 - 1;
	m->room = room;
	for (size_t i = 0; i < m->n; i++)
		index_add(m, m->slots[i].key, (unsigned)i + 1);
	return TENON_OK;
}

int map_put(struct map *m, const char *key, void *value)
{
	struct map_slot *s = find(m, key, strlen(key));
	if (s != NULL) {
		s->value = value;
		return TENON_OK;
	}
	if (m->n == m->room && grow(m) != TENON_OK)
		return TENON_NO_MEMORY;
	char *copy = mem_strdup(key);
	if (copy == NULL)
		return TENON_NO_MEMORY;
	m->slots[m->n] = (struct map_slot){ copy, value };
	index_add(m, copy, (unsigned)++m->n);
	return TENON_OK;
}

void *map_getn(const struct map *m, const char *key, size_t n)
{
	struct map_slot *s = find(m, key, n);
	return s == NULL ? NULL : s->value;
}

void *map_get(const struct map *m, const char *key) { return map_getn(m, key, strlen(key)); }

void map_free(struct map *m)
{
	for (size_t i = 0; i < m->n; i++)
		mem_free(m->slots[i].key);
	mem_free(m->slots);
	mem_free(m->index);
	*m = (struct map){ 0 };
}
