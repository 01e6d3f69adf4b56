/* SPDX-License-Identifier: Apache-2.0 */
/* order - each text must be one identifier to the grouping, direction included; then it is split as a shell would. */
#include "order.h"
#include "group.h"
#include "pytext.h"

#include <strings.h>

static int unparsable(struct pool *p, const char *text)
{
	return pool_refuse(p, "Invalid order_by clause '%s'. Could not be parsed.", text);
}

static bool is_timestamp(const struct token *t)
{
	return t->type == T_BUILTIN && t->n == 9 && memcmp(t->text, "timestamp", 9) == 0;
}

/* `timestamp`, alone or with a direction, is a type to the tokeniser. It names nothing here, but that is another error. */
static bool is_timestamp_order(const struct token *root)
{
	if (!is_timestamp(root->kids[0]))
		return false;
	size_t last = group_next(root, 0);
	return root->n_kids == 1 || (last == root->n_kids - 1 && root->kids[last]->type == T_ORDER);
}

static int check_form(struct pool *p, const char *text)
{
	struct token *root;
	size_t statements;
	int rc = group(p, text, &root, &statements);

	if (rc == TENON_TOO_LARGE)
		return pool_refuse(p, "Error on parsing order_by clause '%s'", text);
	if (rc < 0)
		return rc;
	if (statements != 1)
		return unparsable(p, text);
	if ((root->n_kids == 1 && root->kids[0]->type == G_IDENTIFIER) || is_timestamp_order(root))
		return TENON_OK;
	return unparsable(p, text);
}

/* ---- words ---- */

struct words { char *v[3]; size_t n; }; /* n may be more than what fits */

/* The quoted part behind an opening quote, copied to `*to`. False: it never closes. */
static bool unquote(const char **from, char **to, char quote)
{
	const char *s = *from;
	for (; *s != quote; s++) {
		if (*s == '\\' && quote == '"' && (s[1] == '"' || s[1] == '\\'))
			s++;
		if (*s == '\0')
			return false;
		*(*to)++ = *s;
	}
	*from = s + 1;
	return true;
}

/* One word, as shlex.split() of Python takes it. False: a quote or an escape that does not end. */
static bool word(const char **from, char **to)
{
	while (**from != '\0' && strchr(" \t\r\n", **from) == NULL) {
		char c = *(*from)++;
		if (c == '\'' || c == '"') {
			if (!unquote(from, to, c))
				return false;
			continue;
		}
		if (c == '\\' && (c = *(*from)++) == '\0')
			return false;
		*(*to)++ = c;
	}
	*(*to)++ = '\0';
	return true;
}

/* Back quotes count as double quotes. */
static int split_words(struct pool *p, const char *text, struct words *w)
{
	size_t n = strlen(text);
	char *source = pool_text(p, text, n), *to = pool_take(p, n + 2);
	if (source == NULL || to == NULL)
		return TENON_NO_MEMORY;
	for (char *s = source; *s != '\0'; s++)
		*s = *s == '`' ? '"' : *s;
	w->n = 0;
	for (const char *from = source + strspn(source, " \t\r\n"); *from != '\0'; from += strspn(from, " \t\r\n")) {
		if (w->n < 3)
			w->v[w->n] = to;
		w->n++;
		if (!word(&from, &to))
			return pool_refuse(p, "Invalid order_by clause '%s'. No closing quotation.", text);
	}
	return TENON_OK;
}

static int key_parse(struct pool *p, const struct grammar *g, const char *text, struct order_key *out)
{
	struct words w;
	const char *name = text;

	TRY(check_form(p, text));
	TRY(split_words(p, text, &w));
	if (w.n > 2)
		return unparsable(p, text);
	if (w.n == 2) {
		out->descending = strcasecmp(w.v[1], "desc") == 0;
		if (!out->descending && strcasecmp(w.v[1], "asc") != 0)
			return pool_refuse(p, "Invalid ordering key in order_by clause '%s'.", text);
		name = w.v[0];
	}
	name += strspn(name, " \t\r\n\f\v");
	size_t n = strlen(name);
	while (n > 0 && strchr(" \t\r\n\f\v", name[n - 1]) != NULL)
		n--;
	return identifier_parse(p, g, name, n, true, &out->id);
}

/* ---- the list ---- */

static bool same(const struct identifier *a, const struct identifier *b)
{
	if (a->entity != b->entity)
		return false;
	return a->entity == ENTITY_ATTRIBUTE ? a->attribute == b->attribute : strcmp(a->key, b->key) == 0;
}

static int refuse_twice(struct pool *p, const struct tenon_strs *texts)
{
	struct pytext t = { .alloc = p->alloc, .arena = p->arena };
	for (size_t i = 0; i < texts->n; i++) {
		pytext_add(&t, i > 0 ? ", " : "[");
		pytext_repr(&t, texts->v[i]);
	}
	return pool_refuse(p, "`order_by` contains duplicate fields: %s]", pytext_text(&t));
}

int order_parse(struct pool *p, const struct grammar *g, const struct tenon_strs *texts, struct order *out)
{
	if (texts->n > ORDER_MOST) /* before anything that takes longer the more there are */
		return pool_refuse(p, "order_by can have at most %d fields. Found %zu.", ORDER_MOST, texts->n);
	*out = (struct order){ pool_take(p, (texts->n + 1) * sizeof *out->v), 0 };
	if (out->v == NULL)
		return TENON_NO_MEMORY;
	for (size_t i = 0; i < texts->n; i++) {
		struct order_key *key = &out->v[i];
		if (strlen(texts->v[i]) > ORDER_TEXT_MOST)
			return pool_refuse(p, "'order_by[%zu]' exceeds the maximum length of %d characters", i, ORDER_TEXT_MOST);
		TRY(key_parse(p, g, texts->v[i], key));
		if (g->experiments && key->id.entity != ENTITY_ATTRIBUTE)
			return pool_refuse(p, "Invalid order_by entity: %s", entity_name(key->id.entity));
		if (key->id.entity == ENTITY_DATASET)
			return pool_refuse(p, "Invalid identifier type 'dataset'");
		for (size_t k = 0; k < i && !g->experiments; k++)
			if (same(&out->v[k].id, &key->id))
				return refuse_twice(p, texts);
		out->n++;
	}
	return TENON_OK;
}
