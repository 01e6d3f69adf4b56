/* SPDX-License-Identifier: Apache-2.0 */
/* group - the passes, most of them rows of a table.
 *
 * Model    A pass walks a list and replaces neighbours by one group that holds them. `join` groups what a middle token
 *          joins (a.b, a = b, a, b), `match` what an opening and a closing one enclose; the rest are small functions.
 *          Like its model a pass walks the list as it was when the pass began, but groups in the list as it has become:
 *          so `a = b = c` is ((a = b) = c).
 * Failure  sticky in `struct grouping`; every pass may go on. */
#include "group.h"
#include "split.h"

#include <string.h>
#include <strings.h>

enum { DEPTH_MAX = 100, TOKENS_MAX = 10000 };

struct grouping { const struct pool *pool; int code; };

#define BITS_NUMBER (T_BIT(T_INTEGER) | T_BIT(T_FLOAT))
#define BITS_STRING (T_BIT(T_SINGLE) | T_BIT(T_SYMBOL))
#define BITS_NAME   (T_BIT(T_NAME) | T_BIT(T_PLACEHOLDER))
#define BITS_VALUE  (BITS_NUMBER | BITS_STRING | BITS_NAME)
#define BITS_ANY_NAME (BITS_NAME | T_BIT(T_BUILTIN))
#define BITS_ANY_NUMBER (BITS_NUMBER | T_BIT(T_HEX))
#define BITS_COMMENT (T_BIT(T_COMMENT) | T_BIT(T_COMMENT_LINE))
#define BITS_TERM   (T_BIT(G_PARENTHESIS) | T_BIT(G_FUNCTION) | T_BIT(G_IDENTIFIER) | T_BIT(G_OPERATION) | T_BIT(G_TYPED_LITERAL))
#define BITS_ENCLOSED (T_BIT(G_PARENTHESIS) | T_BIT(G_BRACKETS) | T_BIT(G_CASE) | T_BIT(G_IF) | T_BIT(G_FOR) | T_BIT(G_BEGIN))

static bool is_group(const struct token *t) { return token_is(t, T_GROUPS); }

static bool reads_any(const struct token *t, const char *texts) /* separated by '|' */
{
	for (size_t n; *texts != '\0'; texts += n + (texts[n] == '|')) {
		n = strcspn(texts, "|");
		if (n == t->n && strncasecmp(t->text, texts, n) == 0)
			return true;
	}
	return false;
}

size_t group_next(const struct token *list, size_t i)
{
	do
		i++;
	while (i < list->n_kids && token_is(list->kids[i], T_SPACES));
	return i < list->n_kids ? i : list->n_kids;
}

static struct token *kid(const struct token *list, size_t i) { return i < list->n_kids ? list->kids[i] : NULL; }

/* the one before place i that is no space; n_kids if there is none */
static size_t prior(const struct token *list, size_t i)
{
	while (i-- > 0)
		if (!token_is(list->kids[i], T_SPACES))
			return i;
	return list->n_kids;
}

static void *take(struct grouping *g, size_t n)
{
	void *p = g->code < 0 ? NULL : pool_take(g->pool, n);
	if (p == NULL && g->code == 0)
		g->code = TENON_NO_MEMORY;
	return p;
}

static struct token **copy(struct grouping *g, struct token *const *v, size_t n, size_t room)
{
	struct token **made = take(g, (room + 1) * sizeof *made);
	if (made != NULL && n > 0)
		memcpy(made, v, n * sizeof *made);
	return made;
}

static bool within_limits(struct grouping *g, const struct token *list, int depth)
{
	if (g->code == 0 && (depth > DEPTH_MAX || list->n_kids > TOKENS_MAX))
		g->code = TENON_TOO_LARGE;
	return g->code == 0;
}

/* ---- making groups ---- */

static void extend(struct grouping *g, struct token *to, struct token *const *more, size_t n)
{
	if (to->room < to->n_kids + n) {
		size_t room = (to->n_kids + n) * 2;
		struct token **kids = copy(g, to->kids, to->n_kids, room);
		if (kids == NULL)
			return;
		to->kids = kids;
		to->room = room;
	}
	memcpy(to->kids + to->n_kids, more, n * sizeof *more);
	to->n_kids += n;
}

/* Puts the tokens `from` to `to` of the list into one group: a new one, or, `longer`, the first if it is such a group. */
static struct token *enclose(struct grouping *g, struct token *list, enum token_type type, size_t from, size_t to, bool longer)
{
	struct token *first = list->kids[from], *last = list->kids[to], *made = first;
	const char *end = last->text + last->n;

	if (longer && first->type == type) {
		extend(g, first, list->kids + from + 1, to - from);
	} else {
		made = take(g, sizeof *made);
		struct token **kids = made == NULL ? NULL : copy(g, list->kids + from, to - from + 1, to - from + 1);
		if (kids == NULL)
			return first;
		*made = (struct token){ .type = type, .text = first->text, .kids = kids, .n_kids = to - from + 1, .room = to - from + 1 };
	}
	made->n = (size_t)(end - made->text);
	list->kids[from] = made;
	memmove(list->kids + from + 1, list->kids + to + 1, (list->n_kids - to - 1) * sizeof *list->kids);
	list->n_kids -= to - from;
	return made;
}

/* ---- what opens and closes ---- */

static const struct pair { enum token_type group, type; const char *open, *close; } pairs[] = {
	{ G_BRACKETS, T_PUNCTUATION, "[", "]" },      { G_PARENTHESIS, T_PUNCTUATION, "(", ")" },
	{ G_CASE, T_KEYWORD, "CASE", "END" },         { G_IF, T_KEYWORD, "IF", "END IF" },
	{ G_FOR, T_KEYWORD, "FOR|FOREACH", "END LOOP" }, { G_BEGIN, T_KEYWORD, "BEGIN", "END" },
};

static void match(struct grouping *g, struct token *list, const struct pair *p, int depth)
{
	size_t n = list->n_kids, gone = 0, opened = 0;
	if (!within_limits(g, list, depth))
		return;
	struct token **was = copy(g, list->kids, n, n);
	size_t *open = take(g, (n + 1) * sizeof *open);

	for (size_t i = 0; i < n && g->code == 0; i++) {
		if (is_group(was[i]) && was[i]->type != p->group) {
			match(g, was[i], p, depth + 1);
		} else if (was[i]->type == p->type && reads_any(was[i], p->open)) {
			open[opened++] = i - gone;
		} else if (was[i]->type == p->type && reads_any(was[i], p->close) && opened > 0) {
			size_t from = open[--opened], to = i - gone;
			enclose(g, list, p->group, from, to, false);
			gone += to - from;
		}
	}
}

/* ---- what a token joins ---- */

struct want { uint64_t types; const char *keywords; }; /* any of these types, or one of these keywords */

static bool fits(const struct token *t, const struct want *w)
{
	return token_is(t, w->types) || (w->keywords != NULL && token_is(t, T_BIT(T_KEYWORD)) && reads_any(t, w->keywords));
}

enum span { FROM_BEFORE, FROM_BEFORE_IF_NAME, FROM_BEFORE_ALONE, FROM_MIDDLE, TO_SEMICOLON };

static const struct rule {
	enum token_type group;
	bool longer, flat;         /* extends a group of its kind; does not look into other groups */
	struct want middle;
	const char *reads;         /* what the middle reads; NULL = anything */
	struct want before, after;
	enum span span;
} period = { G_IDENTIFIER, true, false, { T_BIT(T_PUNCTUATION) | T_BIT(T_OPERATOR), NULL }, ".|->|->>",
	{ T_BIT(G_BRACKETS) | T_BIT(G_IDENTIFIER) | T_BIT(T_NAME) | T_BIT(T_SYMBOL), NULL }, { 0, NULL }, FROM_BEFORE_IF_NAME },
array = { G_IDENTIFIER, true, true, { T_BIT(G_BRACKETS), NULL }, NULL,
	{ T_BIT(G_BRACKETS) | T_BIT(G_IDENTIFIER) | T_BIT(G_FUNCTION) | T_BIT(T_NAME) | T_BIT(T_SYMBOL), NULL }, { 0, NULL },
	FROM_BEFORE_ALONE },
joins[] = {
	{ G_IDENTIFIER, true, false, { T_BIT(T_PUNCTUATION), NULL }, "::", { ~(uint64_t)0, NULL }, { ~(uint64_t)0, NULL }, FROM_BEFORE },
	{ G_IDENTIFIER, true, false, { T_BIT(T_ZONE), NULL }, NULL, { ~(uint64_t)0, NULL }, { T_BIT(T_SINGLE), "AS" }, FROM_BEFORE },
	{ G_TYPED_LITERAL, false, false, { T_BIT(T_BUILTIN), "TIMESTAMP" }, NULL, { ~(uint64_t)0, NULL },
	  { T_BIT(T_SINGLE), NULL }, FROM_MIDDLE },
	{ G_TYPED_LITERAL, true, false, { T_BIT(G_TYPED_LITERAL), NULL }, NULL, { ~(uint64_t)0, NULL },
	  { 0, "DAY|HOUR|MINUTE|MONTH|SECOND|YEAR" }, FROM_MIDDLE },
	{ G_OPERATION, false, false, { T_BIT(T_OPERATOR) | T_BIT(T_WILDCARD), NULL }, NULL,
	  { BITS_VALUE | BITS_TERM | T_BIT(G_BRACKETS), "CURRENT_DATE|CURRENT_TIME|CURRENT_TIMESTAMP" },
	  { BITS_VALUE | BITS_TERM | T_BIT(G_BRACKETS), "CURRENT_DATE|CURRENT_TIME|CURRENT_TIMESTAMP" }, FROM_BEFORE },
	{ G_COMPARISON, false, false, { T_BIT(T_COMPARISON), NULL }, NULL, { BITS_VALUE | BITS_TERM, "NULL" },
	  { BITS_VALUE | BITS_TERM, "NULL" }, FROM_BEFORE },
	{ G_IDENTIFIER, true, false, { 0, "AS" }, NULL, { ~T_KEYWORDS, "NULL" },
	  { ~(T_BIT(T_DML) | T_BIT(T_DDL) | T_BIT(T_CTE)), NULL }, FROM_BEFORE },
}, assignment = { G_ASSIGNMENT, true, false, { T_BIT(T_ASSIGNMENT), NULL }, NULL, { ~T_BIT(T_KEYWORD), NULL },
	{ ~T_BIT(T_KEYWORD), NULL }, TO_SEMICOLON },
listing = { G_LIST, true, false, { T_BIT(T_PUNCTUATION), NULL }, ",",
	{ BITS_VALUE | T_BIT(T_KEYWORD) | T_BIT(T_WILDCARD) | T_BIT(G_FUNCTION) | T_BIT(G_CASE) | T_BIT(G_IDENTIFIER) |
	  T_BIT(G_COMPARISON) | T_BIT(G_LIST) | T_BIT(G_OPERATION), NULL },
	{ BITS_VALUE | T_BIT(T_KEYWORD) | T_BIT(T_WILDCARD) | T_BIT(G_FUNCTION) | T_BIT(G_CASE) | T_BIT(G_IDENTIFIER) |
	  T_BIT(G_COMPARISON) | T_BIT(G_LIST) | T_BIT(G_OPERATION), NULL }, FROM_BEFORE };

static size_t semicolon(const struct token *list, size_t i)
{
	for (size_t at = i + 1; at < list->n_kids; at++)
		if (token_reads(list->kids[at], T_PUNCTUATION, ";"))
			return at;
	return i;
}

/* the first and the last token of the group */
static void reach(const struct token *list, const struct rule *r, size_t before, size_t middle, size_t *from, size_t *to)
{
	const uint64_t member = T_BIT(G_BRACKETS) | T_BIT(G_FUNCTION) | T_BIT(T_NAME) | T_BIT(T_SYMBOL) | T_BIT(T_WILDCARD) | T_BIT(T_SINGLE);
	size_t after = group_next(list, middle);

	*from = r->span == FROM_MIDDLE ? middle : before;
	*to = after;
	if (r->span == FROM_BEFORE_ALONE || (r->span == FROM_BEFORE_IF_NAME && !token_is(kid(list, after), member)))
		*to = middle;
	if (r->span == TO_SEMICOLON)
		*to = semicolon(list, after);
}

/* an edge of the list's own parentheses joins nothing */
static bool is_edge(const struct token *list, const struct token *t)
{
	return t != NULL && token_is(list, BITS_ENCLOSED) && (t == list->kids[0] || t == list->kids[list->n_kids - 1]);
}

static bool joinable(const struct token *list, const struct rule *r, const struct token *before, const struct token *after)
{
	bool free_after = r->span == FROM_BEFORE_IF_NAME || r->span == FROM_BEFORE_ALONE;
	return before != NULL && fits(before, &r->before) && (free_after || fits(after, &r->after)) &&
	       !is_edge(list, before) && !is_edge(list, after);
}

static void join(struct grouping *g, struct token *list, const struct rule *r, int depth)
{
	size_t n = list->n_kids, gone = 0, before_at = 0;
	struct token *before = NULL;
	if (!within_limits(g, list, depth))
		return;
	struct token **was = copy(g, list->kids, n, n);

	for (size_t i = 0; i < n && g->code == 0; i++) {
		size_t at = i - gone, from, to;
		if (i < gone || token_is(was[i], T_SPACES))
			continue;
		if (!r->flat && is_group(was[i]) && was[i]->type != r->group)
			join(g, was[i], r, depth + 1);
		bool middle = fits(was[i], &r->middle) && (r->reads == NULL || reads_any(was[i], r->reads));
		bool joins_here = middle && joinable(list, r, before, kid(list, group_next(list, at)));
		if (joins_here)
			reach(list, r, before_at, at, &from, &to);
		if (!joins_here || to < from) { /* the latter behind an assignment that took all up to its semicolon */
			before = was[i];
			before_at = at;
			continue;
		}
		if (r->group == G_OPERATION)
			list->kids[at]->type = T_OPERATOR;
		before = enclose(g, list, r->group, from, to, r->longer);
		before_at = from;
		gone += to - from;
	}
}

/* ---- the other passes ---- */

static void comments(struct grouping *g, struct token *list)
{
	for (size_t i = 0; i < list->n_kids; i++) {
		if (!token_is(list->kids[i], BITS_COMMENT))
			continue;
		size_t end = i + 1;
		while (end < list->n_kids && token_is(list->kids[end], BITS_COMMENT | T_BIT(T_NEWLINE)))
			end++;
		if (end == list->n_kids)
			return;
		enclose(g, list, G_COMMENT, i, end - 1, false);
	}
}

static void windows(struct grouping *g, struct token *list)
{
	for (size_t i = 0; i < list->n_kids; i++) {
		size_t next = group_next(list, i);
		if (token_reads(list->kids[i], T_KEYWORD, "OVER") && token_is(kid(list, next), T_BIT(G_PARENTHESIS) | BITS_ANY_NAME))
			enclose(g, list, G_OVER, i, next, false);
	}
}

static void functions(struct grouping *g, struct token *list)
{
	bool create = false, table = false, as = false;
	for (size_t i = 0; i < list->n_kids; i++) {
		create |= reads_any(list->kids[i], "CREATE");
		table |= reads_any(list->kids[i], "TABLE");
		as |= reads_any(list->kids[i], "AS");
	}
	if (create && table && !as)
		return;
	for (size_t i = 0; i < list->n_kids; i++) {
		size_t next = group_next(list, i), over = group_next(list, next);
		if (!token_is(list->kids[i], BITS_ANY_NAME) || !token_is(kid(list, next), T_BIT(G_PARENTHESIS)))
			continue;
		enclose(g, list, G_FUNCTION, i, token_is(kid(list, over), T_BIT(G_OVER)) ? over : next, false);
	}
}

static void wheres(struct grouping *g, struct token *list)
{
	static const char ends[] = "ORDER BY|GROUP BY|LIMIT|UNION|UNION ALL|EXCEPT|INTERSECT|HAVING|RETURNING|INTO";
	bool edges = token_is(list, T_BIT(G_PARENTHESIS) | T_BIT(G_BRACKETS));

	for (size_t i = 0; i < list->n_kids; i++) {
		if (!token_reads(list->kids[i], T_KEYWORD, "WHERE"))
			continue;
		size_t end = i + 1;
		while (end < list->n_kids && !(list->kids[end]->type == T_KEYWORD && reads_any(list->kids[end], ends)))
			end++;
		enclose(g, list, G_WHERE, i, end - 1 - (edges && end == list->n_kids), false);
	}
}

static void identifiers(struct grouping *g, struct token *list)
{
	for (size_t i = 0; i < list->n_kids; i++)
		if (token_is(list->kids[i], T_BIT(T_SYMBOL) | T_BIT(T_NAME)))
			enclose(g, list, G_IDENTIFIER, i, i, false);
}

static void orders(struct grouping *g, struct token *list)
{
	for (size_t i = 0; i < list->n_kids && g->code == 0; i++) {
		size_t before = prior(list, i);
		if (!token_is(list->kids[i], T_BIT(T_ORDER)) || !token_is(kid(list, before), T_BIT(G_IDENTIFIER) | BITS_ANY_NUMBER))
			continue;
		enclose(g, list, G_IDENTIFIER, before, i, false);
		i = before;
	}
}

static void aliases(struct grouping *g, struct token *list)
{
	const uint64_t named = T_BIT(G_PARENTHESIS) | T_BIT(G_FUNCTION) | T_BIT(G_CASE) | T_BIT(G_IDENTIFIER) | T_BIT(G_OPERATION) |
	                       T_BIT(G_COMPARISON) | BITS_ANY_NUMBER;
	for (size_t i = 0; i < list->n_kids; i++) {
		size_t next = group_next(list, i);
		if (token_is(list->kids[i], named) && token_is(kid(list, next), T_BIT(G_IDENTIFIER)))
			enclose(g, list, G_IDENTIFIER, i, next, true);
	}
}

/* a comment belongs to the group before it */
static void comments_home(struct grouping *g, struct token *list)
{
	for (size_t i = 0; i < list->n_kids && g->code == 0; i++) {
		size_t before = prior(list, i);
		if (list->kids[i]->type != G_COMMENT || !is_group(kid(list, before)))
			continue;
		enclose(g, list, list->kids[before]->type, before, i, true);
		i = before;
	}
}

static void values(struct grouping *g, struct token *list)
{
	size_t from = 0, to = 0;
	while (from < list->n_kids && !token_reads(list->kids[from], T_KEYWORD, "VALUES"))
		from++;
	for (size_t i = from; i < list->n_kids; i++)
		if (list->kids[i]->type == G_PARENTHESIS)
			to = i;
	if (to > 0)
		enclose(g, list, G_VALUES, from, to, true);
}

/* runs a pass over all lists, the innermost first; groups of the types in `closed` stay as they are */
static void walk(struct grouping *g, struct token *list, void (*pass)(struct grouping *, struct token *), uint64_t closed, int depth)
{
	if (!within_limits(g, list, depth))
		return;
	for (size_t i = 0; i < list->n_kids; i++)
		if (token_is(list->kids[i], T_GROUPS & ~closed))
			walk(g, list->kids[i], pass, closed, depth + 1);
	if (g->code == 0)
		pass(g, list);
}

static void run_passes(struct grouping *g, struct token *root)
{
	comments(g, root);
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
		match(g, root, &pairs[i], 0);
	walk(g, root, windows, T_BIT(G_OVER), 0);
	walk(g, root, functions, T_BIT(G_FUNCTION), 0);
	walk(g, root, wheres, T_BIT(G_WHERE), 0);
	join(g, root, &period, 0);
	join(g, root, &array, 0);
	walk(g, root, identifiers, T_BIT(G_IDENTIFIER), 0);
	walk(g, root, orders, T_BIT(G_IDENTIFIER), 0);
	for (size_t i = 0; i < sizeof joins / sizeof *joins; i++)
		join(g, root, &joins[i], 0);
	walk(g, root, aliases, 0, 0);
	join(g, root, &assignment, 0);
	walk(g, root, comments_home, 0, 0);
	join(g, root, &listing, 0);
	values(g, root);
}

int group(const struct pool *pool, const char *text, struct token **root, size_t *statements)
{
	struct token **tokens;
	size_t n, first;
	int rc = lex(pool, text, strlen(text), &tokens, &n);
	if (rc < 0 || (rc = split(pool, tokens, n, &first, statements)) < 0)
		return rc;
	*root = NULL;
	if (*statements == 0)
		return TENON_OK;
	struct grouping g = { .pool = pool };
	struct token *made = take(&g, sizeof *made);
	if (made == NULL)
		return TENON_NO_MEMORY;
	*made = (struct token){ .type = G_STATEMENT, .text = text, .kids = tokens, .n_kids = first, .room = first };
	made->n = first > 0 ? (size_t)(tokens[first - 1]->text + tokens[first - 1]->n - text) : 0;
	run_passes(&g, made);
	*root = made;
	return g.code;
}
