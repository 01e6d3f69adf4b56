/* SPDX-License-Identifier: Apache-2.0 */
/* content - which part of a file a request wants: conditions and ranges. Pure, any thread.
 *
 * Source   RFC 9110 13 (conditional requests), 14 (ranges). Several ranges are answered with the whole, as is allowed. */
#ifndef HTTP_CONTENT_H
#define HTTP_CONTENT_H

#include "base/buf.h"
#include "outflow.h"

/* 200, 206, 304 or 416; sets `span` to the bytes that are to be sent (length 0: none) */
int content_decide(const struct conditions *, const struct tenon_content *, struct tenon_span *span);
/* `attachment; filename=x.txt`, with filename*=UTF-8''... where the name is not plain */
void content_disposition(struct buf *, const char *filename);

#endif
