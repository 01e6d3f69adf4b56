/* SPDX-License-Identifier: Apache-2.0 */
/* shape - a table, compiled: what decoding and printing want of it that would be slow to work out each time.
 *
 * Threads    any. Shapes are made once and live as long as the process, as the tables do.
 * Failure    a table that contradicts itself is an error that names table and row. */
#ifndef WIRE_SHAPE_H
#define WIRE_SHAPE_H

#include <tenon/plugin.h>

struct err;

struct column {
	const struct tenon_field *field;
	const struct shape *sub;          /* MSG */
	const char *name, *camel;         /* camel == name where the two are one */
	size_t name_n, camel_n;
	bool has_least, has_most;         /* of field->range */
	int64_t least, most;
};

struct shape {
	const struct tenon_table *table;
	struct column *columns;           /* table->n of them */
	void *blank;                      /* a struct with every default in it, every string "" */
	uint64_t digest;                  /* equal for equal layouts, whoever built them */
	bool checks;                      /* it or a part of it has REQUIRED, a range or a pattern */
};

int shape_get(const struct tenon_table *, const struct shape **, struct err *);

/* The column called `name` (or an alias, or its camelCase under `camel`), or -1. `hint`: the column to try first. */
int shape_find(const struct shape *, const char *name, size_t n, bool camel, int hint);

static inline bool shape_has(const void *message, uint32_t i) { return ((const uint64_t *)message)[i / 64] >> (i % 64) & 1; }
static inline void shape_set(void *message, uint32_t i) { ((uint64_t *)message)[i / 64] |= (uint64_t)1 << (i % 64); }
static inline void shape_clear(void *message, uint32_t i) { ((uint64_t *)message)[i / 64] &= ~((uint64_t)1 << (i % 64)); }

/* the C view of every array member */
struct shape_array { void *v; size_t n; };
size_t shape_item_size(const struct tenon_field *); /* bytes of one item of a field's type */

#endif
