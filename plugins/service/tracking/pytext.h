/* SPDX-License-Identifier: Apache-2.0 */
/* pytext - values spelled as Python spells them, because MLflow's messages quote them so.
 *
 * A text grows in an arena. When that has no more memory, pieces are left out and `failed` is set: a message may be sent all
 * the same, what is stored may not. Pure, any thread. */
#ifndef TRACKING_PYTEXT_H
#define TRACKING_PYTEXT_H

#include <tenon/plugin.h>

struct pytext {
	char *p;            /* NUL-terminated; NULL before the first piece */
	size_t n, room;
	bool failed;
	void *(*alloc)(void *arena, size_t);
	void *arena;
};

/* a text in the arena of a call */
struct pytext pytext_of(struct tenon_call *c);
/* what was written so far; "" for nothing */
const char *pytext_text(const struct pytext *);

void pytext_add(struct pytext *, const char *plain);
void pytext_repr(struct pytext *, const char *text);        /* repr(text): 'it' or "it's" */
void pytext_float(struct pytext *, double);                  /* repr(x): 1.0, 1e+16, nan, inf */
void pytext_json_string(struct pytext *, const char *text);  /* json.dumps(text) */
/* json.dumps(json.loads(json)): `json` is valid (jsontext.h); compact: separators=(",", ":") */
void pytext_json(struct pytext *, const char *json, bool compact);

/* type(json.loads(json)).__name__; "NoneType" for an empty slice */
const char *pytext_type(struct tenon_json json);

#endif
