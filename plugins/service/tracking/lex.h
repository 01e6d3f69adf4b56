/* SPDX-License-Identifier: Apache-2.0 */
/* lex - from the text of a filter or an order_by clause to tokens.
 *
 * MLflow reads both with a general SQL tokeniser (sqlparse), and quotes its tokens when it refuses a text. So that
 * the same texts are taken and refused in the same words, these are its token types and its rules, in its order.
 * Token texts are slices of the text, which must stay. Pure, any thread. */
#ifndef TRACKING_LEX_H
#define TRACKING_LEX_H

#include "pool.h"

enum token_type {
	T_ERROR, T_SPACE, T_NEWLINE, T_COMMENT_LINE, T_COMMENT,
	T_KEYWORD, T_ORDER, T_DML, T_DDL, T_CTE, T_ZONE, T_KEYWORD_OTHER,
	T_NAME, T_PLACEHOLDER, T_BUILTIN,
	T_LITERAL, T_SINGLE, T_SYMBOL, T_INTEGER, T_FLOAT, T_HEX,
	T_PUNCTUATION, T_OPERATOR, T_COMPARISON, T_WILDCARD, T_ASSIGNMENT, T_COMMAND,
	/* groups: made by group.h, they hold tokens */
	G_STATEMENT, G_COMMENT, G_BRACKETS, G_PARENTHESIS, G_CASE, G_IF, G_FOR, G_BEGIN, G_OVER, G_FUNCTION, G_WHERE,
	G_IDENTIFIER, G_TYPED_LITERAL, G_OPERATION, G_COMPARISON, G_ASSIGNMENT, G_LIST, G_VALUES,
};
#define T_BIT(type) ((uint64_t)1 << (type))
#define T_SPACES   (T_BIT(T_SPACE) | T_BIT(T_NEWLINE))
#define T_KEYWORDS (T_BIT(T_KEYWORD) | T_BIT(T_ORDER) | T_BIT(T_DML) | T_BIT(T_DDL) | T_BIT(T_CTE) | T_BIT(T_ZONE) | \
                    T_BIT(T_KEYWORD_OTHER))
#define T_GROUPS   (~(T_BIT(G_STATEMENT) - 1))

struct token {
	enum token_type type;
	const char *text;
	size_t n;                  /* bytes of text */
	struct token **kids;       /* groups: what they hold, spaces included, one behind the other */
	size_t n_kids, room;
};

static inline bool token_is(const struct token *t, uint64_t types) { return t != NULL && (T_BIT(t->type) & types) != 0; }
/* a token of exactly this type that reads `text`; case does not matter */
bool token_reads(const struct token *t, enum token_type type, const char *text);

/* All tokens of a text of `n` bytes of UTF-8, in `*tokens`. TENON_NO_MEMORY. */
int lex(const struct pool *, const char *text, size_t n, struct token ***tokens, size_t *count);

#endif
