/* SPDX-License-Identifier: Apache-2.0 */
/* frame - what a host sends to the core, read as the core reads it: the head, then what a frame of that kind holds.
 *
 * Beside not crashing: a reader never leaves its bytes, a text is terminated and of bounded length, what is bad stays bad, and what
 * was read whole is written again to bytes that read as the same. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "bus/frame.h"
#include "wire/pack.h"

#include <stdlib.h>
#include <string.h>

static void must(bool good)
{
	if (!good)
		abort();
}

/* i: a number, t: a text, b: bytes, a: an array, any: skipped */
static const char *layout(int64_t kind)
{
	static const char *const layouts[] = {
		[FRAME_HELLO] = "itt", [FRAME_STATE] = "it", [FRAME_ASK] = "", [FRAME_RESULT] = "iit", [FRAME_PART] = "iib", [FRAME_READ] = "ii",
		[FRAME_CONTENT] = "iitttii", [FRAME_ITEMS] = "ia", [FRAME_UP] = "ittii", [FRAME_CONTROL] = "i", [FRAME_EVENT] = "tt",
	};
	return kind >= FRAME_HELLO && kind <= FRAME_EVENT ? layouts[kind] : "itbaitba";
}

struct copy { struct buf *out; struct arena *memory; };

static void take_text(struct frame *f, struct copy *c)
{
	const char *s = frame_text(f, c->memory);
	must(s != NULL && strlen(s) <= FRAME_TEXT_MOST && (!f->bad || *s == '\0') && utf8_check(s, strlen(s)) == strlen(s));
	pack_str(c->out, s);
}

static void take_bytes(struct frame *f, struct copy *c)
{
	const void *p;
	size_t n;

	must(frame_bytes(f, &p, &n) == !f->bad && p != NULL && n <= FRAME_MOST);
	if (!f->bad)
		pack_bin(c->out, p, n);
}

static void take_array(struct frame *f, struct copy *c)
{
	uint32_t n;

	must(frame_array(f, &n) == !f->bad);
	pack_array(c->out, 0);
	for (uint32_t i = 0; i < n && !f->bad; i++)
		f->bad = !unpack_skip(&f->in);
}

static void take(struct frame *f, char what, struct copy *c)
{
	switch (what) {
	case 'i': pack_i64(c->out, frame_i64(f)); break;
	case 't': take_text(f, c); break;
	case 'b': take_bytes(f, c); break;
	default: take_array(f, c); break;
	}
}

/* what it holds by its layout, as a frame of its own; false: it was bad, or of no kind that a host sends */
static bool read_frame(const void *p, size_t n, struct buf *out)
{
	struct arena memory;
	struct frame f;
	struct copy c = { out, &memory };

	if (!frame_open(&f, p, n))
		return false;
	arena_init(&memory, FRAME_MOST);
	const char *items = layout(f.kind);
	frame_begin(out, (enum frame_kind)f.kind, (uint32_t)strlen(items));
	for (const char *at = items; *at != '\0'; at++) {
		bool was_bad = f.bad;
		take(&f, *at, &c);
		must(f.bad >= was_bad);
	}
	bool good = !f.bad, known = f.kind >= FRAME_HELLO && f.kind <= FRAME_EVENT;
	must(frame_done(&f) <= good && f.in.p >= (const unsigned char *)p && f.in.p <= (const unsigned char *)p + n);
	arena_free(&memory);
	return good && known;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct buf first = { 0 }, second = { 0 };

	if (read_frame(data, n, &first) && !first.failed) {
		must(read_frame(first.p, first.n, &second));
		must(second.failed || (first.n == second.n && memcmp(first.p, second.p, first.n) == 0));
	}
	buf_free(&first);
	buf_free(&second);
	return 0;
}
