/* SPDX-License-Identifier: Apache-2.0 */
/* parts - MLflow joins the words of an IN after the grouping, four tokens at a time; what it passes over stays apart. */
#include "parts.h"
#include "group.h"

/* the places of up to four tokens that are no spaces, from i on */
static size_t look_ahead(const struct token *list, size_t i, const struct token *t[4])
{
	size_t n = 0;
	for (; n < 4 && i < list->n_kids; i = group_next(list, i))
		t[n++] = list->kids[i];
	return n;
}

/* How many tokens make one clause with IN, NOT IN or IS NULL here; 0 = this is none, `*passed` are to be left alone. */
static size_t join_words(const struct token *list, size_t i, struct part *p, size_t *passed)
{
	const struct token *t[4] = { NULL };
	size_t n = look_ahead(list, i, t);

	*p = (struct part){ .whole = t[0], .left = t[0] };
	*passed = 1;
	if (n < 3) {
		*passed = n;
		return 0;
	}
	if (t[0]->type != G_IDENTIFIER)
		return 0;
	if (token_reads(t[1], T_KEYWORD, "IN") && t[2]->type == G_PARENTHESIS) {
		p->compare = CMP_IN;
		p->sign = t[1];
		p->value = t[2];
		return 3;
	}
	if (token_reads(t[1], T_KEYWORD, "IS") && token_reads(t[2], T_KEYWORD, "NULL"))
		p->compare = CMP_IS_NULL;
	if (token_reads(t[1], T_KEYWORD, "IS") && token_reads(t[2], T_KEYWORD, "NOT NULL"))
		p->compare = CMP_IS_NOT_NULL;
	if (p->compare != CMP_OTHER)
		return 3;
	*passed = n;
	if (n == 4 && token_reads(t[1], T_KEYWORD, "NOT") && token_reads(t[2], T_KEYWORD, "IN") && t[3]->type == G_PARENTHESIS) {
		p->compare = CMP_NOT_IN;
		p->value = t[3];
		return 4;
	}
	return 0;
}

int parts_split(struct pool *pool, const struct token *statement, struct part **parts, size_t *n)
{
	struct part *v = pool_take(pool, (statement->n_kids + 1) * sizeof *v);
	size_t i = 0, passed;

	*parts = v;
	*n = 0;
	if (v == NULL)
		return TENON_NO_MEMORY;
	while (i < statement->n_kids && token_is(statement->kids[i], T_SPACES))
		i++;
	while (i < statement->n_kids) {
		size_t joined = join_words(statement, i, &v[*n], &passed);
		if (joined > 0) {
			++*n;
			while (joined-- > 0)
				i = group_next(statement, i);
			continue;
		}
		for (; passed > 0 && i < statement->n_kids; passed--, i = group_next(statement, i))
			v[(*n)++] = (struct part){ .whole = statement->kids[i], .left = statement->kids[i] };
	}
	return TENON_OK;
}
