/* SPDX-License-Identifier: Apache-2.0 */
/* scan - characters first, then what is made of them. */
#include "scan.h"
#include "letters.h"

#include <string.h>

enum { FUTILE_MAX = 64 }; /* so a hostile text costs no square */

/* ---- characters ---- */

/* the code point at p, and its bytes; 0 at the end */
static uint32_t point(const struct scan *l, const char *p, size_t *n)
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

static uint32_t before(const struct scan *l, const char *p)
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

static const char *skip(const struct scan *l, const char *p, bool (*is)(uint32_t))
{
	size_t n;
	for (uint32_t c; (c = point(l, p, &n)), n > 0 && is(c);)
		p += n;
	return p;
}

static bool is_word_at(const struct scan *l, const char *p)
{
	size_t n;
	uint32_t c = point(l, p, &n);
	return n > 0 && is_word(c);
}

static char at(const struct scan *l, const char *p) { return p < l->end ? *p : '\0'; }

static bool starts(const struct scan *l, const char *p, const char *with)
{
	size_t n = strlen(with);
	return (size_t)(l->end - p) >= n && memcmp(p, with, n) == 0;
}

static size_t taken(const struct scan *l, const char *to) { return to == NULL ? 0 : (size_t)(to - l->p); }

/* ---- comments, spaces, quotes ---- */

size_t scan_block_comment(const struct scan *l)
{
	if (!starts(l, l->p, "/*"))
		return 0;
	const char *from = l->p + (at(l, l->p + 2) == '+' ? 3 : 2);
	const char *close = memmem(from, (size_t)(l->end - from), "*/", 2);
	return close == NULL ? 0 : taken(l, close + 2);
}

/* $tag$ ... $tag$ */
size_t scan_dollar_quote(const struct scan *l)
{
	size_t n;
	uint32_t prior = before(l, l->p), first;

	if (*l->p != '$' || is_word(prior) || prior == '"' || prior == '$')
		return 0;
	first = point(l, l->p + 1, &n);
	const char *tag_end = first == '_' || is_letter(first) ? skip(l, l->p + 1, is_word) : l->p + 1;
	if (at(l, tag_end) != '$' || *l->futile >= FUTILE_MAX)
		return 0;
	n = (size_t)(tag_end + 1 - l->p);
	const char *close = memmem(l->p + n, (size_t)(l->end - l->p) - n, l->p, n);
	if (close == NULL)
		++*l->futile;
	return close == NULL ? 0 : taken(l, close + n);
}

size_t scan_line_comment(const struct scan *l)
{
	if (!starts(l, l->p, "--") && !starts(l, l->p, "# "))
		return 0;
	const char *p = l->p + 2;
	while (p < l->end && *p != '\n' && *p != '\r')
		p++;
	return taken(l, p < l->end ? p + (starts(l, p, "\r\n") ? 2 : 1) : p);
}

size_t scan_line_hint(const struct scan *l) { return at(l, l->p + 2) == '+' ? scan_line_comment(l) : 0; }

size_t scan_newline(const struct scan *l)
{
	return starts(l, l->p, "\r\n") ? 2 : *l->p == '\n' || *l->p == '\r';
}

size_t scan_space(const struct scan *l)
{
	size_t n;
	return is_space(point(l, l->p, &n)) ? n : 0;
}

/* A text in quotes; two of them, or one behind a backslash, stand for one, unless no quote is left to close it. */
static size_t quoted(const struct scan *l, int kind, const char *quote, bool backslash)
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

size_t scan_single(const struct scan *l) { return quoted(l, 0, "'", true); }
size_t scan_symbol(const struct scan *l) { return quoted(l, 1, "\"", true); }
size_t scan_backquoted(const struct scan *l) { return quoted(l, 2, "`", false); }
size_t scan_accented(const struct scan *l) { return quoted(l, 3, "´", false); }

/* [a name], unless it could be an index */
size_t scan_bracketed(const struct scan *l)
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

size_t scan_percent(const struct scan *l)
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

size_t scan_variable(const struct scan *l)
{
	if ((*l->p != '$' && *l->p != ':') || is_word(before(l, l->p)) || !is_word_at(l, l->p + 1))
		return 0;
	return taken(l, skip(l, l->p + 1, is_word));
}

size_t scan_command(const struct scan *l)
{
	return *l->p == '\\' && is_word_at(l, l->p + 1) ? taken(l, skip(l, l->p + 1, is_word)) : 0;
}

/* the end of a name that begins with a letter, NULL if none stands at p */
static const char *name_end(const struct scan *l, const char *p)
{
	size_t n;
	return is_letter(point(l, p, &n)) ? skip(l, p + n, is_word) : NULL;
}

size_t scan_marked_name(const struct scan *l) /* @name, #name, ##name */
{
	if (*l->p != '@' && *l->p != '#')
		return 0;
	const char *p = l->p + (starts(l, l->p, "##") ? 2 : 1), *to = name_end(l, p);
	size_t n;
	point(l, p, &n);
	return to != NULL && to > p + n ? taken(l, to) : 0;
}

size_t scan_name_before_dot(const struct scan *l)
{
	const char *to = name_end(l, l->p);
	if (to == NULL)
		return 0;
	const char *dot = skip(l, to, is_space);
	return at(l, dot) == '.' && !is_digit(at(l, dot + 1)) ? taken(l, to) : 0;
}

size_t scan_name_behind_dot(const struct scan *l)
{
	return l->p > l->start && l->p[-1] == '.' ? taken(l, name_end(l, l->p)) : 0;
}

size_t scan_name_before_paren(const struct scan *l)
{
	const char *to = name_end(l, l->p);
	return to != NULL && at(l, to) == '(' ? taken(l, to) : 0;
}

size_t scan_word(const struct scan *l)
{
	if (!is_word_at(l, l->p))
		return 0;
	const char *p = skip(l, l->p, is_word);
	while (p < l->end && (*p == '$' || *p == '#'))
		p = skip(l, p + 1, is_word);
	return taken(l, p);
}

/* ---- numbers ---- */

static const char *digits(const struct scan *l, const char *p)
{
	while (is_digit(at(l, p)))
		p++;
	return p;
}

static const char *behind_sign(const struct scan *l) { return l->p + (*l->p == '-'); }

size_t scan_hexadecimal(const struct scan *l)
{
	const char *p = behind_sign(l), *from = p + 2;
	if (at(l, p) != '0' || (at(l, p + 1) | 32) != 'x')
		return 0;
	for (p = from; is_digit(at(l, p)) || (at(l, p) >= 'a' && at(l, p) <= 'f') || (at(l, p) >= 'A' && at(l, p) <= 'F');)
		p++;
	return p > from ? taken(l, p) : 0;
}

size_t scan_scientific(const struct scan *l)
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
static size_t without_name(const struct scan *l, const char *least, const char *p)
{
	size_t n;
	uint32_t c = point(l, p, &n);
	if (c == '_' || is_letter(c))
		p--;
	return p >= least ? taken(l, p) : 0;
}

size_t scan_decimal(const struct scan *l)
{
	const char *from = behind_sign(l), *p = digits(l, from);
	if (at(l, p) != '.')
		return 0;
	if (p > from)
		return without_name(l, p + 1, digits(l, p + 1));
	return is_digit(at(l, p + 1)) ? without_name(l, p + 2, digits(l, p + 1)) : 0;
}

size_t scan_integer(const struct scan *l)
{
	const char *from = behind_sign(l), *p = digits(l, from);
	return p > from ? without_name(l, from + 1, p) : 0;
}

/* ---- phrases of keywords ---- */

/* Behind `phrase`, of `n` bytes, whose spaces stand for any space, if it stands at p and ends with a word; else NULL. */
static const char *phrase_end(const struct scan *l, const char *phrase, size_t n)
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
size_t scan_phrases(const struct scan *l, const char *phrases)
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
size_t scan_go(const struct scan *l)
{
	size_t n;
	if ((l->p[0] | 32) != 'g' || (at(l, l->p + 1) | 32) != 'o' || !is_space(point(l, l->p + 2, &n)))
		return 0;
	const char *from = l->p + 2 + n, *p = digits(l, from);
	return p > from && !is_word_at(l, p) ? taken(l, p) : 0;
}

size_t scan_time_zone(const struct scan *l)
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

static size_t run_of(const struct scan *l, const char *signs)
{
	const char *p = l->p;
	while (p < l->end && *p != '\0' && strchr(signs, *p) != NULL)
		p++;
	return taken(l, p);
}

size_t scan_comparison(const struct scan *l) { return run_of(l, "<>=~!"); }
size_t scan_operator(const struct scan *l) { return run_of(l, "+/@#%^&|-"); }
size_t scan_punctuation(const struct scan *l) { return *l->p != '\0' && strchr(";:()[],.", *l->p) != NULL; }

size_t scan_json_operator(const struct scan *l)
{
	static const char *const signs[] = { "->>", "->", "#>>", "#>", "@>", "<@", "-", "#-" };
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
		if (starts(l, l->p, signs[i]))
			return strlen(signs[i]);
	return 0;
}

size_t scan_any(const struct scan *l)
{
	size_t n;
	point(l, l->p, &n);
	return n;
}

size_t scan_text(const struct scan *l, const char *text) { return starts(l, l->p, text) ? strlen(text) : 0; }

/* ---- beginning ---- */

static const char *last_of(const char *text, size_t n, const char *quote)
{
	size_t m = strlen(quote);
	for (const char *p = text + n; p >= text + m; p--)
		if (memcmp(p - m, quote, m) == 0)
			return p - m;
	return NULL;
}

struct scan scan_of(const char *text, size_t n, int *futile)
{
	return (struct scan){ .start = text, .p = text, .end = text + n, .futile = futile,
		.last = { last_of(text, n, "'"), last_of(text, n, "\""), last_of(text, n, "`"), last_of(text, n, "´") } };
}
