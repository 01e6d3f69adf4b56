/* SPDX-License-Identifier: Apache-2.0 */
/* print - strings are copied in stretches between the characters that JSON escapes. */
#include "print.h"
#include "base/buf.h"
#include "number.h"

#include <math.h>
#include <string.h>

static const char *escape_of(unsigned char c)
{
	switch (c) {
	case '"': return "\\\"";
	case '\\': return "\\\\";
	case '\n': return "\\n";
	case '\r': return "\\r";
	case '\t': return "\\t";
	case '\b': return "\\b";
	case '\f': return "\\f";
	default: return NULL;
	}
}

void print_stringn(struct buf *b, const char *s, size_t n)
{
	size_t from = 0;

	buf_addc(b, '"');
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];
		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		buf_add(b, s + from, i - from);
		from = i + 1;
		const char *escape = escape_of(c);
		if (escape != NULL)
			buf_add(b, escape, 2);
		else
			buf_printf(b, "\\u%04x", c);
	}
	buf_add(b, s + from, n - from);
	buf_addc(b, '"');
}

void print_string(struct buf *b, const char *s) { print_stringn(b, s == NULL ? "" : s, s == NULL ? 0 : strlen(s)); }

void print_i64(struct buf *b, int64_t x)
{
	if (buf_reserve(b, 24))
		b->n += number_print_i64(b->p + b->n, x);
}

void print_double(struct buf *b, double x, unsigned flags)
{
	if (!isfinite(x)) {
		const char *word = isnan(x) ? "\"NaN\"" : x > 0 ? "\"Infinity\"" : "\"-Infinity\"";
		buf_adds(b, flags & TENON_SPELL_NONFINITE ? word : "null");
		return;
	}
	if (buf_reserve(b, 32))
		b->n += number_print_double(b->p + b->n, x);
}

static void print_base64(struct buf *b, const struct tenon_bytes *bytes)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *p = bytes->p;

	buf_addc(b, '"');
	for (size_t i = 0; i < bytes->n; i += 3) {
		size_t left = bytes->n - i;
		unsigned x = (unsigned)p[i] << 16 | (left > 1 ? (unsigned)p[i + 1] << 8 : 0) | (left > 2 ? p[i + 2] : 0);
		buf_addc(b, digits[x >> 18]);
		buf_addc(b, digits[x >> 12 & 63]);
		buf_addc(b, left > 1 ? digits[x >> 6 & 63] : '=');
		buf_addc(b, left > 2 ? digits[x & 63] : '=');
	}
	buf_addc(b, '"');
}

static void print_enum(struct buf *b, const struct tenon_field *f, int64_t x)
{
	for (const struct tenon_name *n = f->names; n->name != NULL; n++)
		if (n->value == x) {
			print_string(b, n->name);
			return;
		}
	print_i64(b, x);
}

void print_value(struct buf *b, const struct column *c, const void *at, unsigned flags)
{
	switch ((enum tenon_type)c->field->type) {
	case TENON_BOOL:
		buf_adds(b, *(const bool *)at ? "true" : "false");
		break;
	case TENON_I64:
		print_i64(b, *(const int64_t *)at);
		break;
	case TENON_F64:
		print_double(b, *(const double *)at, flags);
		break;
	case TENON_STR:
		print_string(b, *(const char *const *)at);
		break;
	case TENON_BYTES:
		print_base64(b, at);
		break;
	case TENON_ENUM:
		print_enum(b, c->field, *(const int64_t *)at);
		break;
	case TENON_JSON: {
		const struct tenon_json *j = at;
		buf_add(b, j->p, j->n);
		break;
	}
	case TENON_MSG:
		print_object(b, c->sub, at, flags);
		break;
	}
}

static void print_array(struct buf *b, const struct column *c, const struct shape_array *a, unsigned flags)
{
	size_t size = shape_item_size(c->field);

	buf_addc(b, '[');
	for (size_t i = 0; i < a->n; i++) {
		if (i > 0)
			buf_addc(b, ',');
		print_value(b, c, (const char *)a->v + i * size, flags);
	}
	buf_addc(b, ']');
}

static void print_map(struct buf *b, const struct tenon_map *m)
{
	buf_addc(b, '{');
	for (size_t i = 0; i < m->n; i++) {
		if (i > 0)
			buf_addc(b, ',');
		print_string(b, m->v[i].key);
		buf_addc(b, ':');
		print_string(b, m->v[i].value);
	}
	buf_addc(b, '}');
}

static bool is_printed(const struct column *c, const void *message, uint32_t i)
{
	const void *at = (const char *)message + c->field->offset;

	if (c->field->flags & TENON_KEEP)
		return true;
	if (!shape_has(message, i))
		return false;
	return c->field->card == TENON_ONE || ((const struct shape_array *)at)->n > 0;
}

static bool print_rows(struct buf *b, const struct shape *s, const void *message, int skip, unsigned flags)
{
	bool any = false;

	for (uint32_t i = 0; i < s->table->n; i++) {
		const struct column *c = &s->columns[i];
		const void *at = (const char *)message + c->field->offset;
		if ((int)i == skip || !is_printed(c, message, i))
			continue;
		if (any || skip >= 0)
			buf_addc(b, ',');
		any = true;
		buf_addc(b, '"');
		buf_add(b, c->name, c->name_n);
		buf_add(b, "\":", 2);
		if (c->field->card == TENON_ARRAY)
			print_array(b, c, at, flags);
		else if (c->field->card == TENON_MAP)
			print_map(b, at);
		else
			print_value(b, c, at, flags);
	}
	return any;
}

void print_object(struct buf *b, const struct shape *s, const void *message, unsigned flags)
{
	buf_addc(b, '{');
	print_rows(b, s, message, -1, flags);
	buf_addc(b, '}');
}

void print_head(struct buf *b, const struct shape *s, int row)
{
	buf_add(b, "{\"", 2);
	buf_add(b, s->columns[row].name, s->columns[row].name_n);
	buf_add(b, "\":[", 3);
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
	print_rows(b, s, message, row, flags);
	buf_addc(b, '}');
}
