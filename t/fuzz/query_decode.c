/* SPDX-License-Identifier: Apache-2.0 */
/* query_decode - query strings and forms into a struct. */
#include "base/arena.h"
#include "wire/decode.h"

#include <stdlib.h>
#include <string.h>

#define ARGS(F, S) F(S, const char *, text) F(S, int64_t, whole, .range = "0..9") F(S, double, real) F(S, bool, flag) F(S, struct tenon_strs, texts)
TENON_MESSAGE(args, ARGS);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const struct shape *s;
	struct arena a;
	struct args m;
	struct tenon_problem p = { 0 };
	char *query = malloc(n + 1);

	memcpy(query, data, n);
	query[n] = '\0';
	shape_get(&args_table, &s, NULL);
	arena_init(&a, 1 << 20);
	struct tenon_request rq = { .verb = "GET", .path = "/", .query = query };
	decode_request(s, NULL, &a, &rq, NULL, 0, &m, &p);
	struct tenon_request form = { .verb = "POST", .path = "/", .content_type = "application/x-www-form-urlencoded", .body = { (const char *)data, n } };
	decode_request(s, NULL, &a, &form, NULL, 0, &m, &p);
	arena_free(&a);
	free(query);
	return 0;
}
