/* SPDX-License-Identifier: Apache-2.0 */
/* arena - chunks that double from 4 KiB to 1 MiB; a request larger than that gets a chunk of its own. */
#include "arena.h"
#include "mem.h"

#include <stdint.h>
#include <string.h>

enum { FIRST = 4 << 10, LARGEST = 1 << 20, ALIGN = 16 };

struct arena_chunk {
	struct arena_chunk *next;
	size_t size;
	_Alignas(ALIGN) unsigned char bytes[];
};

void arena_init(struct arena *a, size_t limit) { *a = (struct arena){ .limit = limit }; }

void arena_free(struct arena *a)
{
	for (struct arena_chunk *c = a->chunk, *next; c != NULL; c = next) {
		next = c->next;
		mem_free(c);
	}
	arena_init(a, a->limit);
}

static struct arena_chunk *add_chunk(struct arena *a, size_t need)
{
	size_t size = a->chunk == NULL ? FIRST : a->chunk->size * 2;

	if (size > LARGEST)
		size = LARGEST;
	if (size < need)
		size = need;
	if (need > SIZE_MAX / 2 || (a->limit > 0 && a->total + size > a->limit + FIRST))
		return NULL;
	struct arena_chunk *c = mem_alloc(sizeof *c + size);
	if (c == NULL)
		return NULL;
	c->size = size;
	a->total += size;
	return c;
}

void *arena_alloc(struct arena *a, size_t n)
{
	size_t need = (n + ALIGN - 1) & ~(size_t)(ALIGN - 1);

	if (need < n)
		return NULL;
	if (need > a->room || a->chunk == NULL) {
		struct arena_chunk *c = add_chunk(a, need);
		if (c == NULL)
			return NULL;
		if (a->chunk != NULL && c->size - need < a->room) { /* a large one: keep filling the present chunk */
			c->next = a->chunk->next;
			a->chunk->next = c;
			return memset(c->bytes, 0, need);
		}
		c->next = a->chunk;
		a->chunk = c;
		a->used = 0;
		a->room = c->size;
	}
	void *p = a->chunk->bytes + a->used;
	a->used += need;
	a->room -= need;
	return memset(p, 0, need);
}

void *arena_copy(struct arena *a, const void *p, size_t n)
{
	void *q = arena_alloc(a, n);
	return q == NULL || n == 0 ? q : memcpy(q, p, n);
}

char *arena_text(struct arena *a, const char *s, size_t n)
{
	char *p = n == SIZE_MAX ? NULL : arena_alloc(a, n + 1);
	return p == NULL || n == 0 ? p : memcpy(p, s, n);
}

void *arena_grow(struct arena *a, void *p, size_t old, size_t n)
{
	size_t had = (old + ALIGN - 1) & ~(size_t)(ALIGN - 1), need = (n + ALIGN - 1) & ~(size_t)(ALIGN - 1);

	if (need < n)
		return NULL;
	if (p != NULL && a->chunk != NULL && (unsigned char *)p + had == a->chunk->bytes + a->used && need - had <= a->room) {
		memset((unsigned char *)p + had, 0, need - had);
		a->used += need - had;
		a->room -= need - had;
		return p;
	}
	void *q = arena_alloc(a, n);
	return q == NULL || old == 0 ? q : memcpy(q, p, old);
}

struct arena_mark { struct arena_chunk *chunk, *next; size_t used; };

void *arena_mark(struct arena *a)
{
	struct arena_mark *m = arena_alloc(a, sizeof *m);
	if (m != NULL)
		*m = (struct arena_mark){ a->chunk, a->chunk->next, a->used };
	return m;
}

/* frees the chunks from *first up to `until` */
static void drop_chunks(struct arena *a, struct arena_chunk **first, const struct arena_chunk *until)
{
	while (*first != until) {
		struct arena_chunk *c = *first;
		*first = c->next;
		a->total -= c->size;
		mem_free(c);
	}
}

void arena_rewind(struct arena *a, void *mark)
{
	struct arena_mark *m = mark;
	if (m == NULL)
		return;
	struct arena_mark to = *m;
	drop_chunks(a, &a->chunk, to.chunk);
	drop_chunks(a, &a->chunk->next, to.next); /* large ones hang behind the chunk that was being filled */
	a->used = to.used;
	a->room = a->chunk->size - to.used;
}

void *arena_alloc_fn(void *arena, size_t n) { return arena_alloc(arena, n); }
