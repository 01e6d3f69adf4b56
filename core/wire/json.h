/* SPDX-License-Identifier: Apache-2.0 */
/* json - the scanner: finds where values begin and end, checks them, and never builds a tree.
 *
 * Model    a cursor over (p, n). json_skip checks one value whole; json_enter and json_next walk an object or array, giving
 *          slices of the original text. Failure is kept in `fault` and `at`, and every later call fails too.
 * Source   RFC 8259. `loose`: NaN, Infinity and -Infinity as bare words too, as Python's json reads them. */
#ifndef WIRE_JSON_H
#define WIRE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <tenon/plugin.h>

struct arena;

enum { JSON_DEPTH = 32 };

struct json {
	const char *p, *end;
	int depth, most_depth;
	bool loose, first;     /* first: no item of the present array or object was met yet */
	enum tenon_kind fault; /* SYNTAX, DEPTH, UTF8, NUL; NONE = none yet */
	const char *at;        /* where */
};

enum json_type { JSON_NONE, JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json json_over(const char *p, size_t n);

/* checks the next value and moves behind it; its text, or p == NULL with the fault set */
struct tenon_json json_skip(struct json *);
bool json_done(struct json *);                        /* nothing but white space is left; otherwise SYNTAX */

/* Of a value's text (no white space around it, as json_skip gives it). */
enum json_type json_type_of(struct tenon_json value);

/* Walks an array or object. false at its end or on a fault. `key` is the raw text between the quotes, NULL for arrays. */
bool json_enter(struct json *, char open);            /* '{' or '[' */
bool json_next(struct json *, struct tenon_json *key); /* then the value is at the cursor: json_skip or json_enter it */

/* The string that a value's text (with its quotes) or a key's spells, with a NUL behind it. NULL: fault (lone surrogate
 * UTF8, U+0000 NUL), or no memory (fault NONE). */
const char *json_string(struct tenon_json text, struct arena *, enum tenon_kind *fault);

/* free-form values: the member `name` of an object's text (p == NULL if absent or no object) */
struct tenon_json json_member(struct tenon_json object, const char *name);

#endif
