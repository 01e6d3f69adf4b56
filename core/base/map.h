/* SPDX-License-Identifier: Apache-2.0 */
/* map - strings to pointers: instances, methods, routes, metrics. Keys are copied, values borrowed.
 * Order of map_each is the order of insertion. One thread at a time. */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stddef.h>

struct map { struct map_slot *slots; size_t n, room; unsigned *index; size_t mask; };
struct map_slot { char *key; void *value; };

int   map_put(struct map *, const char *key, void *value); /* replaces; 0 or TENON_NO_MEMORY */
void *map_get(const struct map *, const char *key);        /* NULL if absent */
void *map_getn(const struct map *, const char *key, size_t n);
void  map_free(struct map *);                              /* keys and slots, not the values */

/* a map that never held anything has no slots to count from */
#define MAP_EACH(m, slot) for (struct map_slot *slot = (m)->slots; slot != NULL && slot != (m)->slots + (m)->n; slot++)

#endif
