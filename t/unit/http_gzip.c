/* SPDX-License-Identifier: Apache-2.0 */
/* http_gzip - unit tests of core/http: what is packed can be unpacked, under a bound. */
#include "base/buf.h"
#include "http/gzip.h"
#include <tenon/error.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { N = 300000 };

/* text with some noise in it */
static void fill(struct buf *b)
{
	unsigned x = 1;
	for (int i = 0; i < N; i++) {
		x = x * 1103515245 + 12345;
		buf_addc(b, i % 3 == 0 ? (char)(x >> 16) : (char)('a' + i % 7));
	}
}

/* in pieces of `piece` bytes */
static void pack(const struct buf *plain, size_t piece, struct buf *packed)
{
	struct gzip *g = gzip_open();

	for (size_t at = 0; at < plain->n; at += piece)
		assert_true(gzip_add(g, plain->p + at, plain->n - at < piece ? plain->n - at : piece, false, packed));
	assert_true(gzip_add(g, "", 0, true, packed));
	gzip_close(g);
}

static int unpack(const struct buf *packed, size_t n, size_t piece, size_t most, struct buf *out, bool *done)
{
	struct inflater *i = inflater_open();
	int rc = TENON_OK;

	for (size_t at = 0; at < n && rc == TENON_OK; at += piece)
		rc = inflater_add(i, packed->p + at, n - at < piece ? n - at : piece, out, most);
	*done = inflater_done(i);
	inflater_close(i);
	return rc;
}

static void it_comes_back(void **state)
{
	static const size_t pieces[] = { 1, 7, 1000, 65536, N };
	struct buf plain = { 0 };
	bool done;

	(void)state;
	fill(&plain);
	for (size_t k = 0; k < sizeof pieces / sizeof *pieces; k++) {
		struct buf packed = { 0 }, out = { 0 };
		pack(&plain, pieces[k], &packed);
		assert_true(packed.n < plain.n);
		assert_int_equal(unpack(&packed, packed.n, pieces[k], N, &out, &done), TENON_OK);
		assert_true(done);
		assert_int_equal(out.n, N);
		assert_memory_equal(out.p, plain.p, N);
		buf_free(&packed);
		buf_free(&out);
	}
	buf_free(&plain);
}

static void it_is_bounded_and_checked(void **state)
{
	struct buf plain = { 0 }, packed = { 0 }, out = { 0 };
	bool done;

	(void)state;
	fill(&plain);
	pack(&plain, 1000, &packed);
	assert_int_equal(unpack(&packed, packed.n, 4096, N - 1, &out, &done), TENON_TOO_LARGE);
	out.n = 0;
	assert_int_equal(unpack(&packed, packed.n, 4096, 1000, &out, &done), TENON_TOO_LARGE);
	assert_true(out.n <= 1000 + 16384);
	out.n = 0;
	assert_int_equal(unpack(&packed, packed.n - 1, 4096, N, &out, &done), TENON_OK);
	assert_false(done);
	out.n = 0;
	packed.p[packed.n / 2] ^= 1;
	assert_int_equal(unpack(&packed, packed.n, 4096, N, &out, &done), TENON_INVALID_ARGUMENT);
	out.n = 0;
	assert_int_equal(unpack(&plain, plain.n, 4096, N, &out, &done), TENON_INVALID_ARGUMENT);
	packed.p[packed.n / 2] ^= 1;
	buf_adds(&packed, "more");
	out.n = 0;
	assert_int_equal(unpack(&packed, packed.n, 4096, N, &out, &done), TENON_INVALID_ARGUMENT);
	buf_free(&plain);
	buf_free(&packed);
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(it_comes_back), cmocka_unit_test(it_is_bounded_and_checked) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
