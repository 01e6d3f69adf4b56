/* SPDX-License-Identifier: Apache-2.0 */
/* route - the tree. Patterns are written out (each alternative becomes a path of its own) when they are added. */
#include "route.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct branch {
	const char *name;
	size_t n;
	struct branch *children, *sibling;
	struct branch *param, *rest;       /* {name}, {name*} */
	const struct dialect *owner;       /* the only one of a plugin below; */
	bool shared;                       /* or there are several */
	struct route *routes[VERBS];
};

static const char *const names[VERBS] = { "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS" };

enum verb verb_of(const char *name)
{
	for (int v = 0; v < VERBS; v++)
		if (strcmp(name, names[v]) == 0)
			return (enum verb)v;
	return VERB_OTHER;
}

const char *verb_name(enum verb v) { return v < VERBS ? names[v] : "?"; }

/* ---- adding ---- */

void routes_init(struct routes *r, const struct dialect *native)
{
	*r = (struct routes){ .native = native };
	arena_init(&r->memory, 0);
	r->end = &r->first;
}

void routes_free(struct routes *r) { arena_free(&r->memory); }

static struct branch *new_branch(struct routes *r, const char *name, size_t n)
{
	struct branch *b = arena_alloc(&r->memory, sizeof *b);

	if (b == NULL || (b->name = arena_text(&r->memory, name, n)) == NULL)
		return NULL;
	b->n = n;
	return b;
}

static struct branch *child(struct routes *r, struct branch *at, const char *name, size_t n)
{
	struct branch **last = &at->children;

	for (; *last != NULL; last = &(*last)->sibling)
		if ((*last)->n == n && memcmp((*last)->name, name, n) == 0)
			return *last;
	return *last = new_branch(r, name, n);
}

static void claim(struct routes *r, struct branch *b, const struct dialect *d)
{
	if (d == r->native)
		return;
	b->shared |= b->owner != NULL && b->owner != d;
	b->owner = d;
}

/* one step down; notes the name of a parameter */
static struct branch *step(struct routes *r, struct branch *at, const struct segment *s, struct route *route)
{
	if (s->p[0] != '{' || s->p[s->n - 1] != '}')
		return child(r, at, s->p, s->n);
	bool rest = s->p[s->n - 2] == '*';
	struct branch **down = rest ? &at->rest : &at->param;
	if (route->n_params == ROUTE_PARAMS)
		return NULL;
	route->params[route->n_params++] = arena_text(&r->memory, s->p + 1, s->n - (rest ? 3 : 2));
	if (*down == NULL)
		*down = new_branch(r, s->p, s->n);
	return *down;
}

static int add_path(struct routes *r, const char *path, const struct route *what, struct err *e)
{
	struct route *route = arena_copy(&r->memory, what, sizeof *what);
	struct segment segments[URL_SEGMENTS];
	bool slash;
	int n = url_split(path, segments, &slash);

	if (r->root == NULL)
		r->root = new_branch(r, "", 0);
	if (route == NULL || r->root == NULL || (route->path = arena_text(&r->memory, path, strlen(path))) == NULL)
		return err_set(e, TENON_NO_MEMORY, "no memory for routes");
	struct branch *at = r->root;
	for (int i = 0; i < n; i++) {
		at = step(r, at, &segments[i], route);
		if (at == NULL)
			return err_set(e, TENON_INVALID_ARGUMENT, "%s %s: out of memory, or more than %d parameters", verb_name(what->verb), path, ROUTE_PARAMS);
		claim(r, at, what->dialect);
	}
	if (n < 0 || slash)
		return err_set(e, TENON_INVALID_ARGUMENT, "%s %s: too long, or ends with a slash", verb_name(what->verb), path);
	if (at->routes[what->verb] != NULL)
		return err_set(e, TENON_ALREADY_EXISTS, "two methods answer to %s %s", verb_name(what->verb), path);
	at->routes[what->verb] = route;
	*r->end = route;
	r->end = &route->next;
	return TENON_OK;
}

/* writes out the first (a|b) of `path`, and so on */
static int expand(struct routes *r, const char *path, const struct route *what, struct err *e)
{
	const char *open = strchr(path, '('), *close = open == NULL ? NULL : strchr(open, ')');
	char one[512];
	int rc = TENON_OK;

	if (open == NULL)
		return add_path(r, path, what, e);
	if (close == NULL)
		return err_set(e, TENON_INVALID_ARGUMENT, "%s: a ( without )", path);
	for (const char *word = open + 1; word <= close && rc == TENON_OK;) {
		size_t n = strcspn(word, "|)");
		if (snprintf(one, sizeof one, "%.*s%.*s%s", (int)(open - path), path, (int)n, word, close + 1) >= (int)sizeof one)
			return err_set(e, TENON_INVALID_ARGUMENT, "%s: longer than %zu bytes", path, sizeof one);
		rc = expand(r, one, what, e);
		word += n + 1;
	}
	return rc;
}

int route_add(struct routes *r, const char *pattern, const struct route *what, struct err *e)
{
	struct route route = *what;
	char verb[16] = "";
	size_t n = strcspn(pattern, " ");

	if (n < sizeof verb)
		memcpy(verb, pattern, n);
	route.verb = verb_of(verb);
	if (route.verb == VERB_OTHER || pattern[n] != ' ' || pattern[n + 1] != '/')
		return err_set(e, TENON_INVALID_ARGUMENT, "\"%s\" is no route: expected VERB /path", pattern);
	return expand(r, pattern + n + 1, &route, e);
}

/* ---- finding ---- */

struct search {
	const struct segment *segments;
	int n;
	bool slash;
	enum verb verb;
	struct route_match *match;
	int depth;                         /* of the dialect found so far */
};

static bool arrive(struct search *s, const struct branch *b)
{
	struct route *route = s->verb < VERBS ? b->routes[s->verb] : NULL;

	if (route == NULL && s->verb == HEAD)
		route = b->routes[GET];
	s->match->route = route;
	for (int v = 0; v < VERBS; v++)
		if (b->routes[v] != NULL)
			s->match->allowed |= 1u << v;
	return route != NULL;
}

static bool descend(struct search *s, const struct branch *b, int at, int params)
{
	struct segment *value = &s->match->value[params];

	if (at > s->depth) {
		s->depth = at;
		s->match->dialect = b->shared ? NULL : b->owner;
	}
	if (at == s->n && !s->slash && arrive(s, b))
		return true;
	if (at == s->n)
		return false;
	const struct segment *here = &s->segments[at];
	for (const struct branch *c = b->children; c != NULL; c = c->sibling)
		if (segment_is(here, c->name, c->n) && descend(s, c, at + 1, params))
			return true;
	if (b->param != NULL) {
		*value = *here;
		if (descend(s, b->param, at + 1, params + 1))
			return true;
	}
	if (b->rest == NULL)
		return false;
	*value = (struct segment){ here->p, strlen(here->p) };
	if (s->depth < s->n)
		s->match->dialect = b->rest->shared ? NULL : b->rest->owner;
	return arrive(s, b->rest);
}

int route_find(const struct routes *r, enum verb verb, const char *path, struct route_match *m)
{
	struct segment segments[URL_SEGMENTS];
	struct search s = { .segments = segments, .verb = verb, .match = m };

	*m = (struct route_match){ .dialect = NULL };
	s.n = url_split(path, segments, &s.slash);
	bool found = s.n >= 0 && r->root != NULL && descend(&s, r->root, 0, 0);
	if (found)
		m->dialect = m->route->dialect;
	if (m->dialect == NULL)
		m->dialect = r->native;
	return found ? TENON_OK : m->allowed != 0 ? TENON_NOT_ALLOWED : TENON_NO_ROUTE;
}

struct segment route_value(const struct route_match *m, size_t i, struct arena *memory)
{
	const struct segment *raw = &m->value[i];
	char *out = arena_alloc(memory, raw->n + 1);
	size_t n = 0;

	for (size_t k = 0; out != NULL && k < raw->n; k++)
		if (raw->p[k] != '/' || n == 0 || out[n - 1] != '/')
			out[n++] = raw->p[k];
	return (struct segment){ out, n };
}
