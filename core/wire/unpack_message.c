/* SPDX-License-Identifier: Apache-2.0 */
/* unpack_message - one walk over a map and what is in it, straight into the struct; then what every decoded message meets.
 *
 * Strings go into blocks that are no longer than what is left of the text, since a string and its NUL are never longer than
 * its item. JSON is read as loosely as any dialect reads it: it was judged where it came in, and must only be safe to walk. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "convert.h"
#include "decoder.h"
#include "print.h"
#include "unpack_item.h"

#include <inttypes.h>

enum { TEXT_BLOCK = 1 << 10, FREE_JSON_DEPTH = 200, SPELLED = 100 };

static const struct tenon_json nothing;

struct reading {
	struct decoder d;
	struct unpack *u;
	const unsigned char *begin;
	bool trusted;
};

/* ---- failure ---- */

/* what is no msgpack counts more than what was wrong within it */
static int refuse_text(struct reading *r, const char *why)
{
	decoder_forget(&r->d);
	r->d.place = NULL;
	return decoder_fail(&r->d, TENON_K_SYNTAX, NULL, nothing, "the message is broken (at byte %zu): %s", (size_t)(r->u->p - r->begin), why);
}

static void spell(struct buf *b, const struct item *it)
{
	size_t most = it->n < SPELLED ? it->n : SPELLED;

	switch (it->kind) {
	case ITEM_NIL: buf_adds(b, "null"); break;
	case ITEM_BOOL: buf_adds(b, it->n != 0 ? "true" : "false"); break;
	case ITEM_INT: print_i64(b, (int64_t)it->n); break;
	case ITEM_UINT: buf_printf(b, "%" PRIu64, it->n); break;
	case ITEM_F32: case ITEM_F64: print_double(b, unpack_real(it), TENON_SPELL_NONFINITE); break;
	case ITEM_STR: print_stringn(b, (const char *)it->body, utf8_check((const char *)it->body, most)); break;
	case ITEM_ARRAY: buf_adds(b, it->n == 0 ? "[]" : "[...]"); break;
	case ITEM_MAP: buf_adds(b, it->n == 0 ? "{}" : "{...}"); break;
	case ITEM_BIN: buf_printf(b, "(%" PRIu64 " bytes)", it->n); break;
	case ITEM_EXT: case ITEM_NONE: buf_adds(b, "(an extension)"); break;
	}
}

/* the next item is none that the row can be; c NULL: it is no message */
static int refuse(struct reading *r, const struct column *c)
{
	struct item it;
	const char *why = unpack_look(r->u, &it);
	struct buf b = { 0 };

	if (why == NULL)
		why = unpack_walk(r->u);
	if (why != NULL)
		return refuse_text(r, why);
	spell(&b, &it);
	struct tenon_json raw = { b.failed ? NULL : arena_text(r->d.arena, b.p, b.n), b.n };
	buf_free(&b);
	if (raw.p == NULL)
		return decoder_fail_memory(&r->d);
	return c != NULL ? decoder_fail_type(&r->d, c, raw) : decoder_fail(&r->d, TENON_K_TYPE, NULL, raw, "the message must be a map");
}

/* ---- scalars ---- */

static int copy_text(struct reading *r, const struct column *c, const struct item *it, const char **out)
{
	size_t n = it->n, left = n + 1 + (size_t)(r->u->end - r->u->p), good = utf8_check((const char *)it->body, n);

	if (good < n)
		return decoder_fail(&r->d, TENON_K_UTF8, c, nothing, "it is not UTF-8 (at byte %zu of it)", good);
	if (memchr(it->body, '\0', n) != NULL)
		return decoder_fail(&r->d, TENON_K_NUL, c, nothing, "it holds the character U+0000, which is refused");
	char *text = decoder_room_of(&r->d, n + 1, left < TEXT_BLOCK ? left : TEXT_BLOCK);
	if (text == NULL)
		return decoder_fail_memory(&r->d);
	memcpy(text, it->body, n);
	text[n] = '\0';
	*out = text;
	return TENON_OK;
}

static int take_text(struct reading *r, const struct column *c, void *at)
{
	struct item it;
	return unpack_take(r->u, ITEM_STR, &it) ? copy_text(r, c, &it, at) : refuse(r, c);
}

static int take_bytes(struct reading *r, const struct column *c, struct tenon_bytes *out)
{
	struct item it;

	if (!unpack_take(r->u, ITEM_BIN, &it) && !unpack_take(r->u, ITEM_STR, &it))
		return refuse(r, c);
	out->p = arena_text(r->d.arena, (const char *)it.body, it.n);
	out->n = it.n;
	return out->p != NULL ? TENON_OK : decoder_fail_memory(&r->d);
}

static int take_json(struct reading *r, const struct column *c, struct tenon_json *out)
{
	struct item it;

	if (!unpack_take(r->u, ITEM_STR, &it))
		return refuse(r, c);
	struct json j = json_over((const char *)it.body, it.n);
	j.most_depth = r->trusted ? JSON_DEPTH_MOST : FREE_JSON_DEPTH;
	j.loose = true;
	struct tenon_json raw = json_skip(&j);
	if (!json_done(&j))
		return decoder_fail(&r->d, j.fault, c, nothing, "it is not JSON (at byte %zu of it): %s", (size_t)(j.at - j.begin), j.what);
	out->p = arena_text(r->d.arena, raw.p, raw.n);
	out->n = raw.n;
	return out->p != NULL ? TENON_OK : decoder_fail_memory(&r->d);
}

static int take_i64(struct reading *r, const struct column *c, int64_t *out)
{
	struct item it;

	if (unpack_i64(r->u, out))
		return TENON_OK;
	if (unpack_look(r->u, &it) != NULL || (it.kind != ITEM_F32 && it.kind != ITEM_F64) || !convert_whole(unpack_real(&it), false, out))
		return refuse(r, c);
	r->u->p = it.end;
	return TENON_OK;
}

static int take_enum(struct reading *r, const struct column *c, int64_t *out)
{
	struct unpack from = *r->u;
	struct item it;
	int64_t x;

	if (unpack_take(r->u, ITEM_STR, &it) ? convert_enum(c->field, (const char *)it.body, it.n, &x)
	                           : unpack_i64(r->u, &x) && (r->trusted || convert_enum_value(c->field, x))) {
		*out = x;
		return TENON_OK;
	}
	*r->u = from;
	return refuse(r, c);
}

static int take_rows(struct reading *, const struct shape *, uint32_t n, void *message);

static int take_value(struct reading *r, const struct column *c, void *at)
{
	uint32_t n;

	switch ((enum tenon_type)c->field->type) {
	case TENON_BOOL: return unpack_bool(r->u, at) ? TENON_OK : refuse(r, c);
	case TENON_I64: return take_i64(r, c, at);
	case TENON_F64: return unpack_double(r->u, at) ? TENON_OK : refuse(r, c);
	case TENON_STR: return take_text(r, c, at);
	case TENON_BYTES: return take_bytes(r, c, at);
	case TENON_ENUM: return take_enum(r, c, at);
	case TENON_JSON: return take_json(r, c, at);
	case TENON_MSG: return unpack_map(r->u, &n) ? take_rows(r, c->sub, n, at) : refuse(r, c);
	}
	return refuse(r, c);
}

/* ---- arrays and maps ---- */

static int take_items(struct reading *r, const struct column *c, uint32_t n, struct shape_array *a)
{
	struct place here = { .up = r->d.place };
	int rc = TENON_OK;

	if ((a->v = arena_alloc(r->d.arena, n * (size_t)c->size)) == NULL)
		return decoder_fail_memory(&r->d);
	r->d.place = &here;
	for (; here.index < n && rc == TENON_OK; here.index++)
		rc = take_value(r, c, (char *)a->v + here.index * c->size);
	r->d.place = here.up;
	a->n = n;
	return rc;
}

static int take_entry(struct reading *r, const struct column *c, struct place *here, struct tenon_pair *pair)
{
	int rc = take_text(r, c, &pair->key);

	if (rc < 0)
		return rc;
	here->name = pair->key;
	r->d.place = here;
	rc = take_text(r, c, &pair->value);
	r->d.place = here->up;
	return rc;
}

static int take_entries(struct reading *r, const struct column *c, uint32_t n, struct shape_array *map)
{
	struct place here = { .up = r->d.place };
	int rc = TENON_OK;

	if ((map->v = arena_alloc(r->d.arena, n * sizeof(struct tenon_pair))) == NULL)
		return decoder_fail_memory(&r->d);
	while (map->n < n && rc == TENON_OK)
		rc = take_entry(r, c, &here, (struct tenon_pair *)map->v + map->n++);
	return rc == TENON_OK && n > 1 ? decoder_drop_repeated(&r->d, c, map) : rc;
}

static int take_member(struct reading *r, const struct column *c, void *at)
{
	struct shape_array *many = at;
	uint32_t n;

	if (c->field->card == TENON_ONE)
		return take_value(r, c, at);
	*many = (struct shape_array){ NULL, 0 };
	if (!(c->field->card == TENON_ARRAY ? unpack_array(r->u, &n) : unpack_map(r->u, &n)))
		return refuse(r, c);
	if (n == 0)
		return TENON_OK;
	return c->field->card == TENON_ARRAY ? take_items(r, c, n, many) : take_entries(r, c, n, many);
}

/* ---- rows ---- */

static int find_row(const struct shape *s, const struct item *key, int next)
{
	const struct column *c = &s->columns[next];

	if ((uint32_t)next < s->table->n && c->name_n == key->n && memcmp(c->name, key->body, key->n) == 0)
		return next;
	return shape_find(s, (const char *)key->body, key->n, false, next);
}

/* Two of one union must never meet in it: what is a number to the one is a pointer to the other. */
static int check_union(struct reading *r, const struct shape *s, const void *message, uint32_t i)
{
	for (uint32_t k = 0; k < s->table->n; k++)
		if (k != i && s->columns[k].field->group == s->columns[i].field->group && shape_has(message, k))
			return decoder_fail(&r->d, TENON_K_GROUP, &s->columns[i], nothing, "%s is given already; only one of the two may be", s->columns[k].name);
	return TENON_OK;
}

static int take_row(struct reading *r, const struct shape *s, uint32_t i, void *message)
{
	const struct column *c = &s->columns[i];

	shape_unset(s, message, i);
	if (unpack_nil(r->u))
		return TENON_OK;
	int rc = c->shares ? check_union(r, s, message, i) : TENON_OK;
	if (rc == TENON_OK)
		rc = take_member(r, c, shape_at(c, message));
	if (rc == TENON_OK)
		shape_set(message, i);
	return rc;
}

static int take_pair(struct reading *r, const struct shape *s, struct place *here, int *next, void *message)
{
	struct item key;

	if (!unpack_take(r->u, ITEM_STR, &key)) {
		const char *why = unpack_look(r->u, &key);
		return why != NULL ? refuse_text(r, why) : decoder_fail(&r->d, TENON_K_TYPE, NULL, nothing, "a name that is not a string");
	}
	int i = find_row(s, &key, *next);
	if (i < 0) {
		const char *why = unpack_walk(r->u);
		return why == NULL ? TENON_OK : refuse_text(r, why);
	}
	*next = i + 1;
	here->column = &s->columns[i];
	r->d.place = here;
	int rc = take_row(r, s, (uint32_t)i, message);
	r->d.place = here->up;
	return rc;
}

static int take_rows(struct reading *r, const struct shape *s, uint32_t n, void *message)
{
	struct place here = { .up = r->d.place };
	int rc = TENON_OK, next = 0;

	if (r->d.levels == DECODER_LEVELS)
		return decoder_fail(&r->d, TENON_K_DEPTH, NULL, nothing, "more than %d messages within messages", DECODER_LEVELS);
	shape_blank(s, message);
	r->d.levels++;
	for (; n > 0 && rc == TENON_OK; n--)
		rc = take_pair(r, s, &here, &next, message);
	r->d.levels--;
	return rc;
}

static int judge(struct reading *r, const struct shape *s, const void *message)
{
	int rc = decoder_require(&r->d, s, message, true);

	if (rc == TENON_OK)
		rc = decoder_require(&r->d, s, message, false);
	return rc == TENON_OK ? decoder_check(&r->d, s, message) : rc;
}

int unpack_message(const struct shape *s, struct arena *a, struct unpack *u, unsigned flags, void *out, struct tenon_problem *p)
{
	struct unpack from = *u;
	struct reading r = { .d = { .shape = s, .arena = a, .problem = p }, .u = u, .begin = u->p, .trusted = flags & UNPACK_TRUSTED };
	uint32_t n;

	decoder_forget(&r.d);
	int rc = unpack_map(u, &n) ? take_rows(&r, s, n, out) : refuse(&r, NULL);
	if (rc == TENON_OK && !r.trusted)
		rc = judge(&r, s, out);
	if (rc < 0) {
		*u = from;
		shape_blank(s, out);
	}
	return rc;
}
