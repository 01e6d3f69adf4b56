/* SPDX-License-Identifier: Apache-2.0 */
/* result - walks a message row by row, along its presence bits. */
#include "result.h"
#include "base/text.h"
#include "wire/json.h"
#include "wire/shape.h"

#include <stdio.h>

static const char *text_fault(const char *s)
{
	if (s == NULL)
		return "is set, but its text is NULL: give it \"\" or leave its bit clear";
	return utf8_check(s, strlen(s)) == strlen(s) ? NULL : "is no UTF-8";
}

static const char *json_fault(const struct tenon_json *j)
{
	struct json walk = json_over(j->p, j->n);

	if (j->p == NULL)
		return "is set, but its JSON is NULL";
	json_skip(&walk);
	return json_done(&walk) ? NULL : "is no JSON";
}

static const char *enum_fault(const struct tenon_field *f, int64_t value)
{
	return f->names == NULL || shape_enum_name(f, value) != NULL ? NULL : "is an enum's value without a name";
}

static const char *value_fault(const struct column *c, const void *at, char *path, size_t size)
{
	switch (c->field->type) {
	case TENON_STR:
		return text_fault(*(const char *const *)at);
	case TENON_JSON:
		return json_fault(at);
	case TENON_ENUM:
		return enum_fault(c->field, *(const int64_t *)at);
	case TENON_BOOL:
		return *(const unsigned char *)at > 1 ? "is a bool that is neither true nor false" : NULL;
	case TENON_BYTES: {
		const struct tenon_bytes *b = at;
		return b->n > 0 && b->p == NULL ? "has a length, but no bytes" : NULL;
	}
	case TENON_MSG:
		return result_fault(c->sub, at, path, size);
	default:
		return NULL;
	}
}

static const char *array_fault(const struct column *c, const struct shape_array *a, char *path, size_t size)
{
	const char *fault = a->n > 0 && a->v == NULL ? "has a count, but no items" : NULL;

	for (size_t i = 0; i < a->n && fault == NULL; i++)
		fault = value_fault(c, (const char *)a->v + i * c->size, path, size);
	return fault;
}

static const char *map_fault(const struct tenon_map *m)
{
	const char *fault = m->n > 0 && m->v == NULL ? "has a count, but no items" : NULL;

	for (size_t i = 0; i < m->n && fault == NULL; i++)
		if ((fault = text_fault(m->v[i].key)) == NULL)
			fault = text_fault(m->v[i].value);
	return fault;
}

const char *result_fault(const struct shape *s, const void *message, char *at, size_t at_size)
{
	for (uint32_t i = 0; i < s->table->n; i++) {
		const struct column *c = &s->columns[i];
		const void *value = shape_at(c, message);
		char below[80] = "";
		if (!shape_has(message, i))
			continue;
		const char *fault = c->field->card == TENON_ONE ? value_fault(c, value, below, sizeof below)
			: c->field->card == TENON_MAP ? map_fault(value) : array_fault(c, value, below, sizeof below);
		if (fault == NULL)
			continue;
		snprintf(at, at_size, "%s%s%.40s", c->name, *below != '\0' ? "." : "", below);
		return fault;
	}
	return NULL;
}
