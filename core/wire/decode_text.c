/* SPDX-License-Identifier: Apache-2.0 */
/* decode_text - bare text into rows: query strings, forms, variables of a path, defaults of a table. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "convert.h"
#include "decode.h"
#include "decoder.h"
#include "print.h"

#include <string.h>

static int hex(char c)
{
	char low = (char)(c | 32);
	return c >= '0' && c <= '9' ? c - '0' : low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

char *decode_text(struct arena *a, const char *s, size_t n, bool plus_is_space, enum tenon_kind *kind)
{
	char *text = arena_alloc(a, n + 1);
	size_t length = 0;

	*kind = TENON_K_NONE;
	if (text == NULL)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		char c = s[i] == '+' && plus_is_space ? ' ' : s[i];
		if (c == '%' && n - i > 2 && hex(s[i + 1]) >= 0 && hex(s[i + 2]) >= 0) {
			c = (char)(hex(s[i + 1]) << 4 | hex(s[i + 2]));
			i += 2;
		}
		text[length++] = c;
	}
	if (memchr(text, '\0', length) != NULL)
		*kind = TENON_K_NUL;
	else if (utf8_check(text, length) != length)
		*kind = TENON_K_UTF8;
	return *kind == TENON_K_NONE ? text : NULL;
}

/* ---- one value ---- */

/* bare text that is JSON: what has no spelling of its own */
static int take_json(struct decoder *d, const struct column *c, struct tenon_json text, void *at)
{
	const struct place *place = d->place;
	struct tenon_problem before = *d->problem;
	struct json outer = d->j;
	int rc;

	d->j = json_over(text.p, text.n);
	d->j.most_depth = d->depth;
	d->j.loose = d->flags & TENON_LOOSE_NUMBERS;
	rc = c->field->card == TENON_ARRAY ? decoder_value(d, c, at) : decoder_member(d, c, at);
	if (d->j.fault != TENON_K_NONE || (rc == TENON_OK && !json_done(&d->j))) {
		*d->problem = before; /* of text within a query it is said that it is no JSON, not where it stops to be */
		d->place = place;
		rc = decoder_fail_type(d, c, text);
	}
	d->j = outer;
	return rc;
}

static bool take_base64(struct decoder *d, struct tenon_json text, struct tenon_bytes *out)
{
	unsigned char *bytes = arena_alloc(d->arena, text.n / 4 * 3 + 3);

	out->p = bytes;
	return bytes != NULL && convert_base64(text.p, text.n, bytes, &out->n);
}

/* one value from text that is checked and has a NUL behind it */
static int take_bare(struct decoder *d, const struct column *c, struct tenon_json text, void *at)
{
	bool loose = d->flags & TENON_LOOSE_NUMBERS, good = false;

	if (c->field->card == TENON_MAP)
		return take_json(d, c, text, at);
	switch ((enum tenon_type)c->field->type) {
	case TENON_STR:
		*(const char **)at = text.p;
		return TENON_OK;
	case TENON_JSON: case TENON_MSG:
		return take_json(d, c, text, at);
	case TENON_BOOL:
		good = convert_bool(text.p, text.n, at);
		break;
	case TENON_I64:
		good = convert_i64(text.p, text.n, loose, at);
		break;
	case TENON_F64:
		good = convert_f64(text.p, text.n, loose, at);
		break;
	case TENON_ENUM:
		return decoder_enum(d, c, text, text.p, text.n, at);
	case TENON_BYTES:
		good = take_base64(d, text, at);
		break;
	}
	return good ? TENON_OK : decoder_fail_type(d, c, text);
}

static int take_item(struct decoder *d, const struct column *c, struct tenon_json text, void *at)
{
	struct shape_array *a = at;
	struct place here = { .up = d->place, .index = a->n };
	void *item = decoder_push(d, a, c->size);
	int rc;

	if (item == NULL)
		return decoder_fail_memory(d);
	if (c->field->type == TENON_MSG)
		shape_blank(c->sub, item);
	d->place = &here;
	rc = take_bare(d, c, text, item);
	d->place = here.up;
	a->n += rc == TENON_OK;
	return rc;
}

/* ---- query and form ---- */

static bool decode_part(struct decoder *d, const char *s, size_t n, struct tenon_json *out, enum tenon_kind *kind)
{
	out->p = decode_text(d->arena, s, n, true, kind);
	out->n = out->p == NULL ? 0 : strlen(out->p);
	return out->p != NULL;
}

static bool is_name(const struct column *c, struct tenon_json name)
{
	return name.n == c->name_n && memcmp(name.p, c->name, name.n) == 0;
}

/* the value that counts if one comes under the row's name and one under an alias: the name's, unless that is empty */
static bool is_better(const struct column *c, struct tenon_json old_name, struct tenon_json old, struct tenon_json name, struct tenon_json value)
{
	return is_name(c, name) != is_name(c, old_name) && (is_name(c, name) ? value.n > 0 : old.n == 0);
}

static int take_named(struct decoder *d, struct tenon_json name, struct tenon_json value, void *out)
{
	int i = shape_find(d->shape, name.p, name.n, false, 0), rc;

	if (i < 0)
		return d->flags & TENON_REFUSE_UNKNOWN ? decoder_fail_unknown(d, d->shape, name.p, value) : TENON_OK;
	const struct column *c = &d->shape->columns[i];
	struct place here = { .column = c };
	bool again = d->raw[i].p != NULL, array = c->field->card == TENON_ARRAY;
	again = again && (array || !is_better(c, d->name[i], d->raw[i], name, value));
	if (again && !array && !(d->flags & TENON_REFUSE_UNKNOWN))
		return TENON_OK; /* the first counts */
	d->place = &here;
	if (!again) {
		d->raw[i] = value;
		d->name[i] = name;
	}
	if (again && !array)
		rc = decoder_fail(d, TENON_K_TWICE, c, value, "it is given twice");
	else if (d->problem->code != TENON_OK) /* something failed before: only the texts are kept */
		rc = TENON_OK;
	else
		rc = array ? take_item(d, c, value, shape_at(c, out)) : take_bare(d, c, value, shape_at(c, out));
	if (rc == TENON_OK && d->problem->code == TENON_OK)
		shape_set(out, (uint32_t)i);
	d->place = NULL;
	return rc;
}

int decoder_query(struct decoder *d, const char *query, size_t n, void *out)
{
	const char *end = query + n;
	int first = TENON_OK;

	d->bare = true;
	for (const char *p = query, *stop; p < end; p = stop + 1) {
		enum tenon_kind kind;
		struct tenon_json name, value;
		if ((stop = memchr(p, '&', (size_t)(end - p))) == NULL)
			stop = end;
		if (stop == p)
			continue;
		const char *equals = memchr(p, '=', (size_t)(stop - p)), *behind = equals == NULL ? stop : equals + 1;
		int rc = TENON_OK;
		if (!decode_part(d, p, (size_t)((equals == NULL ? stop : equals) - p), &name, &kind) ||
		    !decode_part(d, behind, (size_t)(stop - behind), &value, &kind))
			rc = kind == TENON_K_NONE ? decoder_fail_memory(d) : decoder_fail(d, kind, NULL, (struct tenon_json){ p, (size_t)(stop - p) },
				kind == TENON_K_NUL ? "U+0000 is not allowed in a query" : "the query is not UTF-8");
		else
			rc = take_named(d, name, value, out);
		if (rc == TENON_NO_MEMORY)
			return rc;
		first = first < 0 ? first : rc;
	}
	return first;
}

/* ---- path ---- */

/* raw[] holds JSON when the rest came as JSON */
static struct tenon_json as_raw(struct decoder *d, const struct column *c, struct tenon_json text, bool good)
{
	struct buf b = { 0 };

	if (d->bare || (good && (c->field->type == TENON_I64 || c->field->type == TENON_F64 || c->field->type == TENON_BOOL)))
		return text;
	print_stringn(&b, text.p, text.n);
	const char *quoted = b.failed ? NULL : arena_text(d->arena, b.p, b.n);
	struct tenon_json raw = { quoted, quoted == NULL ? 0 : b.n };
	buf_free(&b);
	return raw;
}

int decoder_variable(struct decoder *d, const struct tenon_pair *var, void *out)
{
	struct tenon_json text = { var->value, strlen(var->value) };
	int i = shape_find(d->shape, var->key, strlen(var->key), false, 0), rc;

	if (i < 0 || d->shape->columns[i].field->card != TENON_ONE) {
		decoder_forget(d);
		rc = decoder_fail(d, TENON_K_NONE, NULL, text, "the route names a variable \"%s\" that %s cannot take", var->key, d->shape->table->name);
		return rc == TENON_NO_MEMORY ? rc : (d->problem->code = TENON_INTERNAL);
	}
	const struct column *c = &d->shape->columns[i];
	struct place here = { .column = c };
	void *at = shape_at(c, out);
	memcpy(at, shape_at(c, d->shape->blank), shape_member_size(c->field));
	shape_clear(out, (uint32_t)i);
	d->place = &here;
	rc = utf8_check(text.p, text.n) != text.n ? decoder_fail(d, TENON_K_UTF8, c, text, "the path is not UTF-8") : take_bare(d, c, text, at);
	d->place = NULL;
	if (rc == TENON_OK)
		shape_set(out, (uint32_t)i);
	d->name[i] = (struct tenon_json){ var->key, strlen(var->key) };
	d->raw[i] = as_raw(d, c, text, rc == TENON_OK);
	return d->raw[i].p == NULL ? decoder_fail_memory(d) : rc;
}

/* ---- without a request ---- */

bool decode_plain(const struct column *c, const char *text, struct arena *a, void *at)
{
	struct tenon_problem problem = { 0 };
	struct decoder d = { .arena = a, .problem = &problem, .depth = JSON_DEPTH };

	return take_bare(&d, c, (struct tenon_json){ text, strlen(text) }, at) == TENON_OK;
}

bool decoder_default(const struct column *c, const char *text, struct arena *a, void *at)
{
	struct tenon_problem problem = { 0 };
	struct decoder d = { .j = json_over(text, strlen(text)), .arena = a, .problem = &problem };

	if (c->field->card != TENON_ARRAY)
		return decode_plain(c, text, a, at);
	return decoder_member(&d, c, at) == TENON_OK && json_done(&d.j);
}
