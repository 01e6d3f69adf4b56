/* SPDX-License-Identifier: Apache-2.0 */
/* pack - msgpack, written: what crosses the border of a process.
 *
 * Model    Whole numbers take their shortest form, doubles are float64 with every bit kept. A message is a map of row name to
 *          value, of the rows whose presence bit is set: BYTES are bin, ENUMs their number, JSON is a str of its text.
 * Failure  the buffer's: add freely, look at `failed` once. What msgpack has no form for, 2^32 bytes or items and more, fails it too. */
#ifndef WIRE_PACK_H
#define WIRE_PACK_H

#include "base/buf.h"
#include "shape.h"

#include <stdint.h>

void pack_nil(struct buf *);
void pack_bool(struct buf *, bool);
void pack_i64(struct buf *, int64_t);
void pack_double(struct buf *, double);
void pack_str(struct buf *, const char *s); /* NULL is "" */
void pack_strn(struct buf *, const char *, size_t);
void pack_bin(struct buf *, const void *, size_t);
void pack_bin_head(struct buf *, size_t n); /* the caller appends the n bytes */
void pack_array(struct buf *, uint32_t n);  /* the caller packs the n items */
void pack_map(struct buf *, uint32_t n);    /* the caller packs n times a key and a value */
void pack_message(struct buf *, const struct shape *, const void *message);

#endif
