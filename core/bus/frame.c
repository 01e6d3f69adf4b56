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

/* ---- many: an array32 and bin32s, whose counts are written when they are known ---- */

enum { COUNT_AT = 1, ITEM_HEAD = 5 };

static uint32_t get32(const char *at)
{
	const unsigned char *p = (const unsigned char *)at;
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void put32(char *at, uint32_t x)
{
	const unsigned char be[] = { (unsigned char)(x >> 24), (unsigned char)(x >> 16), (unsigned char)(x >> 8), (unsigned char)x };
	memcpy(at, be, sizeof be);
}

void frame_many(struct buf *b)
{
	static const unsigned char head[] = { 0xdd, 0, 0, 0, 1, FRAME_MANY };
	b->n = 0;
	b->failed = false;
	buf_add(b, head, sizeof head);
}

size_t frame_item(struct buf *b)
{
	static const unsigned char head[ITEM_HEAD] = { 0xc6 };
	size_t item = b->n;
	buf_add(b, head, sizeof head);
	return item;
}

void frame_item_end(struct buf *b, size_t item)
{
	if (b->failed)
		return;
	put32(b->p + item + 1, (uint32_t)(b->n - item - ITEM_HEAD));
	put32(b->p + COUNT_AT, get32(b->p + COUNT_AT) + 1);
}

void frame_item_drop(struct buf *b, size_t item)
{
	b->n = item;
	b->failed = false;
}

/* ---- reading ---- */

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
