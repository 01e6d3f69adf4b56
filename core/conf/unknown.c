/* SPDX-License-Identifier: Apache-2.0 */
/* unknown - the first key that no table had, and the word that was probably meant: one that is known at that place, or the
 * same word at another place. */
#include "base/err.h"
#include "base/text.h"
#include "entry.h"

#include <stdio.h>
#include <string.h>

enum { MOST_WORDS = 400 };

struct words { const char *v[MOST_WORDS]; size_t n; };

static void add_word(struct words *w, const char *s)
{
	for (size_t i = 0; i < w->n; i++)
		if (strcmp(w->v[i], s) == 0)
			return;
	if (w->n < MOST_WORDS)
		w->v[w->n++] = s;
}

/* the sections below `path`: behind "" stands "http", behind "instances" stands "sql" */
static void add_sections(struct conf *c, const char *path, struct words *w)
{
	size_t n = strlen(path);

	for (const struct section *s = c->sections; s != NULL; s = s->next) {
		if (strncmp(s->path, path, n) != 0 || (n > 0 && s->path[n] != '.'))
			continue;
		const char *word = s->path + n + (n > 0);
		char *copy = arena_text(&c->arena, word, strcspn(word, "."));
		if (copy != NULL && *copy != '\0')
			add_word(w, copy);
	}
}

/* a section that is called so, or has a row that is, as a path; NULL if there is none */
static const char *elsewhere(const struct conf *c, const char *key, char *out, size_t size)
{
	for (const struct section *s = c->sections; s != NULL; s = s->next) {
		const char *dot = strrchr(s->path, '.');
		if (strcmp(dot != NULL ? dot + 1 : s->path, key) == 0)
			return s->path;
		if (s->shape->table->n > 0 && shape_find(s->shape, key, strlen(key), false, 0) >= 0) {
			snprintf(out, size, "%s%s%s", s->path, *s->path != '\0' ? "." : "", key);
			return out;
		}
	}
	return NULL;
}

static int complain(struct conf *c, const struct entry *e, struct err *err)
{
	char up[140], other[140], list[160] = "";
	struct words w = { .n = 0 };
	size_t at = 0;

	entry_path(e->up, up, sizeof up);
	for (const struct reading *r = e->up->readings; r != NULL; r = r->next)
		for (uint32_t i = 0; i < r->shape->table->n; i++)
			add_word(&w, r->shape->columns[i].name);
	add_sections(c, up, &w);
	if (e->up->readings == NULL && !entry_is_name(e))
		return entry_fail(e, err, "a name here has letters, digits, _ and - only");
	const char *near = text_nearest(e->key, w.v, w.n);
	if (near == NULL)
		near = elsewhere(c, e->key, other, sizeof other);
	if (near != NULL)
		return entry_fail(e, err, "unknown key; did you mean \"%s\"?", near);
	for (size_t i = 0; i < w.n && at < sizeof list; i++)
		at += (size_t)snprintf(list + at, sizeof list - at, "%s%s", i > 0 ? ", " : "", w.v[i]);
	return entry_fail(e, err, "unknown key; known here: %s%s", list, at >= sizeof list ? "..." : "");
}

static int look(struct conf *c, const struct entry *e, struct err *err)
{
	int rc = e->known ? TENON_OK : complain(c, e, err);

	for (const struct entry *k = e->first; k != NULL && rc == TENON_OK; k = k->next)
		rc = look(c, k, err);
	return rc;
}

int conf_finish(struct conf *c, struct err *err) { return look(c, c->root, err); }
