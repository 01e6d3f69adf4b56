/* SPDX-License-Identifier: Apache-2.0 */
/* entry - making, finding and naming entries, and complaining about them. */
#include "entry.h"
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct entry *entry_new(struct conf *c, enum entry_kind kind, const char *file, size_t line)
{
	struct entry *e = arena_alloc(&c->arena, sizeof *e);

	if (e != NULL)
		*e = (struct entry){ .kind = kind, .file = file, .line = line };
	return e;
}

void entry_add(struct entry *up, struct entry *e)
{
	e->up = up;
	e->next = NULL;
	if (up->first == NULL)
		up->first = e;
	else
		up->last->next = e;
	up->last = e;
}

void entry_take(struct entry *e)
{
	struct entry *up = e->up, *before = NULL;

	for (struct entry *k = up->first; k != e; k = k->next)
		before = k;
	if (before == NULL)
		up->first = e->next;
	else
		before->next = e->next;
	if (up->last == e)
		up->last = before;
	e->up = e->next = NULL;
}

struct entry *entry_child(const struct entry *map, const char *key, size_t n)
{
	struct entry *k = map == NULL || map->kind != ENTRY_MAP ? NULL : map->first;

	while (k != NULL && !(strncmp(k->key, key, n) == 0 && k->key[n] == '\0'))
		k = k->next;
	return k;
}

struct entry *entry_find(const struct conf *c, const char *path)
{
	struct entry *e = c->root;

	while (e != NULL && *path != '\0') {
		size_t n = strcspn(path, ".");
		e = entry_child(e, path, n);
		path += n + (path[n] == '.');
	}
	return e;
}

void entry_mark(struct entry *e)
{
	e->known = true;
	for (struct entry *k = e->first; k != NULL; k = k->next)
		entry_mark(k);
}

bool entry_is_name(const struct entry *e)
{
	return strspn(e->key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") == strlen(e->key);
}

int entry_row(const struct shape *s, const char *key, bool *in_file)
{
	size_t n = strlen(key);
	int i = s->table->n == 0 ? -1 : shape_find(s, key, n, false, 0);

	*in_file = false;
	if (i >= 0 || s->table->n == 0 || n <= 5 || strcmp(key + n - 5, "_file") != 0)
		return i;
	i = shape_find(s, key, n - 5, false, 0);
	*in_file = i >= 0 && (s->table->fields[i].flags & TENON_SECRET);
	return *in_file ? i : -1;
}

struct entry *entry_of_row(const struct entry *map, const struct shape *s, uint32_t i)
{
	bool in_file;

	if (map == NULL || map->kind != ENTRY_MAP)
		return NULL;
	for (struct entry *k = map->first; k != NULL; k = k->next)
		if (k->kind != ENTRY_NONE && entry_row(s, k->key, &in_file) == (int)i)
			return k;
	return NULL;
}

/* ---- words about an entry ---- */

/* bytes of `s`, at most `most`, that end with a whole character */
static size_t whole(const char *s, size_t most)
{
	size_t n = strnlen(s, most + 1);

	if (n <= most)
		return n;
	for (n = most; n > 0 && ((unsigned char)s[n] & 0xC0) == 0x80;)
		n--;
	return n;
}

struct excerpt excerpt_of(const char *s)
{
	struct excerpt x;
	size_t n = whole(s, 60);

	snprintf(x.text, sizeof x.text, "%.*s%s", (int)n, s, s[n] != '\0' ? "..." : "");
	for (char *p = x.text; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7F)
			*p = ' ';
	return x;
}

const char *entry_where(const struct entry *e, char *out, size_t size)
{
	size_t n = e->file == NULL ? 0 : strlen(e->file), most = size - 30;

	if (e->file == NULL)
		snprintf(out, size, "--set");
	else /* of a long path the end says more */
		snprintf(out, size, "%s%s:%zu", n > most ? "..." : "", e->file + (n > most ? n - most : 0), e->line);
	return out;
}

size_t entry_path(const struct entry *e, char *out, size_t size)
{
	size_t n = e->up == NULL ? 0 : entry_path(e->up, out, size), index = 0;
	int more = 0;

	if (e->up == NULL)
		*out = '\0';
	if (e->up == NULL || n >= size)
		return n;
	if (e->key != NULL) {
		more = snprintf(out + n, size - n, "%s%s", n > 0 ? "." : "", excerpt_of(e->key).text);
	} else {
		for (struct entry *k = e->up->first; k != e && k != NULL; k = k->next)
			index++;
		more = snprintf(out + n, size - n, "[%zu]", index);
	}
	return n + (more > 0 ? (size_t)more : 0);
}

const char *entry_kind_name(const struct entry *e)
{
	static const char *const names[] = { "nothing", "a single value", "a list", "a mapping" };
	return names[e->kind];
}

int entry_fail(const struct entry *e, struct err *err, const char *fmt, ...)
{
	char where[180], path[140], text[300];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	entry_path(e, path, sizeof path);
	path[whole(path, sizeof path - 2)] = '\0';
	text[whole(text, sizeof text - 2)] = '\0';
	return err_set(err, TENON_INVALID_ARGUMENT, "%s%s%s%s%s", entry_where(e, where, sizeof where), e->file != NULL ? ": " : " ", path,
	               *path != '\0' ? ": " : "", text);
}

int conf_no_memory(struct err *err) { return err_set(err, TENON_NO_MEMORY, "no memory for the configuration"); }
