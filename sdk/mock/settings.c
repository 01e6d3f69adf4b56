/* SPDX-License-Identifier: Apache-2.0 */
/* settings - plain values only: bool, integer, double, text, enum. */
#include "settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tenon/error.h>
#include <tenon/row.h>

static bool is_bool(const char *s) { return strcmp(s, "true") == 0 || strcmp(s, "false") == 0; }

static bool set_enum(const struct tenon_field *f, const char *value, int64_t *to)
{
	for (const struct tenon_name *n = f->names; n != NULL && n->name != NULL; n++) {
		if (strcmp(n->name, value) != 0)
			continue;
		*to = n->value;
		return true;
	}
	return false;
}

static bool set(const struct tenon_field *f, const char *value, void *to)
{
	char *end = NULL;

	if (f->card != TENON_ONE)
		return *value == '\0';
	switch (f->type) {
	case TENON_BOOL:
		*(bool *)to = strcmp(value, "true") == 0;
		return is_bool(value) || *value == '\0';
	case TENON_I64:
		*(int64_t *)to = strtoll(value, &end, 10);
		return *end == '\0';
	case TENON_F64:
		*(double *)to = strtod(value, &end);
		return *end == '\0';
	case TENON_STR:
		*(const char **)to = value;
		return true;
	case TENON_ENUM:
		return set_enum(f, value, to) || *value == '\0';
	default:
		return *value == '\0';
	}
}

static const struct tenon_field *field_of(const struct tenon_table *t, const char *setting, const char **value)
{
	size_t n = strcspn(setting, "=");

	*value = setting[n] == '=' ? setting + n + 1 : "";
	for (const struct tenon_field *f = t->fields; f < t->fields + t->n; f++)
		if (strlen(f->name) == n && memcmp(f->name, setting, n) == 0)
			return f;
	return NULL;
}

int mock_settings(const struct tenon_table *t, const char *const *settings, void *config, char *why, size_t why_size)
{
	const char *value;

	memset(config, 0, t->size);
	for (const struct tenon_field *f = t->fields; f < t->fields + t->n; f++)
		set(f, f->dflt != NULL ? f->dflt : "", (char *)config + f->offset);
	for (; settings != NULL && *settings != NULL; settings++) {
		const struct tenon_field *f = field_of(t, *settings, &value);
		if (f == NULL || !set(f, value, (char *)config + f->offset)) {
			snprintf(why, why_size, "setting \"%s\": %s", *settings, f == NULL ? "no such name" : "not such a value");
			return TENON_INVALID_ARGUMENT;
		}
		size_t bit = (size_t)(f - t->fields);
		((uint64_t *)config)[bit / 64] |= (uint64_t)1 << (bit % 64);
	}
	return TENON_OK;
}
