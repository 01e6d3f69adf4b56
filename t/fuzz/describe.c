/* SPDX-License-Identifier: Apache-2.0 */
/* describe - the description of a plugin, as an isolated process would send it.
 *
 * Beside not crashing: a refusal is put into words, and what is accepted crosses again: packed and unpacked, it packs to the same
 * bytes. What is accepted stays in memory, as in the daemon: give libFuzzer an -rss_limit_mb. */
#include "base/buf.h"
#include "base/err.h"
#include "plug/describe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void must(int good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "%s\n", what);
	abort();
}

static struct buf pack(const struct described *d)
{
	struct buf b = { 0 };
	struct err e = { 0 };
	must(describe_pack(&b, d->plugin, &e) == TENON_OK, e.text);
	return b;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct described *d, *again;
	struct err e = { 0 };

	if (describe_unpack(data, n, &d, &e) < 0) {
		must(d == NULL && *e.text != '\0', "a refusal without words");
		return 0;
	}
	struct buf first = pack(d);
	must(describe_unpack(first.p, first.n, &again, &e) == TENON_OK, e.text);
	struct buf second = pack(again);
	must(first.n == second.n && memcmp(first.p, second.p, first.n) == 0, "it came back another");
	buf_free(&first);
	buf_free(&second);
	return 0;
}
