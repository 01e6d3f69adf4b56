/* SPDX-License-Identifier: Apache-2.0 */
/* copy - one walk that measures (`at` NULL: nothing is written) or copies, so that both agree on what there is. */
#include "copy.h"

#include <string.h>

struct room { char *at; size_t used; };

static void walk(struct room *, const struct shape *, const void *src, void *dst);

/* the next `n` bytes, aligned; NULL while measuring */
static void *take(struct room *r, size_t n)
{
	char *p = r->at == NULL ? NULL : r->at + r->used;
	r->used += (n + 7) & ~(size_t)7;
	return p;
}

/* `n` bytes and a NUL behind them */
static void *copy_bytes(struct room *r, const void *src, size_t n)
{
	char *p = take(r, n + 1);
	if (p != NULL) {
		if (n > 0)
			memcpy(p, src, n);
		p[n] = '\0';
	}
	return p;
}

static void copy_text(struct room *r, const char *src, const char **dst)
{
	const char *p = src == NULL ? "" : copy_bytes(r, src, strlen(src));
	if (dst != NULL)
		*dst = p;
}

/* bytes and slices of JSON have one form: a pointer and a count */
struct slice { const void *p; size_t n; } __attribute__((may_alias));

static void copy_slice(struct room *r, const struct slice *src, struct slice *dst)
{
	const void *p = copy_bytes(r, src->p, src->n);
	if (dst != NULL)
		*dst = (struct slice){ p, src->n };
}

static void copy_pair(struct room *r, const struct tenon_pair *src, struct tenon_pair *dst)
{
	copy_text(r, src->key, dst == NULL ? NULL : &dst->key);
	copy_text(r, src->value, dst == NULL ? NULL : &dst->value);
}

static void copy_value(struct room *r, const struct column *c, const void *src, void *dst)
{
	if (c->field->card == TENON_MAP)
		copy_pair(r, src, dst);
	else if (c->sub != NULL)
		walk(r, c->sub, src, dst);
	else if (c->field->type == TENON_STR)
		copy_text(r, *(const char *const *)src, dst);
	else if (c->field->type == TENON_BYTES || c->field->type == TENON_JSON)
		copy_slice(r, src, dst);
	else if (dst != NULL)
		memcpy(dst, src, c->size);
}

static void copy_array(struct room *r, const struct column *c, const struct shape_array *src, struct shape_array *dst)
{
	char *v = take(r, src->n * c->size);

	for (size_t i = 0; i < src->n; i++)
		copy_value(r, c, (const char *)src->v + i * c->size, v == NULL ? NULL : v + i * c->size);
	if (dst != NULL)
		*dst = (struct shape_array){ v, src->n };
}

static void walk(struct room *r, const struct shape *s, const void *src, void *dst)
{
	if (dst != NULL)
		shape_blank(s, dst);
	for (uint32_t i = 0; i < s->table->n; i++) {
		const struct column *c = &s->columns[i];
		void *to = dst == NULL ? NULL : shape_at(c, dst);
		if (!shape_has(src, i))
			continue;
		if (c->field->card == TENON_ONE)
			copy_value(r, c, shape_at(c, src), to);
		else
			copy_array(r, c, shape_at(c, src), to);
		if (dst != NULL)
			shape_set(dst, i);
	}
}

size_t copy_size(const struct shape *s, const void *message)
{
	struct room r = { NULL, 0 };

	take(&r, s->table->size);
	walk(&r, s, message, NULL);
	return r.used;
}

void copy_to(const struct shape *s, const void *message, void *room)
{
	struct room r = { room, 0 };

	walk(&r, s, message, take(&r, s->table->size));
}
