/* SPDX-License-Identifier: Apache-2.0 */
/* jsontext - RFC 8259's grammar as one recursive walk; and the words that Python has for numbers that are none. */
#include "jsontext.h"

#define MAX_DEPTH 100

static const char *skip_value(const char *p, int depth);

const char *jsontext_space(const char *p)
{
	return p + strspn(p, " \t\r\n");
}

static const char *skip_string(const char *p)
{
	for (p++; *p != '"'; p++) {
		if ((unsigned char)*p < 0x20)
			return NULL;
		if (*p != '\\')
			continue;
		p++;
		if (*p == 'u') {
			if (strspn(p + 1, "0123456789abcdefABCDEF") < 4)
				return NULL;
			p += 4;
		} else if (*p == 0 || strchr("\"\\/bfnrt", *p) == NULL) {
			return NULL;
		}
	}
	return p + 1;
}

static const char *skip_digits(const char *p)
{
	size_t n = strspn(p, "0123456789");
	return n ? p + n : NULL;
}

static const char *skip_number(const char *p)
{
	p += *p == '-';
	p = *p == '0' ? p + 1 : skip_digits(p);
	if (p != NULL && *p == '.')
		p = skip_digits(p + 1);
	if (p != NULL && (*p | 32) == 'e') {
		p += 1;
		p = skip_digits(p + (*p == '+' || *p == '-'));
	}
	return p;
}

/* `"key" :` up to the value */
static const char *skip_key(const char *p)
{
	if (*p != '"' || (p = skip_string(p)) == NULL)
		return NULL;
	p = jsontext_space(p);
	return *p == ':' ? jsontext_space(p + 1) : NULL;
}

static const char *skip_container(const char *p, int depth)
{
	char close = *p == '{' ? '}' : ']';
	p = jsontext_space(p + 1);
	if (*p == close)
		return p + 1;
	for (;;) {
		if (close == '}' && (p = skip_key(p)) == NULL)
			return NULL;
		if ((p = skip_value(p, depth - 1)) == NULL)
			return NULL;
		p = jsontext_space(p);
		if (*p == close)
			return p + 1;
		if (*p != ',')
			return NULL;
		p = jsontext_space(p + 1);
	}
}

static const char *skip_value(const char *p, int depth)
{
	static const char *const words[] = { "true", "false", "null", "NaN", "Infinity", "-Infinity" };
	if (*p == '{' || *p == '[')
		return depth > 0 ? skip_container(p, depth) : NULL;
	if (*p == '"')
		return skip_string(p);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strncmp(p, words[i], strlen(words[i])) == 0)
			return p + strlen(words[i]);
	return skip_number(p);
}

const char *jsontext_skip(const char *p)
{
	return skip_value(jsontext_space(p), MAX_DEPTH);
}

bool jsontext_valid(const char *text)
{
	const char *end = jsontext_skip(text);
	return end != NULL && *jsontext_space(end) == 0;
}

const char *jsontext_next(const char *p, struct jsontext_member *m)
{
	p = jsontext_space(p + (*p == '{' || *p == '[' || *p == ','));
	if (*p == '}' || *p == ']')
		return NULL;
	memset(m, 0, sizeof *m);
	const char *value = skip_key(p);
	if (value != NULL)
		m->key = (struct tenon_json){ p, (size_t)(skip_string(p) - p) };
	else
		value = p;
	const char *end = jsontext_skip(value);
	if (end == NULL)
		return NULL;
	m->value = (struct tenon_json){ value, (size_t)(end - value) };
	return jsontext_space(end);
}

bool jsontext_is(struct tenon_json string, const char *text)
{
	size_t n = strlen(text);
	return string.n == n + 2 && memcmp(string.p + 1, text, n) == 0;
}

static uint32_t hex4(const char *p)
{
	uint32_t n = 0;
	for (int i = 0; i < 4; i++)
		n = n << 4 | (uint32_t)(p[i] <= '9' ? p[i] - '0' : (p[i] | 32) - 'a' + 10);
	return n;
}

static char *put_utf8(char *to, uint32_t c)
{
	if (c < 0x80) {
		*to++ = (char)c;
		return to;
	}
	int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
	static const unsigned char lead[] = { 0, 0xc0, 0xe0, 0xf0 };
	*to++ = (char)(lead[more] | c >> 6 * more);
	while (more-- > 0)
		*to++ = (char)(0x80 | (c >> 6 * more & 0x3f));
	return to;
}

/* \uXXXX, or a pair of them, at p; returns what follows */
static const char *take_u(const char *p, char **to)
{
	uint32_t c = hex4(p + 2);
	p += 6;
	if (c >= 0xd800 && c < 0xdc00 && p[0] == '\\' && p[1] == 'u') {
		uint32_t low = hex4(p + 2);
		if (low >= 0xdc00 && low < 0xe000) {
			*to = put_utf8(*to, 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00));
			return p + 6;
		}
	}
	*to = put_utf8(*to, c >= 0xd800 && c < 0xe000 ? 0xfffd : c);
	return p;
}

void jsontext_unescape(struct tenon_json string, char *to)
{
	static const char from[] = "bfnrt", into[] = "\b\f\n\r\t";
	for (const char *p = string.p + 1, *end = string.p + string.n - 1; p < end;) {
		if (*p != '\\') {
			*to++ = *p++;
		} else if (p[1] == 'u') {
			p = take_u(p, &to);
		} else {
			const char *named = strchr(from, p[1]);
			*to++ = named != NULL ? into[named - from] : p[1];
			p += 2;
		}
	}
	*to = 0;
}
