/* SPDX-License-Identifier: Apache-2.0 */
/* print - message structs as JSON text, by their tables.
 *
 * What is printed: rows whose presence bit is set; empty arrays and empty sub-messages only with TENON_KEEP, as protobuf's
 * JSON does. `flags` are a dialect's: TENON_SPELL_NONFINITE prints "NaN", "Infinity", otherwise null. Failure: the buffer's. */
#ifndef WIRE_PRINT_H
#define WIRE_PRINT_H

#include "shape.h"

struct buf;

void print_object(struct buf *, const struct shape *, const void *message, unsigned flags);
void print_value(struct buf *, const struct column *, const void *at, unsigned flags); /* one value, no name */
void print_string(struct buf *, const char *s);
void print_stringn(struct buf *, const char *s, size_t n);
void print_double(struct buf *, double x, unsigned flags);
void print_i64(struct buf *, int64_t x);

/* A result whose EMIT row `row` comes item by item: head, items (`first`: no comma in front), tail with the other rows. */
void print_head(struct buf *, const struct shape *, int row);
void print_item(struct buf *, const struct shape *, int row, const void *item, bool first, unsigned flags);
void print_tail(struct buf *, const struct shape *, const void *message, int row, unsigned flags);

#endif
