/* SPDX-License-Identifier: Apache-2.0 */
/* section - mappings into structs, row by row: presence, what is required, what excludes what, lists and maps.
 *
 * null is as if the key were not there. A key that the table lacks is passed over: another table may read the same mapping,
 * and conf_finish has the last word. */
#include "base/err.h"
#include "entry.h"

#include <stdio.h>
#include <string.h>

struct reader { struct conf *conf; struct err *err; };

static int read_map(struct reader *, const struct shape *, struct entry *, void *out);

static int not_a(struct reader *r, const struct entry *e, const struct column *col, const char *expected)
{
	bool secret = col != NULL && (col->field->flags & TENON_SECRET);

	if (e->kind == ENTRY_TEXT)
		return entry_fail(e, r->err, "\"%s\" is not %s", excerpt_of(secret ? "***" : e->text).text, expected);
	return entry_fail(e, r->err, "%s where %s belongs", entry_kind_name(e), expected);
}

/* ---- rows ---- */

static int read_one(struct reader *r, const struct column *col, struct entry *e, void *at)
{
	e->known = true;
	return col->field->type == TENON_MSG ? read_map(r, col->sub, e, at) : value_read(r->conf, col, e, at, r->err);
}

/* A single value stands for a list of it. */
static int read_list(struct reader *r, const struct column *col, struct entry *e, struct shape_array *out)
{
	size_t size = shape_item_size(col->field), n = 0;
	int rc = yaml_expand(r->conf, e, r->err);

	if (rc < 0)
		return rc;
	if (e->kind == ENTRY_MAP && col->field->type != TENON_JSON)
		return not_a(r, e, col, "a list");
	for (const struct entry *k = e->first; k != NULL; k = k->next)
		n++;
	bool single = e->kind != ENTRY_LIST;
	n = single ? 1 : n;
	*out = (struct shape_array){ arena_alloc(&r->conf->arena, n * size + 1), 0 };
	if (out->v == NULL)
		return conf_no_memory(r->err);
	for (struct entry *k = single ? e : e->first; out->n < n && rc == TENON_OK; k = k->next)
		rc = read_one(r, col, k, (char *)out->v + size * out->n++);
	return rc == TENON_OK ? value_check_count(col, e, n, r->err) : rc;
}

static int read_pairs(struct reader *r, const struct column *col, struct entry *e, struct tenon_map *out)
{
	size_t n = 0;
	int rc = yaml_expand(r->conf, e, r->err);

	if (rc == TENON_OK && e->kind != ENTRY_MAP)
		rc = not_a(r, e, col, "a mapping (`key: value` lines)");
	if (rc < 0)
		return rc;
	for (const struct entry *k = e->first; k != NULL; k = k->next)
		n++;
	*out = (struct tenon_map){ arena_alloc(&r->conf->arena, n * sizeof *out->v + 1), 0 };
	if (out->v == NULL)
		return conf_no_memory(r->err);
	for (struct entry *k = e->first; k != NULL && rc == TENON_OK; k = k->next, out->n++) {
		out->v[out->n].key = k->key;
		rc = read_one(r, col, k, &out->v[out->n].value);
	}
	return rc == TENON_OK ? value_check_count(col, e, n, r->err) : rc;
}

static int read_row(struct reader *r, const struct shape *s, uint32_t i, struct entry *e, void *out)
{
	const struct tenon_field *f = s->columns[i].field;
	void *at = (char *)out + f->offset;

	if (shape_has(out, i))
		return entry_fail(e, r->err, "%s is there already, spelled another way", f->name);
	for (uint32_t k = 0; k < s->table->n; k++)
		if (f->group > 0 && k != i && s->table->fields[k].group == f->group && shape_has(out, k))
			return entry_fail(e, r->err, "only one of %s and %s may be there", s->table->fields[k].name, f->name);
	shape_set(out, i);
	switch ((enum tenon_card)f->card) {
	case TENON_ARRAY: return read_list(r, &s->columns[i], e, at);
	case TENON_MAP: return read_pairs(r, &s->columns[i], e, at);
	case TENON_ONE: break;
	}
	return read_one(r, &s->columns[i], e, at);
}

/* ---- mappings ---- */

static int hang(struct reader *r, const struct shape *s, struct entry *e)
{
	struct reading *k = arena_alloc(&r->conf->arena, sizeof *k);

	if (k == NULL)
		return conf_no_memory(r->err);
	*k = (struct reading){ e->readings, s };
	e->readings = k;
	return TENON_OK;
}

static int check_required(struct reader *r, const struct shape *s, const struct entry *e, const void *out)
{
	for (uint32_t i = 0; i < s->table->n; i++) {
		const struct tenon_field *f = &s->table->fields[i];
		if (f->flags & TENON_REQUIRED && !shape_has(out, i))
			return entry_fail(e, r->err, "%s is required%s%s", f->name, f->doc != NULL ? ": " : "", f->doc != NULL ? f->doc : "");
	}
	return TENON_OK;
}

/* `out` is filled from the blank: whatever is not there has its default */
static int read_map(struct reader *r, const struct shape *s, struct entry *e, void *out)
{
	int rc = yaml_expand(r->conf, e, r->err);

	memcpy(out, s->blank, s->table->size);
	if (rc == TENON_OK && e->kind != ENTRY_MAP && e->kind != ENTRY_NONE)
		rc = not_a(r, e, NULL, "a mapping (`key: value` lines)");
	if (rc == TENON_OK)
		rc = hang(r, s, e);
	for (struct entry *k = e->first; k != NULL && rc == TENON_OK; k = k->next) {
		bool in_file;
		int i = entry_row(s, k->key, &in_file);
		if (i < 0)
			continue;
		k->known = true;
		k->in_file |= in_file;
		if (k->kind != ENTRY_NONE)
			rc = read_row(r, s, (uint32_t)i, k, out);
	}
	return rc == TENON_OK ? check_required(r, s, e, out) : rc;
}

/* the defaults; there is no place to blame for what is required */
static int read_absent(struct reader *r, const char *path, const struct shape *s, void *out)
{
	const char *dot = *path != '\0' ? "." : "";

	memcpy(out, s->blank, s->table->size);
	for (uint32_t i = 0; i < s->table->n; i++) {
		const struct tenon_field *f = &s->table->fields[i];
		if (f->flags & TENON_REQUIRED)
			return err_set(r->err, TENON_INVALID_ARGUMENT, "%s%s%s is required%s%s; set it in the configuration file, or with --set %s%s%s=...",
			               path, dot, f->name, f->doc != NULL ? ": " : "", f->doc != NULL ? f->doc : "", path, dot, f->name);
	}
	return TENON_OK;
}

/* ---- sections ---- */

/* The entry at `path`, known from there to the top; NULL if it is absent. */
static int find(struct reader *r, const char *path, struct entry **out)
{
	struct entry *e = r->conf->root;
	int rc = set_graft(r->conf, path, r->err);

	while (rc == TENON_OK && e != NULL && *path != '\0') {
		size_t n = strcspn(path, ".");
		rc = yaml_expand(r->conf, e, r->err);
		if (rc == TENON_OK && e->kind != ENTRY_MAP && e->kind != ENTRY_NONE)
			rc = not_a(r, e, NULL, "a mapping (`key: value` lines)");
		e = entry_child(e, path, n);
		if (e != NULL)
			e->known = true;
		path += n + (path[n] == '.');
	}
	*out = e;
	return rc;
}

static int remember(struct reader *r, const char *path, const struct shape *s, const void *value)
{
	struct section *n = arena_alloc(&r->conf->arena, sizeof *n), *old = r->conf->sections;

	while (old != NULL && !(old->shape == s && strcmp(old->path, path) == 0))
		old = old->next;
	if (n != NULL && old == NULL) {
		n->path = arena_text(&r->conf->arena, path, strlen(path));
		n->shape = s;
		*(r->conf->sections == NULL ? &r->conf->sections : &r->conf->last_section->next) = n;
		r->conf->last_section = n;
	}
	n = old != NULL ? old : n;
	if (n == NULL || n->path == NULL || (n->value = arena_copy(&r->conf->arena, value, s->table->size)) == NULL)
		return conf_no_memory(r->err);
	return TENON_OK;
}

int conf_read(struct conf *c, const char *path, const struct tenon_table *t, void *out, struct err *err)
{
	struct reader r = { c, err };
	struct entry *e = NULL;
	const struct shape *s;
	int rc = shape_get(t, &s, err);

	if (rc == TENON_OK)
		rc = find(&r, path, &e);
	if (rc < 0)
		return rc;
	rc = e != NULL ? read_map(&r, s, e, out) : read_absent(&r, path, s, out);
	return rc == TENON_OK ? remember(&r, path, s, out) : rc;
}

bool conf_has(struct conf *c, const char *path)
{
	struct entry *e;

	return set_graft(c, path, NULL) == TENON_OK && (e = entry_find(c, path)) != NULL && e->kind != ENTRY_NONE;
}

size_t conf_children(struct conf *c, const char *path, const char **names, size_t most)
{
	struct entry *e = entry_find(c, path);
	size_t count = 0;

	if (e == NULL || yaml_expand(c, e, NULL) < 0 || (e->kind != ENTRY_MAP && e->kind != ENTRY_NONE))
		return 0;
	e->known = true;
	for (struct entry *k = e->first; k != NULL && count < most; k = k->next)
		if (entry_is_name(k))
			names[count++] = k->key;
	return count;
}

const char *conf_where(struct conf *c, const char *path, char *out, size_t size)
{
	const struct entry *e = entry_find(c, path);

	if (e == NULL)
		snprintf(out, size, "default");
	else
		entry_where(e, out, size);
	return out;
}
