/* SPDX-License-Identifier: Apache-2.0 */
/* frame - heads are a handful of scalars, so these are taken one by one, without a table. */
#include "frame.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "wire/pack.h"

void frame_begin(struct buf *b, enum frame_kind kind, uint32_t items)
{
	pack_array(b, items + 1);
	pack_i64(b, kind);
}

bool frame_open(struct frame *f, const void *p, size_t n)
{
	uint32_t items;

	*f = (struct frame){ .in = { p, (const unsigned char *)p + n } };
	if (n > FRAME_MOST || !unpack_array(&f->in, &items) || items == 0 || !unpack_i64(&f->in, &f->kind))
		return false;
	f->left = items - 1;
	return true;
}

bool frame_next(struct frame *f)
{
	if (f->bad || f->left == 0)
		return false;
	f->left--;
	return true;
}

int64_t frame_i64(struct frame *f)
{
	int64_t x = 0;
	if (frame_next(f) && !unpack_i64(&f->in, &x))
		f->bad = !unpack_nil(&f->in);
	return x;
}

/* What libraries say in other encodings goes to clients as JSON: a byte that is no UTF-8 becomes "?". */
static void mend(char *s, size_t n)
{
	for (size_t at = 0; (at += utf8_check(s + at, n - at)) < n;)
		s[at] = '?';
}

const char *frame_text(struct frame *f, struct arena *a)
{
	const char *s = "";
	char *text;
	size_t n = 0;

	if (!frame_next(f) || unpack_nil(&f->in))
		return "";
	if (!unpack_str(&f->in, &s, &n) || n > FRAME_TEXT_MOST || memchr(s, '\0', n) != NULL || (text = arena_text(a, s, n)) == NULL) {
		f->bad = true;
		return "";
	}
	mend(text, n);
	return text;
}

bool frame_bytes(struct frame *f, const void **p, size_t *n)
{
	*n = 0;
	*p = "";
	if (frame_next(f) && !unpack_bin(&f->in, p, n))
		f->bad = true;
	return !f->bad;
}

bool frame_array(struct frame *f, uint32_t *n)
{
	*n = 0;
	if (frame_next(f) && !unpack_array(&f->in, n))
		f->bad = true;
	return !f->bad;
}

bool frame_done(struct frame *f)
{
	while (frame_next(f))
		f->bad = !unpack_skip(&f->in);
	return !f->bad;
}
