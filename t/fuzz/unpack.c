/* SPDX-License-Identifier: Apache-2.0 */
/* unpack - msgpack into a message with a row of every type that also holds itself; what is taken is packed, and taken again. */
#include "everything.h"
#include "base/arena.h"
#include "wire/pack.h"
#include "wire/unpack.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static int take(const struct shape *s, struct arena *a, const void *p, size_t n, unsigned flags, struct outer *m)
{
	struct unpack u = { p, (const unsigned char *)p + n };
	struct tenon_problem problem = { 0 };
	int rc = unpack_message(s, a, &u, flags, m, &problem);

	if (rc != problem.code || (rc < 0 && (problem.message == NULL || *problem.message == '\0' || u.p != p)) || m->text == NULL)
		abort();
	return rc;
}

static void go_round(const struct shape *s, struct arena *a, const struct outer *m, unsigned flags)
{
	struct buf first = { 0 }, second = { 0 };
	struct outer again;

	pack_message(&first, s, m);
	if (take(s, a, first.p, first.n, flags, &again) == TENON_OK) {
		pack_message(&second, s, &again);
		if (first.n != second.n || memcmp(first.p, second.p, first.n) != 0)
			abort();
	} else if (a->total < a->limit / 2) {
		abort();
	}
	buf_free(&first);
	buf_free(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const struct shape *s;
	struct unpack u = { data, data + n };

	if (shape_get(&outer_table, &s, NULL) < 0)
		abort();
	for (unsigned flags = 0; flags <= UNPACK_TRUSTED; flags++) {
		struct arena a;
		struct outer m;
		arena_init(&a, 1 << 22);
		if (take(s, &a, data, n, flags, &m) == TENON_OK)
			go_round(s, &a, &m, flags);
		arena_free(&a);
	}
	while (unpack_skip(&u)) {}
	return u.p < data || u.p > data + n ? abort(), 0 : 0;
}
