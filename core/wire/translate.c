/* SPDX-License-Identifier: Apache-2.0 */
/* translate - where the layouts of a part are the same, the part is copied whole. */
#include "translate.h"
#include "base/arena.h"

#include <string.h>
#include <tenon/error.h>

static bool is_number(const struct tenon_field *f) { return f->type == TENON_I64 || f->type == TENON_ENUM; }

static bool is_alike(const struct column *f, const struct column *t)
{
	return f->field->card == t->field->card && (f->field->type == t->field->type || (is_number(f->field) && is_number(t->field)));
}

static int copy_array(const struct column *f, const struct shape_array *src, const struct column *t, struct shape_array *dst, struct arena *a)
{
	int rc = TENON_OK;

	*dst = *src;
	if (t->sub == NULL || src->n == 0 || f->sub->digest == t->sub->digest)
		return TENON_OK;
	if ((dst->v = arena_alloc(a, src->n * t->size)) == NULL)
		return TENON_NO_MEMORY;
	for (size_t i = 0; i < src->n && rc == TENON_OK; i++)
		rc = translate(f->sub, (const char *)src->v + i * f->size, t->sub, (char *)dst->v + i * t->size, a);
	return rc;
}

static int copy_member(const struct column *f, const void *src, const struct column *t, void *dst, struct arena *a)
{
	if (t->field->card != TENON_ONE)
		return copy_array(f, src, t, dst, a);
	if (t->sub != NULL)
		return translate(f->sub, src, t->sub, dst, a);
	memcpy(dst, src, t->size);
	if (t->field->type == TENON_STR && *(const char **)dst == NULL)
		*(const char **)dst = "";
	return TENON_OK;
}

int translate(const struct shape *from, const void *src, const struct shape *to, void *dst, struct arena *a)
{
	int rc = TENON_OK;

	shape_blank(to, dst);
	for (uint32_t i = 0; i < to->table->n && rc == TENON_OK; i++) {
		const struct column *t = &to->columns[i];
		int k = shape_find(from, t->name, t->name_n, false, (int)i);
		if (k < 0 || !shape_has(src, (uint32_t)k))
			continue;
		const struct column *f = &from->columns[k];
		if (!is_alike(f, t))
			return TENON_UNSUPPORTED;
		rc = copy_member(f, shape_at(f, src), t, shape_at(t, dst), a);
		shape_set(dst, i);
	}
	return rc;
}
