/* SPDX-License-Identifier: Apache-2.0 */
/* jsontext - walks over JSON text without making a tree of it. Pure, any thread.
 *
 *	struct jsontext_member m = { 0 };
 *	for (const char *p = object; (p = jsontext_next(p, &m)) != NULL;)
 *		... m.key, m.value
 *
 * Texts are NUL-terminated and were checked with jsontext_valid() before they are walked. */
#ifndef TRACKING_JSONTEXT_H
#define TRACKING_JSONTEXT_H

#include <tenon/plugin.h>

/* the end of the value that starts at p (after white space), NULL if it is not JSON or deeper than 100 levels */
const char *jsontext_skip(const char *p);
/* is the whole text one value? */
bool jsontext_valid(const char *text);

/* slices with their quotes; the key is empty in an array */
struct jsontext_member { struct tenon_json key, value; };
/* p: the '{' or '[' at first, then what was returned before; NULL behind the last member */
const char *jsontext_next(const char *p, struct jsontext_member *);

const char *jsontext_space(const char *p); /* behind white space */
/* the bytes that a string means, NUL-terminated, into `to`, which has room for string.n; a lone half of a surrogate pair
 * becomes U+FFFD */
void jsontext_unescape(struct tenon_json string, char *to);
bool jsontext_is(struct tenon_json string, const char *text); /* a string without escapes that reads `text` */

#endif
