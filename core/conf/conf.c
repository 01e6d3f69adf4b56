/* SPDX-License-Identifier: Apache-2.0 */
/* conf - nodes into structs. */
#include "conf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"
#include "node.h"
#include "wire/number.h"
#include "wire/shape.h"

#include <stdio.h>
#include <string.h>

int conf_open(struct conf **out, const char *file, const char *const *sets, size_t n, struct err *e)
{
	struct conf *c = mem_zero(sizeof *c);
	int rc;

	if (c == NULL)
		return err_set(e, TENON_NO_MEMORY, "no memory");
	*out = c;
	arena_init(&c->arena, 0);
	rc = file != NULL ? yaml_read(c, file, e) : TENON_OK;
	if (rc == TENON_OK && c->root == NULL && (c->root = node_new(c, NODE_MAP, file != NULL ? file : "--set", 0)) == NULL)
		rc = err_set(e, TENON_NO_MEMORY, "no memory");
	if (rc == TENON_OK)
		c->root->known = true;
	for (size_t i = 0; i < n && rc == TENON_OK; i++)
		rc = set_apply(c, sets[i], e);
	return rc;
}

void conf_close(struct conf *c)
{
	if (c == NULL)
		return;
	arena_free(&c->arena);
	mem_free(c);
}

/* ---- values ---- */

static int wrong(const struct node_value *n, struct err *e, const char *expected, const char *near)
{
	char where[300], path[300];

	return err_set(e, TENON_INVALID_ARGUMENT, "%s: %s: \"%.80s\" is not %s%s%s%s", node_where(n, where), node_path(n, path),
	               n->kind == NODE_SCALAR ? n->text : n->kind == NODE_LIST ? "[...]" : "{...}", expected, near != NULL ? "; did you mean \"" : "",
	               near != NULL ? near : "", near != NULL ? "\"?" : "");
}

struct unit { const char *name; int64_t factor; };
static const struct unit sizes[] = { { "k", 1000 }, { "M", 1000000 }, { "G", 1000000000 }, { "KiB", 1 << 10 }, { "MiB", 1 << 20 }, { "GiB", 1 << 30 }, { "B", 1 }, { 0 } };
static const struct unit times[] = { { "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 }, { 0 } };

static const struct unit *units_of(const struct tenon_field *f)
{
	return f->label == NULL ? NULL : strcmp(f->label, "bytes") == 0 ? sizes : strcmp(f->label, "ms") == 0 ? times : NULL;
}

static bool to_whole(const struct tenon_field *f, const char *s, int64_t *x)
{
	size_t n = strspn(s, "-0123456789");
	const char *unit = s + n + strspn(s + n, " ");

	if (!number_parse_i64(s, n, x))
		return false;
	if (*unit == '\0')
		return true;
	for (const struct unit *u = units_of(f); u != NULL && u->name != NULL; u++)
		if (strcmp(u->name, unit) == 0)
			return !__builtin_mul_overflow(*x, u->factor, x);
	return false;
}

static const char *whole_words(const struct tenon_field *f)
{
	const struct unit *u = units_of(f);
	return u == sizes ? "a size (a whole number of bytes, or with k, M, G, KiB, MiB, GiB)" : u == times ? "a time (a whole number of ms, or with ms, s, m, h)" : "a whole number";
}

static int read_enum(const struct tenon_field *f, const struct node_value *n, int64_t *x, struct err *e)
{
	const char *names[64];
	char expected[400] = "one of";
	size_t count = 0;

	for (const struct tenon_name *k = f->names; k->name != NULL && count < 64; k++) {
		if (strcmp(k->name, n->text) == 0) {
			*x = k->value;
			return TENON_OK;
		}
		names[count++] = k->name;
		size_t at = strlen(expected);
		snprintf(expected + at, sizeof expected - at, " %s", k->name);
	}
	return wrong(n, e, expected, text_nearest(n->text, names, count));
}

static bool to_bool(const char *s, bool *x)
{
	*x = strcmp(s, "true") == 0 || strcmp(s, "yes") == 0 || strcmp(s, "on") == 0;
	return *x || strcmp(s, "false") == 0 || strcmp(s, "no") == 0 || strcmp(s, "off") == 0;
}

static int read_scalar(const struct tenon_field *f, const struct node_value *n, void *at, struct err *e)
{
	if (n->kind != NODE_SCALAR)
		return wrong(n, e, "a single value", NULL);
	switch ((enum tenon_type)f->type) {
	case TENON_BOOL:
		return to_bool(n->text, at) ? TENON_OK : wrong(n, e, "true or false", NULL);
	case TENON_I64:
		return to_whole(f, n->text, at) ? TENON_OK : wrong(n, e, whole_words(f), NULL);
	case TENON_F64:
		return number_parse_double(n->text, strlen(n->text), at) ? TENON_OK : wrong(n, e, "a number", NULL);
	case TENON_ENUM:
		return read_enum(f, n, at, e);
	case TENON_STR:
		*(const char **)at = n->text;
		return TENON_OK;
	default:
		return wrong(n, e, "of a type that configuration has", NULL);
	}
}

static int check_range(const struct column *col, const struct node_value *n, const void *at, struct err *e)
{
	const struct tenon_field *f = col->field;
	char expected[80];
	int64_t x;

	if (f->range == NULL || (f->type != TENON_I64 && f->type != TENON_STR))
		return TENON_OK;
	x = f->type == TENON_I64 ? *(const int64_t *)at : (int64_t)utf8_length(*(const char *const *)at);
	if ((!col->has_least || x >= col->least) && (!col->has_most || x <= col->most))
		return TENON_OK;
	snprintf(expected, sizeof expected, "within %s%s", f->range, f->type == TENON_STR ? " characters" : "");
	return wrong(n, e, expected, NULL);
}

static int read_map(struct conf *, const struct shape *, const struct node_value *, void *out, struct err *);

static int read_list(struct conf *c, const struct column *col, const struct node_value *n, struct shape_array *out, struct err *e)
{
	size_t size = shape_item_size(col->field), count = 0;
	struct node_value one = *n;
	const struct node_value *item = n->first;

	if (n->kind == NODE_SCALAR) { /* one value stands for a list of it */
		one.next = NULL;
		item = &one;
	} else if (n->kind == NODE_MAP) {
		return wrong(n, e, "a list", NULL);
	}
	for (const struct node_value *k = item; k != NULL; k = k->next)
		count++;
	out->v = arena_alloc(&c->arena, count * size + 1);
	if (out->v == NULL)
		return err_set(e, TENON_NO_MEMORY, "no memory");
	for (; item != NULL; item = item->next) {
		void *at = (char *)out->v + out->n++ * size;
		((struct node_value *)item)->known = true;
		int rc = col->sub != NULL ? read_map(c, col->sub, item, at, e) : read_scalar(col->field, item, at, e);
		if (rc < 0)
			return rc;
	}
	return TENON_OK;
}

static int read_column(struct conf *c, const struct column *col, const struct node_value *n, void *at, struct err *e)
{
	if (col->field->card == TENON_ARRAY) {
		*(struct shape_array *)at = (struct shape_array){ 0 };
		return read_list(c, col, n, at, e);
	}
	if (col->field->card == TENON_MAP)
		return wrong(n, e, "of a type that configuration has", NULL);
	if (col->field->type == TENON_MSG)
		return read_map(c, col->sub, n, at, e);
	int rc = read_scalar(col->field, n, at, e);
	if (rc == TENON_OK)
		rc = check_range(col, n, at, e);
	if (rc == TENON_OK && col->field->pattern != NULL && !col->field->pattern->accepts(*(const char *const *)at))
		rc = wrong(n, e, col->field->pattern->name, NULL);
	return rc;
}

static int read_map(struct conf *c, const struct shape *s, const struct node_value *n, void *out, struct err *e)
{
	char where[300], path[300];

	memcpy(out, s->blank, s->table->size);
	if (n != NULL && n->kind != NODE_MAP)
		return n->kind == NODE_SCALAR && *n->text == '\0' ? TENON_OK : wrong(n, e, "a mapping (`key: value` lines)", NULL);
	for (uint32_t i = 0; i < s->table->n; i++) {
		const struct column *col = &s->columns[i];
		struct node_value *k = node_child(n, col->name, col->name_n);
		if (k == NULL && col->field->flags & TENON_REQUIRED)
			return n == NULL ? err_set(e, TENON_INVALID_ARGUMENT, "%s is required: %s", col->name, col->field->doc)
			                 : err_set(e, TENON_INVALID_ARGUMENT, "%s: %s.%s is required: %s", node_where(n, where), node_path(n, path), col->name, col->field->doc);
		if (k == NULL)
			continue;
		k->known = true;
		int rc = read_column(c, col, k, (char *)out + col->field->offset, e);
		if (rc < 0)
			return rc;
		shape_set(out, i);
	}
	return TENON_OK;
}

static int remember(struct conf *c, const char *path, const struct tenon_table *t, const void *value)
{
	struct section *s = arena_alloc(&c->arena, sizeof *s);
	void *copy = arena_copy(&c->arena, value, t->size);

	if (s == NULL || copy == NULL)
		return TENON_NO_MEMORY;
	*s = (struct section){ .path = arena_text(&c->arena, path, strlen(path)), .table = t, .value = copy };
	if (c->sections == NULL)
		c->sections = s;
	else
		c->last_section->next = s;
	c->last_section = s;
	return s->path == NULL ? TENON_NO_MEMORY : TENON_OK;
}

int conf_read(struct conf *c, const char *path, const struct tenon_table *t, void *out, struct err *e)
{
	struct node_value *n = node_find(c, path);
	const struct shape *s;
	int rc = shape_get(t, &s, e);

	for (struct node_value *up = n; up != NULL; up = up->up)
		up->known = true;
	if (rc == TENON_OK)
		rc = read_map(c, s, n, out, e);
	if (rc == TENON_OK && remember(c, path, t, out) < 0)
		rc = err_set(e, TENON_NO_MEMORY, "no memory");
	return rc;
}

size_t conf_children(struct conf *c, const char *path, const char **names, size_t most)
{
	struct node_value *n = node_find(c, path);
	size_t count = 0;

	if (n == NULL || n->kind != NODE_MAP)
		return 0;
	n->known = true;
	for (struct node_value *k = n->first; k != NULL && count < most; k = k->next)
		names[count++] = k->key;
	return count;
}

/* ---- what nobody knew ---- */

/* the table that `path` below the section `s` is read by, or NULL */
static const struct tenon_table *table_at(const struct section *s, const char *path)
{
	const struct tenon_table *t = s->table;
	size_t n = strlen(s->path);

	if (strncmp(path, s->path, n) != 0 || (n > 0 && path[n] != '\0' && path[n] != '.'))
		return NULL;
	path += n + (path[n] == '.');
	while (t != NULL && *path != '\0') {
		size_t word = strcspn(path, ".");
		const struct tenon_table *sub = NULL;
		for (uint32_t i = 0; i < t->n; i++)
			if (strlen(t->fields[i].name) == word && memcmp(t->fields[i].name, path, word) == 0)
				sub = t->fields[i].sub;
		t = sub;
		path += word + (path[word] == '.');
	}
	return t;
}

static const char *suggestion(const struct conf *c, const struct node_value *n)
{
	const char *names[256];
	char up[300] = "";
	size_t count = 0;

	if (n->up != NULL)
		node_path(n->up, up);
	for (const struct section *s = c->sections; s != NULL; s = s->next) {
		const struct tenon_table *t = table_at(s, up);
		for (uint32_t i = 0; t != NULL && i < t->n && count < 250; i++)
			names[count++] = t->fields[i].name;
		if (*up == '\0' && strchr(s->path, '.') == NULL && *s->path != '\0' && count < 250)
			names[count++] = s->path;
	}
	return text_nearest(n->key, names, count);
}

static int find_unknown(const struct conf *c, const struct node_value *n, struct err *e)
{
	char where[300], path[300];
	int rc = TENON_OK;

	if (!n->known) {
		const char *near = n->key == NULL ? NULL : suggestion(c, n);
		return err_set(e, TENON_INVALID_ARGUMENT, "%s: %s: unknown key%s%s%s", node_where(n, where), node_path(n, path), near != NULL ? "; did you mean \"" : "",
		               near != NULL ? near : "", near != NULL ? "\"?" : "");
	}
	if (n->kind == NODE_MAP)
		for (const struct node_value *k = n->first; k != NULL && rc == TENON_OK; k = k->next)
			rc = find_unknown(c, k, e);
	return rc;
}

int conf_finish(struct conf *c, struct err *e) { return find_unknown(c, c->root, e); }
