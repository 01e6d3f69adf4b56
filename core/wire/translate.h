/* SPDX-License-Identifier: Apache-2.0 */
/* translate - a message from one build's layout into another's, by field names. What the target has and the source lacks
 * keeps its default; what only the source has is left behind. Strings and slices are shared, arrays are made anew. */
#ifndef WIRE_TRANSLATE_H
#define WIRE_TRANSLATE_H

#include "shape.h"

struct arena;

/* 0, TENON_NO_MEMORY, or TENON_UNSUPPORTED when a field of one name has another type. */
int translate(const struct shape *from, const void *src, const struct shape *to, void *dst, struct arena *);

#endif
