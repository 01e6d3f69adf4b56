/* SPDX-License-Identifier: Apache-2.0 */
/* arena - memory that is given back all at once: what is born in a call ends with it.
 *
 * Threads    one at a time; a call's arena moves between threads with the call.
 * Failure    NULL when out of memory or past the limit; what was given before stays valid. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena {
	struct arena_chunk *chunk; /* the one being filled; the others hang behind it */
	size_t used, room;         /* of `chunk` */
	size_t total, limit;       /* bytes taken from the heap, and at most (0 = no limit) */
};

void  arena_init(struct arena *, size_t limit);
void  arena_free(struct arena *);              /* all of it; the arena may be used again */
void *arena_alloc(struct arena *, size_t n);   /* zeroed, aligned for any type */
void *arena_copy(struct arena *, const void *p, size_t n);
char *arena_text(struct arena *, const char *s, size_t n); /* copy with a NUL behind it */
/* makes an allocation that is the newest one longer in place where that fits, otherwise moves it; keeps `old` bytes */
void *arena_grow(struct arena *, void *p, size_t old, size_t n);
/* a place to go back to: arena_rewind frees all that was allocated after it. NULL when out of memory; rewinding to NULL
 * does nothing. */
void *arena_mark(struct arena *);
void  arena_rewind(struct arena *, void *mark);
void *arena_alloc_fn(void *arena, size_t n);   /* arena_alloc with the signature that dialects are lent */

#endif
