/* SPDX-License-Identifier: Apache-2.0 */
/* node - making, finding and naming nodes; --set overrides. */
#include "node.h"
#include "base/err.h"

#include <stdio.h>
#include <string.h>

struct node_value *node_new(struct conf *c, enum node_kind kind, const char *file, size_t line)
{
	struct node_value *n = arena_alloc(&c->arena, sizeof *n);
	if (n != NULL)
		*n = (struct node_value){ .kind = kind, .file = file, .line = line };
	return n;
}

void node_add(struct node_value *up, struct node_value *n)
{
	n->up = up;
	if (up->first == NULL)
		up->first = n;
	else
		up->last->next = n;
	up->last = n;
}

struct node_value *node_child(const struct node_value *up, const char *key, size_t n)
{
	struct node_value *k = up == NULL || up->kind != NODE_MAP ? NULL : up->first;
	while (k != NULL && !(strlen(k->key) == n && memcmp(k->key, key, n) == 0))
		k = k->next;
	return k;
}

struct node_value *node_find(const struct conf *c, const char *path)
{
	struct node_value *n = c->root;

	while (n != NULL && *path != '\0') {
		size_t len = strcspn(path, ".");
		n = node_child(n, path, len);
		path += len + (path[len] == '.');
	}
	return n;
}

const char *node_where(const struct node_value *n, char out[300])
{
	if (n->line == 0)
		snprintf(out, 300, "%s", n->file);
	else
		snprintf(out, 300, "%.250s:%zu", n->file, n->line);
	return out;
}

const char *node_path(const struct node_value *n, char out[300])
{
	char up[300] = "";

	if (n->up != NULL)
		node_path(n->up, up);
	snprintf(out, 300, "%.200s%s%.90s", up, *up != '\0' && n->key != NULL ? "." : "", n->key != NULL ? n->key : "");
	return out;
}

/* ---- overrides ---- */

/* sections of the top that are no instances */
static bool is_section(const char *s, size_t n)
{
	static const char *const names[] = { "http", "log", "instances" };
	for (size_t i = 0; i < 3; i++)
		if (strlen(names[i]) == n && memcmp(names[i], s, n) == 0)
			return true;
	return false;
}

static struct node_value *make_child(struct conf *c, struct node_value *up, enum node_kind kind, const char *key, size_t n)
{
	struct node_value *k = node_child(up, key, n);

	if (k != NULL && (kind == NODE_SCALAR || k->kind == NODE_MAP)) {
		if (kind == NODE_SCALAR)
			*k = (struct node_value){ .kind = kind, .key = k->key, .file = "--set", .next = k->next, .up = up };
		return k;
	}
	if (k != NULL || (k = node_new(c, kind, "--set", 0)) == NULL)
		return NULL;
	k->key = arena_text(&c->arena, key, n);
	node_add(up, k);
	return k;
}

int set_apply(struct conf *c, const char *set, struct err *e)
{
	size_t n = strcspn(set, "=");
	struct node_value *at = c->root;
	const char *key = set;

	if (set[n] != '=' || n == 0)
		return err_set(e, TENON_INVALID_ARGUMENT, "--set %s: write it as key=value", set);
	size_t word = strcspn(set, ".=");
	if (set[word] == '.' && !is_section(set, word))
		at = make_child(c, at, NODE_MAP, "instances", 9);
	while (at != NULL && (word = strcspn(key, ".=")) + (size_t)(key - set) < n) {
		at = make_child(c, at, NODE_MAP, key, word);
		key += word + 1;
	}
	if (at != NULL)
		at = make_child(c, at, NODE_SCALAR, key, n - (size_t)(key - set));
	if (at == NULL)
		return err_set(e, TENON_INVALID_ARGUMENT, "--set %s: no such place, %.*s is no mapping", set, (int)(key - set), set);
	at->text = arena_text(&c->arena, set + n + 1, strlen(set + n + 1));
	return at->text == NULL ? err_set(e, TENON_NO_MEMORY, "no memory") : TENON_OK;
}
