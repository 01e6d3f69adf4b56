/* SPDX-License-Identifier: Apache-2.0 */
/* schema - each row says its type, limits, default and meaning. */
#include "schema.h"
#include "base/buf.h"
#include "base/map.h"
#include "print.h"

#include <stdlib.h>
#include <tenon/error.h>

enum { EXAMPLE_LEVELS = 8 }; /* an example of a table that holds itself ends somewhere */

int schema_collect(struct map *components, const struct tenon_table *t)
{
	int rc = TENON_OK;

	if (map_get(components, t->name) != NULL)
		return TENON_OK;
	rc = map_put(components, t->name, (void *)(uintptr_t)t);
	for (uint32_t i = 0; i < t->n && rc == TENON_OK; i++)
		if (t->fields[i].sub != NULL)
			rc = schema_collect(components, t->fields[i].sub);
	return rc;
}

/* ---- one row ---- */

static void add_member(struct buf *b, const char *name, const char *text)
{
	buf_printf(b, ",\"%s\":", name);
	print_string(b, text);
}

static void add_limits(struct buf *b, const struct tenon_field *f, const char *least, const char *most)
{
	const char *dots = f->range == NULL ? NULL : strstr(f->range, "..");

	if (dots == NULL)
		return;
	if (dots > f->range)
		buf_printf(b, ",\"%s\":%.*s", least, (int)(dots - f->range), f->range);
	if (dots[2] != '\0')
		buf_printf(b, ",\"%s\":%s", most, dots + 2);
}

static void add_names(struct buf *b, const struct tenon_field *f)
{
	buf_adds(b, ",\"enum\":[");
	for (const struct tenon_name *n = f->names; n->name != NULL; n++) {
		if (n > f->names)
			buf_addc(b, ',');
		print_string(b, n->name);
	}
	buf_addc(b, ']');
}

/* Adds the type of one value; nothing, and false, for a row that any JSON fits. */
static bool add_type(struct buf *b, const struct tenon_field *f)
{
	static const char *const types[] = {
		[TENON_BOOL] = "\"type\":\"boolean\"", [TENON_I64] = "\"type\":\"integer\",\"format\":\"int64\"",
		[TENON_F64] = "\"type\":\"number\",\"format\":\"double\"", [TENON_STR] = "\"type\":\"string\"",
		[TENON_BYTES] = "\"type\":\"string\",\"contentEncoding\":\"base64\"", [TENON_ENUM] = "\"type\":\"string\"",
	};

	if (f->type == TENON_JSON)
		return false;
	if (f->type == TENON_MSG)
		buf_printf(b, "\"$ref\":\"#/components/schemas/%s\"", f->sub->name);
	else
		buf_adds(b, types[f->type]);
	if (f->type == TENON_ENUM)
		add_names(b, f);
	if (f->pattern != NULL)
		add_member(b, "pattern", f->pattern->regex);
	return true;
}

static bool add_shape(struct buf *b, const struct tenon_field *f)
{
	if (f->card == TENON_ONE) {
		bool any = add_type(b, f);
		if (f->type == TENON_STR)
			add_limits(b, f, "minLength", "maxLength");
		else if (f->type == TENON_I64 || f->type == TENON_F64)
			add_limits(b, f, "minimum", "maximum");
		return any;
	}
	bool array = f->card == TENON_ARRAY;
	buf_adds(b, array ? "\"type\":\"array\",\"items\":{" : "\"type\":\"object\",\"additionalProperties\":{");
	add_type(b, f);
	buf_addc(b, '}');
	add_limits(b, f, array ? "minItems" : "minProperties", array ? "maxItems" : "maxProperties");
	return true;
}

static void add_default(struct buf *b, const struct tenon_field *f)
{
	if (f->card == TENON_ONE && (f->type == TENON_STR || f->type == TENON_ENUM || f->type == TENON_BYTES))
		print_string(b, f->dflt);
	else
		buf_adds(b, f->dflt);
}

static void print_members(struct buf *b, const struct tenon_field *f)
{
	bool any = add_shape(b, f);

	if (f->dflt != NULL && !(f->flags & TENON_SECRET)) {
		buf_printf(b, "%s\"default\":", any ? "," : "");
		add_default(b, f);
		any = true;
	}
	if (f->flags & TENON_SECRET) {
		buf_printf(b, "%s\"writeOnly\":true", any ? "," : "");
		any = true;
	}
	if (f->doc != NULL) {
		buf_printf(b, "%s\"description\":", any ? "," : "");
		print_string(b, f->doc);
	}
}

void schema_field(struct buf *b, const struct tenon_field *f)
{
	buf_addc(b, '{');
	print_members(b, f);
	buf_addc(b, '}');
}

/* ---- a table ---- */

void schema_print(struct buf *b, const struct tenon_table *t)
{
	bool first = true;

	buf_adds(b, "{\"type\":\"object\",\"properties\":{");
	for (uint32_t i = 0; i < t->n; i++) {
		if (i > 0)
			buf_addc(b, ',');
		print_string(b, t->fields[i].name);
		buf_addc(b, ':');
		schema_field(b, &t->fields[i]);
	}
	buf_addc(b, '}');
	for (uint32_t i = 0; i < t->n; i++) {
		if (!(t->fields[i].flags & TENON_REQUIRED))
			continue;
		buf_adds(b, first ? ",\"required\":[" : ",");
		print_string(b, t->fields[i].name);
		first = false;
	}
	buf_adds(b, first ? "}" : "]}");
}

/* ---- an example ---- */

static void print_example(struct buf *, const struct tenon_table *, int levels);

/* a number within the range: 1 if it may be, else the end that is there */
static void example_number(struct buf *b, const struct tenon_field *f)
{
	const char *range = f->range == NULL ? "" : f->range, *dots = strstr(range, "..");
	double least = dots > range ? strtod(range, NULL) : 1, most = dots != NULL && dots[2] != '\0' ? strtod(dots + 2, NULL) : 1;

	if (f->dflt != NULL)
		buf_adds(b, f->dflt);
	else if (f->type == TENON_I64 && strstr(f->name, "time") != NULL)
		buf_adds(b, "1717000000000");
	else if (dots != NULL && least > 1)
		buf_printf(b, "%.*s", (int)(dots - range), range);
	else if (dots != NULL && most < 1)
		buf_adds(b, dots + 2);
	else
		buf_adds(b, f->type == TENON_I64 ? "1" : "0.5");
}

static void example_text(struct buf *b, const struct tenon_field *f)
{
	const char *text = f->dflt != NULL ? f->dflt : f->name, *dots = f->range == NULL || f->card != TENON_ONE ? NULL : strstr(f->range, "..");
	size_t n = strlen(text), most = dots != NULL && dots[2] != '\0' ? strtoul(dots + 2, NULL, 10) : n;

	print_stringn(b, text, n < most ? n : most);
}

static void example_value(struct buf *b, const struct tenon_field *f, int levels)
{
	switch ((enum tenon_type)f->type) {
	case TENON_BOOL: buf_adds(b, f->dflt != NULL ? f->dflt : "true"); break;
	case TENON_I64: case TENON_F64: example_number(b, f); break;
	case TENON_STR: example_text(b, f); break;
	case TENON_BYTES: buf_adds(b, "\"AAEC\""); break;
	case TENON_ENUM: print_string(b, f->dflt != NULL ? f->dflt : f->names->name); break;
	case TENON_JSON: buf_adds(b, "{}"); break;
	case TENON_MSG: print_example(b, f->sub, levels); break;
	}
}

/* one of a group is enough; a table within itself ends */
static bool is_shown(const struct tenon_table *t, uint32_t i, int levels)
{
	const struct tenon_field *f = &t->fields[i];

	if (f->flags & TENON_SECRET || (f->type == TENON_MSG && levels <= 0))
		return false;
	for (uint32_t k = 0; f->group > 0 && k < i; k++)
		if (t->fields[k].group == f->group)
			return false;
	return true;
}

static void print_example(struct buf *b, const struct tenon_table *t, int levels)
{
	bool first = true;

	buf_addc(b, '{');
	for (uint32_t i = 0; i < t->n; i++) {
		const struct tenon_field *f = &t->fields[i];
		if (!is_shown(t, i, levels))
			continue;
		if (!first)
			buf_addc(b, ',');
		first = false;
		print_string(b, f->name);
		buf_adds(b, f->card == TENON_ARRAY ? ":[" : f->card == TENON_MAP ? ":{\"key\":" : ":");
		if (f->card == TENON_ONE || f->dflt == NULL)
			example_value(b, f, levels - 1);
		buf_adds(b, f->card == TENON_ARRAY ? "]" : f->card == TENON_MAP ? "}" : "");
	}
	buf_addc(b, '}');
}

void schema_example(struct buf *b, const struct tenon_table *t) { print_example(b, t, EXAMPLE_LEVELS); }
