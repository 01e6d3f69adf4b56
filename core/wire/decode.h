/* SPDX-License-Identifier: Apache-2.0 */
/* decode - a request's text into a message, by its table, under a dialect: JSON, query or form, then the path's variables.
 *
 * Model      Four steps: (1) the dialect's preparse. (2) The text is walked once, in its own order, into `out` up to its first
 *            failure; what follows is only cut into rows. (3) The dialect's accept() judges, or else every failure counts and
 *            REQUIRED means present and not null. (4) In the order of the rows: REQUIRED fields of what is nested and
 *            groups; then ranges, lengths, items and patterns.
 * Broken     A body that is no JSON, too deep or not UTF-8 comes to accept() as first->kind, with nothing decoded and every
 *            raw[] absent: a dialect may take it as an empty body.
 * Queries    are read by GET and HEAD, and by DELETE without a body; with TENON_QUERY_OR_BODY only by GET and HEAD that have
 *            one. Their names are exact; of a repeated one the first counts, for an array all do. Nested messages and
 *            JSON come as JSON text. A form body is read as a query is.
 * Names      A field that comes under its name and an alias is what its name says, unless that is null (or "", with
 *            EMPTY_IS_MISSING). Under its name and in camelCase: TWICE. Repeated in JSON: the last counts, TWICE with
 *            REFUSE_UNKNOWN.
 * Ownership  What `out` and the problem point to belongs to the arena or to the request's text, which must live as long.
 * Threads    any; it neither parks nor locks. Stack: 2 KiB, and 0.5 KiB more for each message within a message. */
#ifndef WIRE_DECODE_H
#define WIRE_DECODE_H

#include "shape.h"

#include <tenon/plugin.h>

struct arena;

/* 0, or a negative code that the problem has too. `d` may be NULL: strict JSON, unknown fields refused. */
int decode_request(const struct shape *, const struct tenon_dialect *d, struct arena *, struct tenon_request *,
                   const struct tenon_pair *vars, size_t nvars, void *out, struct tenon_problem *);
/* the same with another bound than JSON_DEPTH on brackets within brackets */
int decode_request_deep(const struct shape *, const struct tenon_dialect *d, struct arena *, struct tenon_request *,
                        const struct tenon_pair *vars, size_t nvars, void *out, struct tenon_problem *, int depth);

/* One JSON text, judged as without a dialect. `flags`: enum tenon_dialect_flag. */
int decode_json(const struct shape *, unsigned flags, struct arena *, struct tenon_json text, void *out, struct tenon_problem *);

/* One value (an item, for arrays) from bare text, as a configuration has it. False: it is none of the row's type, or no memory. */
bool decode_plain(const struct column *, const char *text, struct arena *, void *at);

/* %XX decoded, + too if it is a space; a % that begins no escape stands for itself. NULL: *kind is NUL (U+0000), UTF8
 * (invalid), or NONE when there was no memory. */
char *decode_text(struct arena *, const char *s, size_t n, bool plus_is_space, enum tenon_kind *kind);

#endif
