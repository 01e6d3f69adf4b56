/* SPDX-License-Identifier: Apache-2.0 */
/* schema - each row says its type, limits, default and meaning. */
#include "schema.h"
#include "base/buf.h"
#include "base/map.h"
#include "print.h"

#include <stdio.h>
#include <string.h>

int schema_collect(struct map *components, const struct tenon_table *t)
{
	int rc = TENON_OK;

	if (map_get(components, t->name) != NULL) /* one name is one message on the wire, however many builds declare parts of it */
		return TENON_OK;
	rc = map_put(components, t->name, (void *)t);
	for (uint32_t i = 0; i < t->n && rc == TENON_OK; i++)
		if (t->fields[i].sub != NULL)
			rc = schema_collect(components, t->fields[i].sub);
	return rc;
}

static void member(struct buf *b, const char *name, const char *text)
{
	buf_printf(b, ",\"%s\":", name);
	print_string(b, text);
}

static void limits(struct buf *b, const struct tenon_field *f, const char *least, const char *most)
{
	const char *dots = f->range == NULL ? NULL : strstr(f->range, "..");

	if (dots == NULL)
		return;
	if (dots > f->range)
		buf_printf(b, ",\"%s\":%.*s", least, (int)(dots - f->range), f->range);
	if (dots[2] != '\0')
		buf_printf(b, ",\"%s\":%s", most, dots + 2);
}

static void item(struct buf *b, const struct tenon_field *f)
{
	static const char *const types[] = { "", "\"type\":\"boolean\"", "\"type\":\"integer\",\"format\":\"int64\"", "\"type\":\"number\",\"format\":\"double\"",
		"\"type\":\"string\"", "\"type\":\"string\",\"contentEncoding\":\"base64\"", "\"type\":\"string\"", "\"description\":\"any value\"" };

	if (f->type == TENON_MSG) {
		buf_printf(b, "\"$ref\":\"#/components/schemas/%s\"", f->sub->name);
		return;
	}
	buf_adds(b, types[f->type]);
	if (f->type == TENON_ENUM) {
		buf_adds(b, ",\"enum\":[");
		for (const struct tenon_name *n = f->names; n->name != NULL; n++) {
			buf_adds(b, n > f->names ? "," : "");
			print_string(b, n->name);
		}
		buf_addc(b, ']');
	}
	if (f->pattern != NULL)
		member(b, "pattern", f->pattern->regex);
}

void schema_field(struct buf *b, const struct tenon_field *f)
{
	buf_addc(b, '{');
	if (f->card == TENON_ARRAY) {
		buf_adds(b, "\"type\":\"array\",\"items\":{");
		item(b, f);
		buf_addc(b, '}');
		limits(b, f, "minItems", "maxItems");
	} else if (f->card == TENON_MAP) {
		buf_adds(b, "\"type\":\"object\",\"additionalProperties\":{");
		item(b, f);
		buf_addc(b, '}');
	} else {
		item(b, f);
		if (f->type == TENON_STR)
			limits(b, f, "minLength", "maxLength");
		else if (f->type == TENON_I64 || f->type == TENON_F64)
			limits(b, f, "minimum", "maximum");
	}
	if (f->dflt != NULL) {
		buf_adds(b, ",\"default\":");
		if (f->type == TENON_STR || f->type == TENON_ENUM)
			print_string(b, f->dflt);
		else
			buf_adds(b, f->dflt);
	}
	if (f->doc != NULL && f->type != TENON_JSON)
		member(b, "description", f->doc);
	buf_addc(b, '}');
}

void schema_print(struct buf *b, const struct tenon_table *t)
{
	bool first = true;

	buf_adds(b, "{\"type\":\"object\",\"properties\":{");
	for (uint32_t i = 0; i < t->n; i++) {
		buf_adds(b, i > 0 ? "," : "");
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

static void example_item(struct buf *b, const struct tenon_field *f)
{
	switch ((enum tenon_type)f->type) {
	case TENON_BOOL: buf_adds(b, "true"); break;
	case TENON_I64: buf_adds(b, f->dflt != NULL ? f->dflt : strstr(f->name, "time") != NULL ? "1717000000000" : "1"); break;
	case TENON_F64: buf_adds(b, "0.5"); break;
	case TENON_STR: print_string(b, f->dflt != NULL ? f->dflt : f->name); break;
	case TENON_BYTES: buf_adds(b, "\"AAEC\""); break;
	case TENON_ENUM: print_string(b, f->names->name); break;
	case TENON_JSON: buf_adds(b, "{}"); break;
	case TENON_MSG: schema_example(b, f->sub); break;
	}
}

void schema_example(struct buf *b, const struct tenon_table *t)
{
	buf_addc(b, '{');
	for (uint32_t i = 0; i < t->n; i++) {
		const struct tenon_field *f = &t->fields[i];
		buf_adds(b, i > 0 ? "," : "");
		print_string(b, f->name);
		buf_addc(b, ':');
		buf_adds(b, f->card == TENON_ARRAY ? "[" : f->card == TENON_MAP ? "{\"key\":" : "");
		example_item(b, f);
		buf_adds(b, f->card == TENON_ARRAY ? "]" : f->card == TENON_MAP ? "}" : "");
	}
	buf_addc(b, '}');
}
