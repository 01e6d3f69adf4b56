/* SPDX-License-Identifier: Apache-2.0 */
/* json - a scanner over JSON text: walks and checks it in place, without a tree.
 *
 *	struct json j = json_over(text, n);
 *	struct tenon_json key, value;
 *	if (json_enter(&j, '{'))
 *		while (json_next(&j, &key))
 *			value = json_skip(&j);
 *	if (!json_done(&j)) ... j.fault, j.what and j.at - j.begin say what is wrong and where
 *
 * Model    RFC 8259, strictly. With `loose`, NaN, Infinity and -Infinity are numbers too, and half a surrogate pair is
 *          refused only where its string is decoded: Python's json reads so. Text need not end with NUL. Slices point into it.
 * Failure  sticky: the first fault stays, every later step fails. A caller may look once, at the end. */
#ifndef WIRE_JSON_H
#define WIRE_JSON_H

#include <tenon/plugin.h>

struct arena;

enum { JSON_DEPTH = 32, JSON_DEPTH_MOST = 1024 };

struct json {
	const char *begin, *p, *end;
	int depth, most_depth; /* open brackets, and how many there may be; set it before the first step, JSON_DEPTH_MOST at most */
	bool loose;            /* likewise */
	bool first;            /* a bracket was just opened: no comma is due */
	bool plain;            /* the string taken last has no escapes */
	enum tenon_kind fault; /* NONE, SYNTAX, DEPTH or UTF8 */
	const char *at;        /* where the fault is */
	const char *what;      /* and what it is: "expected ':'" */
};

enum json_type { JSON_NONE, JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json json_over(const char *p, size_t n);
bool json_done(struct json *);                         /* no fault, and nothing but white space is left */
enum json_type json_type_of(struct tenon_json value);  /* by the first byte of a value that was checked */
enum json_type json_peek(struct json *);               /* of what comes next; NONE if no value can begin so */

/* ---- steps; each takes what it names ---- */

struct tenon_json json_skip(struct json *);            /* one value, checked: its text; p == NULL on a fault */
bool json_enter(struct json *, char open);             /* '{' or '[' */
/* Is there another member or item? Takes its comma, name and colon; or the closing bracket, and is false. `key` is the name
 * with its quotes; NULL within an array. The value is what comes next. */
bool json_next(struct json *, struct tenon_json *key);
struct tenon_json json_take_string(struct json *);     /* with its quotes; `plain` is about it */
struct tenon_json json_take_number(struct json *);

/* ---- what a string spells ---- */

/* Writes the string that `quoted`, checked before, spells to `out`, which has room for quoted.n - 1 bytes, and a NUL.
 * Returns its length, or -1 and *kind: NUL for U+0000, UTF8 for half a surrogate pair. */
ptrdiff_t json_unescape(char *out, struct tenon_json quoted, enum tenon_kind *kind);
/* The same in the arena. NULL: *kind, which is NONE when there was no memory. */
const char *json_string(struct tenon_json quoted, struct arena *, enum tenon_kind *kind);

/* ---- free JSON that was checked before ---- */

bool json_is(struct tenon_json quoted, const char *text); /* does the string spell `text`? */
/* the value of the object's member `name`, the last one; p == NULL if there is none or it is no object */
struct tenon_json json_member(struct tenon_json object, const char *name);
struct tenon_json json_item(struct tenon_json array, size_t index);

#endif
