/* SPDX-License-Identifier: Apache-2.0 */
/* lex - a table of rules: at each place the first one that fits makes the token. */
#include "lex.h"
#include "reserved.h"
#include "scan.h"

#include <string.h>
#include <strings.h>

bool token_reads(const struct token *t, enum token_type type, const char *text)
{
	return t != NULL && t->type == type && strncasecmp(t->text, text, t->n) == 0 && text[t->n] == '\0';
}

static const struct rule {
	size_t (*takes)(const struct scan *); /* NULL: */
	const char *text;                      /* exactly this, or for keywords one of these phrases */
	enum token_type type;
} rules[] = {
	{ scan_dollar_quote, NULL, T_LITERAL }, { scan_block_comment, NULL, T_COMMENT },
	{ scan_line_hint, NULL, T_COMMENT }, { scan_line_comment, NULL, T_COMMENT_LINE },
	{ scan_newline, NULL, T_NEWLINE }, { scan_space, NULL, T_SPACE },
	{ NULL, ":=", T_ASSIGNMENT }, { NULL, "::", T_PUNCTUATION }, { NULL, "*", T_WILDCARD },
	{ scan_backquoted, NULL, T_NAME }, { scan_accented, NULL, T_NAME },
	{ NULL, "?", T_PLACEHOLDER }, { scan_percent, NULL, T_PLACEHOLDER }, { scan_variable, NULL, T_PLACEHOLDER },
	{ scan_command, NULL, T_COMMAND },
	{ NULL, "CASE|IN|VALUES|USING|FROM|AS", T_KEYWORD },
	{ scan_marked_name, NULL, T_NAME }, { scan_name_before_dot, NULL, T_NAME }, { scan_name_behind_dot, NULL, T_NAME },
	{ scan_name_before_paren, NULL, T_NAME },
	{ scan_hexadecimal, NULL, T_HEX }, { scan_scientific, NULL, T_FLOAT }, { scan_decimal, NULL, T_FLOAT }, { scan_integer, NULL, T_INTEGER },
	{ scan_single, NULL, T_SINGLE }, { scan_symbol, NULL, T_SYMBOL }, { scan_bracketed, NULL, T_NAME },
	{ NULL, "LEFT INNER JOIN|LEFT OUTER JOIN|LEFT STRAIGHT JOIN|LEFT JOIN|RIGHT INNER JOIN|RIGHT OUTER JOIN|"
	        "RIGHT STRAIGHT JOIN|RIGHT JOIN|FULL INNER JOIN|FULL OUTER JOIN|FULL STRAIGHT JOIN|FULL JOIN|INNER JOIN|"
	        "OUTER JOIN|STRAIGHT JOIN|CROSS JOIN|NATURAL JOIN|JOIN|"
	        "END IF|END LOOP|END WHILE|END FOR|END CASE|END|IF NOT EXISTS|IF EXISTS|NOT NULL", T_KEYWORD },
	{ NULL, "ASC NULLS FIRST|ASC NULLS LAST|DESC NULLS FIRST|DESC NULLS LAST|ASC|DESC|NULLS FIRST|NULLS LAST", T_ORDER },
	{ NULL, "UNION ALL", T_KEYWORD },
	{ NULL, "CREATE OR REPLACE|CREATE", T_DDL },
	{ NULL, "DOUBLE PRECISION", T_BUILTIN },
	{ NULL, "GROUP BY|ORDER BY|PRIMARY KEY|HANDLER FOR", T_KEYWORD },
	{ scan_go, NULL, T_KEYWORD },
	{ NULL, "LATERAL VIEW EXPLODE|LATERAL VIEW INLINE|LATERAL VIEW PARSE_URL_TUPLE|LATERAL VIEW POSEXPLODE|"
	        "LATERAL VIEW STACK", T_KEYWORD },
	{ scan_time_zone, NULL, T_ZONE },
	{ NULL, "NOT LIKE|NOT ILIKE|NOT RLIKE|LIKE|ILIKE|RLIKE|NOT REGEXP BINARY|NOT REGEXP|REGEXP BINARY|REGEXP", T_COMPARISON },
	{ scan_word, NULL, T_NAME },
	{ scan_punctuation, NULL, T_PUNCTUATION }, { scan_json_operator, NULL, T_OPERATOR }, { scan_comparison, NULL, T_COMPARISON },
	{ scan_operator, NULL, T_OPERATOR },
};

static size_t take(const struct scan *l, const struct rule *r)
{
	if (r->takes != NULL)
		return r->takes(l);
	if ((r->text[0] | 32) >= 'a' && (r->text[0] | 32) <= 'z')
		return scan_phrases(l, r->text);
	return scan_text(l, r->text);
}

static void next(const struct scan *l, struct token *t)
{
	t->text = l->p;
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
		t->n = take(l, &rules[i]);
		if (t->n == 0)
			continue;
		t->type = rules[i].takes == scan_word ? reserved_type(t->text, t->n) : rules[i].type;
		return;
	}
	t->type = T_ERROR;
	t->n = scan_any(l);
}

int lex(const struct pool *pool, const char *text, size_t n, struct token ***tokens, size_t *count)
{
	int futile = 0;
	struct scan l = scan_of(text, n, &futile);
	struct token **all = NULL;
	size_t room = 0;

	for (*count = 0; l.p < l.end; ++*count) {
		if (*count == room) {
			struct token **more = pool_take(pool, (room = room * 2 + 32) * sizeof *more);
			if (more == NULL)
				return TENON_NO_MEMORY;
			if (*count > 0)
				memcpy(more, all, *count * sizeof *more);
			all = more;
		}
		if ((all[*count] = pool_take(pool, sizeof **all)) == NULL)
			return TENON_NO_MEMORY;
		next(&l, all[*count]);
		l.p += all[*count]->n;
	}
	*tokens = all;
	return TENON_OK;
}
