/* SPDX-License-Identifier: Apache-2.0 */
/* everything - a message with a row of each kind, for the fuzz targets of what is driven by tables. For one source of a program. */
#ifndef FUZZ_EVERYTHING_H
#define FUZZ_EVERYTHING_H

#include <string.h>
#include <tenon/row.h>

static const struct tenon_name names[] = { { "A", 1 }, { "B", 2 }, { 0 } };
static bool no_b(const char *s) { return strchr(s, 'b') == NULL; }
static const struct tenon_pattern without_b = { "no b", "^[^b]*$", no_b };

extern const struct tenon_table outer_table;
#define INNER(F, S) \
	F(S, const char *, key, .flags = TENON_REQUIRED, .aliases = "id", .pattern = &without_b) F(S, double, value, .range = "-1..1e300")
TENON_MESSAGE(inner, INNER);
struct doubles { double *v; size_t n; };
struct outers { struct outer *v; size_t n; };
#define OUTER(F, S) \
	F(S, const char *, text, .range = "..20") F(S, int64_t, whole_number, .range = "0..9", .dflt = "1", .aliases = "whole") F(S, double, real) F(S, bool, flag) \
	F(S, int64_t, name, .type = TENON_ENUM, .names = names) F(S, struct tenon_bytes, bytes) F(S, struct tenon_json, any) \
	F(S, struct tenon_strs, texts, .pattern = &without_b) F(S, struct tenon_i64s, wholes, .range = "..3") \
	F(S, struct doubles, reals, .type = TENON_F64, .card = TENON_ARRAY) F(S, struct tenon_map, map) \
	F(S, struct inner, one, TENON_SUB(inner)) F(S, struct inner_list, many, TENON_MANY(inner)) F(S, struct outers, self, TENON_MANY(outer)) \
	F(S, int64_t, left, .group = 1) F(S, int64_t, right, .group = 1)
TENON_STRUCT(outer, OUTER);
TENON_TABLE(, outer, OUTER);

#endif
