/* SPDX-License-Identifier: Apache-2.0 */
/* query_decode - query strings, forms and path variables into a message. */
#include "base/arena.h"
#include "wire/decode.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define PART(F, S) F(S, const char *, key, .flags = TENON_REQUIRED) F(S, double, value)
TENON_MESSAGE(part, PART);
static const struct tenon_name names[] = { { "A", 1 }, { "B", 2 }, { 0 } };
#define ARGS(F, S) \
	F(S, const char *, text, .aliases = "t txt", .range = "..9") F(S, int64_t, whole, .range = "0..9") F(S, double, real) F(S, bool, flag) \
	F(S, struct tenon_strs, texts) F(S, struct tenon_i64s, wholes) F(S, int64_t, name, .type = TENON_ENUM, .names = names) \
	F(S, struct tenon_bytes, bytes) F(S, struct tenon_json, any) F(S, struct part, one, TENON_SUB(part)) F(S, struct part_list, many, TENON_MANY(part)) \
	F(S, struct tenon_map, map)
TENON_MESSAGE(args, ARGS);

static void decode(const struct tenon_dialect *d, const char *verb, const char *query, struct tenon_json body, const char *type)
{
	const struct shape *s;
	struct arena a;
	struct args m;
	struct tenon_problem p = { 0 };
	struct tenon_request rq = { .verb = verb, .path = "/", .query = query, .content_type = type, .body = body };
	struct tenon_pair vars[] = { { "text", query } };

	if (shape_get(&args_table, &s, NULL) < 0)
		abort();
	arena_init(&a, 1 << 22);
	int rc = decode_request(s, d, &a, &rq, vars, body.n % 2, &m, &p);
	if ((rc < 0) != (p.code < 0) || (rc < 0 && (p.message == NULL || *p.message == '\0')) || m.text == NULL)
		abort();
	arena_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const struct tenon_dialect loose = { .size = sizeof loose, .name = "loose", .flags = TENON_LOOSE_NUMBERS | TENON_QUERY_OR_BODY };
	struct tenon_json none = { "", 0 }, body = { (const char *)data, n };
	char *query = malloc(n + 1);

	memcpy(query, data, n);
	query[n] = '\0';
	decode(NULL, "GET", query, none, NULL);
	decode(&loose, "GET", query, none, NULL);
	decode(NULL, "POST", query, body, "application/x-www-form-urlencoded");
	decode(&loose, "DELETE", query, body, "application/x-www-form-urlencoded; charset=utf-8");
	free(query);
	return 0;
}
