/* SPDX-License-Identifier: Apache-2.0 */
/* filter - the grammar of MLflow's search_utils over the groups of group.h. */
#include "filter.h"
#include "group.h"
#include "literal.h"
#include "parts.h"
#include "pytext.h"

#include <errno.h>
#include <stdlib.h>
#include <strings.h>

/* ---- clauses ---- */

static int refuse_parts(struct pool *p, const struct grammar *g, const struct part *parts, size_t n)
{
	struct pytext t = { .alloc = p->alloc, .arena = p->arena };
	const char *quote = g->experiments ? "" : "'";

	for (size_t i = 0; i < n; i++) {
		if (part_is_clause(&parts[i]) || token_reads(parts[i].whole, T_KEYWORD, "AND"))
			continue;
		char *text = pool_text(p, parts[i].whole->text, parts[i].whole->n);
		if (text == NULL)
			return TENON_NO_MEMORY;
		pytext_add(&t, t.n > 0 ? ", " : "");
		pytext_add(&t, quote);
		pytext_add(&t, text);
		pytext_add(&t, quote);
		if (t.n == 0)
			return TENON_NO_MEMORY;
	}
	return t.n == 0 ? TENON_OK : pool_refuse(p, "Invalid clause(s) in filter string: %s", pytext_text(&t));
}

/* ---- values ---- */

static bool is_quoted(const struct token *t)
{
	return t->n >= 2 && (t->text[0] == '\'' || t->text[0] == '"') && t->text[t->n - 1] == t->text[0];
}

static int text_value(struct pool *p, const struct token *t, struct clause *c)
{
	if (!is_quoted(t))
		return pool_refuse(p, "Parameter value is either not quoted or unidentified quote types used for string value %.*s. "
		                      "Use either single or double quotes.", (int)t->n, t->text);
	c->type = VALUE_TEXT;
	c->text = pool_text(p, t->text + 1, t->n - 2);
	return c->text == NULL ? TENON_NO_MEMORY : TENON_OK;
}

static int number_value(struct pool *p, const struct token *t, bool whole, struct clause *c)
{
	char *text = pool_text(p, t->text, t->n);
	if (text == NULL)
		return TENON_NO_MEMORY;
	errno = 0;
	c->type = VALUE_I64;
	if (whole && t->type == T_INTEGER)
		c->i = strtoll(text, NULL, 10);
	if (whole && t->type == T_INTEGER && errno == 0)
		return TENON_OK;
	c->type = VALUE_F64;
	c->f = strtod(text, NULL);
	return TENON_OK;
}

static int list_value(struct pool *p, const struct grammar *g, const struct token *t, struct clause *c)
{
	if (c->id.entity == ENTITY_ATTRIBUTE && strcmp(c->id.key, g->list_key) != 0)
		return pool_refuse(p, "Only ['%s'] attributes support comparison with a list of quoted string values.", g->list_key);
	c->type = VALUE_LIST;
	return literal_list(p, t->text, t->n, &c->list);
}

static int value_parse(struct pool *p, const struct grammar *g, const struct token *t, struct clause *c)
{
	bool number = token_is(t, T_BIT(T_INTEGER) | T_BIT(T_FLOAT)), text = token_is(t, T_BIT(T_SINGLE) | T_BIT(G_IDENTIFIER));
	enum entity e = c->id.entity;

	if (e == ENTITY_METRIC)
		return number ? number_value(p, t, false, c)
		              : pool_refuse(p, "Expected numeric value type for metric. Found %.*s", (int)t->n, t->text);
	if (e == ENTITY_ATTRIBUTE && c->id.numeric)
		return number ? number_value(p, t, true, c)
		              : pool_refuse(p, "Expected numeric value type for numeric attribute: %s. Found %.*s", c->id.key, (int)t->n, t->text);
	if (text)
		return text_value(p, t, c);
	if (e == ENTITY_PARAM || e == ENTITY_TAG)
		return pool_refuse(p, "Expected a quoted string value for %s (e.g. 'my-value'). Got value %.*s", entity_name(e), (int)t->n, t->text);
	if (t->type == G_PARENTHESIS)
		return list_value(p, g, t, c);
	return pool_refuse(p, e == ENTITY_DATASET ? "Expected a quoted string value for dataset attributes. Got value %.*s"
	                                          : "Expected a quoted string value for attributes. Got value %.*s", (int)t->n, t->text);
}

/* ---- from a part to a clause ---- */

static const struct { const char *sign; enum compare compare; } signs[] = {
	{ "=", CMP_EQ }, { "!=", CMP_NE }, { ">", CMP_GT }, { ">=", CMP_GE }, { "<", CMP_LT }, { "<=", CMP_LE },
	{ "LIKE", CMP_LIKE }, { "ILIKE", CMP_ILIKE }, { "IN", CMP_IN }, { "NOT IN", CMP_NOT_IN },
};

/* Runs take `like` for LIKE, experiments do not. */
static enum compare compare_of(const struct grammar *g, const char *sign)
{
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
		if ((g->experiments ? strcmp : strcasecmp)(signs[i].sign, sign) == 0)
			return signs[i].compare;
	return CMP_OTHER;
}

/* the three tokens of a comparison */
static int open_comparison(struct pool *p, const struct part *part, const struct token *t[4])
{
	const struct token *list = part->whole;
	size_t n = 0;

	for (size_t i = 0; i < list->n_kids; i++)
		if (!token_is(list->kids[i], T_SPACES) && n++ < 4)
			t[n - 1] = list->kids[i];
	if (n != 3)
		return pool_refuse(p, "Invalid comparison clause. Expected 3 tokens found %zu", n);
	if (t[0]->type != G_IDENTIFIER)
		return pool_refuse(p, "Invalid comparison clause. Expected 'Identifier' found '%.*s'", (int)t[0]->n, t[0]->text);
	return TENON_OK;
}

static int refuse_null(struct pool *p, const struct grammar *g, const struct identifier *id)
{
	if (g->experiments)
		return pool_refuse(p, "IS NULL / IS NOT NULL is only supported for tags, not for attribute '%s'", id->key);
	return pool_refuse(p, "IS NULL / IS NOT NULL is only supported for tags and params, not for '%s' '%s'", entity_name(id->entity), id->key);
}

static int clause_parse(struct pool *p, const struct grammar *g, const struct part *part, struct clause *c)
{
	const struct token *t[4] = { part->left, part->sign, part->value };

	if (part->compare == CMP_OTHER)
		TRY(open_comparison(p, part, t));
	TRY(identifier_parse(p, g, t[0]->text, t[0]->n, false, &c->id));
	if (part->compare == CMP_IS_NULL || part->compare == CMP_IS_NOT_NULL) {
		if (c->id.entity != ENTITY_TAG && (c->id.entity != ENTITY_PARAM || g->experiments))
			return refuse_null(p, g, &c->id);
		c->compare = part->compare;
		c->sign = "IS NULL";
		return TENON_OK;
	}
	c->sign = t[1] == NULL ? "NOT IN" : pool_text(p, t[1]->text, t[1]->n);
	if (c->sign == NULL)
		return TENON_NO_MEMORY;
	c->compare = compare_of(g, c->sign);
	return value_parse(p, g, t[2], c);
}

int filter_parse(struct pool *p, const struct grammar *g, const char *text, struct filter *out)
{
	struct token *root;
	struct part *parts;
	size_t statements, n;

	*out = (struct filter){ NULL, 0 };
	if (*text == '\0')
		return TENON_OK;
	int rc = group(p, text, &root, &statements);
	if (rc == TENON_TOO_LARGE)
		return pool_refuse(p, "Error on parsing filter '%s'", text);
	if (rc < 0)
		return rc;
	if (statements == 0)
		return pool_refuse(p, "Invalid filter '%s'. Could not be parsed.", text);
	if (statements > 1) {
		struct pytext t = { .alloc = p->alloc, .arena = p->arena };
		pytext_repr(&t, text);
		return pool_refuse(p, "Search filter contained multiple expression %s. Provide AND-ed expression list.", pytext_text(&t));
	}
	TRY(parts_split(p, root, &parts, &n));
	TRY(refuse_parts(p, g, parts, n));
	if ((out->v = pool_take(p, (n + 1) * sizeof *out->v)) == NULL)
		return TENON_NO_MEMORY;
	for (size_t i = 0; i < n; i++)
		if (part_is_clause(&parts[i]))
			TRY(clause_parse(p, g, &parts[i], &out->v[out->n++]));
	return TENON_OK;
}

/* ---- which comparison may stand with what ---- */

#define BIT(c) (1u << (c))
#define NUMERIC (BIT(CMP_EQ) | BIT(CMP_NE) | BIT(CMP_GT) | BIT(CMP_GE) | BIT(CMP_LT) | BIT(CMP_LE))
#define TEXTUAL (BIT(CMP_EQ) | BIT(CMP_NE) | BIT(CMP_LIKE) | BIT(CMP_ILIKE))
#define LISTED  (BIT(CMP_IN) | BIT(CMP_NOT_IN))
#define NULLED  (BIT(CMP_IS_NULL) | BIT(CMP_IS_NOT_NULL))
#define NUMERIC_SET "{'!=', '<', '<=', '=', '>', '>='}"
#define LISTED_SET  "{'!=', '=', 'ILIKE', 'IN', 'LIKE', 'NOT IN'}"
#define NULLED_SET  "{'!=', '=', 'ILIKE', 'IS NOT NULL', 'IS NULL', 'LIKE'}"

/* MLflow forgets a closing quote here and there, and names the wrong set for numeric attributes */
static const struct { unsigned allowed; const char *text; } rules[] = {
	[ENTITY_METRIC] = { NUMERIC, "'" NUMERIC_SET },     [ENTITY_PARAM] = { TEXTUAL | NULLED, "'" NULLED_SET "'" },
	[ENTITY_TAG] = { TEXTUAL | NULLED, "'" NULLED_SET }, [ENTITY_ATTRIBUTE] = { TEXTUAL | LISTED, "'" LISTED_SET "'" },
	[ENTITY_DATASET] = { TEXTUAL | LISTED, "'" LISTED_SET },
};

static int refuse_sign(struct pool *p, const char *sign, const char *set)
{
	return pool_refuse(p, "Invalid comparator '%s' not one of %s", sign, set);
}

/* A list stands only with IN; MLflow lets the database fail on `run_id = ('a', 'b')`. */
static int check_list(struct pool *p, const struct clause *c)
{
	if (c->type != VALUE_LIST || (BIT(c->compare) & LISTED))
		return TENON_OK;
	return pool_refuse(p, "Invalid comparator '%s' for a list of values; use IN or NOT IN", c->sign);
}

static int check_run_clause(struct pool *p, const struct clause *c)
{
	bool numeric = c->id.numeric;
	unsigned allowed = numeric ? NUMERIC : rules[c->id.entity].allowed;

	if (BIT(c->compare) & allowed)
		return check_list(p, c);
	char *sign = pool_text(p, c->sign, strlen(c->sign));
	if (sign == NULL)
		return TENON_NO_MEMORY;
	for (char *s = sign; *s != '\0'; s++)
		*s -= *s >= 'a' && *s <= 'z' ? 32 : 0;
	return refuse_sign(p, sign, numeric ? "'" LISTED_SET : rules[c->id.entity].text);
}

static int check_experiment_number(struct pool *p, const struct clause *c)
{
	if (!(BIT(c->compare) & NUMERIC))
		return refuse_sign(p, c->sign, "'" LISTED_SET);
	if (c->type != VALUE_F64)
		return TENON_OK;
	struct pytext t = { .alloc = p->alloc, .arena = p->arena };
	pytext_float(&t, c->f);
	return pool_refuse(p, "Invalid value for numeric attribute '%s': '%s'", c->id.key, pytext_text(&t));
}

static int check_experiment_clause(struct pool *p, const struct clause *c)
{
	unsigned bit = BIT(c->compare);

	if (c->id.entity == ENTITY_TAG)
		return bit & (TEXTUAL | NULLED) ? TENON_OK : pool_refuse(p, "Invalid comparator for tag: %s", c->sign);
	if (c->id.attribute == ATTR_EXPERIMENT_ID)
		return bit & (LISTED | BIT(CMP_EQ) | BIT(CMP_NE)) ? check_list(p, c)
		                                                  : pool_refuse(p, "Invalid comparator for experiment_id: %s", c->sign);
	if (c->id.numeric)
		return check_experiment_number(p, c);
	if (!(bit & (TEXTUAL | LISTED)))
		return refuse_sign(p, c->sign, rules[ENTITY_ATTRIBUTE].text);
	return bit & TEXTUAL ? TENON_OK : pool_refuse(p, "Invalid comparator for string attribute: %s", c->sign);
}

int filter_check(struct pool *p, const struct grammar *g, const struct filter *f)
{
	for (size_t i = 0; i < f->n; i++)
		TRY((g->experiments ? check_experiment_clause : check_run_clause)(p, &f->v[i]));
	return TENON_OK;
}
