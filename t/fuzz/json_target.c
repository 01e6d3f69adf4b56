/* SPDX-License-Identifier: Apache-2.0 */
/* json_target - our scanner, and a message with a field of every type that also holds itself. */
#include "json_target.h"
#include "everything.h"
#include "base/arena.h"
#include "base/buf.h"
#include "wire/decode.h"
#include "wire/json.h"
#include "wire/print.h"

#include <stdlib.h>
#include <string.h>

enum target_scan target_scan_json(const char *p, size_t n)
{
	struct json j = json_over(p, n);

	j.most_depth = 1000;
	if (json_skip(&j).p != NULL && json_done(&j))
		return SCAN_TAKEN;
	if (j.at < p || j.at > p + n || j.what == NULL)
		abort();
	return j.fault == TENON_K_DEPTH ? SCAN_TOO_DEEP : j.fault == TENON_K_UTF8 && strstr(j.what, "surrogate") != NULL ? SCAN_SURROGATE : SCAN_REFUSED;
}

static bool forgive(const struct tenon_decoding *d, struct tenon_problem *p) { return (void)d, (void)p, true; }

static int decode(const struct shape *s, const struct tenon_dialect *d, struct arena *a, const char *p, size_t n, struct outer *m)
{
	struct tenon_problem problem = { 0 };
	struct tenon_request rq = { .verb = "POST", .path = "/", .body = { p, n } };
	int rc = decode_request(s, d, a, &rq, NULL, 0, m, &problem);

	if (rc < 0 && (problem.message == NULL || *problem.message == '\0' || (rc != TENON_NO_MEMORY && problem.kind == TENON_K_NONE)))
		abort();
	return rc;
}

/* what we print we take, and print the same again */
static void go_round(const struct shape *s, const struct tenon_dialect *d, struct arena *a, const struct outer *m)
{
	struct buf first = { 0 }, second = { 0 };
	struct outer again;

	print_object(&first, s, m, TENON_SPELL_NONFINITE);
	if (decode(s, d, a, first.p, first.n, &again) == TENON_OK) {
		print_object(&second, s, &again, TENON_SPELL_NONFINITE);
		if (first.n != second.n || memcmp(first.p, second.p, first.n) != 0)
			abort();
	} else if (a->total < a->limit / 2) {
		abort();
	}
	buf_free(&first);
	buf_free(&second);
}

void target_decode(const char *p, size_t n)
{
	static const struct tenon_dialect loose = { .size = sizeof loose, .name = "loose",
		.flags = TENON_LOOSE_NUMBERS | TENON_CAMEL_NAMES | TENON_EMPTY_IS_MISSING };
	static const struct tenon_dialect mild = { .size = sizeof mild, .name = "mild", .flags = TENON_LOOSE_NUMBERS, .accept = forgive };
	static const struct tenon_dialect *const dialects[] = { NULL, &loose, &mild };
	const struct shape *s;
	struct err *none = NULL;

	if (shape_get(&outer_table, &s, none) < 0)
		abort();
	for (size_t i = 0; i < sizeof dialects / sizeof *dialects; i++) {
		struct arena a;
		struct outer m;
		arena_init(&a, 1 << 22);
		if (decode(s, dialects[i], &a, p, n, &m) == TENON_OK && dialects[i] == &loose)
			go_round(s, dialects[i], &a, &m);
		arena_free(&a);
	}
}
