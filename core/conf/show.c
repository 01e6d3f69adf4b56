/* SPDX-License-Identifier: Apache-2.0 */
/* show - the configuration in force as YAML that reads back to itself, and sections as Markdown tables. */
#include "base/buf.h"
#include "node.h"
#include "wire/print.h"
#include "wire/shape.h"

#include <string.h>

static void indent(struct buf *b, int depth)
{
	while (depth-- > 0)
		buf_adds(b, "  ");
}

static void show_rows(struct buf *b, const struct shape *s, const void *v, int depth);

static void show_value(struct buf *b, const struct column *col, const void *at, int depth)
{
	const struct shape_array *a = at;
	const char *text = col->field->type == TENON_STR && col->field->card == TENON_ONE ? *(const char *const *)at : NULL;

	if (col->field->flags & TENON_SECRET) {
		buf_adds(b, text == NULL || *text != '\0' ? " '***'" : " ''");
	} else if (col->field->card == TENON_ARRAY) {
		buf_adds(b, " [");
		for (size_t i = 0; i < a->n && col->field->type != TENON_MSG; i++) {
			buf_adds(b, i > 0 ? ", " : "");
			print_value(b, col, (const char *)a->v + i * shape_item_size(col->field), 0);
		}
		buf_addc(b, ']');
	} else if (col->field->type == TENON_MSG) {
		buf_addc(b, '\n');
		show_rows(b, col->sub, at, depth + 1);
		return;
	} else {
		buf_addc(b, ' ');
		print_value(b, col, at, 0);
	}
	if (col->field->doc != NULL)
		buf_printf(b, "  # %s", col->field->doc);
	buf_addc(b, '\n');
}

static void show_rows(struct buf *b, const struct shape *s, const void *v, int depth)
{
	for (uint32_t i = 0; i < s->table->n; i++) {
		indent(b, depth);
		buf_printf(b, "%s:", s->columns[i].name);
		show_value(b, &s->columns[i], (const char *)v + s->columns[i].field->offset, depth);
	}
}

void conf_print(struct conf *c, struct buf *b)
{
	const struct shape *s;
	const char *name = "";
	bool instances = false;

	for (const struct section *k = c->sections; k != NULL; k = k->next) {
		if (shape_get(k->table, &s, NULL) < 0)
			continue;
		bool instance = strncmp(k->path, "instances.", 10) == 0;
		if (instance && !instances)
			buf_adds(b, "instances:\n");
		instances |= instance;
		if (instance && strcmp(name, k->path) != 0)
			buf_printf(b, "  %s:\n", k->path + 10);
		else if (!instance && *k->path != '\0')
			buf_printf(b, "%s:\n", k->path);
		name = k->path;
		show_rows(b, s, k->value, instance ? 2 : *k->path != '\0');
	}
}

static void cell(struct buf *b, const char *s)
{
	for (; s != NULL && *s != '\0'; s++)
		buf_adds(b, *s == '|' ? "\\|" : (char[]){ *s, '\0' });
}

void conf_doc(struct buf *b, const char *title, const struct tenon_table *t)
{
	static const char *const types[] = { "", "bool", "whole number", "number", "text", "", "name", "", "section" };

	buf_printf(b, "### %s\n\n| key | type | default | range | what it is |\n|---|---|---|---|---|\n", title);
	for (uint32_t i = 0; i < t->n; i++) {
		const struct tenon_field *f = &t->fields[i];
		const char *type = f->label != NULL && strcmp(f->label, "bytes") == 0 ? "size" : f->label != NULL && strcmp(f->label, "ms") == 0 ? "time" : types[f->type];
		buf_printf(b, "| `%s` | %s%s | ", f->name, f->card == TENON_ARRAY ? "list of " : "", type);
		cell(b, f->dflt);
		buf_adds(b, " | ");
		if (f->type == TENON_ENUM) {
			for (const struct tenon_name *n = f->names; n->name != NULL; n++)
				buf_printf(b, "%s%s", n > f->names ? ", " : "", n->name);
		} else {
			cell(b, f->range);
		}
		buf_adds(b, " | ");
		cell(b, f->doc);
		buf_adds(b, " |\n");
	}
	buf_addc(b, '\n');
}
