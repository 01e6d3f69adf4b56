/* SPDX-License-Identifier: Apache-2.0 */
/* pytext - spelling, piece by piece. */
#include "pytext.h"
#include "jsontext.h"

#include <math.h>
#include <stdlib.h>

static void add(struct pytext *t, const char *s, size_t n)
{
	if (t->n + n + 1 > t->room) {
		size_t room = (t->n + n + 1) * 2;
		char *p = t->alloc(t->arena, room);
		t->failed = t->failed || p == NULL;
		if (p == NULL)
			return;
		if (t->n > 0)
			memcpy(p, t->p, t->n);
		t->p = p;
		t->room = room;
	}
	memcpy(t->p + t->n, s, n);
	t->n += n;
	t->p[t->n] = 0;
}

static void *call_alloc(void *c, size_t n)
{
	return tenon_alloc(c, n);
}

struct pytext pytext_of(struct tenon_call *c)
{
	return (struct pytext){ .alloc = call_alloc, .arena = c };
}

const char *pytext_text(const struct pytext *t)
{
	return t->p != NULL ? t->p : "";
}

void pytext_add(struct pytext *t, const char *plain)
{
	add(t, plain, strlen(plain));
}

/* bytes of the UTF-8 sequence at p, and its code point */
static size_t decode(const unsigned char *p, uint32_t *point)
{
	size_t n = *p < 0x80 ? 1 : *p < 0xe0 ? 2 : *p < 0xf0 ? 3 : 4, i = 1;
	*point = n == 1 ? *p : *p & (0x7fu >> n);
	for (; i < n && (p[i] & 0xc0) == 0x80; i++)
		*point = *point << 6 | (p[i] & 0x3f);
	return i;
}

/* what str.isprintable() refuses among the characters that occur: controls, separators, marks of direction, private use */
static bool hidden(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0xa0) || c == 0xad || c == 0x1680 || (c >= 0x2000 && c <= 0x200f) ||
	       (c >= 0x2028 && c <= 0x202f) || (c >= 0x205f && c <= 0x206f) || c == 0x3000 || c == 0xfeff ||
	       (c >= 0xe000 && c <= 0xf8ff) || c >= 0xe0000;
}

void pytext_repr(struct pytext *t, const char *text)
{
	char quote = strchr(text, '\'') != NULL && strchr(text, '"') == NULL ? '"' : '\'', code[12];
	add(t, &quote, 1);
	uint32_t c;
	for (size_t n; *text; text += n) {
		n = decode((const unsigned char *)text, &c);
		if (c == '\n' || c == '\r' || c == '\t')
			snprintf(code, sizeof code, "\\%c", c == '\n' ? 'n' : c == '\r' ? 'r' : 't');
		else if (c == '\\' || c == (uint32_t)quote)
			snprintf(code, sizeof code, "\\%c", (int)c);
		else if (hidden(c))
			snprintf(code, sizeof code, c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x", (unsigned)c);
		else
			code[0] = 0;
		add(t, code[0] ? code : text, code[0] ? strlen(code) : n);
	}
	add(t, &quote, 1);
}

/* The fewest digits that read back as x, in d.ddde±xx form. */
static void shortest(double x, char *to, size_t size)
{
	for (int precision = 0; precision < 17; precision++) {
		snprintf(to, size, "%.*e", precision, x);
		if (strtod(to, NULL) == x)
			return;
	}
}

void pytext_float(struct pytext *t, double x)
{
	char e[40], out[64], digits[24];
	if (!isfinite(x)) {
		pytext_add(t, isnan(x) ? "nan" : x > 0 ? "inf" : "-inf");
		return;
	}
	shortest(fabs(x), e, sizeof e);
	int exponent = atoi(strchr(e, 'e') + 1), n = 0;
	for (const char *p = e; *p != 'e'; p++)
		if (*p != '.')
			digits[n++] = *p;
	while (n > 1 && digits[n - 1] == '0')
		n--;
	const char *sign = signbit(x) ? "-" : "";
	if (exponent < -4 || exponent >= 16)
		snprintf(out, sizeof out, "%s%c%s%.*se%c%02d", sign, digits[0], n > 1 ? "." : "", n - 1, digits + 1,
		         exponent < 0 ? '-' : '+', abs(exponent));
	else if (exponent < 0)
		snprintf(out, sizeof out, "%s0.%.*s%.*s", sign, -exponent - 1, "0000", n, digits);
	else if (n <= exponent + 1)
		snprintf(out, sizeof out, "%s%.*s%.*s.0", sign, n, digits, exponent + 1 - n, "0000000000000000");
	else
		snprintf(out, sizeof out, "%s%.*s.%.*s", sign, exponent + 1, digits, n - exponent - 1, digits + exponent + 1);
	pytext_add(t, out);
}

/* one character of json.dumps, which keeps to ASCII */
static void json_character(struct pytext *t, uint32_t c)
{
	static const char named[] = "\"\\\b\f\n\r\t", names[] = "\"\\bfnrt";
	char code[16] = { (char)c };
	const char *at = c != 0 && c < 0x80 ? strchr(named, (int)c) : NULL;
	if (at != NULL)
		snprintf(code, sizeof code, "\\%c", names[at - named]);
	else if (c > 0xffff)
		snprintf(code, sizeof code, "\\u%04x\\u%04x", 0xd7c0 + (unsigned)(c >> 10), 0xdc00 + (unsigned)(c & 0x3ff));
	else if (c < 0x20 || c > 0x7e)
		snprintf(code, sizeof code, "\\u%04x", (unsigned)c);
	pytext_add(t, code);
}

void pytext_json_string(struct pytext *t, const char *text)
{
	uint32_t c;
	add(t, "\"", 1);
	for (; *text; json_character(t, c))
		text += decode((const unsigned char *)text, &c);
	add(t, "\"", 1);
}

/* a string as it stands in JSON, escapes and all */
static void json_escaped(struct pytext *t, const char *p)
{
	uint32_t c;
	add(t, "\"", 1);
	for (p++; *p != '"';) {
		if (*p != '\\') {
			p += decode((const unsigned char *)p, &c);
			json_character(t, c);
			continue;
		}
		size_t n = p[1] == 'u' ? 6 : 2;
		if (p[1] == '/')
			add(t, "/", 1);
		else
			for (size_t i = 0; i < n; i++) /* Python spells the digits of \u in small letters */
				add(t, (char[]){ i > 1 && p[i] >= 'A' && p[i] <= 'F' ? (char)(p[i] | 32) : p[i] }, 1);
		p += n;
	}
	add(t, "\"", 1);
}

/* a number beyond doubles stays as it is: JSON has no infinity */
static void json_scalar(struct pytext *t, const char *p, size_t n)
{
	bool number = *p == '-' || (*p >= '0' && *p <= '9');
	bool fraction = number && strcspn(p, ".eE") < n;
	double x = fraction ? strtod(p, NULL) : 0;
	if (*p == '"')
		json_escaped(t, p);
	else if (fraction && isfinite(x))
		pytext_float(t, x);
	else
		add(t, p, n);
}

void pytext_json(struct pytext *t, const char *json, bool compact)
{
	json = jsontext_space(json);
	if (*json != '{' && *json != '[') {
		json_scalar(t, json, (size_t)(jsontext_skip(json) - json));
		return;
	}
	struct jsontext_member m;
	const char *close = *json == '{' ? "}" : "]";
	bool first = true;
	add(t, json, 1);
	while ((json = jsontext_next(json, &m)) != NULL) {
		if (!first)
			pytext_add(t, compact ? "," : ", ");
		first = false;
		if (m.key.n > 0) {
			json_escaped(t, m.key.p);
			pytext_add(t, compact ? ":" : ": ");
		}
		pytext_json(t, m.value.p, compact);
	}
	pytext_add(t, close);
}

const char *pytext_type(struct tenon_json json)
{
	if (json.n == 0)
		return "NoneType";
	switch (json.p[0]) {
	case '"': return "str";
	case '{': return "dict";
	case '[': return "list";
	case 't': case 'f': return "bool";
	case 'n': return "NoneType";
	case 'N': case 'I': return "float";
	}
	for (size_t i = 0; i < json.n; i++)
		if (json.p[i] == '.' || (json.p[i] | 32) == 'e' || json.p[i] == 'I')
			return "float";
	return "int";
}
