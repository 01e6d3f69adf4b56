/* SPDX-License-Identifier: Apache-2.0 */
/* json_target - the C half of json_decode: our scanner, and a message with a field of every type. */
#include "base/arena.h"
#include "wire/decode.h"
#include "wire/json.h"

#include <string.h>

struct fuzz_result { int taken, nul_or_surrogate_or_depth; };
struct fuzz_result fuzz_scan(const char *p, size_t n);
void fuzz_decode(const char *p, size_t n);

static const struct tenon_name names[] = { { "A", 1 }, { "B", 2 }, { 0 } };
#define INNER(F, S) F(S, const char *, key, .flags = TENON_REQUIRED) F(S, double, value)
TENON_MESSAGE(inner, INNER);
#define OUTER(F, S) \
	F(S, const char *, text, .range = "..20") F(S, int64_t, whole, .range = "0..9") F(S, double, real) F(S, bool, flag) F(S, int64_t, name, .type = TENON_ENUM, .names = names) \
	F(S, struct tenon_bytes, bytes) F(S, struct tenon_json, any) F(S, struct tenon_strs, texts) F(S, struct tenon_i64s, wholes) F(S, struct tenon_map, map) \
	F(S, struct inner, one, TENON_SUB(inner)) F(S, struct inner_list, many, TENON_MANY(inner))
TENON_MESSAGE(outer, OUTER);

struct fuzz_result fuzz_scan(const char *p, size_t n)
{
	struct json j = json_over(p, n);
	j.most_depth = 1000;
	struct tenon_json v = json_skip(&j);
	int taken = v.p != NULL && json_done(&j);
	return (struct fuzz_result){ taken, j.fault == TENON_K_DEPTH };
}

void fuzz_decode(const char *p, size_t n)
{
	static const struct tenon_dialect loose = { .size = sizeof loose, .name = "loose", .flags = TENON_LOOSE_NUMBERS | TENON_CAMEL_NAMES };
	const struct shape *s;

	if (shape_get(&outer_table, &s, NULL) < 0)
		return;
	for (int strict = 0; strict < 2; strict++) {
		struct arena a;
		struct outer m;
		struct tenon_problem problem = { 0 };
		struct tenon_request rq = { .verb = "POST", .path = "/", .body = { p, n } };
		arena_init(&a, 1 << 22);
		decode_request(s, strict ? NULL : &loose, &a, &rq, NULL, 0, &m, &problem);
		arena_free(&a);
	}
}
