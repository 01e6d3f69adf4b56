/* SPDX-License-Identifier: Apache-2.0 */
/* copy - a message with all that it points to, in one piece of memory: what outlives the call that it was made in.
 *
 * Set rows are copied with their bit; the others are as the shape's blank has them. A NULL string becomes "". */
#ifndef WIRE_COPY_H
#define WIRE_COPY_H

#include "shape.h"

size_t copy_size(const struct shape *, const void *message);             /* bytes that copy_to needs */
void   copy_to(const struct shape *, const void *message, void *room);   /* aligned for any type; the copy lies at its start */

#endif
