/* SPDX-License-Identifier: Apache-2.0 */
/* decode_value - the scanner's next value, written where its row says: scalars, arrays, maps.
 *
 * On failure the scanner stands wherever it met the fault; whoever wants to go on sets it back to the value's beginning
 * (struct mark) and skips it. Strings go into blocks that shrink with what is left of the text, so a small request takes little. */
#include "base/arena.h"
#include "convert.h"
#include "decoder.h"
#include "number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_BLOCK = 16 << 10, FIRST_ITEMS = 4 };

char *decoder_room_of(struct decoder *d, size_t n, size_t block)
{
	if (n > d->text_left) {
		if (n > block / 2) /* a long one gets its own */
			return arena_alloc(d->arena, n);
		if ((d->text = arena_alloc(d->arena, block)) == NULL)
			return NULL;
		d->text_left = block;
	}
	char *p = d->text;
	d->text += n;
	d->text_left -= n;
	return p;
}

char *decoder_room(struct decoder *d, size_t n)
{
	size_t left = (size_t)(d->j.end - d->j.p) + n;
	return decoder_room_of(d, n, left < TEXT_BLOCK ? left : TEXT_BLOCK);
}

/* ---- scalars ---- */

/* takes the value that begins at `from` and says that it is not what its row wants */
static int refuse(struct decoder *d, const struct column *c, struct mark from)
{
	decoder_go_back(d, from);
	struct tenon_json raw = json_skip(&d->j);
	return raw.p == NULL ? decoder_fail_syntax(d) : decoder_fail_type(d, c, raw);
}

/* the next string, decoded; `*raw` is its text */
static int take_text(struct decoder *d, const struct column *c, const char **out, size_t *n, struct tenon_json *raw)
{
	enum tenon_kind kind;

	*raw = json_take_string(&d->j);
	if (raw->p == NULL)
		return decoder_fail_syntax(d);
	char *text = decoder_room(d, raw->n - 1);
	if (text == NULL)
		return decoder_fail_memory(d);
	*out = text;
	*n = raw->n - 2;
	if (d->j.plain) {
		memcpy(text, raw->p + 1, *n);
		text[*n] = '\0';
		return TENON_OK;
	}
	ptrdiff_t length = json_unescape(text, *raw, &kind);
	*n = length < 0 ? 0 : (size_t)length;
	if (length >= 0)
		return TENON_OK;
	*out = "";
	return decoder_fail(d, kind, c, *raw, kind == TENON_K_NUL ? "it holds the character U+0000, which is refused" : "it holds half of a surrogate pair");
}

static int take_bytes(struct decoder *d, const struct column *c, void *at)
{
	struct tenon_bytes *out = at;
	struct tenon_json raw;
	const char *text;
	size_t n;
	int rc = take_text(d, c, &text, &n, &raw);

	if (rc < 0)
		return rc;
	unsigned char *bytes = arena_alloc(d->arena, n / 4 * 3 + 3);
	if (bytes == NULL)
		return decoder_fail_memory(d);
	if (!convert_base64(text, n, bytes, &out->n))
		return decoder_fail_type(d, c, raw);
	out->p = bytes;
	return TENON_OK;
}

int decoder_enum(struct decoder *d, const struct column *c, struct tenon_json raw, const char *text, size_t n, int64_t *out)
{
	if (convert_enum(c->field, text, n, out) || (d->flags & TENON_LOOSE_NUMBERS && convert_enum_number(c->field, text, n, out)))
		return TENON_OK;
	return decoder_fail_type(d, c, raw);
}

/* a string where a number or an enum's name is due */
static int take_quoted(struct decoder *d, const struct column *c, void *at)
{
	bool loose = d->flags & TENON_LOOSE_NUMBERS;
	struct tenon_json raw;
	const char *text;
	size_t n;
	int rc = take_text(d, c, &text, &n, &raw);

	if (rc < 0)
		return rc;
	if (c->field->type == TENON_ENUM)
		return decoder_enum(d, c, raw, text, n, at);
	bool good = false;
	if (loose)
		good = c->field->type == TENON_F64 ? convert_f64(text, n, true, at) : convert_i64(text, n, true, at);
	else if (c->field->type == TENON_F64 && d->flags & TENON_SPELL_NONFINITE) /* only what JSON has no number for */
		good = convert_f64(text, n, false, at) && !isfinite(*(double *)at);
	return good ? TENON_OK : decoder_fail_type(d, c, raw);
}

/* What a JSON number that is not plain digits is to an integer or enum row. 5.0 and 5e0 are whole; 2^63 written out is not, though
 * the double next to it would be. A loose enum takes what stands before the point, as Python does. */
static bool whole_number(const struct decoder *d, const struct column *c, struct tenon_json raw, double f, int64_t *out)
{
	int64_t x;

	if (c->field->type == TENON_I64)
		return (memchr(raw.p, '.', raw.n) != NULL || memchr(raw.p, 'e', raw.n) != NULL || memchr(raw.p, 'E', raw.n) != NULL) &&
		       convert_whole(f, false, out);
	if (!(d->flags & TENON_LOOSE_NUMBERS) || !convert_whole(f, true, &x) || !convert_enum_value(c->field, x))
		return false;
	*out = x;
	return true;
}

static int take_number(struct decoder *d, const struct column *c, void *at)
{
	struct tenon_json raw = json_take_number(&d->j);
	double f;

	if (raw.p == NULL)
		return decoder_fail_syntax(d);
	if (c->field->type == TENON_I64 && number_parse_i64(raw.p, raw.n, at))
		return TENON_OK;
	if (!number_parse_double(raw.p, raw.n, &f)) /* a bare NaN or Infinity: the scanner lets it pass, but no field takes it, as in protobuf */
		return decoder_fail_type(d, c, raw);
	if (c->field->type == TENON_F64) /* an infinity, when it is beyond the type */
		*(double *)at = f;
	else if (!whole_number(d, c, raw, f, at))
		return decoder_fail_type(d, c, raw);
	return TENON_OK;
}

/* true and false, where Python's True is 1 */
static int take_truth(struct decoder *d, const struct column *c, struct mark from, bool truth, void *at)
{
	if (c->field->type == TENON_BOOL)
		*(bool *)at = truth;
	else if (c->field->type == TENON_F64 && d->flags & TENON_LOOSE_NUMBERS)
		*(double *)at = truth;
	else if (c->field->type == TENON_ENUM && d->flags & TENON_LOOSE_NUMBERS && convert_enum_value(c->field, truth))
		*(int64_t *)at = truth;
	else
		return refuse(d, c, from);
	return json_skip(&d->j).p != NULL ? TENON_OK : decoder_fail_syntax(d);
}

static int take_free(struct decoder *d, void *at)
{
	struct tenon_json raw = json_skip(&d->j);

	if (raw.p == NULL)
		return decoder_fail_syntax(d);
	*(struct tenon_json *)at = raw;
	return TENON_OK;
}

int decoder_value(struct decoder *d, const struct column *c, void *at)
{
	enum json_type is = json_peek(&d->j);
	enum tenon_type wanted = c->field->type;
	struct mark from = decoder_mark(d);
	struct tenon_json raw;
	size_t n;

	if (wanted == TENON_JSON)
		return take_free(d, at);
	if (is == JSON_NUMBER && (wanted == TENON_I64 || wanted == TENON_F64 || wanted == TENON_ENUM))
		return take_number(d, c, at);
	if (is == JSON_STRING && wanted == TENON_STR)
		return take_text(d, c, at, &n, &raw);
	if (is == JSON_STRING && wanted == TENON_BYTES)
		return take_bytes(d, c, at);
	if (is == JSON_STRING && (wanted == TENON_I64 || wanted == TENON_F64 || wanted == TENON_ENUM))
		return take_quoted(d, c, at);
	if (is == JSON_TRUE || is == JSON_FALSE)
		return take_truth(d, c, from, is == JSON_TRUE, at);
	if (is == JSON_OBJECT && wanted == TENON_MSG)
		return decoder_message(d, c->sub, at);
	return refuse(d, c, from);
}

/* ---- arrays and maps ---- */

/* room for one more item: arrays double when they hold a power of two of them */
void *decoder_push(struct decoder *d, struct shape_array *a, size_t size)
{
	size_t n = a->n;

	if (n == 0 || (n >= FIRST_ITEMS && (n & (n - 1)) == 0)) {
		void *v = arena_grow(d->arena, a->v, n * size, (n == 0 ? FIRST_ITEMS : n * 2) * size);
		if (v == NULL)
			return NULL;
		a->v = v;
	}
	return (char *)a->v + n * size;
}

static int take_items(struct decoder *d, const struct column *c, struct place *here, struct shape_array *a)
{
	int rc = TENON_OK;

	json_enter(&d->j, '[');
	while (rc == TENON_OK && json_next(&d->j, NULL)) {
		void *item = decoder_push(d, a, c->size);
		if (item == NULL)
			return decoder_fail_memory(d);
		here->index = a->n;
		a->n += c->field->type == TENON_MSG; /* half a message stays when the other half is wrong */
		rc = decoder_value(d, c, item);
		a->n += c->field->type != TENON_MSG && rc == TENON_OK;
	}
	return rc == TENON_OK && d->j.fault != TENON_K_NONE ? decoder_fail_syntax(d) : rc;
}

static int by_key(const void *a, const void *b)
{
	const struct tenon_pair *const *x = a, *const *y = b;
	int order = strcmp((*x)->key, (*y)->key);

	return order != 0 ? order : *x < *y ? -1 : *x > *y;
}

int decoder_drop_repeated(struct decoder *d, const struct column *c, struct shape_array *map)
{
	struct tenon_pair *pairs = map->v, **sorted = arena_alloc(d->arena, map->n * sizeof *sorted);
	size_t n = 0;

	if (sorted == NULL)
		return decoder_fail_memory(d);
	for (size_t i = 0; i < map->n; i++)
		sorted[i] = &pairs[i];
	qsort(sorted, map->n, sizeof *sorted, by_key);
	for (size_t i = 1; i < map->n; i++) {
		if (strcmp(sorted[i - 1]->key, sorted[i]->key) != 0)
			continue;
		if (d->flags & TENON_REFUSE_UNKNOWN)
			return decoder_fail(d, TENON_K_TWICE, c, (struct tenon_json){ NULL, 0 }, "the key \"%.60s\" is given twice", sorted[i]->key);
		sorted[i - 1]->value = NULL;
	}
	for (size_t i = 0; i < map->n; i++)
		if (pairs[i].value != NULL)
			pairs[n++] = pairs[i];
	map->n = n;
	return TENON_OK;
}

static int take_entries(struct decoder *d, const struct column *c, struct place *here, struct shape_array *map)
{
	struct tenon_json key;
	int rc = TENON_OK;

	json_enter(&d->j, '{');
	while (rc == TENON_OK && json_next(&d->j, &key)) {
		struct tenon_pair *pair = decoder_push(d, map, sizeof *pair);
		char *name = decoder_room(d, key.n);
		enum tenon_kind kind;
		if (pair == NULL || name == NULL)
			return decoder_fail_memory(d);
		if (json_unescape(name, key, &kind) < 0) {
			d->place = here->up;
			return decoder_fail(d, kind, c, key, "a key with U+0000 or half of a surrogate pair");
		}
		here->name = name;
		rc = decoder_value(d, c, &pair->value);
		pair->key = name;
		map->n += rc == TENON_OK;
	}
	if (rc == TENON_OK && d->j.fault != TENON_K_NONE)
		return decoder_fail_syntax(d);
	return rc == TENON_OK && map->n > 1 ? decoder_drop_repeated(d, c, map) : rc;
}

int decoder_member(struct decoder *d, const struct column *c, void *at)
{
	struct place here = { .up = d->place };
	enum json_type is;
	int rc;

	if (c->field->card == TENON_ONE)
		return decoder_value(d, c, at);
	is = json_peek(&d->j);
	*(struct shape_array *)at = (struct shape_array){ NULL, 0 };
	if (is != (c->field->card == TENON_ARRAY ? JSON_ARRAY : JSON_OBJECT))
		return refuse(d, c, decoder_mark(d));
	d->place = &here;
	rc = c->field->card == TENON_ARRAY ? take_items(d, c, &here, at) : take_entries(d, c, &here, at);
	d->place = here.up;
	return rc;
}
