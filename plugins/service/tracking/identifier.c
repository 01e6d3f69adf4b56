/* SPDX-License-Identifier: Apache-2.0 */
/* identifier - two grammars as tables. Sets are quoted as Python quotes them; Python's have no order, ours are sorted. */
#include "identifier.h"
#include "pytext.h"

static const struct attribute_row run_attributes[] = {
	{ "Created", ATTR_START_TIME, true, true },      { "Run Name", ATTR_RUN_NAME, false, false },
	{ "Run name", ATTR_RUN_NAME, false, false },     { "artifact_uri", ATTR_ARTIFACT_URI, false, true },
	{ "created", ATTR_START_TIME, true, true },      { "end_time", ATTR_END_TIME, true, true },
	{ "run name", ATTR_RUN_NAME, false, false },     { "run_id", ATTR_RUN_ID, false, true },
	{ "run_name", ATTR_RUN_NAME, false, true },      { "start_time", ATTR_START_TIME, true, true },
	{ "status", ATTR_STATUS, false, true },          { "user_id", ATTR_USER_ID, false, true },
	{ NULL, ATTR_NONE, false, false },
};
static const struct attribute_row experiment_attributes[] = {
	{ "creation_time", ATTR_CREATION_TIME, true, true }, { "experiment_id", ATTR_EXPERIMENT_ID, false, true },
	{ "last_update_time", ATTR_LAST_UPDATE_TIME, true, true }, { "name", ATTR_NAME, false, true },
	{ NULL, ATTR_NONE, false, false },
};
const struct grammar grammar_runs = { run_attributes, "run_id", false };
const struct grammar grammar_experiments = { experiment_attributes, "experiment_id", true };

static const struct { const char *word; enum entity entity; } entities[] = {
	{ "metric", ENTITY_METRIC }, { "parameter", ENTITY_PARAM }, { "tag", ENTITY_TAG }, { "attribute", ENTITY_ATTRIBUTE },
	{ "dataset", ENTITY_DATASET }, { "metrics", ENTITY_METRIC }, { "parameters", ENTITY_PARAM }, { "param", ENTITY_PARAM },
	{ "params", ENTITY_PARAM }, { "tags", ENTITY_TAG }, { "attr", ENTITY_ATTRIBUTE }, { "attributes", ENTITY_ATTRIBUTE },
	{ "run", ENTITY_ATTRIBUTE }, { "datasets", ENTITY_DATASET },
};

const char *entity_name(enum entity e)
{
	for (size_t i = 0; i < sizeof entities / sizeof *entities; i++)
		if (entities[i].entity == e)
			return entities[i].word;
	return "";
}

struct slice { const char *p; size_t n; };

static bool reads(struct slice s, const char *text) { return strlen(text) == s.n && memcmp(s.p, text, s.n) == 0; }

static struct slice without(struct slice s, char quote)
{
	bool quoted = s.n >= 2 && s.p[0] == quote && s.p[s.n - 1] == quote;
	return quoted ? (struct slice){ s.p + 1, s.n - 2 } : s;
}

static int entity_parse(struct pool *p, struct slice word, enum entity *out)
{
	word = without(word, '`');
	for (size_t i = 0; i < sizeof entities / sizeof *entities; i++) {
		*out = entities[i].entity;
		if (reads(word, entities[i].word))
			return TENON_OK;
	}
	return pool_refuse(p, "Invalid entity type '%.*s'. Valid values are ['metric', 'parameter', 'tag', 'attribute', 'dataset']",
	                   (int)word.n, word.p);
}

static int refuse_key(struct pool *p, const struct grammar *g, const char *key, bool order)
{
	struct pytext set = { .alloc = p->alloc, .arena = p->arena };
	for (const struct attribute_row *a = g->attributes; a->key != NULL; a++) {
		if (order && !a->order)
			continue;
		pytext_add(&set, set.n > 0 ? ", '" : "{'");
		pytext_add(&set, a->key);
		pytext_add(&set, "'");
	}
	pytext_add(&set, "}");
	return pool_refuse(p, "Invalid attribute key '%s' specified. Valid keys are '%s'", key, pytext_text(&set));
}

static int attribute_parse(struct pool *p, const struct grammar *g, bool order, struct identifier *out)
{
	for (const struct attribute_row *a = g->attributes; a->key != NULL; a++) {
		if (strcmp(a->key, out->key) != 0 || (order && !a->order))
			continue;
		out->attribute = a->attribute;
		out->numeric = a->numeric;
		return TENON_OK;
	}
	return refuse_key(p, g, out->key, order);
}

int identifier_parse(struct pool *p, const struct grammar *g, const char *text, size_t n, bool order, struct identifier *out)
{
	const char *dot = memchr(text, '.', n);
	struct slice kind = { text, dot == NULL ? 0 : (size_t)(dot - text) };
	struct slice key = dot == NULL ? (struct slice){ text, n } : (struct slice){ dot + 1, n - kind.n - 1 };

	*out = (struct identifier){ .entity = ENTITY_ATTRIBUTE };
	if (dot != NULL && g->experiments && !reads(kind, "attribute") && !reads(kind, "attributes") && !reads(kind, "tag") && !reads(kind, "tags"))
		return pool_refuse(p, "Invalid entity type '%.*s'. Valid entity types are ('attribute', 'attributes', 'tag', 'tags')", (int)kind.n, kind.p);
	if (dot != NULL)
		TRY(entity_parse(p, kind, &out->entity));
	struct slice bare = without(key, '\'');
	if (bare.n == key.n)
		bare = without(key, '"');
	bare = without(bare, '`');
	if ((out->key = pool_text(p, bare.p, bare.n)) == NULL)
		return TENON_NO_MEMORY;
	if (out->entity == ENTITY_ATTRIBUTE)
		return attribute_parse(p, g, order, out);
	if (out->entity == ENTITY_DATASET && !reads(bare, "name") && !reads(bare, "digest") && !reads(bare, "context"))
		return pool_refuse(p, "Invalid dataset key '%s' specified. Valid keys are '{'context', 'digest', 'name'}'", out->key);
	return TENON_OK;
}
