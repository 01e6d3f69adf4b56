/* SPDX-License-Identifier: Apache-2.0 */
/* doc - a section's table as Markdown, so that the documentation cannot say anything else than the program does. The rows of
 * a mapping within it follow it, named with a dot; those of a list of mappings with []. */
#include "base/buf.h"
#include "entry.h"
#include "unit.h"

#include <string.h>

/* the names of the rows above */
struct within { const struct within *up; const char *name, *mark; };

static void add_cell(struct buf *b, const char *s)
{
	for (; s != NULL && *s != '\0'; s++) {
		if (*s == '|')
			buf_addc(b, '\\');
		buf_addc(b, (unsigned char)*s < 0x20 ? ' ' : *s);
	}
}

static void add_within(struct buf *b, const struct within *w)
{
	if (w == NULL)
		return;
	add_within(b, w->up);
	buf_printf(b, "%s%s.", w->name, w->mark);
}

static void add_type(struct buf *b, const struct tenon_field *f)
{
	static const char *const names[] = { "", "true or false", "", "number", "text", "base64", "one of", "anything", "section" };

	buf_adds(b, f->card == TENON_ARRAY ? "list of " : f->card == TENON_MAP ? "mapping to " : "");
	buf_adds(b, f->type == TENON_I64 ? unit_name(f->label) : names[f->type]);
	for (const struct tenon_name *k = f->type == TENON_ENUM ? f->names : NULL; k != NULL && k->name != NULL; k++)
		buf_printf(b, "%s`%s`", k == f->names ? " " : ", ", k->name);
	buf_adds(b, f->flags & TENON_SECRET ? ", secret" : "");
}

static void add_default(struct buf *b, const struct column *c, const struct shape *s)
{
	const struct tenon_field *f = c->field;

	if (f->flags & TENON_REQUIRED) {
		buf_adds(b, "required");
	} else if (f->dflt != NULL) {
		buf_addc(b, '`');
		if (f->type == TENON_I64)
			unit_print(b, f->label, *(const int64_t *)(const void *)((const char *)s->blank + f->offset));
		else
			add_cell(b, f->dflt);
		buf_addc(b, '`');
	}
}

static void add_range(struct buf *b, const struct column *c)
{
	const struct tenon_field *f = c->field;
	bool number = f->type == TENON_I64 && f->card == TENON_ONE;

	if (c->has_least || c->has_most)
		unit_print_range(b, number ? f->label : NULL, c->has_least ? &c->least : NULL, c->has_most ? &c->most : NULL);
	if (c->has_least || c->has_most)
		buf_adds(b, f->card != TENON_ONE ? " items" : f->type == TENON_STR ? " characters" : "");
	if (f->pattern != NULL) {
		buf_printf(b, "%s", c->has_least || c->has_most ? ", " : "");
		add_cell(b, f->pattern->name);
	}
}

static void add_rows(struct buf *b, const struct shape *s, const struct within *up)
{
	for (uint32_t i = 0; i < s->table->n; i++) {
		const struct column *c = &s->columns[i];
		buf_adds(b, "| `");
		add_within(b, up);
		buf_printf(b, "%s` | ", c->name);
		add_type(b, c->field);
		buf_adds(b, " | ");
		add_default(b, c, s);
		buf_adds(b, " | ");
		add_range(b, c);
		buf_adds(b, " | ");
		add_cell(b, c->field->doc);
		buf_adds(b, " |\n");
		if (c->sub != NULL) {
			struct within here = { up, c->name, c->field->card == TENON_ARRAY ? "[]" : "" };
			add_rows(b, c->sub, &here);
		}
	}
}

void conf_doc(struct buf *b, const char *title, const struct tenon_table *t)
{
	const struct shape *s;

	if (shape_get(t, &s, NULL) < 0)
		return;
	buf_printf(b, "### %s\n\n| key | type | default | range | what it is |\n|---|---|---|---|---|\n", title);
	add_rows(b, s, NULL);
	buf_addc(b, '\n');
}
