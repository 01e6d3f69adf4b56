/* SPDX-License-Identifier: Apache-2.0 */
/* header - what the values of request headers mean. Pure functions over text of strangers; no allocation.
 *
 * Source   RFC 9110 (conditions, ranges, dates, codings), W3C Trace Context (traceparent). */
#ifndef HTTP_HEADER_H
#define HTTP_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool header_has_token(const char *list, const char *token);    /* "gzip, br" has "br"; any case */
bool header_accepts(const char *list, const char *coding);     /* Accept-Encoding: `coding` (or `*`) with q > 0 */
bool header_lists_etag(const char *list, const char *etag);    /* If-None-Match: `*`, or a weak match; etag without quotes */
bool header_is_etag(const char *value, const char *etag);      /* If-Range: one strong tag that is this one */

/* "Sun, 06 Nov 1994 08:49:37 GMT", and the two obsolete forms; unix seconds, -1 when it is no date */
int64_t header_date(const char *);
enum { HEADER_DATE = 30 };
void header_print_date(int64_t unix_seconds, char out[HEADER_DATE]);

/* Range: one range of bytes of a body of `size`. Anything else that is no error (several ranges, another unit, nonsense) is
 * to be answered with the whole: RANGE_NONE. */
enum range_kind { RANGE_NONE, RANGE_PART, RANGE_BAD };
enum range_kind header_range(const char *, int64_t size, int64_t *offset, int64_t *length);

/* traceparent: false when it is malformed, or all zeros. `trace` holds 33 bytes; `flags` 3. */
bool header_traceparent(const char *, char *trace, char *flags);

#endif
