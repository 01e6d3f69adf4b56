/* SPDX-License-Identifier: Apache-2.0 */
/* print - strings are copied in stretches between the characters that JSON escapes. */
#include "print.h"
#include "base/buf.h"
#include "number.h"

#include <math.h>
#include <string.h>
#include <tenon/plugin.h>

/* ---- strings and numbers ---- */

static bool is_escaped(char c) { return (unsigned char)c < 0x20 || c == '"' || c == '\\'; }

/* how many of the first bytes stand for themselves */
static size_t plain_length(const char *s, size_t n)
{
	const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
	size_t i = 0;

	for (uint64_t w; n - i >= 8; i += 8) {
		memcpy(&w, s + i, 8);
		uint64_t quote = w ^ ones * '"', slash = w ^ ones * '\\';
		if (((((w - ones * 0x20) & ~w) | ((quote - ones) & ~quote) | ((slash - ones) & ~slash)) & tops) != 0)
			break;
	}
	while (i < n && !is_escaped(s[i]))
		i++;
	return i;
}

static void print_escape(struct buf *b, char c)
{
	static const char from[] = "\"\\\n\r\t\b\f", to[] = "\"\\nrtbf";
	const char *letter = c == '\0' ? NULL : strchr(from, c);
	char pair[2] = { '\\', letter != NULL ? to[letter - from] : 'u' };

	if (letter != NULL)
		buf_add(b, pair, 2);
	else
		buf_printf(b, "\\u%04x", (unsigned)(unsigned char)c);
}

void print_stringn(struct buf *b, const char *s, size_t n)
{
	buf_addc(b, '"');
	for (;;) {
		size_t plain = plain_length(s, n);
		buf_add(b, s, plain);
		if (plain == n)
			break;
		print_escape(b, s[plain]);
		s += plain + 1;
		n -= plain + 1;
	}
	buf_addc(b, '"');
}

void print_string(struct buf *b, const char *s) { print_stringn(b, s == NULL ? "" : s, s == NULL ? 0 : strlen(s)); }

void print_i64(struct buf *b, int64_t x)
{
	char text[24];
	buf_add(b, text, number_print_i64(text, x));
}

void print_double(struct buf *b, double x, unsigned flags)
{
	char text[32];

	if (isfinite(x))
		buf_add(b, text, number_print_double(text, x));
	else if (!(flags & TENON_SPELL_NONFINITE))
		buf_adds(b, "null");
	else
		buf_adds(b, isnan(x) ? "\"NaN\"" : x > 0 ? "\"Infinity\"" : "\"-Infinity\"");
}

static void print_base64(struct buf *b, const struct tenon_bytes *bytes)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *p = bytes->p;

	buf_addc(b, '"');
	for (size_t i = 0; i < bytes->n; i += 3) {
		size_t left = bytes->n - i;
		unsigned x = (unsigned)p[i] << 16 | (left > 1 ? (unsigned)p[i + 1] << 8 : 0) | (left > 2 ? p[i + 2] : 0u);
		char four[4] = { digits[x >> 18], digits[x >> 12 & 63], left > 1 ? digits[x >> 6 & 63] : '=', left > 2 ? digits[x & 63] : '=' };
		buf_add(b, four, 4);
	}
	buf_addc(b, '"');
}

static void print_enum(struct buf *b, const struct tenon_field *f, int64_t x)
{
	const char *name = shape_enum_name(f, x);

	if (name != NULL)
		print_string(b, name);
	else
		print_i64(b, x);
}

/* ---- rows ---- */

void print_value(struct buf *b, const struct column *c, const void *at, unsigned flags)
{
	const struct tenon_json *free_json = at;

	switch ((enum tenon_type)c->field->type) {
	case TENON_BOOL: buf_adds(b, *(const bool *)at ? "true" : "false"); break;
	case TENON_I64: print_i64(b, *(const int64_t *)at); break;
	case TENON_F64: print_double(b, *(const double *)at, flags); break;
	case TENON_STR: print_string(b, *(const char *const *)at); break;
	case TENON_BYTES: print_base64(b, at); break;
	case TENON_ENUM: print_enum(b, c->field, *(const int64_t *)at); break;
	case TENON_MSG: print_object(b, c->sub, at, flags); break;
	case TENON_JSON:
		if (free_json->n > 0)
			buf_add(b, free_json->p, free_json->n);
		else
			buf_adds(b, "null");
		break;
	}
}

static void print_map(struct buf *b, const struct tenon_map *map)
{
	buf_addc(b, '{');
	for (size_t i = 0; i < map->n; i++) {
		if (i > 0)
			buf_addc(b, ',');
		print_string(b, map->v[i].key);
		buf_addc(b, ':');
		print_string(b, map->v[i].value);
	}
	buf_addc(b, '}');
}

void print_member(struct buf *b, const struct column *c, const void *at, unsigned flags)
{
	const struct shape_array *a = at;

	if (c->field->card == TENON_ONE) {
		print_value(b, c, at, flags);
		return;
	}
	if (c->field->card == TENON_MAP) {
		print_map(b, at);
		return;
	}
	buf_addc(b, '[');
	for (size_t i = 0; i < a->n; i++) {
		if (i > 0)
			buf_addc(b, ',');
		print_value(b, c, (const char *)a->v + i * c->size, flags);
	}
	buf_addc(b, ']');
}

/* a KEEP row that is not set: nothing of its kind, whatever stands in the struct */
static void print_nothing(struct buf *b, const struct tenon_field *f)
{
	static const char *const none[] = { "null", "false", "0", "0.0", "\"\"", "\"\"", "null", "null", "{}" };

	buf_adds(b, f->card == TENON_ARRAY ? "[]" : f->card == TENON_MAP ? "{}" : none[f->type]);
}

static bool is_printed(const struct column *c, bool set, const void *at)
{
	if (c->field->flags & TENON_KEEP)
		return true;
	return set && (c->field->card == TENON_ONE || ((const struct shape_array *)at)->n > 0);
}

/* the rows but `skip`; `any`: something stands in front of them already */
static void print_rows(struct buf *b, const struct shape *s, const void *message, int skip, bool any, unsigned flags)
{
	for (uint32_t i = 0; i < s->table->n; i++) {
		const struct column *c = &s->columns[i];
		const void *at = shape_at(c, message);
		bool set = shape_has(message, i);
		if ((int)i == skip || !is_printed(c, set, at))
			continue;
		if (any)
			buf_addc(b, ',');
		any = true;
		buf_add(b, c->key, c->name_n + 3);
		if (set)
			print_member(b, c, at, flags);
		else
			print_nothing(b, c->field);
	}
}

void print_object(struct buf *b, const struct shape *s, const void *message, unsigned flags)
{
	buf_addc(b, '{');
	print_rows(b, s, message, -1, false, flags);
	buf_addc(b, '}');
}

/* ---- results in pieces ---- */

void print_head(struct buf *b, const struct shape *s, int row)
{
	buf_addc(b, '{');
	buf_add(b, s->columns[row].key, s->columns[row].name_n + 3);
	buf_addc(b, '[');
}

void print_item(struct buf *b, const struct shape *s, int row, const void *item, bool first, unsigned flags)
{
	if (!first)
		buf_addc(b, ',');
	print_value(b, &s->columns[row], item, flags);
}

void print_tail(struct buf *b, const struct shape *s, const void *message, int row, unsigned flags)
{
	buf_addc(b, ']');
	print_rows(b, s, message, row, true, flags);
	buf_addc(b, '}');
}
