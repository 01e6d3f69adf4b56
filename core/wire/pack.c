/* SPDX-License-Identifier: Apache-2.0 */
/* pack - each item is a tag, its number in network order, and what follows it. */
#include "pack.h"

#include <endian.h>

/* a tag and the low `bytes` bytes of x */
static void put(struct buf *b, unsigned char tag, uint64_t x, unsigned bytes)
{
	unsigned char head[9] = { tag };

	x = htobe64(x << (64 - 8 * bytes));
	memcpy(head + 1, &x, sizeof x);
	buf_add(b, head, 1 + bytes);
}

/* ---- scalars ---- */

void pack_nil(struct buf *b) { buf_addc(b, (char)0xc0); }
void pack_bool(struct buf *b, bool x) { buf_addc(b, (char)(x ? 0xc3 : 0xc2)); }

static void put_negative(struct buf *b, int64_t x)
{
	if (x >= -32)
		buf_addc(b, (char)x);
	else if (x >= INT8_MIN)
		put(b, 0xd0, (uint64_t)x, 1);
	else if (x >= INT16_MIN)
		put(b, 0xd1, (uint64_t)x, 2);
	else if (x >= INT32_MIN)
		put(b, 0xd2, (uint64_t)x, 4);
	else
		put(b, 0xd3, (uint64_t)x, 8);
}

void pack_i64(struct buf *b, int64_t x)
{
	if (x < 0)
		put_negative(b, x);
	else if (x <= INT8_MAX)
		buf_addc(b, (char)x);
	else if (x <= UINT8_MAX)
		put(b, 0xcc, (uint64_t)x, 1);
	else if (x <= UINT16_MAX)
		put(b, 0xcd, (uint64_t)x, 2);
	else if (x <= UINT32_MAX)
		put(b, 0xce, (uint64_t)x, 4);
	else
		put(b, 0xcf, (uint64_t)x, 8);
}

void pack_double(struct buf *b, double x)
{
	uint64_t bits;

	memcpy(&bits, &x, sizeof bits);
	put(b, 0xcb, bits, 8);
}

/* ---- what has a length ---- */

/* `tags`: those for a length of 1, 2 and 4 bytes; 0 where there is none of that size */
static void put_length(struct buf *b, const unsigned char tags[3], size_t n)
{
	if (n <= UINT8_MAX && tags[0] != 0)
		put(b, tags[0], n, 1);
	else if (n <= UINT16_MAX)
		put(b, tags[1], n, 2);
	else if (n <= UINT32_MAX)
		put(b, tags[2], n, 4);
	else
		b->failed = true;
}

void pack_strn(struct buf *b, const char *s, size_t n)
{
	static const unsigned char tags[] = { 0xd9, 0xda, 0xdb };

	if (n < 32)
		buf_addc(b, (char)(0xa0 | n));
	else
		put_length(b, tags, n);
	buf_add(b, s, n);
}

void pack_str(struct buf *b, const char *s) { pack_strn(b, s == NULL ? "" : s, s == NULL ? 0 : strlen(s)); }

void pack_bin_head(struct buf *b, size_t n)
{
	static const unsigned char tags[] = { 0xc4, 0xc5, 0xc6 };
	put_length(b, tags, n);
}

void pack_bin(struct buf *b, const void *p, size_t n)
{
	pack_bin_head(b, n);
	buf_add(b, p, n);
}

void pack_array(struct buf *b, uint32_t n)
{
	static const unsigned char tags[] = { 0, 0xdc, 0xdd };

	if (n < 16)
		buf_addc(b, (char)(0x90 | n));
	else
		put_length(b, tags, n);
}

void pack_map(struct buf *b, uint32_t n)
{
	static const unsigned char tags[] = { 0, 0xde, 0xdf };

	if (n < 16)
		buf_addc(b, (char)(0x80 | n));
	else
		put_length(b, tags, n);
}

/* ---- rows ---- */

static void pack_json(struct buf *b, const struct tenon_json *j)
{
	if (j->n > 0)
		pack_strn(b, j->p, j->n);
	else
		pack_strn(b, "null", 4); /* as it is printed */
}

static void pack_value(struct buf *b, const struct column *c, const void *at)
{
	switch ((enum tenon_type)c->field->type) {
	case TENON_BOOL: pack_bool(b, *(const bool *)at); break;
	case TENON_I64: case TENON_ENUM: pack_i64(b, *(const int64_t *)at); break;
	case TENON_F64: pack_double(b, *(const double *)at); break;
	case TENON_STR: pack_str(b, *(const char *const *)at); break;
	case TENON_BYTES: pack_bin(b, ((const struct tenon_bytes *)at)->p, ((const struct tenon_bytes *)at)->n); break;
	case TENON_JSON: pack_json(b, at); break;
	case TENON_MSG: pack_message(b, c->sub, at); break;
	}
}

static void pack_items(struct buf *b, const struct column *c, const struct shape_array *a)
{
	pack_array(b, (uint32_t)a->n);
	for (size_t i = 0; i < a->n && !b->failed; i++)
		pack_value(b, c, (const char *)a->v + i * c->size);
}

static void pack_entries(struct buf *b, const struct tenon_map *map)
{
	pack_map(b, (uint32_t)map->n);
	for (size_t i = 0; i < map->n && !b->failed; i++) {
		pack_str(b, map->v[i].key);
		pack_str(b, map->v[i].value);
	}
}

static void pack_member(struct buf *b, const struct column *c, const void *at)
{
	if (c->field->card == TENON_ONE)
		pack_value(b, c, at);
	else if (((const struct shape_array *)at)->n > UINT32_MAX)
		b->failed = true;
	else if (c->field->card == TENON_ARRAY)
		pack_items(b, c, at);
	else
		pack_entries(b, at);
}

void pack_message(struct buf *b, const struct shape *s, const void *message)
{
	uint32_t set = 0;

	for (uint32_t i = 0; i < s->table->n; i++)
		set += shape_has(message, i);
	pack_map(b, set);
	for (uint32_t i = 0; i < s->table->n; i++) {
		const struct column *c = &s->columns[i];
		if (!shape_has(message, i))
			continue;
		pack_strn(b, c->name, c->name_n);
		pack_member(b, c, shape_at(c, message));
	}
}
