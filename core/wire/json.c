/* SPDX-License-Identifier: Apache-2.0 */
/* json - one pass over the text; strings are looked through eight bytes at a time while they are plain ASCII. */
#include "json.h"
#include "base/arena.h"
#include "base/text.h"

#include <stdint.h>
#include <string.h>

struct json json_over(const char *p, size_t n) { return (struct json){ .p = p, .end = p + n, .most_depth = JSON_DEPTH }; }

static bool fail(struct json *j, enum tenon_kind fault, const char *at)
{
	if (j->fault == TENON_K_NONE) {
		j->fault = fault;
		j->at = at;
	}
	j->p = j->end;
	return false;
}

static void space(struct json *j)
{
	while (j->p < j->end && (*j->p == ' ' || *j->p == '\n' || *j->p == '\t' || *j->p == '\r'))
		j->p++;
}

/* ---- strings ---- */

static bool plain8(const char *p)
{
	uint64_t w;
	const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
	memcpy(&w, p, 8);
	uint64_t quote = w ^ ones * '"', slash = w ^ ones * '\\';
	/* a byte that is 0x80 or more, below 0x20, a quote or a backslash sets its top bit in the sum */
	return ((w | (w - ones * 0x20) | ((quote - ones) & ~quote) | ((slash - ones) & ~slash)) & tops) == 0;
}

static int hex4(const char *p)
{
	int x = 0;
	for (int i = 0; i < 4; i++) {
		char c = p[i];
		int d = c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
		if (d < 0)
			return -1;
		x = x << 4 | d;
	}
	return x;
}

static bool skip_escape(struct json *j)
{
	const char *p = j->p + 1;

	if (p >= j->end)
		return fail(j, TENON_K_SYNTAX, j->p);
	if (*p == 'u') {
		if (j->end - p < 5 || hex4(p + 1) < 0)
			return fail(j, TENON_K_SYNTAX, j->p);
		j->p = p + 5;
		return true;
	}
	if (memchr("\"\\/bfnrt", *p, 8) == NULL)
		return fail(j, TENON_K_SYNTAX, j->p);
	j->p = p + 1;
	return true;
}

static bool skip_string(struct json *j) /* at the opening quote */
{
	const char *begin = ++j->p;
	bool ascii = true;

	while (j->p < j->end) {
		if (j->end - j->p >= 8 && plain8(j->p)) {
			j->p += 8;
			continue;
		}
		unsigned char c = (unsigned char)*j->p;
		if (c == '"') {
			size_t n = (size_t)(j->p - begin);
			if (!ascii && utf8_check(begin, n) != n)
				return fail(j, TENON_K_UTF8, begin);
			j->p++;
			return true;
		}
		if (c < 0x20)
			return fail(j, TENON_K_SYNTAX, j->p);
		if (c == '\\') {
			if (!skip_escape(j))
				return false;
			continue;
		}
		ascii &= c < 0x80;
		j->p++;
	}
	return fail(j, TENON_K_SYNTAX, begin - 1);
}

/* ---- numbers and words ---- */

static const char *digits(const char *p, const char *end)
{
	while (p < end && *p >= '0' && *p <= '9')
		p++;
	return p;
}

static bool skip_number(struct json *j)
{
	const char *p = j->p + (*j->p == '-'), *from = p;

	if (p < j->end && *p == '0')
		p++;
	else
		p = digits(p, j->end);
	if (p == from)
		return fail(j, TENON_K_SYNTAX, j->p);
	if (p < j->end && *p == '.') {
		from = ++p;
		if ((p = digits(p, j->end)) == from)
			return fail(j, TENON_K_SYNTAX, j->p);
	}
	if (p < j->end && (*p | 32) == 'e') {
		p++;
		if (p < j->end && (*p == '+' || *p == '-'))
			p++;
		from = p;
		if ((p = digits(p, j->end)) == from)
			return fail(j, TENON_K_SYNTAX, j->p);
	}
	j->p = p;
	return true;
}

static bool skip_word(struct json *j)
{
	static const struct { const char *word; size_t n; bool loose; } words[] = {
		{ "true", 4, false }, { "false", 5, false }, { "null", 4, false }, { "NaN", 3, true }, { "Infinity", 8, true }, { "-Infinity", 9, true },
	};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if ((size_t)(j->end - j->p) >= words[i].n && memcmp(j->p, words[i].word, words[i].n) == 0 && (j->loose || !words[i].loose)) {
			j->p += words[i].n;
			return true;
		}
	return fail(j, TENON_K_SYNTAX, j->p);
}

/* ---- values ---- */

bool json_enter(struct json *j, char open)
{
	space(j);
	if (j->p >= j->end || *j->p != open)
		return fail(j, TENON_K_SYNTAX, j->p);
	if (++j->depth > j->most_depth)
		return fail(j, TENON_K_DEPTH, j->p);
	j->p++;
	j->first = true;
	return true;
}

static bool skip_value(struct json *j);

static bool skip_inside(struct json *j, char open)
{
	struct tenon_json key;

	if (!json_enter(j, open))
		return false;
	while (json_next(j, open == '{' ? &key : NULL))
		if (!skip_value(j))
			return false;
	return j->fault == TENON_K_NONE;
}

static bool skip_value(struct json *j) /* depth bounds the recursion */
{
	space(j);
	if (j->p >= j->end)
		return fail(j, TENON_K_SYNTAX, j->end);
	switch (*j->p) {
	case '"':
		return skip_string(j);
	case '{': case '[':
		return skip_inside(j, *j->p);
	case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': case '8': case '9':
		return skip_number(j);
	case '-':
		return j->loose && j->end - j->p > 1 && j->p[1] == 'I' ? skip_word(j) : skip_number(j);
	default:
		return skip_word(j);
	}
}

struct tenon_json json_skip(struct json *j)
{
	space(j);
	const char *from = j->p;
	return skip_value(j) ? (struct tenon_json){ from, (size_t)(j->p - from) } : (struct tenon_json){ NULL, 0 };
}

bool json_done(struct json *j)
{
	space(j);
	return j->fault == TENON_K_NONE && (j->p == j->end || fail(j, TENON_K_SYNTAX, j->p));
}

static bool next_key(struct json *j, struct tenon_json *key)
{
	space(j);
	if (j->p >= j->end || *j->p != '"')
		return fail(j, TENON_K_SYNTAX, j->p);
	const char *from = j->p;
	if (!skip_string(j))
		return false;
	*key = (struct tenon_json){ from, (size_t)(j->p - from) };
	space(j);
	if (j->p >= j->end || *j->p != ':')
		return fail(j, TENON_K_SYNTAX, j->p);
	j->p++;
	return true;
}

bool json_next(struct json *j, struct tenon_json *key)
{
	space(j);
	if (j->fault != TENON_K_NONE)
		return false;
	if (j->p >= j->end)
		return fail(j, TENON_K_SYNTAX, j->end);
	if (*j->p == (key != NULL ? '}' : ']')) {
		j->p++;
		j->depth--;
		j->first = false;
		return false;
	}
	if (!j->first && *j->p++ != ',')
		return fail(j, TENON_K_SYNTAX, j->p - 1);
	j->first = false;
	return key == NULL || next_key(j, key);
}

enum json_type json_type_of(struct tenon_json v)
{
	switch (v.p == NULL || v.n == 0 ? '\0' : *v.p) {
	case '\0': return JSON_NONE;
	case 'n': return JSON_NULL;
	case 't': return JSON_TRUE;
	case 'f': return JSON_FALSE;
	case '"': return JSON_STRING;
	case '[': return JSON_ARRAY;
	case '{': return JSON_OBJECT;
	default: return JSON_NUMBER;
	}
}

/* ---- what a string spells ---- */

static size_t put_utf8(char *out, unsigned c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	size_t more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
	static const unsigned char lead[] = { 0, 0xC0, 0xE0, 0xF0 };
	for (size_t i = more; i > 0; i--, c >>= 6)
		out[i] = (char)(0x80 | (c & 0x3F));
	out[0] = (char)(lead[more] | c);
	return more + 1;
}

/* at the `u` of \uXXXX: the character and how far it reaches; 0 with the fault */
static size_t unicode(const char *p, const char *end, unsigned *c, enum tenon_kind *fault)
{
	unsigned high = (unsigned)hex4(p + 1), low;

	if (high >= 0xD800 && high < 0xDC00 && end - p >= 11 && p[5] == '\\' && p[6] == 'u' &&
	    (low = (unsigned)hex4(p + 7)) >= 0xDC00 && low < 0xE000) {
		*c = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
		return 11;
	}
	*c = high;
	if (high != 0 && (high < 0xD800 || high >= 0xE000))
		return 5;
	*fault = high == 0 ? TENON_K_NUL : TENON_K_UTF8;
	return 0;
}

static bool unescape(char *out, const char *p, const char *end, enum tenon_kind *fault)
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";

	while (p < end) {
		if (*p != '\\') {
			*out++ = *p++;
			continue;
		}
		const char *simple = strchr(from, *++p);
		unsigned c;
		if (*p == 'u') {
			size_t n = unicode(p, end, &c, fault);
			if (n == 0)
				return false;
			out += put_utf8(out, c);
			p += n;
		} else {
			*out++ = simple != NULL ? to[simple - from] : *p;
			p++;
		}
	}
	*out = '\0';
	return true;
}

const char *json_string(struct tenon_json text, struct arena *a, enum tenon_kind *fault)
{
	const char *p = text.p + 1;
	size_t n = text.n - 2;

	*fault = TENON_K_NONE;
	if (memchr(p, '\\', n) == NULL)
		return arena_text(a, p, n);
	char *out = arena_alloc(a, n + 1);
	return out != NULL && unescape(out, p, p + n, fault) ? out : NULL;
}

struct tenon_json json_member(struct tenon_json object, const char *name)
{
	struct json j = json_over(object.p, object.n);
	struct tenon_json key, found = { NULL, 0 };
	size_t n = strlen(name);

	j.loose = true;
	if (json_type_of(object) != JSON_OBJECT || !json_enter(&j, '{'))
		return found;
	while (json_next(&j, &key)) {
		struct tenon_json v = json_skip(&j);
		if (key.n == n + 2 && memcmp(key.p + 1, name, n) == 0)
			found = v;
	}
	return found;
}
