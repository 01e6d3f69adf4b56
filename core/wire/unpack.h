/* SPDX-License-Identifier: Apache-2.0 */
/* unpack - msgpack, read: items one by one, and messages by their tables. What comes in is trusted in nothing.
 *
 * Model    A cursor over one text. Each step takes the next item if it is whole and of that kind; false: it is another
 *          kind, or the text ends, and the cursor stays. A count that the bytes left cannot hold is an end of the text, so
 *          that nobody allocates by it.
 * Messages A map of row name to value, the names exact or an alias. Unknown names are skipped, the last of a repeated name counts,
 *          nil is absent. Doubles that are whole are whole numbers too. What decode.h asks of a request counts here: REQUIRED,
 *          groups, ranges, lengths, patterns, in the same order and words.
 * Ownership unpack_str and unpack_bin lend from the text. A message's strings, bytes and JSON are copies in the arena, each with
 *          a NUL behind it: the text may go.
 * Stack    0.5 KiB, and as much again for each message within a message, 64 at most. */
#ifndef WIRE_UNPACK_H
#define WIRE_UNPACK_H

#include "shape.h"

struct arena;

struct unpack { const unsigned char *p, *end; };

enum { UNPACK_DEPTH = 32 }; /* arrays and maps within each other that unpack_skip goes into */

bool unpack_nil(struct unpack *);
bool unpack_bool(struct unpack *, bool *);
bool unpack_i64(struct unpack *, int64_t *);   /* int and uint, up to INT64_MAX */
bool unpack_double(struct unpack *, double *); /* float32, float64, int and uint */
bool unpack_str(struct unpack *, const char **s, size_t *n); /* no NUL behind it, and any bytes in it */
bool unpack_bin(struct unpack *, const void **p, size_t *n);
bool unpack_array(struct unpack *, uint32_t *n);
bool unpack_map(struct unpack *, uint32_t *n);
bool unpack_skip(struct unpack *);             /* one whole item of any kind */

/* TRUSTED: what comes back from one's own table; REQUIRED, ranges, lengths, patterns and the names of ENUMs are not looked at.
 * Types and UTF-8 always are. */
enum { UNPACK_TRUSTED = 1 };

/* 0, the cursor behind the message; or a negative code that the problem has too, `out` blank and the cursor where it was. */
int unpack_message(const struct shape *, struct arena *, struct unpack *, unsigned flags, void *out, struct tenon_problem *);

#endif
