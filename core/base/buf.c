/* SPDX-License-Identifier: Apache-2.0 */
/* buf - doubling growth. */
#include "buf.h"
#include "mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

bool buf_reserve(struct buf *b, size_t more)
{
	if (b->failed)
		return false;
	if (b->room - b->n >= more)
		return true;
	size_t room = b->room < 256 ? 256 : b->room * 2;
	while (room - b->n < more && room < SIZE_MAX / 4)
		room *= 2;
	char *p = room - b->n < more ? NULL : mem_grow(b->p, room);
	if (p == NULL) {
		b->failed = true;
		return false;
	}
	b->p = p;
	b->room = room;
	return true;
}

void buf_free(struct buf *b)
{
	mem_free(b->p);
	*b = (struct buf){ 0 };
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap, again;

	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n >= 0 && buf_reserve(b, (size_t)n + 1)) {
		vsnprintf(b->p + b->n, (size_t)n + 1, fmt, again);
		b->n += (size_t)n;
	}
	va_end(again);
}

char *buf_take(struct buf *b)
{
	buf_addc(b, '\0');
	char *p = b->p;
	if (b->failed) {
		buf_free(b);
		return NULL;
	}
	*b = (struct buf){ 0 };
	return p;
}
