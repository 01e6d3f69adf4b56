/* SPDX-License-Identifier: Apache-2.0 */
/* shape - a field table made ready: checked once, its ranges and defaults parsed, its layout digested.
 *
 * Model      One shape for each table, found by the table's address; it lives as long as the process, and so must the
 *            table. `blank` is a message in which nothing is set: defaults in place, strings "", presence bits clear. Every
 *            message that is decoded or translated begins as a copy of it.
 * Threads    any. Looking up a table that was met before takes no lock.
 * Failure    shape_get names the table, the row and what is wrong with it. */
#ifndef WIRE_SHAPE_H
#define WIRE_SHAPE_H

#include <string.h>
#include <tenon/plugin.h>

struct err;

enum { SHAPE_ROWS_MOST = 256, SHAPE_WORDS_MOST = SHAPE_ROWS_MOST / 64 };

struct column {
	const struct tenon_field *field;
	const struct shape *sub;          /* MSG */
	const char *name, *camel;         /* camel == name where the two are one */
	size_t name_n, camel_n;
	const char *key;                  /* `"name":`, as it is printed */
	uint32_t size;                    /* bytes of one value: of an item in an array or map */
	bool shares;                      /* its place in the struct, with others of its group: a union */
	bool has_least, has_most;         /* of field->range, which counts ... */
	int64_t least, most;              /* ... integers, characters, bytes or items */
	double f_least, f_most;           /* ... F64: exactly; least and most are whole numbers near these */
};

struct shape {
	const struct tenon_table *table;
	struct column *columns;           /* table->n of them */
	void *blank;                      /* table->size bytes */
	uint64_t digest;                  /* equal for equal layouts, whoever built them */
	uint64_t required[SHAPE_WORDS_MOST]; /* rows with REQUIRED, as presence bits */
	uint32_t words;                   /* presence words of the struct */
	bool requires;                    /* some row, here or below, is REQUIRED or of a group */
	bool checks;                      /* some row, here or below, has a range or a pattern */
	bool ready;                       /* false while it is made: a table that holds itself */
	struct shape *next;               /* of its bucket */
};

int shape_get(const struct tenon_table *, const struct shape **, struct err *);

/* The column called `name` (or an alias, or its camelCase under `camel`), or -1. `hint`: the column to try first, since
 * messages mostly come in the order of their rows. */
int shape_find(const struct shape *, const char *name, size_t n, bool camel, int hint);

const char *shape_enum_name(const struct tenon_field *, int64_t value); /* NULL if it has none */

static inline bool shape_has(const void *message, uint32_t i) { return ((const uint64_t *)message)[i / 64] >> (i % 64) & 1; }
static inline void shape_set(void *message, uint32_t i) { ((uint64_t *)message)[i / 64] |= (uint64_t)1 << (i % 64); }
static inline void shape_clear(void *message, uint32_t i) { ((uint64_t *)message)[i / 64] &= ~((uint64_t)1 << (i % 64)); }
static inline void shape_blank(const struct shape *s, void *message) { memcpy(message, s->blank, s->table->size); }
static inline void *shape_at(const struct column *c, const void *message) { return (char *)message + c->field->offset; }

void shape_unset(const struct shape *, void *message, uint32_t i); /* as in a blank one, if it is set */

/* what every array and map member looks like */
struct shape_array { void *v; size_t n; } __attribute__((may_alias));

size_t shape_item_size(const struct tenon_field *);   /* bytes of one value */
size_t shape_member_size(const struct tenon_field *); /* bytes of the member: one value, or an array's pointer and count */

#endif
