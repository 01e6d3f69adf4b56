/* SPDX-License-Identifier: Apache-2.0 */
/* show - the configuration in force as YAML: each row under its doc, with where its value came from behind it.
 *
 * Rows without a value and without a default are comments, and so is an absent mapping that has something required in it:
 * the text reads back to the same values. */
#include "base/buf.h"
#include "entry.h"
#include "freeform.h"
#include "quote.h"
#include "unit.h"
#include "wire/print.h"

#include <string.h>

struct printer { struct conf *conf; struct buf *b; int depth, off; /* `off` >= 0: a comment that begins at that depth */ };

static void show_rows(struct printer, const struct shape *, const void *message, struct entry *map);

/* ---- lines ---- */

static void begin(const struct printer *p)
{
	for (int i = 0; i <= p->depth; i++) {
		buf_adds(p->b, i == p->off ? "# " : "");
		buf_adds(p->b, i < p->depth ? "  " : "");
	}
}

/* within one line */
static void add_comment(struct buf *b, const char *s)
{
	for (; *s != '\0'; s++)
		buf_addc(b, (unsigned char)*s < 0x20 || *s == 0x7F ? ' ' : *s);
}

static void end(const struct printer *p, const struct tenon_field *f, struct entry *e)
{
	char where[400];

	buf_adds(p->b, "  # ");
	if (e != NULL)
		add_comment(p->b, entry_where(e, where, sizeof where));
	else
		buf_adds(p->b, f->dflt != NULL ? "default" : f->flags & TENON_REQUIRED ? "required" : "not set");
	buf_addc(p->b, '\n');
}

static void open_mapping(const struct printer *p, const char *key)
{
	begin(p);
	quote_add_word(p->b, key, false);
	buf_adds(p->b, ":\n");
}

/* ---- values ---- */

static void show_enum(const struct printer *p, const struct tenon_field *f, int64_t x)
{
	const struct tenon_name *k = f->names;

	while (k->name != NULL && k->value != x)
		k++;
	quote_add_word(p->b, k->name != NULL ? k->name : "", true);
}

static void show_one(const struct printer *p, const struct column *col, const void *at, struct entry *e)
{
	const struct tenon_field *f = col->field;

	if (f->flags & TENON_SECRET) {
		buf_adds(p->b, "\"***\"");
		return;
	}
	switch ((enum tenon_type)f->type) {
	case TENON_STR:
		quote_add_word(p->b, *(const char *const *)at, true);
		break;
	case TENON_I64:
		unit_print(p->b, f->label, *(const int64_t *)at);
		break;
	case TENON_ENUM:
		show_enum(p, f, *(const int64_t *)at);
		break;
	case TENON_JSON:
		if (e != NULL && freeform_add(p->conf, e, p->b, true, NULL) < 0)
			p->b->failed = true;
		break;
	default:
		print_value(p->b, col, at, 0);
	}
}

static struct entry *nth(struct entry *list, size_t i)
{
	if (list == NULL || list->kind != ENTRY_LIST)
		return list; /* a single value that stands for a list */
	struct entry *k = list->first;
	while (i-- > 0 && k != NULL)
		k = k->next;
	return k;
}

static void show_value(const struct printer *p, const struct column *col, const void *at, struct entry *e)
{
	const struct shape_array *a = at;
	const struct tenon_map *m = at;

	switch ((enum tenon_card)col->field->card) {
	case TENON_ONE:
		show_one(p, col, at, e);
		break;
	case TENON_ARRAY:
		buf_addc(p->b, '[');
		for (size_t i = 0; i < a->n; i++) {
			buf_adds(p->b, i > 0 ? ", " : "");
			show_one(p, col, (const char *)a->v + i * shape_item_size(col->field), nth(e, i));
		}
		buf_addc(p->b, ']');
		break;
	case TENON_MAP:
		buf_addc(p->b, '{');
		for (size_t i = 0; i < m->n; i++) {
			buf_adds(p->b, i > 0 ? ", " : "");
			quote_add(p->b, m->v[i].key, false);
			buf_adds(p->b, ": ");
			show_one(p, col, &m->v[i].value, NULL);
		}
		buf_addc(p->b, '}');
		break;
	}
}

/* ---- rows ---- */

static bool has_required(const struct shape *s)
{
	for (uint32_t i = 0; i < s->table->n; i++)
		if (s->table->fields[i].flags & TENON_REQUIRED)
			return true;
	return false;
}

static void show_items(struct printer p, const struct column *col, const struct shape_array *a, struct entry *e)
{
	for (size_t i = 0; i < a->n; i++) {
		struct printer item = p;
		begin(&p);
		buf_adds(p.b, "-\n");
		item.depth++;
		show_rows(item, col->sub, (const char *)a->v + i * col->sub->table->size, nth(e, i));
	}
}

/* a value that was given, or a default that is in force */
static bool has_value(const struct tenon_field *f, bool set)
{
	return set || (f->group == 0 && (f->dflt != NULL || (f->type == TENON_MSG && f->card == TENON_ONE)));
}

/* what would not read back to what it is: nothing, a mapping that would then lack something, a masked number */
static bool is_comment(const struct column *col, bool set)
{
	const struct tenon_field *f = col->field;

	if (!has_value(f, set))
		return true;
	if (f->type == TENON_MSG)
		return !set && has_required(col->sub);
	return f->flags & TENON_SECRET && f->type != TENON_STR && f->type != TENON_JSON;
}

static void show_row(struct printer p, const struct column *col, const void *at, bool set, struct entry *e)
{
	const struct tenon_field *f = col->field;

	if (f->doc != NULL) {
		begin(&p);
		buf_adds(p.b, "# ");
		add_comment(p.b, f->doc);
		buf_addc(p.b, '\n');
	}
	if (p.off < 0 && is_comment(col, set))
		p.off = p.depth;
	if (f->type == TENON_MSG && has_value(f, set)) {
		open_mapping(&p, col->name);
		p.depth++;
		if (f->card == TENON_ARRAY)
			show_items(p, col, at, e);
		else
			show_rows(p, col->sub, at, e);
		return;
	}
	begin(&p);
	buf_printf(p.b, "%s:", col->name);
	if (has_value(f, set)) {
		buf_addc(p.b, ' ');
		show_value(&p, col, at, e);
	}
	end(&p, f, e);
}

static void show_rows(struct printer p, const struct shape *s, const void *message, struct entry *map)
{
	for (uint32_t i = 0; i < s->table->n; i++)
		show_row(p, &s->columns[i], (const char *)message + s->columns[i].field->offset, shape_has(message, i), entry_of_row(map, s, i));
}

/* ---- sections ---- */

static bool is_below(const char *path, const char *up, size_t n)
{
	return strncmp(path, up, n) == 0 && (n == 0 ? *path != '\0' : path[n] == '.');
}

/* all tables that were read at `path`, then the sections below it in the order in which they were first read */
static void show_sections(struct printer p, const char *path)
{
	size_t n = strlen(path);
	char below[400];

	for (const struct section *s = p.conf->sections; s != NULL; s = s->next)
		if (strcmp(s->path, path) == 0)
			show_rows(p, s->shape, s->value, entry_find(p.conf, path));
	for (const struct section *s = p.conf->sections; s != NULL; s = s->next) {
		const char *name = s->path + n + (n > 0);
		size_t end_at = (size_t)(name - s->path) + strcspn(name, "."), first = 0;
		if (!is_below(s->path, path, n) || end_at >= sizeof below)
			continue;
		memcpy(below, s->path, end_at);
		below[end_at] = '\0';
		for (const struct section *k = p.conf->sections; k != s; k = k->next)
			first += strcmp(k->path, below) == 0 || is_below(k->path, below, end_at);
		if (first > 0)
			continue;
		buf_adds(p.b, *path == '\0' ? "\n" : "");
		open_mapping(&p, below + (name - s->path));
		struct printer inner = p;
		inner.depth++;
		show_sections(inner, below);
	}
}

void conf_print(struct conf *c, struct buf *b)
{
	show_sections((struct printer){ .conf = c, .b = b, .off = -1 }, "");
}
