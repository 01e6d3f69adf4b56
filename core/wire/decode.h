/* SPDX-License-Identifier: Apache-2.0 */
/* decode - a request's path, query or body into a message struct, by its table, under a dialect.
 *
 * Model    preparse (dialect) -> raw text of each row -> values, in the order of the text, up to the first that fails ->
 *          path variables -> accept (dialect) or every failure counts -> ranges, lengths, patterns in the order of the rows.
 * Threads  any; the arena is the call's. Failure: TENON_INVALID_ARGUMENT (TOO_LARGE too deep) and the problem says the
 *          rest, with `message` in plain words for dialects that have none of their own. */
#ifndef WIRE_DECODE_H
#define WIRE_DECODE_H

#include "shape.h"

struct arena;

/* `out` is a struct of the shape's table; it is filled from the blank. `d` may be NULL: strict JSON. */
int decode_request(const struct shape *, const struct tenon_dialect *d, struct arena *, struct tenon_request *,
                   const struct tenon_pair *vars, size_t nvars, void *out, struct tenon_problem *);

/* %XX and + decoded; NULL on a broken escape, U+0000 or invalid UTF-8 (kind says), or no memory */
char *decode_text(struct arena *, const char *s, size_t n, bool plus_is_space, enum tenon_kind *);

/* ---- between the files of this folder ---- */

/* where in the message a value stands, for the path of an error */
struct where { const struct where *up; const char *name; size_t index; };

struct decoder {
	const struct tenon_dialect *dialect;
	unsigned flags;
	struct arena *arena;
	struct tenon_problem *problem;
};

int decode_fail(struct decoder *, enum tenon_kind, const struct where *, const struct tenon_field *, struct tenon_json raw,
                const char *fmt, ...) __attribute__((format(printf, 6, 7)));
int decode_value(struct decoder *, const struct column *, struct tenon_json raw, const struct where *, void *at); /* one, from JSON */
int decode_bare(struct decoder *, const struct column *, const char *text, const struct where *, void *at);       /* one, from text */
int decode_member(struct decoder *, const struct column *, struct tenon_json raw, const struct where *, void *message);
int decode_check(struct decoder *, const struct shape *, const void *message, const struct where *up);
const char *decode_type_name(const struct tenon_field *);

#endif
