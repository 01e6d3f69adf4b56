/* SPDX-License-Identifier: Apache-2.0 */
/* translate - row by row; sub-messages and arrays of them recursively. */
#include "translate.h"
#include "base/arena.h"

#include <string.h>

static int one(const struct column *f, const void *src, const struct column *t, void *dst, struct arena *a)
{
	if (t->field->type == TENON_MSG)
		return translate(f->sub, src, t->sub, dst, a);
	memcpy(dst, src, shape_item_size(t->field));
	return TENON_OK;
}

static int array(const struct column *f, const struct shape_array *src, const struct column *t, struct shape_array *dst, struct arena *a)
{
	size_t from = shape_item_size(f->field), to = shape_item_size(t->field);
	int rc = TENON_OK;

	*dst = *src;
	if (t->field->type != TENON_MSG || src->n == 0 || f->sub->digest == t->sub->digest)
		return TENON_OK;
	dst->v = arena_alloc(a, src->n * to);
	if (dst->v == NULL)
		return TENON_NO_MEMORY;
	for (size_t i = 0; i < src->n && rc == TENON_OK; i++)
		rc = one(f, (const char *)src->v + i * from, t, (char *)dst->v + i * to, a);
	return rc;
}

int translate(const struct shape *from, const void *src, const struct shape *to, void *dst, struct arena *a)
{
	memcpy(dst, to->blank, to->table->size);
	for (uint32_t i = 0; i < to->table->n; i++) {
		const struct column *t = &to->columns[i];
		int k = shape_find(from, t->name, t->name_n, false, (int)i);
		if (k < 0 || !shape_has(src, (uint32_t)k))
			continue;
		const struct column *f = &from->columns[k];
		const char *there = (const char *)src + f->field->offset;
		char *here = (char *)dst + t->field->offset;
		if (f->field->type != t->field->type || f->field->card != t->field->card)
			return TENON_UNSUPPORTED;
		int rc = TENON_OK;
		if (t->field->card == TENON_ARRAY)
			rc = array(f, (const void *)there, t, (void *)here, a);
		else if (t->field->card == TENON_MAP)
			memcpy(here, there, sizeof(struct tenon_map));
		else
			rc = one(f, there, t, here, a);
		if (rc < 0)
			return rc;
		shape_set(dst, i);
	}
	return TENON_OK;
}
