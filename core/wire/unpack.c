/* SPDX-License-Identifier: Apache-2.0 */
/* unpack - an item's first byte says what it is and how many bytes its number has; that number is a value or a count. */
#include "unpack.h"
#include "unpack_item.h"

#include <endian.h>

/* ---- the next item ---- */

/* of the tags 0xc0 to 0xdf: what it is, how many bytes its number has, and the count where the tag alone gives it */
struct tag { uint8_t kind, bytes, count; };

static const struct tag tags[32] = {
	{ ITEM_NIL, 0, 0 }, { ITEM_NONE, 0, 0 }, { ITEM_BOOL, 0, 0 }, { ITEM_BOOL, 0, 1 },
	{ ITEM_BIN, 1, 0 }, { ITEM_BIN, 2, 0 }, { ITEM_BIN, 4, 0 }, { ITEM_EXT, 1, 0 }, { ITEM_EXT, 2, 0 }, { ITEM_EXT, 4, 0 },
	{ ITEM_F32, 4, 0 }, { ITEM_F64, 8, 0 },
	{ ITEM_UINT, 1, 0 }, { ITEM_UINT, 2, 0 }, { ITEM_UINT, 4, 0 }, { ITEM_UINT, 8, 0 },
	{ ITEM_INT, 1, 0 }, { ITEM_INT, 2, 0 }, { ITEM_INT, 4, 0 }, { ITEM_INT, 8, 0 },
	{ ITEM_EXT, 0, 1 }, { ITEM_EXT, 0, 2 }, { ITEM_EXT, 0, 4 }, { ITEM_EXT, 0, 8 }, { ITEM_EXT, 0, 16 },
	{ ITEM_STR, 1, 0 }, { ITEM_STR, 2, 0 }, { ITEM_STR, 4, 0 },
	{ ITEM_ARRAY, 2, 0 }, { ITEM_ARRAY, 4, 0 }, { ITEM_MAP, 2, 0 }, { ITEM_MAP, 4, 0 },
};

static uint64_t number(const unsigned char *p, unsigned bytes)
{
	uint64_t x = 0;

	memcpy((unsigned char *)&x + (8 - bytes), p, bytes);
	return be64toh(x);
}

/* the kind and number of an item whose first byte says it all */
static bool is_short(unsigned char b, struct item *it)
{
	if (b >= 0xc0 && b < 0xe0)
		return false;
	it->kind = b < 0x80 ? ITEM_UINT : b < 0x90 ? ITEM_MAP : b < 0xa0 ? ITEM_ARRAY : b < 0xc0 ? ITEM_STR : ITEM_INT;
	it->n = b < 0x80 ? b : b < 0xa0 ? b & 0x0f : b < 0xc0 ? b & 0x1f : (uint64_t)(int8_t)b;
	return true;
}

static const char ends[] = "the text ends within an item";

/* finds where the item ends, now that its kind and count are known */
static const char *measure(const struct unpack *u, struct item *it)
{
	uint64_t left = (uint64_t)(u->end - it->body);
	bool bytes = it->kind == ITEM_STR || it->kind == ITEM_BIN || it->kind == ITEM_EXT;

	it->end = it->body;
	if (!bytes) /* each item within takes a byte, at least */
		return (it->kind == ITEM_ARRAY && it->n > left) || (it->kind == ITEM_MAP && it->n > left / 2) ? ends : NULL;
	if (it->n > left)
		return ends;
	it->end += it->n;
	return NULL;
}

const char *unpack_look(const struct unpack *u, struct item *it)
{
	size_t left = (size_t)(u->end - u->p);

	if (left == 0)
		return "the text ends where an item is due";
	it->body = u->p + 1;
	if (is_short(*u->p, it))
		return measure(u, it);
	const struct tag *t = &tags[*u->p & 0x1f];
	it->kind = t->kind;
	if (t->kind == ITEM_NONE)
		return "no item begins with the byte 0xc1";
	if (left - 1 < t->bytes)
		return ends;
	it->n = t->bytes == 0 ? t->count : number(it->body, t->bytes);
	it->body += t->bytes;
	if (t->kind == ITEM_INT) /* its sign, into all bits */
		it->n = (uint64_t)((int64_t)(it->n << (64 - 8 * t->bytes)) >> (64 - 8 * t->bytes));
	it->n += t->kind == ITEM_EXT; /* its type, one byte, stands before its bytes */
	return measure(u, it);
}

const char *unpack_walk(struct unpack *u)
{
	uint64_t left[UNPACK_DEPTH]; /* items still to come, of each array and map around */
	int depth = 0;

	do {
		struct item it;
		const char *why = unpack_look(u, &it);
		bool opens = why == NULL && (it.kind == ITEM_ARRAY || it.kind == ITEM_MAP);
		if (why != NULL || (opens && depth == UNPACK_DEPTH))
			return why != NULL ? why : "more than 32 arrays and maps within each other";
		u->p = it.end;
		if (depth > 0)
			left[depth - 1]--;
		if (opens)
			left[depth++] = it.kind == ITEM_MAP ? it.n * 2 : it.n;
		while (depth > 0 && left[depth - 1] == 0)
			depth--;
	} while (depth > 0);
	return NULL;
}

bool unpack_skip(struct unpack *u)
{
	struct unpack to = *u;

	if (unpack_walk(&to) != NULL)
		return false;
	*u = to;
	return true;
}

/* ---- steps ---- */

bool unpack_take(struct unpack *u, enum item_kind kind, struct item *it)
{
	if (unpack_look(u, it) != NULL || it->kind != kind)
		return false;
	u->p = it->end;
	return true;
}

bool unpack_nil(struct unpack *u)
{
	struct item it;
	return unpack_take(u, ITEM_NIL, &it);
}

bool unpack_bool(struct unpack *u, bool *x)
{
	struct item it;

	if (!unpack_take(u, ITEM_BOOL, &it))
		return false;
	*x = it.n != 0;
	return true;
}

bool unpack_i64(struct unpack *u, int64_t *x)
{
	struct item it;

	if (unpack_look(u, &it) != NULL || (it.kind != ITEM_INT && (it.kind != ITEM_UINT || it.n > INT64_MAX)))
		return false;
	u->p = it.end;
	*x = (int64_t)it.n;
	return true;
}

double unpack_real(const struct item *it)
{
	uint32_t half = (uint32_t)it->n;
	float f;
	double d;

	if (it->kind == ITEM_INT)
		return (double)(int64_t)it->n;
	if (it->kind == ITEM_UINT)
		return (double)it->n;
	if (it->kind == ITEM_F32) {
		memcpy(&f, &half, sizeof f);
		return f;
	}
	memcpy(&d, &it->n, sizeof d);
	return d;
}

bool unpack_double(struct unpack *u, double *x)
{
	struct item it;

	if (unpack_look(u, &it) != NULL || it.kind < ITEM_INT || it.kind > ITEM_F64)
		return false;
	u->p = it.end;
	*x = unpack_real(&it);
	return true;
}

bool unpack_str(struct unpack *u, const char **s, size_t *n)
{
	struct item it;

	if (!unpack_take(u, ITEM_STR, &it))
		return false;
	*s = (const char *)it.body;
	*n = it.n;
	return true;
}

bool unpack_bin(struct unpack *u, const void **p, size_t *n)
{
	struct item it;

	if (!unpack_take(u, ITEM_BIN, &it))
		return false;
	*p = it.body;
	*n = it.n;
	return true;
}

bool unpack_array(struct unpack *u, uint32_t *n)
{
	struct item it;

	if (!unpack_take(u, ITEM_ARRAY, &it))
		return false;
	*n = (uint32_t)it.n;
	return true;
}

bool unpack_map(struct unpack *u, uint32_t *n)
{
	struct item it;

	if (!unpack_take(u, ITEM_MAP, &it))
		return false;
	*n = (uint32_t)it.n;
	return true;
}
