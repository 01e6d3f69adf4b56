/* SPDX-License-Identifier: Apache-2.0 */
/* translate - a message from one build's layout into another's, row by row, by name.
 *
 * Set rows are copied with their bit. What the target has and the source lacks, or has unset, stays as the target's blank
 * has it; what only the source has is left behind. Strings, slices and arrays of plain values are shared, so the source must
 * live as long; messages are made anew in the arena. I64 and ENUM are one: the number is what counts. */
#ifndef WIRE_TRANSLATE_H
#define WIRE_TRANSLATE_H

#include "shape.h"

struct arena;

/* `dst`: to->table->size bytes, overwritten. 0, TENON_NO_MEMORY, or TENON_UNSUPPORTED when a set row has another type there. */
int translate(const struct shape *from, const void *src, const struct shape *to, void *dst, struct arena *);

#endif
