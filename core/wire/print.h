/* SPDX-License-Identifier: Apache-2.0 */
/* print - messages as JSON, by their tables: in the order of the rows, without white space.
 *
 * What is printed: rows whose presence bit is set, but empty arrays and maps only with TENON_KEEP, as protobuf's JSON does.
 * A KEEP row that is not set comes too: "", [], {}, 0 or false. `flags` are a dialect's: TENON_SPELL_NONFINITE prints "NaN",
 * "Infinity" and "-Infinity", otherwise these are null. An enum without a name for its value prints the number.
 * Failure: the buffer's. */
#ifndef WIRE_PRINT_H
#define WIRE_PRINT_H

#include "shape.h"

struct buf;

void print_object(struct buf *, const struct shape *, const void *message, unsigned flags);
void print_value(struct buf *, const struct column *, const void *at, unsigned flags);  /* one value: an item, for arrays */
void print_member(struct buf *, const struct column *, const void *at, unsigned flags); /* all that the row holds */
void print_string(struct buf *, const char *s);            /* quoted and escaped; UTF-8 stays as it is; NULL is "" */
void print_stringn(struct buf *, const char *s, size_t n);
void print_double(struct buf *, double x, unsigned flags);
void print_i64(struct buf *, int64_t x);

/* A result whose EMIT row `row` comes item by item: head `{"runs":[`, items (`first`: no comma in front), tail `],...}` with the
 * other rows. If no item came, print_object of the result is what to send. */
void print_head(struct buf *, const struct shape *, int row);
void print_item(struct buf *, const struct shape *, int row, const void *item, bool first, unsigned flags);
void print_tail(struct buf *, const struct shape *, const void *message, int row, unsigned flags);

#endif
