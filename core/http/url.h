/* SPDX-License-Identifier: Apache-2.0 */
/* url - paths as they came over the wire: split at `/`, each segment decoded once (RFC 3986).
 *
 * An encoded slash (%2F) never splits a segment. Runs of slashes count as one. Nothing is said about `.` and `..`: they
 * are ordinary names here, and match no route. */
#ifndef HTTP_URL_H
#define HTTP_URL_H

#include <stdbool.h>
#include <stddef.h>

enum { URL_SEGMENTS = 560 }; /* an artifact path of 1,024 bytes, and what stands before it */

struct segment { const char *p; size_t n; }; /* raw */

/* Is it free of white space and control characters? Bytes past ASCII pass: some clients do not encode them. */
bool url_is_sound(const char *path_or_query);
bool url_has_nul(const char *path); /* as %00 */
/* The segments of `path`; TENON_TOO_LARGE when there are more than URL_SEGMENTS. `slash`: it ends with one (and is not "/"). */
int  url_split(const char *path, struct segment *out, bool *slash);
/* Decodes `n` raw bytes to `out` (room for n + 1), NUL-terminated; returns the length. Broken escapes stay as they are. */
size_t url_decode(const char *raw, size_t n, char *out);
bool segment_is(const struct segment *, const char *text, size_t n); /* the decoded segment equals `text` */

#endif
