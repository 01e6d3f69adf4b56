/* SPDX-License-Identifier: Apache-2.0 */
/* model_filter - MLflow's search_logged_model_utils. Where that trips over an exception of Python, a refusal of ours stands. */
#include "model_filter.h"
#include "group.h"
#include "literal.h"
#include "parts.h"
#include "pytext.h"

#include <math.h>
#include <stdlib.h>
#include <strings.h>

/* ---- attributes ---- */

static const struct model_attribute attributes[] = {
	{ "name", { NULL }, "m.name", "m.name", false },
	{ "model_id", { NULL }, "m.model_id", "m.model_id", false },
	{ "model_type", { NULL }, "m.model_type", "m.model_type", false },
	{ "source_run_id", { NULL }, "m.source_run", "m.source_run", false },
	{ "experiment_id", { NULL }, "CAST(m.experiment AS TEXT)", "m.experiment", false },
	{ "artifact_location", { NULL }, "m.artifact_uri", "m.artifact_uri", false },
	{ "status", { NULL }, "CASE m.status WHEN 0 THEN 'UNSPECIFIED' WHEN 1 THEN 'PENDING' WHEN 2 THEN 'READY' ELSE 'FAILED' END",
	  "m.status", false },
	{ "creation_timestamp_ms", { "creation_timestamp", "creation_time" }, "m.created", "m.created", true },
	{ "last_updated_timestamp_ms", { "last_updated_timestamp", "last_updated_time" }, "m.updated", "m.updated", true },
};

static bool is_name(const char *name, const char *other) { return other != NULL && strcmp(name, other) == 0; }

const struct model_attribute *model_attribute(const char *name)
{
	for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++) {
		const struct model_attribute *a = &attributes[i];
		if (is_name(name, a->name) || is_name(name, a->aliases[0]) || is_name(name, a->aliases[1]))
			return a;
	}
	return NULL;
}

/* ---- identifiers ---- */

static const struct { const char *word; enum entity entity; } kinds[] = {
	{ "attributes", ENTITY_ATTRIBUTE }, { "metrics", ENTITY_METRIC }, { "params", ENTITY_PARAM }, { "tags", ENTITY_TAG },
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static const char *kind_word(enum entity e)
{
	size_t i = 0;
	while (i + 1 < KINDS && kinds[i].entity != e)
		i++;
	return kinds[i].word;
}

static char *without(const struct pool *p, const char *s, size_t n, char quote)
{
	for (; n > 0 && s[0] == quote; s++)
		n--;
	while (n > 0 && s[n - 1] == quote)
		n--;
	return pool_text(p, s, n);
}

static int entity_parse(struct pool *p, const char *word, enum entity *out)
{
	for (size_t i = 0; i < KINDS; i++)
		if (strcmp(word, kinds[i].word) == 0) {
			*out = kinds[i].entity;
			return TENON_OK;
		}
	return pool_refuse(p, "Invalid entity type: '%s'. Expected one of ['attributes', 'metrics', 'params', 'tags'].", word);
}

/* A kind is small letters in front of a dot, behind which there is something. */
static int identifier(struct pool *p, const struct token *t, struct identifier *id)
{
	char *text = pool_text(p, t->text, t->n);
	size_t kind = text != NULL ? strspn(text, "abcdefghijklmnopqrstuvwxyz") : 0, after = kind + 1;

	if (text == NULL)
		return TENON_NO_MEMORY;
	*id = (struct identifier){ .entity = ENTITY_ATTRIBUTE };
	if (kind == 0 || text[kind] != '.' || text[kind + 1] == '\0')
		after = 0;
	id->key = without(p, text + after, t->n - after, '`');
	if (id->key == NULL)
		return TENON_NO_MEMORY;
	if (after > 0) {
		text[kind] = '\0';
		TRY(entity_parse(p, text, &id->entity));
	}
	id->numeric = id->entity == ENTITY_METRIC;
	if (id->entity != ENTITY_ATTRIBUTE)
		return TENON_OK;
	const struct model_attribute *a = model_attribute(id->key);
	if (a != NULL) {
		id->key = a->name;
		id->numeric = a->numeric;
	}
	return TENON_OK; /* what names nothing is refused when the whole text has been read */
}

/* ---- comparisons ---- */

static const struct { const char *sign; enum compare compare; bool numeric, textual; } signs[] = {
	{ "<", CMP_LT, true, false }, { "<=", CMP_LE, true, false }, { ">", CMP_GT, true, false }, { ">=", CMP_GE, true, false },
	{ "=", CMP_EQ, true, true }, { "!=", CMP_NE, true, true }, { "LIKE", CMP_LIKE, false, true }, { "ILIKE", CMP_ILIKE, false, true },
	{ "IN", CMP_IN, false, true }, { "NOT IN", CMP_NOT_IN, false, true },
};
enum { SIGNS = sizeof signs / sizeof *signs };

static int compare_of(struct pool *p, const char *sign, struct clause *c)
{
	size_t i = 0;
	while (i < SIGNS && strcasecmp(sign, signs[i].sign) != 0)
		i++;
	if (i < SIGNS && (c->id.numeric ? signs[i].numeric : signs[i].textual)) {
		c->sign = signs[i].sign;
		c->compare = signs[i].compare;
		return TENON_OK;
	}
	char *upper = pool_text(p, sign, strlen(sign));
	for (char *s = upper; s != NULL && *s != '\0'; s++)
		*s -= *s >= 'a' && *s <= 'z' ? 32 : 0;
	return pool_refuse(p, "Invalid comparison operator for %s.%s: '%s'. Expected one of %s.", kind_word(c->id.entity), c->id.key,
	                   upper != NULL ? upper : sign, c->id.numeric ? "('<', '<=', '>', '>=', '=', '!=')"
	                                                               : "('=', '!=', 'LIKE', 'ILIKE', 'IN', 'NOT IN')");
}

static int number_value(struct pool *p, const struct token *t, struct clause *c)
{
	char *text = pool_text(p, t->text, t->n), *end = text;
	if (text == NULL)
		return TENON_NO_MEMORY;
	c->type = VALUE_F64;
	if (strpbrk(text, "xXpP(") == NULL)
		c->f = strtod(text, &end);
	if (end != text && *end == '\0')
		return TENON_OK;
	struct pytext quoted = { .alloc = p->alloc, .arena = p->arena };
	pytext_repr(&quoted, text);
	return pool_refuse(p, "could not convert string to float: %s", pytext_text(&quoted));
}

static int value(struct pool *p, const struct token *t, struct clause *c)
{
	bool listed = c->compare == CMP_IN || c->compare == CMP_NOT_IN;
	bool list = t->n >= 2 && t->text[0] == '(' && t->text[t->n - 1] == ')';

	if (c->id.numeric)
		return number_value(p, t, c);
	if (list != listed)
		return pool_refuse(p, "Invalid value for '%s': %.*s", c->sign, (int)t->n, t->text);
	if (list) {
		c->type = VALUE_LIST;
		return literal_list(p, t->text, t->n, &c->list);
	}
	c->type = VALUE_TEXT;
	c->text = without(p, t->text, t->n, '\'');
	return c->text != NULL ? TENON_OK : TENON_NO_MEMORY;
}

/* The three tokens of a comparison. */
static int open_part(struct pool *p, const struct part *part, const struct token *t[3])
{
	const struct token *whole = part->whole;
	size_t n = 0;

	if (part->compare == CMP_IS_NULL || part->compare == CMP_IS_NOT_NULL)
		return pool_refuse(p, "Invalid comparison: %.*s%s. Expected a comparison with 3 tokens.", (int)part->left->n, part->left->text,
		                   part->compare == CMP_IS_NULL ? "IS NULL" : "IS NOT NULL");
	t[0] = part->left;
	t[1] = part->sign;
	t[2] = part->value;
	if (part->compare != CMP_OTHER)
		return TENON_OK;
	for (size_t i = 0; i < whole->n_kids; i++)
		if (!token_is(whole->kids[i], T_SPACES) && n++ < 3)
			t[n - 1] = whole->kids[i];
	return n == 3 ? TENON_OK : pool_refuse(p, "Invalid comparison: %.*s. Expected a comparison with 3 tokens.", (int)whole->n, whole->text);
}

static int clause_parse(struct pool *p, const struct part *part, struct clause *c)
{
	const struct token *t[3] = { NULL };

	TRY(open_part(p, part, t));
	TRY(identifier(p, t[0], &c->id));
	char *sign = t[1] == NULL ? NULL : pool_text(p, t[1]->text, t[1]->n);
	if (t[1] != NULL && sign == NULL)
		return TENON_NO_MEMORY;
	TRY(compare_of(p, sign != NULL ? sign : "NOT IN", c));
	return value(p, t[2], c);
}

/* ---- what only the whole clause tells ---- */

static bool is_status(const char *s)
{
	return strcmp(s, "UNSPECIFIED") == 0 || strcmp(s, "PENDING") == 0 || strcmp(s, "READY") == 0 || strcmp(s, "FAILED") == 0;
}

static int check_status(struct pool *p, const struct clause *c)
{
	if (c->compare == CMP_LIKE || c->compare == CMP_ILIKE)
		return pool_refuse(p, "Invalid comparison operator for status: %s", c->sign);
	for (size_t i = 0; i < (c->type == VALUE_LIST ? c->list.n : 1); i++) {
		const char *status = c->type == VALUE_LIST ? c->list.v[i] : c->text;
		if (!is_status(status))
			return pool_refuse(p, "Unknown model status in filter: '%s'", status);
	}
	return TENON_OK;
}

static int check(struct pool *p, const struct clause *c)
{
	if (c->id.entity != ENTITY_ATTRIBUTE)
		return TENON_OK;
	if (model_attribute(c->id.key) == NULL)
		return pool_refuse(p, "Invalid attribute key '%s' specified. Valid keys are name, model_id, model_type, status, source_run_id, "
		                   "experiment_id, artifact_location, creation_timestamp and last_updated_timestamp", c->id.key);
	return strcmp(c->id.key, "status") == 0 ? check_status(p, c) : TENON_OK;
}

/* ---- the text ---- */

static int refuse(struct pool *p, const char *text, const char *expected)
{
	struct pytext quoted = { .alloc = p->alloc, .arena = p->arena };
	pytext_repr(&quoted, text);
	return pool_refuse(p, "Invalid filter string: %s. %s", pytext_text(&quoted), expected);
}

static bool is_and(const struct token *t) { return t->n == 3 && strncasecmp(t->text, "AND", 3) == 0; }

int model_filter_parse(struct pool *p, const char *text, struct filter *out)
{
	struct token *root;
	struct part *parts;
	size_t statements, n;

	*out = (struct filter){ NULL, 0 };
	if (*text == '\0')
		return TENON_OK;
	int rc = group(p, text, &root, &statements);
	if (rc == TENON_TOO_LARGE)
		return refuse(p, text, "It is nested too deeply.");
	TRY(rc);
	if (statements != 1)
		return refuse(p, text, "Expected a single SQL expression.");
	TRY(parts_split(p, root, &parts, &n));
	if ((out->v = pool_take(p, (n + 1) * sizeof *out->v)) == NULL)
		return TENON_NO_MEMORY;
	for (size_t i = 0; i < n; i++) {
		if (part_is_clause(&parts[i]))
			TRY(clause_parse(p, &parts[i], &out->v[out->n++]));
		else if (!is_and(parts[i].whole))
			return refuse(p, text, "Expected a list of comparisons separated by 'AND' (e.g. 'metrics.loss > 0.1 AND params.lr = 0.01').");
	}
	for (size_t i = 0; i < out->n; i++)
		TRY(check(p, &out->v[i]));
	return TENON_OK;
}
