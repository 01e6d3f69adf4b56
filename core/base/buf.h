/* SPDX-License-Identifier: Apache-2.0 */
/* buf - bytes that grow at the end. Failure is sticky: add freely, look at `failed` once. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct buf {
	char *p;
	size_t n, room;
	bool failed; /* an allocation failed; what was added since is lost */
};

bool  buf_reserve(struct buf *, size_t more); /* room for `more` bytes behind n */
void  buf_free(struct buf *);
void  buf_printf(struct buf *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
char *buf_take(struct buf *);                 /* the bytes, NUL-terminated, owned by the caller; NULL if failed */

static inline void buf_add(struct buf *b, const void *p, size_t n)
{
	if (b->room - b->n < n && !buf_reserve(b, n))
		return;
	if (n > 0)
		memcpy(b->p + b->n, p, n);
	b->n += n;
}
static inline void buf_addc(struct buf *b, char c)
{
	if (b->room == b->n && !buf_reserve(b, 1))
		return;
	b->p[b->n++] = c;
}
static inline void buf_adds(struct buf *b, const char *s) { buf_add(b, s, strlen(s)); }

#endif
