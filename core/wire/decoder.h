/* SPDX-License-Identifier: Apache-2.0 */
/* decoder - what the files behind decode.h share: the state of one decoding, and how it fails. Not for other folders. */
#ifndef WIRE_DECODER_H
#define WIRE_DECODER_H

#include "json.h"
#include "shape.h"

struct arena;

/* Where in the message the decoder is: a chain along the C stack, the innermost first. A link is a member (column, or a
 * name that no column has) or an item of an array (neither). */
struct place {
	const struct place *up;
	const struct column *column;
	const char *name;
	size_t index;
};

struct decoder {
	struct json j;
	const struct shape *shape;       /* of the whole message */
	unsigned flags;                  /* enum tenon_dialect_flag */
	struct arena *arena;
	struct tenon_problem *problem;   /* kind NONE until something failed */
	const struct place *place;
	int levels;                      /* messages within messages */
	struct tenon_json *raw, *name;   /* text of each top-level row, and how it was spelled, without quotes */
	bool bare;                       /* raw is bare text, not JSON */
	int depth;                       /* most brackets within brackets */
	bool stopped;                    /* a failure was forgiven: what followed it is not decoded */
	char *text;                      /* where decoded strings go, and the room left there */
	size_t text_left;
};

enum { DECODER_LEVELS = 64 }; /* messages within messages, at most */

/* a place in the text to come back to */
struct mark { const char *p; int depth; };

static inline struct mark decoder_mark(const struct decoder *d) { return (struct mark){ d->j.p, d->j.depth }; }
static inline void decoder_go_back(struct decoder *d, struct mark m)
{
	d->j.p = m.p;
	d->j.depth = m.depth;
	d->j.first = false;
}

/* Each returns a negative code, TENON_NO_MEMORY when it is that; the first failure stays. */
int decoder_fail(struct decoder *, enum tenon_kind, const struct column *, struct tenon_json raw, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
int decoder_fail_type(struct decoder *, const struct column *, struct tenon_json raw); /* says what was expected */
int decoder_fail_unknown(struct decoder *, const struct shape *, const char *name, struct tenon_json raw);
int decoder_fail_syntax(struct decoder *); /* what the scanner met */
int decoder_fail_memory(struct decoder *);
/* the text of what stands at d->place, found again in raw[]; p == NULL if it does not stand there */
struct tenon_json decoder_raw(const struct decoder *);
/* takes the failure back */
void decoder_forget(struct decoder *);

char *decoder_room(struct decoder *, size_t n);                          /* n bytes for a string; NULL: no memory */
char *decoder_room_of(struct decoder *, size_t n, size_t block);         /* the same, from blocks of `block` bytes */
void *decoder_push(struct decoder *, struct shape_array *, size_t size); /* place of one more item, not counted yet; NULL: no memory */
int decoder_drop_repeated(struct decoder *, const struct column *, struct shape_array *map); /* of entries with one key the last stays */
int decoder_walk(struct decoder *, void *out);                           /* the JSON of d->j, into the whole message */
int decoder_value(struct decoder *, const struct column *, void *at);    /* the next value of d->j: one value */
int decoder_member(struct decoder *, const struct column *, void *at);   /* or an array or map of them */
/* `text` is what `raw` spells */
int decoder_enum(struct decoder *, const struct column *, struct tenon_json raw, const char *text, size_t n, int64_t *out);
int decoder_message(struct decoder *, const struct shape *, void *message);
int decoder_query(struct decoder *, const char *query, size_t n, void *out);
int decoder_variable(struct decoder *, const struct tenon_pair *, void *out);
/* what must be there: `top`, the message's own REQUIRED rows; otherwise all the rest, groups and what is nested */
int decoder_require(struct decoder *, const struct shape *, const void *message, bool top);
int decoder_check(struct decoder *, const struct shape *, const void *message); /* ranges and patterns */

/* a row's default into its place in a blank message */
bool decoder_default(const struct column *, const char *text, struct arena *, void *at);

#endif
