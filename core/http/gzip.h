/* SPDX-License-Identifier: Apache-2.0 */
/* gzip - answers packed, request bodies unpacked under a bound. One thread at a time; zlib is included here alone. */
#ifndef HTTP_GZIP_H
#define HTTP_GZIP_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct gzip;
struct inflater;

struct gzip *gzip_open(void);                 /* NULL: no memory */
bool gzip_add(struct gzip *, const void *, size_t n, bool last, struct buf *out); /* appends what is packed */
void gzip_close(struct gzip *);

/* gzip and zlib streams, found out from their first bytes */
struct inflater *inflater_open(void);
/* Appends what is unpacked; TENON_TOO_LARGE when `out` would pass `most`, INVALID_ARGUMENT when it is not packed data. */
int  inflater_add(struct inflater *, const void *, size_t n, struct buf *out, size_t most);
bool inflater_done(const struct inflater *);  /* did the packed data end well? */
void inflater_close(struct inflater *);

#endif
