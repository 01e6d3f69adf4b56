/* SPDX-License-Identifier: Apache-2.0 */
/* lex - a table of rules: at each place the first one that fits makes the token.
 *
 * A rule is a function that says how many bytes it takes at `p`, 0 for none. They were regular expressions once; where
 * backtracking decided what those took, the function says so. */
#include "lex.h"
#include "letters.h"
#include "reserved.h"

#include <string.h>
#include <strings.h>

enum { FUTILE_MAX = 64 }; /* unclosed quotes of one kind that are searched for; so a hostile text costs no square */

struct lexer {
	const char *start, *p, *end;
	const char *last[4];       /* the last single quote, double quote, back quote, acute accent */
	int futile;
};

bool token_reads(const struct token *t, enum token_type type, const char *text)
{
	return t != NULL && t->type == type && strncasecmp(t->text, text, t->n) == 0 && text[t->n] == '\0';
}

/* ---- characters ---- */

/* the code point at p, and its bytes; 0 at the end */
static uint32_t point(const struct lexer *l, const char *p, size_t *n)
{
	const unsigned char *u = (const unsigned char *)p;

	*n = p < l->end;
	if (p >= l->end || *u < 0x80)
		return p < l->end ? *u : 0;
	size_t more = *u < 0xe0 ? 1 : *u < 0xf0 ? 2 : 3;
	uint32_t c = *u & (0x3fu >> more);
	for (; more > 0 && p + *n < l->end && (u[*n] & 0xc0) == 0x80; more--)
		c = c << 6 | (u[(*n)++] & 0x3f);
	return c;
}

static uint32_t before(const struct lexer *l, const char *p)
{
	size_t n;
	if (p == l->start)
		return 0;
	for (p--; p > l->start && ((unsigned char)*p & 0xc0) == 0x80; p--)
		;
	return point(l, p, &n);
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* \w */
static bool is_word(uint32_t c)
{
	return c < 0x80 ? (c | 32) - 'a' < 26 || c - '0' < 10 || c == '_' : letter_or_digit(c);
}

/* what may begin a name: [A-ZÀ-Ü] without regard to case */
static bool is_letter(uint32_t c)
{
	return (c | 32) - 'a' < 26 || (c >= 0xc0 && c <= 0xdc) || (c >= 0xe0 && c <= 0xfc && c != 0xf7) || c == 0x130 || c == 0x131 ||
	       c == 0x17f || c == 0x212a || c == 0x212b;
}

/* \s */
static bool is_space(uint32_t c)
{
	return (c >= 9 && c <= 13) || (c >= 0x1c && c <= 0x20) || c == 0x85 || c == 0xa0 || c == 0x1680 ||
	       (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

static const char *skip(const struct lexer *l, const char *p, bool (*is)(uint32_t))
{
	size_t n;
	for (uint32_t c; (c = point(l, p, &n)), n > 0 && is(c);)
		p += n;
	return p;
}

static bool is_word_at(const struct lexer *l, const char *p)
{
	size_t n;
	uint32_t c = point(l, p, &n);
	return n > 0 && is_word(c);
}

static char at(const struct lexer *l, const char *p) { return p < l->end ? *p : '\0'; }

static bool starts(const struct lexer *l, const char *p, const char *with)
{
	size_t n = strlen(with);
	return (size_t)(l->end - p) >= n && memcmp(p, with, n) == 0;
}

static size_t taken(const struct lexer *l, const char *to) { return to == NULL ? 0 : (size_t)(to - l->p); }

/* ---- comments, spaces, quotes ---- */

static size_t block_comment(const struct lexer *l)
{
	if (!starts(l, l->p, "/*"))
		return 0;
	const char *from = l->p + (at(l, l->p + 2) == '+' ? 3 : 2);
	const char *close = memmem(from, (size_t)(l->end - from), "*/", 2);
	return close == NULL ? 0 : taken(l, close + 2);
}

/* $tag$ ... $tag$ */
static size_t dollar_quote(const struct lexer *l)
{
	size_t n;
	uint32_t prior = before(l, l->p), first;

	if (*l->p != '$' || is_word(prior) || prior == '"' || prior == '$')
		return 0;
	first = point(l, l->p + 1, &n);
	const char *tag_end = first == '_' || is_letter(first) ? skip(l, l->p + 1, is_word) : l->p + 1;
	if (at(l, tag_end) != '$' || l->futile >= FUTILE_MAX)
		return 0;
	n = (size_t)(tag_end + 1 - l->p);
	const char *close = memmem(l->p + n, (size_t)(l->end - l->p) - n, l->p, n);
	if (close == NULL)
		((struct lexer *)l)->futile++;
	return close == NULL ? 0 : taken(l, close + n);
}

static size_t line_comment(const struct lexer *l)
{
	if (!starts(l, l->p, "--") && !starts(l, l->p, "# "))
		return 0;
	const char *p = l->p + 2;
	while (p < l->end && *p != '\n' && *p != '\r')
		p++;
	return taken(l, p < l->end ? p + (starts(l, p, "\r\n") ? 2 : 1) : p);
}

static size_t line_hint(const struct lexer *l) { return at(l, l->p + 2) == '+' ? line_comment(l) : 0; }

static size_t newline(const struct lexer *l)
{
	return starts(l, l->p, "\r\n") ? 2 : *l->p == '\n' || *l->p == '\r';
}

static size_t space(const struct lexer *l)
{
	size_t n;
	return is_space(point(l, l->p, &n)) ? n : 0;
}

/* A text in quotes; two of them, or one behind a backslash, stand for one, unless no quote is left to close it. */
static size_t quoted(const struct lexer *l, int kind, const char *quote, bool backslash)
{
	size_t n = strlen(quote);
	const char *last = l->last[kind], *p = l->p + n;

	if (!starts(l, l->p, quote) || last == NULL || last <= l->p)
		return 0;
	for (;;) {
		if (backslash && *p == '\\' && p + 1 + n <= last && starts(l, p + 1, quote))
			p += 1 + n;
		else if (!starts(l, p, quote))
			p++;
		else if (p + 2 * n <= last && starts(l, p + n, quote))
			p += 2 * n;
		else
			return taken(l, p + n);
	}
}

static size_t single(const struct lexer *l) { return quoted(l, 0, "'", true); }
static size_t symbol(const struct lexer *l) { return quoted(l, 1, "\"", true); }
static size_t backquoted(const struct lexer *l) { return quoted(l, 2, "`", false); }
static size_t accented(const struct lexer *l) { return quoted(l, 3, "´", false); }

/* [a name], unless it could be an index */
static size_t bracketed(const struct lexer *l)
{
	uint32_t prior = before(l, l->p);
	if (*l->p != '[' || is_word(prior) || prior == ']' || prior == ')')
		return 0;
	const char *p = l->p + 1;
	while (p < l->end && *p != '[' && *p != ']')
		p++;
	return at(l, p) == ']' && p > l->p + 1 ? taken(l, p + 1) : 0;
}

/* ---- placeholders, names ---- */

static size_t percent(const struct lexer *l)
{
	if (*l->p != '%')
		return 0;
	const char *p = l->p + 1;
	if (at(l, p) == '(') {
		const char *name_end = skip(l, p + 1, is_word);
		p = name_end > p + 1 && at(l, name_end) == ')' ? name_end + 1 : p;
	}
	return (at(l, p) | 32) == 's' ? taken(l, p + 1) : 0;
}

static size_t variable(const struct lexer *l)
{
	if ((*l->p != '$' && *l->p != ':') || is_word(before(l, l->p)) || !is_word_at(l, l->p + 1))
		return 0;
	return taken(l, skip(l, l->p + 1, is_word));
}

static size_t command(const struct lexer *l)
{
	return *l->p == '\\' && is_word_at(l, l->p + 1) ? taken(l, skip(l, l->p + 1, is_word)) : 0;
}

/* the end of a name that begins with a letter, NULL if none stands at p */
static const char *name_end(const struct lexer *l, const char *p)
{
	size_t n;
	return is_letter(point(l, p, &n)) ? skip(l, p + n, is_word) : NULL;
}

static size_t marked_name(const struct lexer *l) /* @name, #name, ##name */
{
	if (*l->p != '@' && *l->p != '#')
		return 0;
	const char *p = l->p + (starts(l, l->p, "##") ? 2 : 1), *to = name_end(l, p);
	size_t n;
	point(l, p, &n);
	return to != NULL && to > p + n ? taken(l, to) : 0;
}

static size_t name_before_dot(const struct lexer *l)
{
	const char *to = name_end(l, l->p);
	if (to == NULL)
		return 0;
	const char *dot = skip(l, to, is_space);
	return at(l, dot) == '.' && !is_digit(at(l, dot + 1)) ? taken(l, to) : 0;
}

static size_t name_behind_dot(const struct lexer *l)
{
	return l->p > l->start && l->p[-1] == '.' ? taken(l, name_end(l, l->p)) : 0;
}

static size_t name_before_paren(const struct lexer *l)
{
	const char *to = name_end(l, l->p);
	return to != NULL && at(l, to) == '(' ? taken(l, to) : 0;
}

static size_t word(const struct lexer *l)
{
	if (!is_word_at(l, l->p))
		return 0;
	const char *p = skip(l, l->p, is_word);
	while (p < l->end && (*p == '$' || *p == '#'))
		p = skip(l, p + 1, is_word);
	return taken(l, p);
}

/* ---- numbers ---- */

static const char *digits(const struct lexer *l, const char *p)
{
	while (is_digit(at(l, p)))
		p++;
	return p;
}

static const char *behind_sign(const struct lexer *l) { return l->p + (*l->p == '-'); }

static size_t hexadecimal(const struct lexer *l)
{
	const char *p = behind_sign(l), *from = p + 2;
	if (at(l, p) != '0' || (at(l, p + 1) | 32) != 'x')
		return 0;
	for (p = from; is_digit(at(l, p)) || (at(l, p) >= 'a' && at(l, p) <= 'f') || (at(l, p) >= 'A' && at(l, p) <= 'F');)
		p++;
	return p > from ? taken(l, p) : 0;
}

static size_t scientific(const struct lexer *l)
{
	const char *from = behind_sign(l), *p = digits(l, from);
	if (p == from)
		return 0;
	if (at(l, p) == '.' && is_digit(at(l, p + 1)))
		p = digits(l, p + 1);
	if ((at(l, p) | 32) != 'e')
		return 0;
	from = p + 1 + (at(l, p + 1) == '-');
	p = digits(l, from);
	return p > from ? taken(l, p) : 0;
}

/* Digits must not run into a name: then the last one is left to it, if `least` of them remain. */
static size_t without_name(const struct lexer *l, const char *least, const char *p)
{
	size_t n;
	uint32_t c = point(l, p, &n);
	if (c == '_' || is_letter(c))
		p--;
	return p >= least ? taken(l, p) : 0;
}

static size_t decimal(const struct lexer *l)
{
	const char *from = behind_sign(l), *p = digits(l, from);
	if (at(l, p) != '.')
		return 0;
	if (p > from)
		return without_name(l, p + 1, digits(l, p + 1));
	return is_digit(at(l, p + 1)) ? without_name(l, p + 2, digits(l, p + 1)) : 0;
}

static size_t integer(const struct lexer *l)
{
	const char *from = behind_sign(l), *p = digits(l, from);
	return p > from ? without_name(l, from + 1, p) : 0;
}

/* ---- phrases of keywords ---- */

/* Behind `phrase`, of `n` bytes, whose spaces stand for any space, if it stands at p and ends with a word; else NULL. */
static const char *phrase_end(const struct lexer *l, const char *phrase, size_t n)
{
	const char *p = l->p;
	for (size_t i = 0; i < n; i++) {
		const char *from = p;
		if (phrase[i] != ' ')
			p += (at(l, p) | 32) == (phrase[i] | 32);
		else
			p = skip(l, p, is_space);
		if (p == from)
			return NULL;
	}
	return is_word_at(l, p) ? NULL : p;
}

/* the first of phrases separated by `|` */
static size_t phrase(const struct lexer *l, const char *phrases)
{
	for (const char *s = phrases; *s != '\0';) {
		size_t n = strcspn(s, "|");
		const char *to = phrase_end(l, s, n);
		if (to != NULL)
			return taken(l, to);
		s += n + (s[n] == '|');
	}
	return 0;
}

/* GO, one space and a number */
static size_t go(const struct lexer *l)
{
	size_t n;
	if ((l->p[0] | 32) != 'g' || (at(l, l->p + 1) | 32) != 'o' || !is_space(point(l, l->p + 2, &n)))
		return 0;
	const char *from = l->p + 2 + n, *p = digits(l, from);
	return p > from && !is_word_at(l, p) ? taken(l, p) : 0;
}

static size_t time_zone(const struct lexer *l)
{
	const char *p = phrase_end(l, "AT TIME ZONE", 12);
	if (p == NULL)
		p = phrase_end(l, "WITH' TIME ZONE", 15);
	const char *from = p == NULL ? NULL : skip(l, p, is_space);
	if (from == NULL || from == p || at(l, from) != '\'' || at(l, from + 1) == '\'')
		return 0;
	const char *close = memchr(from + 1, '\'', (size_t)(l->end - from) - 1);
	return close == NULL ? 0 : taken(l, close + 1);
}

/* ---- signs ---- */

static size_t run_of(const struct lexer *l, const char *signs)
{
	const char *p = l->p;
	while (p < l->end && *p != '\0' && strchr(signs, *p) != NULL)
		p++;
	return taken(l, p);
}

static size_t comparison(const struct lexer *l) { return run_of(l, "<>=~!"); }
static size_t operator_run(const struct lexer *l) { return run_of(l, "+/@#%^&|-"); }
static size_t punctuation(const struct lexer *l) { return *l->p != '\0' && strchr(";:()[],.", *l->p) != NULL; }

static size_t json_operator(const struct lexer *l)
{
	static const char *const signs[] = { "->>", "->", "#>>", "#>", "@>", "<@", "-", "#-" };
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
		if (starts(l, l->p, signs[i]))
			return strlen(signs[i]);
	return 0;
}

/* ---- the rules, in their order ---- */

static const struct rule {
	size_t (*takes)(const struct lexer *); /* NULL: */
	const char *text;                      /* exactly this, or for keywords one of these phrases */
	enum token_type type;
} rules[] = {
	{ dollar_quote, NULL, T_LITERAL }, { block_comment, NULL, T_COMMENT },
	{ line_hint, NULL, T_COMMENT }, { line_comment, NULL, T_COMMENT_LINE },
	{ newline, NULL, T_NEWLINE }, { space, NULL, T_SPACE },
	{ NULL, ":=", T_ASSIGNMENT }, { NULL, "::", T_PUNCTUATION }, { NULL, "*", T_WILDCARD },
	{ backquoted, NULL, T_NAME }, { accented, NULL, T_NAME },
	{ NULL, "?", T_PLACEHOLDER }, { percent, NULL, T_PLACEHOLDER }, { variable, NULL, T_PLACEHOLDER },
	{ command, NULL, T_COMMAND },
	{ NULL, "CASE|IN|VALUES|USING|FROM|AS", T_KEYWORD },
	{ marked_name, NULL, T_NAME }, { name_before_dot, NULL, T_NAME }, { name_behind_dot, NULL, T_NAME },
	{ name_before_paren, NULL, T_NAME },
	{ hexadecimal, NULL, T_HEX }, { scientific, NULL, T_FLOAT }, { decimal, NULL, T_FLOAT }, { integer, NULL, T_INTEGER },
	{ single, NULL, T_SINGLE }, { symbol, NULL, T_SYMBOL }, { bracketed, NULL, T_NAME },
	{ NULL, "LEFT INNER JOIN|LEFT OUTER JOIN|LEFT STRAIGHT JOIN|LEFT JOIN|RIGHT INNER JOIN|RIGHT OUTER JOIN|"
	        "RIGHT STRAIGHT JOIN|RIGHT JOIN|FULL INNER JOIN|FULL OUTER JOIN|FULL STRAIGHT JOIN|FULL JOIN|INNER JOIN|"
	        "OUTER JOIN|STRAIGHT JOIN|CROSS JOIN|NATURAL JOIN|JOIN|"
	        "END IF|END LOOP|END WHILE|END FOR|END CASE|END|IF NOT EXISTS|IF EXISTS|NOT NULL", T_KEYWORD },
	{ NULL, "ASC NULLS FIRST|ASC NULLS LAST|DESC NULLS FIRST|DESC NULLS LAST|ASC|DESC|NULLS FIRST|NULLS LAST", T_ORDER },
	{ NULL, "UNION ALL", T_KEYWORD },
	{ NULL, "CREATE OR REPLACE|CREATE", T_DDL },
	{ NULL, "DOUBLE PRECISION", T_BUILTIN },
	{ NULL, "GROUP BY|ORDER BY|PRIMARY KEY|HANDLER FOR", T_KEYWORD },
	{ go, NULL, T_KEYWORD },
	{ NULL, "LATERAL VIEW EXPLODE|LATERAL VIEW INLINE|LATERAL VIEW PARSE_URL_TUPLE|LATERAL VIEW POSEXPLODE|"
	        "LATERAL VIEW STACK", T_KEYWORD },
	{ time_zone, NULL, T_ZONE },
	{ NULL, "NOT LIKE|NOT ILIKE|NOT RLIKE|LIKE|ILIKE|RLIKE|NOT REGEXP BINARY|NOT REGEXP|REGEXP BINARY|REGEXP", T_COMPARISON },
	{ word, NULL, T_NAME },
	{ punctuation, NULL, T_PUNCTUATION }, { json_operator, NULL, T_OPERATOR }, { comparison, NULL, T_COMPARISON },
	{ operator_run, NULL, T_OPERATOR },
};

static size_t take(const struct lexer *l, const struct rule *r)
{
	if (r->takes != NULL)
		return r->takes(l);
	if ((r->text[0] | 32) >= 'a' && (r->text[0] | 32) <= 'z')
		return phrase(l, r->text);
	return starts(l, l->p, r->text) ? strlen(r->text) : 0;
}

static void next(const struct lexer *l, struct token *t)
{
	t->text = l->p;
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
		t->n = take(l, &rules[i]);
		if (t->n == 0)
			continue;
		t->type = rules[i].takes == word ? reserved_type(t->text, t->n) : rules[i].type;
		return;
	}
	t->type = T_ERROR;
	point(l, l->p, &t->n);
}

static const char *last_of(const char *text, size_t n, const char *quote)
{
	size_t m = strlen(quote);
	for (const char *p = text + n; p >= text + m; p--)
		if (memcmp(p - m, quote, m) == 0)
			return p - m;
	return NULL;
}

int lex(const struct pool *pool, const char *text, size_t n, struct token ***tokens, size_t *count)
{
	struct lexer l = { .start = text, .p = text, .end = text + n,
		.last = { last_of(text, n, "'"), last_of(text, n, "\""), last_of(text, n, "`"), last_of(text, n, "´") } };
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
