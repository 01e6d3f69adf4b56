/* SPDX-License-Identifier: Apache-2.0 */
/* table - cells are kept as text with their width; fitting happens once, before printing. */
#include "table.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "exits.h"
#include "talk.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { GAP = 2, LEAST_WIDTH = 12, LONG_ENOUGH = 16, MOST_COLUMNS = 256 };

struct cell { const char *text; size_t width; };
struct row { struct row *next; struct cell *cells; size_t n, room; };
struct column { const char *name; size_t width; bool hidden, text; }; /* text: something in it is no number */

struct table {
	struct arena *arena;
	struct column columns[MOST_COLUMNS];
	size_t n_columns, order[MOST_COLUMNS], n_order; /* order: what is printed */
	struct row *first, *last;
	size_t n_rows;
	bool failed;
};

struct table *table_new(struct arena *a)
{
	struct table *t = arena_alloc(a, sizeof *t);

	if (t != NULL)
		t->arena = a;
	return t;
}

size_t table_rows(const struct table *t) { return t->n_rows; }

/* ---- filling ---- */

void table_row(struct table *t)
{
	struct row *r = arena_alloc(t->arena, sizeof *r);

	if (r == NULL) {
		t->failed = true;
		return;
	}
	*(t->last == NULL ? &t->first : &t->last->next) = r;
	t->last = r;
	t->n_rows++;
}

static size_t column_of(struct table *t, const char *name)
{
	for (size_t i = 0; i < t->n_columns; i++)
		if (strcmp(t->columns[i].name, name) == 0)
			return i;
	if (t->n_columns == MOST_COLUMNS)
		return MOST_COLUMNS;
	t->columns[t->n_columns] = (struct column){ .name = arena_text(t->arena, name, strlen(name)) };
	t->order[t->n_order++] = t->n_columns;
	t->failed |= t->columns[t->n_columns].name == NULL;
	return t->failed ? MOST_COLUMNS : t->n_columns++;
}

static bool row_reserve(struct table *t, struct row *r, size_t n)
{
	if (n <= r->room)
		return true;
	size_t room = n > t->n_columns ? n + 4 : t->n_columns;
	struct cell *cells = arena_grow(t->arena, r->cells, r->room * sizeof *cells, room * sizeof *cells);
	if (cells == NULL)
		return false;
	memset(cells + r->room, 0, (room - r->room) * sizeof *cells);
	r->cells = cells;
	r->room = room;
	return true;
}

static bool is_number(const char *s)
{
	return *s == '\0' || (strspn(s, "+-.0123456789eE") == strlen(s) && strpbrk(s, "0123456789") != NULL);
}

void table_cell(struct table *t, const char *column, const char *text)
{
	size_t i = column_of(t, column);
	struct row *r = t->last;
	struct buf plain = { 0 };

	if (i == MOST_COLUMNS || r == NULL || !row_reserve(t, r, i + 1)) {
		t->failed |= i < MOST_COLUMNS;
		return;
	}
	struct cell *c = &r->cells[i];
	c->width = plain_add(&plain, text, strlen(text), 0);
	c->text = arena_text(t->arena, plain.n == 0 ? "" : plain.p, plain.n);
	t->failed |= c->text == NULL || plain.failed;
	buf_free(&plain);
	if (r->n <= i)
		r->n = i + 1;
	if (c->width > t->columns[i].width)
		t->columns[i].width = c->width;
	t->columns[i].text |= !is_number(text);
}

static struct cell cell_at(const struct row *r, size_t column)
{
	return column < r->n && r->cells[column].text != NULL ? r->cells[column] : (struct cell){ "", 0 };
}

/* ---- names ---- */

static const char *short_name(const char *name)
{
	const char *dot = strrchr(name, '.');
	return dot == NULL ? name : dot + 1;
}

/* the last part of a path where no other column ends so */
static const char *heading(const struct table *t, size_t column)
{
	const char *own = short_name(t->columns[column].name);

	for (size_t i = 0; i < t->n_columns; i++)
		if (i != column && !t->columns[i].hidden && strcmp(short_name(t->columns[i].name), own) == 0)
			return t->columns[column].name;
	return own;
}

static size_t find_column(const struct table *t, const char *name)
{
	for (size_t i = 0; i < t->n_columns; i++)
		if (strcmp(t->columns[i].name, name) == 0)
			return i;
	for (size_t i = 0; i < t->n_columns; i++)
		if (strcmp(short_name(t->columns[i].name), name) == 0)
			return i;
	return MOST_COLUMNS;
}

int table_choose(struct table *t, const char *columns)
{
	const char *names[MOST_COLUMNS];

	for (size_t i = 0; i < t->n_columns; i++)
		names[i] = short_name(t->columns[i].name);
	t->n_order = 0;
	for (const char *p = columns; *p != '\0'; p += strcspn(p, ","), p += *p == ',') {
		const char *name = arena_text(t->arena, p, strcspn(p, ","));
		size_t i = name == NULL ? MOST_COLUMNS : find_column(t, name);
		if (i < MOST_COLUMNS && t->n_order < MOST_COLUMNS) {
			t->order[t->n_order++] = i;
			continue;
		}
		const char *near = name == NULL ? NULL : text_nearest(name, names, t->n_columns);
		complain(EXIT_USAGE, "--columns: there is no column %s", name == NULL ? "" : name);
		if (near != NULL)
			say("  did you mean %s?", near);
		return EXIT_USAGE;
	}
	return EXIT_OK;
}

/* ---- fitting ---- */

/* "run_id" and "id" end with "id" */
static bool ends_with(const char *s, const char *word)
{
	size_t n = strlen(s), k = strlen(word);

	return n >= k && strcmp(s + n - k, word) == 0 && (n == k || s[n - k - 1] == '_');
}

static bool is_copied(const char *name)
{
	static const char *const ends[] = { "id", "name", "path", "key" };

	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (ends_with(short_name(name), ends[i]))
			return true;
	return false;
}

/* Does another column say the same in every row, as old and new spellings of an id do? */
static bool is_repeated(const struct table *t, size_t a, size_t b)
{
	for (const struct row *r = t->first; r != NULL; r = r->next) {
		struct cell x = cell_at(r, a), y = cell_at(r, b);
		if (x.width < LONG_ENOUGH || strcmp(x.text, y.text) != 0)
			return false;
	}
	return t->first != NULL;
}

static void hide(struct table *t, size_t at)
{
	t->columns[t->order[at]].hidden = true;
	memmove(t->order + at, t->order + at + 1, (t->n_order - at - 1) * sizeof *t->order);
	t->n_order--;
}

/* columns that say nothing, or nothing new */
static void hide_useless(struct table *t)
{
	for (size_t i = t->n_order; i-- > 0;)
		if (t->columns[t->order[i]].width == 0 && t->n_order > 1)
			hide(t, i);
	for (size_t i = 0; i < t->n_order; i++)
		for (size_t k = i + 1; k < t->n_order; k++)
			if (is_copied(t->columns[t->order[k]].name) && is_repeated(t, t->order[i], t->order[k])) {
				hide(t, i--);
				break;
			}
}

static size_t least_width(const struct column *c) { return is_copied(c->name) || c->width < LEAST_WIDTH ? c->width : LEAST_WIDTH; }

static size_t total_width(const struct table *t, bool least)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n_order; i++)
		n += (i > 0 ? GAP : 0) + (least ? least_width(&t->columns[t->order[i]]) : t->columns[t->order[i]].width);
	return n;
}

/* the same in every row, or an address that the row's id leads to as well */
static bool is_dull(const struct table *t, size_t column)
{
	const char *name = short_name(t->columns[column].name);

	if (ends_with(name, "uri") || ends_with(name, "location"))
		return true;
	for (const struct row *r = t->first; r != NULL; r = r->next)
		if (strcmp(cell_at(r, column).text, cell_at(t->first, column).text) != 0)
			return false;
	return t->n_rows > 1;
}

/* Which column is missed least: the last dull one, then the last that nobody copies, then the last that is no id, then the
 * first (a row's own id tends to come after those of what it belongs to). */
static size_t least_wanted(const struct table *t)
{
	for (size_t at = t->n_order; at-- > 0;)
		if (!is_copied(t->columns[t->order[at]].name) && is_dull(t, t->order[at]))
			return at;
	for (size_t at = t->n_order; at-- > 0;)
		if (!is_copied(t->columns[t->order[at]].name))
			return at;
	for (size_t at = t->n_order; at-- > 0;)
		if (!ends_with(short_name(t->columns[t->order[at]].name), "id"))
			return at;
	return 0;
}

static void leave_out(struct table *t, size_t most)
{
	struct buf names = { 0 };

	while (t->n_order > 1 && total_width(t, true) > most) {
		size_t at = least_wanted(t);
		buf_printf(&names, "%s%s", names.n == 0 ? "" : ", ", t->columns[t->order[at]].name);
		hide(t, at);
	}
	if (names.n > 0 && !names.failed)
		say("not shown for lack of width: %.*s (--columns or --json shows them)", (int)names.n, names.p);
	buf_free(&names);
}

static void shrink(struct table *t, size_t most)
{
	for (size_t total = total_width(t, false); total > most; total--) {
		struct column *widest = NULL;
		for (size_t i = 0; i < t->n_order; i++) {
			struct column *c = &t->columns[t->order[i]];
			if (c->width > least_width(c) && (widest == NULL || c->width > widest->width))
				widest = c;
		}
		if (widest == NULL)
			return;
		widest->width--;
	}
}

/* ---- printing ---- */

static void put_cell(struct buf *b, const struct column *c, struct cell cell, bool last)
{
	size_t width = cell.width < c->width ? cell.width : c->width, pad = c->width - width;

	if (!c->text)
		buf_printf(b, "%*s", (int)pad, "");
	plain_add(b, cell.text, strlen(cell.text), c->width);
	if (c->text && !last)
		buf_printf(b, "%*s", (int)pad, "");
	if (!last)
		buf_printf(b, "%*s", GAP, "");
}

static void put_heading(const struct table *t, struct buf *b)
{
	bool bold = paints();

	if (bold)
		buf_adds(b, "\033[1m");
	for (size_t i = 0; i < t->n_order; i++) {
		char name[128];
		snprintf(name, sizeof name, "%s", heading(t, t->order[i]));
		for (char *c = name; *c != '\0'; c++)
			*c = (char)toupper((unsigned char)*c);
		put_cell(b, &t->columns[t->order[i]], (struct cell){ name, strlen(name) }, i + 1 == t->n_order);
	}
	buf_adds(b, bold ? "\033[0m\n" : "\n");
}

static int flush(struct buf *b, bool failed)
{
	bool good = !failed && !b->failed && fwrite(b->p == NULL ? "" : b->p, 1, b->n, stdout) == b->n;
	int why = errno;

	failed |= b->failed;
	buf_free(b);
	if (failed)
		return complain(EXIT_FAILED, "out of memory");
	return good ? EXIT_OK : complain(EXIT_FAILED, "stdout: %s", strerror(why));
}

static void put_rows(const struct table *t, struct buf *b)
{
	for (const struct row *r = t->first; r != NULL; r = r->next) {
		for (size_t i = 0; i < t->n_order; i++)
			put_cell(b, &t->columns[t->order[i]], cell_at(r, t->order[i]), i + 1 == t->n_order);
		buf_addc(b, '\n');
	}
}

int table_print(struct table *t)
{
	size_t most = terminal_width();
	bool chosen = t->n_order < t->n_columns;
	struct buf b = { 0 };

	if (!chosen)
		hide_useless(t);
	for (size_t i = 0; i < t->n_order; i++) {
		struct column *c = &t->columns[t->order[i]];
		size_t n = strlen(heading(t, t->order[i]));
		c->width = n > c->width ? n : c->width;
	}
	if (most > 0 && !chosen)
		leave_out(t, most);
	if (most > 0)
		shrink(t, most);
	put_heading(t, &b);
	put_rows(t, &b);
	return flush(&b, t->failed);
}

/* nothing is cut: a value that was asked for by name is wanted whole */
int table_print_record(struct table *t)
{
	struct buf b = { 0 };

	for (size_t i = 0; i < t->n_columns; i++)
		t->columns[i].text = true;
	put_rows(t, &b);
	return flush(&b, t->failed);
}
