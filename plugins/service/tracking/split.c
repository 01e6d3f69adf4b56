/* SPDX-License-Identifier: Apache-2.0 */
/* split - follows parentheses and the blocks of procedural SQL, as sqlparse 0.6 does, to know which semicolons count. */
#include "split.h"

#include <string.h>
#include <strings.h>

enum block { NONE, DECLARE, BEGIN, IF, CASE, FOR, WHILE, LOOP };

struct splitter {
	uint8_t *open;              /* blocks, the innermost last */
	size_t depth, begins;       /* how many are open; how many of them are BEGIN */
	enum block loop;            /* FOR or WHILE was seen, its LOOP or DO not yet */
	bool created, begun, over;  /* CREATE was seen; BEGIN stood just before; the statement has ended */
	long level;
};

static bool keyword(const struct token *t, const char *texts)
{
	for (size_t n; *texts != '\0'; texts += n + (texts[n] == '|')) {
		n = strcspn(texts, "|");
		if (n == t->n && strncasecmp(t->text, texts, n) == 0)
			return true;
	}
	return false;
}

static enum block innermost(const struct splitter *s) { return s->depth > 0 ? s->open[s->depth - 1] : NONE; }

static long push(struct splitter *s, enum block b)
{
	s->open[s->depth++] = (uint8_t)b;
	s->begins += b == BEGIN;
	return 1;
}

static long pop(struct splitter *s)
{
	s->begins -= innermost(s) == BEGIN;
	s->depth -= s->depth > 0;
	return -1;
}

static long begin(struct splitter *s)
{
	s->begun = true;
	if (innermost(s) != DECLARE)
		return push(s, BEGIN);
	pop(s);
	push(s, BEGIN);
	return 0;
}

/* within BEGIN: does the keyword open a block? */
static bool opens(struct splitter *s, const struct token *t, long *change)
{
	*change = 0;
	if (keyword(t, "FOR|WHILE")) {
		s->loop = keyword(t, "FOR") ? FOR : WHILE;
		return true;
	}
	if (keyword(t, "LOOP|DO") && s->loop != NONE) {
		*change = push(s, s->loop);
		s->loop = NONE;
	} else if (keyword(t, "LOOP|IF|CASE")) {
		*change = push(s, keyword(t, "LOOP") ? LOOP : keyword(t, "IF") ? IF : CASE);
	}
	return *change != 0;
}

static long closes(struct splitter *s, const struct token *t)
{
	static const struct { const char *text; enum block block; } ends[] = {
		{ "END IF", IF }, { "END FOR", FOR }, { "END WHILE", WHILE }, { "END CASE", CASE },
	};
	enum block b = innermost(s);

	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (keyword(t, ends[i].text))
			return b == ends[i].block ? pop(s) : 0;
	if (keyword(t, "END LOOP"))
		return b == LOOP || b == FOR || b == WHILE ? pop(s) : 0;
	return keyword(t, "END") ? pop(s) : 0;
}

static long semicolon(struct splitter *s)
{
	bool ends_block = s->begun && innermost(s) == BEGIN; /* a transaction's BEGIN; */
	s->loop = NONE;
	s->begun = false;
	return ends_block ? pop(s) : 0;
}

static long change(struct splitter *s, const struct token *t)
{
	long by;
	if (token_reads(t, T_PUNCTUATION, ";"))
		return semicolon(s);
	if (t->type == T_PUNCTUATION)
		return *t->text == '(' ? 1 : *t->text == ')' ? -1 : 0;
	if (!token_is(t, T_KEYWORDS))
		return 0;
	if (t->type == T_DDL && t->n >= 6 && strncasecmp(t->text, "CREATE", 6) == 0) {
		s->created = true;
		return 0;
	}
	if (keyword(t, "DECLARE") && s->created && s->depth == 0)
		return push(s, DECLARE);
	if (keyword(t, "BEGIN"))
		return begin(s);
	if (s->begun && t->type == T_KEYWORD && keyword(t, "TRANSACTION|WORK|TRAN|DISTRIBUTED|DEFERRED|IMMEDIATE|EXCLUSIVE"))
		return semicolon(s);
	return s->begins > 0 && opens(s, t, &by) ? by : closes(s, t);
}

/* GO, or GO 5: in capitals */
static bool is_go(const struct token *t)
{
	return t->type == T_KEYWORD && t->n >= 2 && memcmp(t->text, "GO", 2) == 0 && (t->n == 2 || (unsigned)(t->text[2] | 32) - 'a' >= 26);
}

static void step(struct splitter *s, const struct token *t)
{
	const uint64_t quiet = T_SPACES | T_BIT(T_COMMENT_LINE) | T_BIT(T_COMMENT);

	s->level += change(s, t);
	if (token_reads(t, T_PUNCTUATION, ";")) {
		s->begun = false;
		s->over |= s->level <= 0 && s->begins == 0;
	} else if (is_go(t)) {
		s->over = true;
	} else if (!token_is(t, quiet) && !token_reads(t, T_KEYWORD, "BEGIN")) {
		s->begun = false;
	}
}

int split(const struct pool *pool, struct token *const *tokens, size_t n, size_t *first, size_t *statements)
{
	struct splitter s = { .open = pool_take(pool, n + 1) };
	bool blank = true;

	*statements = 0;
	*first = n;
	if (s.open == NULL)
		return TENON_NO_MEMORY;
	for (size_t i = 0; i < n; i++) {
		if (s.over && !token_is(tokens[i], T_BIT(T_SPACE) | T_BIT(T_COMMENT_LINE))) {
			if ((*statements)++ == 0)
				*first = i;
			s = (struct splitter){ .open = s.open };
			blank = true;
		}
		step(&s, tokens[i]);
		blank &= token_is(tokens[i], T_SPACES);
	}
	*statements += !blank;
	return TENON_OK;
}
