/* SPDX-License-Identifier: Apache-2.0 */
/* set - overrides: "log.level=debug" into the tree.
 *
 * The text behind = is taken as it is: the shell has had its quotes already, and an address such as [::1]:5500 is no YAML.
 * Where a list or a mapping belongs it may be spelled in YAML's short form, [a, b] or {a: 1}.
 *
 * A first word that no section bears may name an instance. What is a section is known only once tables were read, so such
 * overrides wait at the top until conf_read asks for the instance: then set_graft moves them. */
#include "base/err.h"
#include "base/text.h"
#include "entry.h"

#include <string.h>

/* one override on its way into the tree; `number`: which of the command line it is */
struct override { struct conf *conf; size_t number; struct err *err; };

static void clear(struct entry *e, size_t number)
{
	*e = (struct entry){ .up = e->up, .next = e->next, .key = e->key, .line = number, .readings = e->readings };
}

static struct entry *add(struct override *o, struct entry *up, enum entry_kind kind, const char *key, size_t n)
{
	struct entry *e = entry_new(o->conf, kind, NULL, o->number);

	if (e == NULL || (e->key = arena_text(&o->conf->arena, key, n)) == NULL)
		return NULL;
	entry_add(up, e);
	return e;
}

/* goes from *at into its mapping called `key`, which is made if it is not there */
static int enter(struct override *o, struct entry **at, const char *key, size_t n)
{
	struct entry *e = entry_child(*at, key, n);
	int rc = e == NULL ? TENON_OK : yaml_expand(o->conf, e, o->err);

	if (rc == TENON_OK && e != NULL && e->kind == ENTRY_NONE)
		e->kind = ENTRY_MAP;
	if (rc == TENON_OK && e != NULL && e->kind != ENTRY_MAP)
		rc = entry_fail(e, o->err, "a key below it is set on the command line, but it is not a mapping");
	if (e == NULL && (e = add(o, *at, ENTRY_MAP, key, n)) == NULL)
		rc = conf_no_memory(o->err);
	*at = e;
	return rc;
}

static int put(struct override *o, struct entry *up, const char *key, size_t n, const char *text)
{
	struct entry *e = entry_child(up, key, n);

	if (e != NULL)
		clear(e, o->number);
	else
		e = add(o, up, ENTRY_TEXT, key, n);
	if (e == NULL || (e->text = arena_text(&o->conf->arena, text, strlen(text))) == NULL)
		return conf_no_memory(o->err);
	e->kind = ENTRY_TEXT;
	e->plain = true;
	return TENON_OK;
}

static int check(const char *set, struct err *err)
{
	size_t n = strcspn(set, "=");
	bool good = set[n] == '=' && n > 0 && set[n - 1] != '.';

	for (size_t i = 0; good && i < n; i++)
		good = set[i] != '.' || (i > 0 && set[i - 1] != '.');
	if (!good)
		return err_set(err, TENON_INVALID_ARGUMENT, "--set %s: write it as key=value, the key as in log.level", excerpt_of(set).text);
	if (utf8_check(set, strlen(set)) != strlen(set))
		return err_set(err, TENON_INVALID_ARGUMENT, "--set: an override that is not UTF-8");
	if (strlen(set) > MOST_TEXT)
		return err_set(err, TENON_TOO_LARGE, "--set %s: longer than 64 KiB", excerpt_of(set).text);
	return TENON_OK;
}

int set_apply(struct conf *c, const char *set, size_t number, struct err *err)
{
	const char *end = set + strcspn(set, "="), *key = set;
	struct override o = { c, number, err };
	struct entry *at = c->root;
	int rc = check(set, err), depth = 0;

	for (size_t n; rc == TENON_OK && key + (n = strcspn(key, ".=")) < end; key += n + 1) {
		if (++depth == MOST_DEPTH)
			return err_set(err, TENON_INVALID_ARGUMENT, "--set %s: nested deeper than 16 levels", excerpt_of(set).text);
		rc = enter(&o, &at, key, n);
	}
	return rc < 0 ? rc : put(&o, at, key, (size_t)(end - key), end + 1);
}

/* ---- short forms ---- */

/* `from`, all of it overrides, into `to`; of two overrides of one key the later one stays */
static void merge(struct entry *to, struct entry *from)
{
	for (struct entry *k = from->first, *next; k != NULL; k = next) {
		struct entry *old = entry_child(to, k->key, strlen(k->key));
		next = k->next;
		if (old != NULL && old->kind == ENTRY_MAP && k->kind == ENTRY_MAP) {
			merge(old, k);
			continue;
		}
		if (old != NULL && old->file == NULL && old->line > k->line)
			continue;
		if (old != NULL)
			entry_take(old);
		entry_add(to, k);
	}
}

int set_graft(struct conf *c, const char *path, struct err *err)
{
	static const char instances[] = "instances.";
	struct entry *from, *to = c->root;
	size_t prefix = sizeof instances - 1;
	int rc;

	if (strncmp(path, instances, prefix) != 0)
		return TENON_OK;
	const char *name = path + prefix;
	from = entry_child(c->root, name, strcspn(name, "."));
	if (from == NULL || from->known || from->file != NULL || from->kind != ENTRY_MAP)
		return TENON_OK;
	entry_take(from);
	struct override o = { c, from->line, err };
	rc = enter(&o, &to, instances, prefix - 1);
	if (rc == TENON_OK)
		rc = enter(&o, &to, from->key, strlen(from->key));
	if (rc == TENON_OK)
		merge(to, from);
	return rc;
}
