/* SPDX-License-Identifier: Apache-2.0 */
/* describe_plugin - a plugin made by hand, with one of everything that a descriptor can say. For the unit test and the fuzz target. */
#ifndef UNIT_DESCRIBE_PLUGIN_H
#define UNIT_DESCRIBE_PLUGIN_H

#include <string.h>
#include <tenon/plugin.h>

static bool is_even_length(const char *s) { return strlen(s) % 2 == 0; }
static const struct tenon_pattern even = { "even", "^(..)*$", is_even_length };
static const struct tenon_name colours[] = { { "red", 1 }, { "BLUE GREEN", -7 }, { 0 } };

#define LEAF(F, S) \
	F(S, bool, on, .dflt = "true", .doc = "a byte") \
	F(S, bool, off) \
	F(S, double, weight, .range = "0.5..1e9", .dflt = "1.5") \
	F(S, bool, last)
TENON_MESSAGE(leaf, LEAF);

/* holds itself in an array, and itself within another: what C spells with a declaration first */
struct tree_list { struct tree *v; size_t n; };
extern const struct tenon_table tree_table;
#define BRANCH(F, S) \
	F(S, const char *, label, .flags = TENON_REQUIRED) \
	F(S, struct tree_list, trees, .sub = &tree_table, .card = TENON_ARRAY)
TENON_MESSAGE(branch, BRANCH);

struct tree {
	struct { uint64_t name : 1, children : 1, branches : 1, leaf : 1; } has;
	const char *name;
	struct tree_list children;
	struct branch_list branches;
	struct leaf leaf;
};
static const struct tenon_field tree_fields[] = {
	{ .name = "name", .type = TENON_STR, .card = TENON_ONE, .offset = offsetof(struct tree, name), .doc = "its \"name\"\n\tin two lines" },
	{ .name = "children", .type = TENON_MSG, .card = TENON_ARRAY, .offset = offsetof(struct tree, children), .sub = &tree_table },
	{ .name = "branches", .type = TENON_MSG, .card = TENON_ARRAY, .offset = offsetof(struct tree, branches), .sub = &branch_table },
	{ .name = "leaf", .type = TENON_MSG, .card = TENON_ONE, .offset = offsetof(struct tree, leaf), .sub = &leaf_table },
};
const struct tenon_table tree_table = { "tree", sizeof(struct tree), 4, tree_fields };

#define ALL_ARGS(F, S) \
	F(S, bool, flag, .flags = TENON_KEEP) \
	F(S, int64_t, count, .range = "-5..100", .dflt = "7", .aliases = "number amount", .label = "ms") \
	F(S, double, real, .group = 1) \
	F(S, const char *, text, .flags = TENON_REQUIRED | TENON_TYPED, .pattern = &even, .range = "..20") \
	F(S, struct tenon_bytes, bytes, .range = "..64") \
	F(S, int64_t, colour, .type = TENON_ENUM, .names = colours, .dflt = "BLUE GREEN") \
	F(S, struct tenon_json, json) \
	F(S, struct tree, tree, TENON_SUB(tree)) \
	F(S, struct tree_list, trees, TENON_MANY(tree), .flags = TENON_EMIT) \
	F(S, struct tenon_strs, words, .pattern = &even) \
	F(S, struct tenon_i64s, numbers, .range = "..3") \
	F(S, struct tenon_map, tags) \
	F(S, int64_t, other, .group = 1)
TENON_MESSAGE(all_args, ALL_ARGS);

#define HAND_CONF(F, S) \
	F(S, const char *, token, .flags = TENON_SECRET) \
	F(S, int64_t, patience, .dflt = "30", .label = "s", .flags = TENON_RELOAD) \
	F(S, const char *, note, .dflt = "")
TENON_MESSAGE(hand_conf, HAND_CONF);

static int never(struct tenon_call *c, const void *a, void *r) { (void)c; (void)a; (void)r; return TENON_INTERNAL; }
static int never_many(struct tenon_batch *b, void *self) { (void)b; (void)self; return TENON_INTERNAL; }

static const struct tenon_route all_routes[] = {
	{ NULL, "GET /hand/{text}" }, { "mlflow", "POST /(api|ajax-api)/2.0/hand/all" }, { 0 },
};
static const struct tenon_lane lanes[] = { { "work", 2, 100 }, { 0 } };
static const struct tenon_method hand_methods[] = {
	{ .name = "all", .since = 3, .flags = TENON_WRITE | TENON_IDEMPOTENT | TENON_BLOCKING | TENON_STREAM_IN, .args = &all_args_table, .result = &tree_table,
	  .handler = never, .lane = 0, .deadline_ms = 2500, .routes = all_routes, .cli = "hand all TEXT", .permission = "edit@text",
	  .errors = "NOT_FOUND CONFLICT", .doc = "Does it all. And more." },
	{ .name = "many", .flags = TENON_BLOCKING, .args = &all_args_table, .result = &tenon_empty_table, .batch = never_many },
	{ .name = "nothing", .flags = TENON_PURE, .args = &tenon_empty_table, .result = &tenon_empty_table, .handler = never },
	{ 0 },
};
static const struct tenon_plugin hand = {
	.size = sizeof hand, .abi = TENON_ABI, .name = "hand", .version = "1.2.3", .interface = "toy", .licence = "MIT", .doc = "made by hand",
	.config = &hand_conf_table, .methods = hand_methods, .lanes = lanes, .needs = "sql blob", .builtin = "hand",
};

#endif
