/* SPDX-License-Identifier: Apache-2.0 */
/* decode_value - one value's text into its place, by the type of its row. */
#include "base/arena.h"
#include "base/text.h"
#include "decode.h"
#include "json.h"
#include "number.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* ---- failing ---- */

static size_t print_path(char *out, size_t room, const struct where *w)
{
	if (w == NULL)
		return 0;
	size_t n = print_path(out, room, w->up);
	if (n >= room)
		return room;
	int more = w->name != NULL ? snprintf(out + n, room - n, "%s%s", n > 0 ? "." : "", w->name)
	                           : snprintf(out + n, room - n, "[%zu]", w->index);
	return n + (more > 0 ? (size_t)more : 0);
}

int decode_fail(struct decoder *d, enum tenon_kind kind, const struct where *w, const struct tenon_field *f, struct tenon_json raw,
                const char *fmt, ...)
{
	char path[512] = "", text[1024];
	va_list ap;

	print_path(path, sizeof path, w);
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	char *message = arena_alloc(d->arena, strlen(path) + strlen(text) + 8);
	if (message != NULL)
		sprintf(message, "%s%s%s", path, *path != '\0' ? ": " : "", text);
	d->problem->code = kind == TENON_K_DEPTH ? TENON_TOO_LARGE : TENON_INVALID_ARGUMENT;
	d->problem->kind = kind;
	d->problem->path = arena_text(d->arena, path, strlen(path));
	d->problem->field = f;
	d->problem->raw = raw;
	d->problem->message = message != NULL ? message : "out of memory";
	return d->problem->code;
}

const char *decode_type_name(const struct tenon_field *f)
{
	static const char *const names[] = { "", "true or false", "a whole number", "a number", "a string", "base64 text", "one of its names",
	                                     "any value", "an object" };
	return f->type < sizeof names / sizeof *names ? names[f->type] : "";
}

static int wrong_type(struct decoder *d, const struct column *c, struct tenon_json raw, const struct where *w)
{
	int n = raw.n < 60 ? (int)raw.n : 60;
	return decode_fail(d, TENON_K_TYPE, w, c->field, raw, "%.*s%s is not %s", n, raw.p, raw.n > 60 ? "..." : "", decode_type_name(c->field));
}

/* ---- numbers ---- */

static bool is_word(const char *s, size_t n, const char *word) { return strlen(word) == n && memcmp(s, word, n) == 0; }

static bool nonfinite(const char *s, size_t n, double *x)
{
	if (is_word(s, n, "NaN"))
		*x = NAN;
	else if (is_word(s, n, "Infinity"))
		*x = INFINITY;
	else if (is_word(s, n, "-Infinity"))
		*x = -INFINITY;
	else
		return false;
	return true;
}

static bool to_i64(const char *s, size_t n, int64_t *x)
{
	double f;

	if (number_parse_i64(s, n, x))
		return true;
	if (n == 0 || memchr("-0123456789", s[0], 11) == NULL || !number_parse_double(s, n, &f) || f != floor(f) || fabs(f) >= 9223372036854775808.0)
		return false;
	for (size_t i = 0; i < n; i++)
		if (s[i] == '.' || (s[i] | 32) == 'e') { /* 5.0 and 5e0 are whole; 2^63 written out is too large */
			*x = (int64_t)f;
			return true;
		}
	return false;
}

static bool to_enum(const struct tenon_field *f, const char *s, size_t n, bool number, int64_t *x)
{
	int64_t value;
	bool is_number = number && number_parse_i64(s, n, &value);

	for (const struct tenon_name *name = f->names; name->name != NULL; name++)
		if (is_word(s, n, name->name) || (is_number && name->value == value)) {
			*x = name->value;
			return true;
		}
	return false;
}

/* text without quotes: from a query string, or the inside of a numeric string */
static bool from_bare(const struct tenon_field *f, const char *s, size_t n, void *at)
{
	switch ((enum tenon_type)f->type) {
	case TENON_BOOL:
		*(bool *)at = n == 4;
		return (n == 4 && strncasecmp(s, "true", 4) == 0) || (n == 5 && strncasecmp(s, "false", 5) == 0);
	case TENON_I64:
		return number_parse_i64(s, n, at);
	case TENON_F64:
		return nonfinite(s, n, at) || (n > 0 && (s[n - 1] | 32) != 'n' && (s[n - 1] | 32) != 'y' && number_parse_double(s, n, at));
	case TENON_ENUM:
		return to_enum(f, s, n, true, at);
	default:
		return false;
	}
}

/* ---- base64 ---- */

static int digit64(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

static bool from_base64(struct decoder *d, const char *s, struct tenon_bytes *out)
{
	size_t n = strlen(s), bits = 0;
	unsigned acc = 0;
	unsigned char *p = arena_alloc(d->arena, n / 4 * 3 + 3), *at = p;

	while (n > 0 && s[n - 1] == '=')
		n--;
	for (size_t i = 0; p != NULL && i < n; i++) {
		int v = digit64(s[i]);
		if (v < 0)
			return false;
		acc = acc << 6 | (unsigned)v;
		if ((bits += 6) >= 8)
			*at++ = (unsigned char)(acc >> (bits -= 8));
	}
	*out = (struct tenon_bytes){ p, (size_t)(at - p) };
	return p != NULL && n % 4 != 1;
}

/* ---- one value ---- */

static int string_value(struct decoder *d, const struct column *c, struct tenon_json raw, const struct where *w, void *at)
{
	enum tenon_kind fault;
	const char *s;

	if (json_type_of(raw) != JSON_STRING)
		return wrong_type(d, c, raw, w);
	s = json_string(raw, d->arena, &fault);
	if (s == NULL && fault == TENON_K_NONE)
		return decode_fail(d, TENON_K_DEPTH, w, c->field, raw, "no memory for it");
	if (s == NULL)
		return decode_fail(d, fault, w, c->field, raw, fault == TENON_K_NUL ? "it holds the character U+0000, which is refused"
		                                                                     : "it holds half of a surrogate pair");
	if (c->field->type == TENON_STR)
		*(const char **)at = s;
	else if (!from_base64(d, s, at))
		return wrong_type(d, c, raw, w);
	return TENON_OK;
}

static int number_value(struct decoder *d, const struct column *c, struct tenon_json raw, const struct where *w, void *at)
{
	bool loose = d->flags & TENON_LOOSE_NUMBERS, quoted = json_type_of(raw) == JSON_STRING, good;

	if (quoted && c->field->type == TENON_ENUM)
		good = to_enum(c->field, raw.p + 1, raw.n - 2, loose, at);
	else if (quoted)
		good = (loose && from_bare(c->field, raw.p + 1, raw.n - 2, at)) ||
		       (d->flags & TENON_SPELL_NONFINITE && c->field->type == TENON_F64 && nonfinite(raw.p + 1, raw.n - 2, at));
	else if (json_type_of(raw) != JSON_NUMBER)
		good = false;
	else if (c->field->type == TENON_I64)
		good = to_i64(raw.p, raw.n, at);
	else if (c->field->type == TENON_ENUM)
		good = loose && to_enum(c->field, raw.p, raw.n, true, at);
	else
		good = nonfinite(raw.p, raw.n, at) || number_parse_double(raw.p, raw.n, at);
	if (good)
		return TENON_OK;
	return c->field->type == TENON_ENUM ? decode_fail(d, TENON_K_ENUM, w, c->field, raw, "%.*s is none of its names", (int)(raw.n < 60 ? raw.n : 60), raw.p)
	                                    : wrong_type(d, c, raw, w);
}

static int message_value(struct decoder *d, const struct column *c, struct tenon_json raw, const struct where *w, void *at)
{
	struct json j = json_over(raw.p, raw.n);
	struct tenon_json key;
	int hint = 0;

	j.loose = d->flags & TENON_LOOSE_NUMBERS;
	if (json_type_of(raw) != JSON_OBJECT)
		return wrong_type(d, c, raw, w);
	memcpy(at, c->sub->blank, c->sub->table->size);
	json_enter(&j, '{');
	while (json_next(&j, &key)) {
		struct tenon_json value = json_skip(&j);
		int i = shape_find(c->sub, key.p + 1, key.n - 2, d->flags & TENON_CAMEL_NAMES, hint);
		if (i < 0 && d->flags & TENON_REFUSE_UNKNOWN)
			return decode_fail(d, TENON_K_UNKNOWN, w, NULL, value, "no field is called %.*s", (int)(key.n < 60 ? key.n : 60), key.p);
		if (i < 0)
			continue;
		hint = i + 1;
		struct where here = { w, c->sub->columns[i].name, 0 };
		int rc = decode_member(d, &c->sub->columns[i], value, &here, at);
		if (rc < 0)
			return rc;
		if (json_type_of(value) != JSON_NULL)
			shape_set(at, (uint32_t)i);
	}
	return TENON_OK;
}

int decode_value(struct decoder *d, const struct column *c, struct tenon_json raw, const struct where *w, void *at)
{
	switch ((enum tenon_type)c->field->type) {
	case TENON_BOOL:
		*(bool *)at = json_type_of(raw) == JSON_TRUE;
		return *(bool *)at || json_type_of(raw) == JSON_FALSE ? TENON_OK : wrong_type(d, c, raw, w);
	case TENON_I64: case TENON_F64: case TENON_ENUM:
		return number_value(d, c, raw, w, at);
	case TENON_STR: case TENON_BYTES:
		return string_value(d, c, raw, w, at);
	case TENON_JSON:
		*(struct tenon_json *)at = raw;
		return TENON_OK;
	case TENON_MSG:
		return message_value(d, c, raw, w, at);
	}
	return TENON_INTERNAL;
}

int decode_bare(struct decoder *d, const struct column *c, const char *text, const struct where *w, void *at)
{
	struct tenon_json raw = { text, strlen(text) };

	if (c->field->type == TENON_STR) {
		*(const char **)at = text;
		return TENON_OK;
	}
	if (c->field->type == TENON_BYTES)
		return from_base64(d, text, at) ? TENON_OK : wrong_type(d, c, raw, w);
	if (from_bare(c->field, raw.p, raw.n, at))
		return TENON_OK;
	if (c->field->type == TENON_JSON || c->field->type == TENON_MSG) {
		struct json j = json_over(text, raw.n);
		struct tenon_json value = json_skip(&j);
		if (value.p == NULL || !json_done(&j))
			return wrong_type(d, c, raw, w);
		return decode_value(d, c, value, w, at);
	}
	return wrong_type(d, c, raw, w);
}

/* ---- arrays and maps ---- */

static int array_value(struct decoder *d, const struct column *c, struct tenon_json raw, const struct where *w, struct shape_array *out)
{
	struct json j = json_over(raw.p, raw.n);
	size_t size = shape_item_size(c->field), room = 0;

	j.loose = d->flags & TENON_LOOSE_NUMBERS;
	if (json_type_of(raw) != JSON_ARRAY)
		return decode_fail(d, TENON_K_TYPE, w, c->field, raw, "%.*s is not a list", (int)(raw.n < 60 ? raw.n : 60), raw.p);
	*out = (struct shape_array){ NULL, 0 };
	json_enter(&j, '[');
	while (json_next(&j, NULL)) {
		struct tenon_json item = json_skip(&j);
		struct where here = { w, NULL, out->n };
		if (out->n == room) {
			void *v = arena_grow(d->arena, out->v, room * size, (room == 0 ? 4 : room * 2) * size);
			if (v == NULL)
				return decode_fail(d, TENON_K_DEPTH, w, c->field, raw, "no memory for so many");
			room = room == 0 ? 4 : room * 2;
			out->v = v;
		}
		int rc = decode_value(d, c, item, &here, (char *)out->v + out->n * size);
		if (rc < 0)
			return rc;
		out->n++;
	}
	return TENON_OK;
}

static int map_value(struct decoder *d, const struct column *c, struct tenon_json raw, const struct where *w, struct tenon_map *out)
{
	struct json j = json_over(raw.p, raw.n);
	struct tenon_json key;
	enum tenon_kind fault;

	j.loose = d->flags & TENON_LOOSE_NUMBERS;
	if (json_type_of(raw) != JSON_OBJECT)
		return decode_fail(d, TENON_K_TYPE, w, c->field, raw, "%.*s is not an object", (int)(raw.n < 60 ? raw.n : 60), raw.p);
	*out = (struct tenon_map){ NULL, 0 };
	json_enter(&j, '{');
	while (json_next(&j, &key)) {
		struct tenon_json item = json_skip(&j);
		struct tenon_pair *v = arena_grow(d->arena, out->v, out->n * sizeof *v, (out->n + 1) * sizeof *v);
		const char *name = v == NULL ? NULL : json_string(key, d->arena, &fault);
		if (name == NULL)
			return decode_fail(d, TENON_K_SYNTAX, w, c->field, raw, "a key that cannot be read");
		struct where here = { w, name, 0 };
		out->v = v;
		v[out->n].key = name;
		int rc = decode_value(d, c, item, &here, &v[out->n].value);
		if (rc < 0)
			return rc;
		out->n++;
	}
	return TENON_OK;
}

int decode_member(struct decoder *d, const struct column *c, struct tenon_json raw, const struct where *w, void *message)
{
	void *at = (char *)message + c->field->offset;

	if (json_type_of(raw) == JSON_NULL)
		return TENON_OK; /* as if it were not there */
	if (c->field->card == TENON_ARRAY)
		return array_value(d, c, raw, w, at);
	if (c->field->card == TENON_MAP)
		return map_value(d, c, raw, w, at);
	return decode_value(d, c, raw, w, at);
}
