/* SPDX-License-Identifier: Apache-2.0 */
/* literal - recursive descent over the part of Python's literals that such a list may hold: strings with their escapes,
 * and numbers, names, tuples and lists, which are only spelled again in the refusal. Dictionaries, sets, formatted
 * strings and arithmetic count as ill-formed. */
#include "literal.h"
#include "pytext.h"

#include <ctype.h>
#include <stdlib.h>

enum { DEPTH_MAX = 90 };

struct value {
	enum { STRING, TUPLE, LIST, OTHER } kind;
	const char *text;          /* a string's content; OTHER: as Python spells it */
	struct value *items;
	size_t n, room;
};

struct reader { struct pool *pool; const char *p; }; /* the text ends with a NUL */

static int value_read(struct reader *r, struct value *v, int depth);

static int ill_formed(struct reader *r)
{
	return pool_refuse(r->pool, "While parsing a list in the query, expected a non-empty list of string values, "
	                            "but got ill-formed list.");
}

static void skip_space(struct reader *r)
{
	while (*r->p != '\0' && strchr(" \t\n\r\f#", *r->p) != NULL)
		r->p += *r->p == '#' ? strcspn(r->p, "\n") : 1;
}

/* ---- strings ---- */

static void add_point(struct pytext *t, unsigned long c)
{
	char utf8[5] = { 0 };
	if (c == 0 || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		c = 0xfffd; /* no text of ours holds such */
	if (c < 0x80)
		snprintf(utf8, sizeof utf8, "%c", (int)c);
	else if (c < 0x800)
		snprintf(utf8, sizeof utf8, "%c%c", (int)(0xc0 | c >> 6), (int)(0x80 | (c & 63)));
	else if (c < 0x10000)
		snprintf(utf8, sizeof utf8, "%c%c%c", (int)(0xe0 | c >> 12), (int)(0x80 | (c >> 6 & 63)), (int)(0x80 | (c & 63)));
	else
		snprintf(utf8, sizeof utf8, "%c%c%c%c", (int)(0xf0 | c >> 18), (int)(0x80 | (c >> 12 & 63)),
		         (int)(0x80 | (c >> 6 & 63)), (int)(0x80 | (c & 63)));
	pytext_add(t, utf8);
}

static bool number_escape(struct reader *r, struct pytext *t, size_t n)
{
	char digits[9] = { 0 };
	if (strspn(r->p + 1, "0123456789abcdefABCDEF") < n)
		return false;
	memcpy(digits, r->p + 1, n);
	add_point(t, strtoul(digits, NULL, 16));
	r->p += 1 + n;
	return true;
}

/* behind the backslash */
static bool escape(struct reader *r, struct pytext *t)
{
	static const char named[] = "\\'\"abfnrtv", meant[] = "\\'\"\a\b\f\n\r\t\v";
	char c = *r->p;
	const char *at = c == '\0' ? NULL : strchr(named, c);

	if (at != NULL) {
		pytext_add(t, (char[]){ meant[at - named], '\0' });
		r->p++;
		return true;
	}
	if (c == 'x' || c == 'u' || c == 'U')
		return number_escape(r, t, c == 'x' ? 2 : c == 'u' ? 4 : 8);
	if (c == 'N' || c == '\0')
		return false;
	if (c >= '0' && c <= '7') {
		unsigned long octal = 0;
		for (int i = 0; i < 3 && *r->p >= '0' && *r->p <= '7'; i++)
			octal = octal * 8 + (unsigned long)(*r->p++ - '0');
		add_point(t, octal);
		return true;
	}
	r->p += c == '\n';
	pytext_add(t, c == '\n' ? "" : "\\");
	return true;
}

/* one string, from its prefix on */
static bool string_read(struct reader *r, struct pytext *t, bool raw)
{
	char quote = *r->p, closing[4] = { quote, quote, quote, '\0' };
	bool triple = strncmp(r->p, closing, 3) == 0;
	size_t n = triple ? 3 : 1;

	for (r->p += n; strncmp(r->p, closing, n) != 0;) {
		if (*r->p == '\0' || (*r->p == '\n' && !triple))
			return false;
		if (*r->p == '\\' && !raw) {
			r->p++;
			if (!escape(r, t))
				return false;
			continue;
		}
		size_t take = *r->p == '\\' && r->p[1] != '\0' ? 2 : 1;
		pytext_add(t, (char[]){ r->p[0], take == 2 ? r->p[1] : '\0', '\0' });
		r->p += take;
	}
	r->p += n;
	return true;
}

/* bytes of a prefix of letters before a quote; SIZE_MAX if no string stands here */
static size_t prefix(const char *p)
{
	size_t n = strspn(p, "rRuUbB");
	return n <= 2 && (p[n] == '\'' || p[n] == '"') ? n : SIZE_MAX;
}

/* neighbours are one string */
static int strings_read(struct reader *r, struct value *v)
{
	struct pytext t = { .alloc = r->pool->alloc, .arena = r->pool->arena };
	bool bytes = false, first = true;

	for (size_t n; (n = prefix(r->p)) != SIZE_MAX; first = false) {
		bool is_bytes = memchr(r->p, 'b', n) != NULL || memchr(r->p, 'B', n) != NULL;
		bool is_raw = memchr(r->p, 'r', n) != NULL || memchr(r->p, 'R', n) != NULL;
		if (!first && is_bytes != bytes)
			return ill_formed(r);
		bytes = is_bytes;
		r->p += n;
		if (!string_read(r, &t, is_raw))
			return ill_formed(r);
		skip_space(r);
	}
	*v = (struct value){ .kind = STRING, .text = pytext_text(&t) };
	if (!bytes)
		return TENON_OK;
	struct pytext spelled = { .alloc = r->pool->alloc, .arena = r->pool->arena };
	pytext_add(&spelled, "b");
	pytext_repr(&spelled, v->text);
	*v = (struct value){ .kind = OTHER, .text = pytext_text(&spelled) };
	return TENON_OK;
}

/* ---- numbers, names ---- */

static int number_read(struct reader *r, struct value *v)
{
	struct pytext t = { .alloc = r->pool->alloc, .arena = r->pool->arena };
	char digits[512];
	size_t n = 0;

	for (; *r->p == '-' || *r->p == '+'; r->p++)
		if (*r->p == '-')
			pytext_add(&t, "-");
	while (n < sizeof digits - 1 && (isalnum((unsigned char)*r->p) || *r->p == '.' || *r->p == '_')) {
		if (*r->p != '_')
			digits[n++] = *r->p;
		r->p++;
	}
	digits[n] = '\0';
	size_t whole = strspn(digits, "0123456789");
	if (n == 0 || (whole == n && digits[0] == '0' && strspn(digits, "0") < n))
		return ill_formed(r);
	char *end = digits + n;
	if (whole == n)
		pytext_add(&t, digits[0] == '0' ? "0" : digits);
	else if (digits[strspn(digits, "0123456789.eE")] == '\0')
		pytext_float(&t, strtod(digits, &end));
	else
		end = digits;
	*v = (struct value){ .kind = OTHER, .text = pytext_text(&t) };
	return end == digits + n ? TENON_OK : ill_formed(r);
}

static int name_read(struct reader *r, struct value *v)
{
	static const char *const names[] = { "True", "False", "None" };
	for (size_t i = 0; i < 3; i++) {
		size_t n = strlen(names[i]);
		if (strncmp(r->p, names[i], n) != 0 || isalnum((unsigned char)r->p[n]) || r->p[n] == '_')
			continue;
		r->p += n;
		*v = (struct value){ .kind = OTHER, .text = names[i] };
		return TENON_OK;
	}
	return ill_formed(r);
}

/* ---- tuples, lists ---- */

static int add_item(struct reader *r, struct value *v, const struct value *item)
{
	if (v->n == v->room) {
		struct value *more = pool_take(r->pool, (v->room = v->room * 2 + 8) * sizeof *more);
		if (more == NULL)
			return TENON_NO_MEMORY;
		if (v->n > 0)
			memcpy(more, v->items, v->n * sizeof *more);
		v->items = more;
	}
	v->items[v->n++] = *item;
	return TENON_OK;
}

static int items_read(struct reader *r, struct value *v, int depth)
{
	char close = *r->p == '(' ? ')' : ']';
	bool comma = false;

	*v = (struct value){ .kind = close == ')' ? TUPLE : LIST };
	for (r->p++, skip_space(r); *r->p != close; skip_space(r)) {
		struct value item;
		if (v->n > 0 && !comma)
			return ill_formed(r);
		TRY(value_read(r, &item, depth + 1));
		TRY(add_item(r, v, &item));
		skip_space(r);
		comma = *r->p == ',';
		r->p += comma;
	}
	r->p++;
	if (v->kind == TUPLE && v->n == 1 && !comma) {
		struct value only = v->items[0]; /* parentheses around one value are no tuple */
		*v = only;
	}
	return TENON_OK;
}

static int value_read(struct reader *r, struct value *v, int depth)
{
	if (depth > DEPTH_MAX)
		return ill_formed(r);
	if (prefix(r->p) != SIZE_MAX)
		return strings_read(r, v);
	if (*r->p == '(' || *r->p == '[')
		return items_read(r, v, depth);
	if (*r->p != '\0' && strchr("+-.0123456789", *r->p) != NULL)
		return number_read(r, v);
	return name_read(r, v);
}

static void spell(struct pytext *t, const struct value *v)
{
	if (v->kind == STRING)
		pytext_repr(t, v->text);
	if (v->kind == OTHER)
		pytext_add(t, v->text);
	if (v->kind == STRING || v->kind == OTHER)
		return;
	pytext_add(t, v->kind == TUPLE ? "(" : "[");
	for (size_t i = 0; i < v->n; i++) {
		pytext_add(t, i > 0 ? ", " : "");
		spell(t, &v->items[i]);
	}
	pytext_add(t, v->kind == LIST ? "]" : v->n == 1 ? ",)" : ")");
}

int literal_list(struct pool *pool, const char *text, size_t n, struct tenon_strs *out)
{
	struct reader r = { pool, pool_text(pool, text, n) };
	struct value v, one;
	if (r.p == NULL)
		return TENON_NO_MEMORY;
	TRY(value_read(&r, &v, 0));
	skip_space(&r);
	if (*r.p != '\0')
		return ill_formed(&r);
	if (v.kind != TUPLE) {
		one = v;
		v = (struct value){ .kind = TUPLE, .items = &one, .n = 1 };
	}
	if (v.n == 0)
		return pool_refuse(pool, "While parsing a list in the query, expected a non-empty list of string values, but got empty list");
	out->n = v.n;
	if ((out->v = pool_take(pool, v.n * sizeof *out->v)) == NULL)
		return TENON_NO_MEMORY;
	for (size_t i = 0; i < v.n; i++) {
		out->v[i] = v.items[i].text;
		if (v.items[i].kind == STRING)
			continue;
		struct pytext t = { .alloc = pool->alloc, .arena = pool->arena };
		spell(&t, &v);
		return pool_refuse(pool, "While parsing a list in the query, expected string value, punctuation, or whitespace, "
		                         "but got different type in list: %s", pytext_text(&t));
	}
	return TENON_OK;
}
