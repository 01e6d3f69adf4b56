/* SPDX-License-Identifier: Apache-2.0 */
/* access - a resolver is a hidden method of its instance, "@run": so it runs where that instance is at home. */
#include "access.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"
#include "call.h"
#include "wire/shape.h"

#include <stdio.h>
#include <string.h>

#define RESOLVE_ARGS(F, S) F(S, const char *, id)
TENON_MESSAGE(resolve_args, RESOLVE_ARGS);
#define RESOLVE_RESULT(F, S) F(S, const char *, kind) F(S, const char *, id)
TENON_MESSAGE(resolve_result, RESOLVE_RESULT);

struct resolver {
	struct tenon_method row;               /* first: a method's row leads here */
	const struct tenon_resolver *as_declared;
	char name[64];
};

static const struct resolver *resolver_of(const struct method *m) { return (const struct resolver *)m->row; }

/* ---- permissions ---- */

static int refuse(const struct method *m, struct err *e, const char *what)
{
	return err_set(e, TENON_INVALID_ARGUMENT, "method %s: its permission \"%s\" %s", m->name, m->row->permission, what);
}

static int no_such_argument(const struct method *m, const char *field, struct err *e)
{
	const char *names[SHAPE_ROWS_MOST];
	char what[200];
	uint32_t n = m->row->args->n;

	for (uint32_t i = 0; i < n; i++)
		names[i] = m->row->args->fields[i].name;
	const char *near = text_nearest(field, names, n);
	snprintf(what, sizeof what, "names no argument of it: \"%s\"%s%s%s", field, near != NULL ? "; did you mean \"" : "", near != NULL ? near : "",
	         near != NULL ? "\"?" : "");
	return refuse(m, e, what);
}

static int find_argument(struct method *m, const char *field, struct err *e)
{
	int row = shape_find(m->args, field, strlen(field), false, 0);

	if (row < 0)
		return strcmp(field, "workspace") == 0 ? TENON_OK : no_such_argument(m, field, e);
	const struct tenon_field *f = &m->row->args->fields[row];
	if (f->type != TENON_STR || f->card == TENON_MAP)
		return refuse(m, e, "names an argument that is no text: an entity's id is a string, or an array of them");
	m->permission.field = field;
	m->permission.row = row;
	return TENON_OK;
}

int access_parse(struct method *m, struct err *e)
{
	const char *text = m->row->permission, *at = text == NULL ? NULL : strchr(text, '@');
	size_t n = text == NULL ? 0 : at == NULL ? strlen(text) : (size_t)(at - text);

	m->permission.row = -1;
	if (text == NULL && m->row->flags & TENON_HIDDEN)
		return TENON_OK;
	if (text == NULL)
		return err_set(e, TENON_INVALID_ARGUMENT, "method %s has no permission", m->name);
	if (strcmp(text, "-") == 0)
		return TENON_OK;
	if (n == 0 || n >= sizeof m->permission.action || strspn(text, "abcdefghijklmnopqrstuvwxyz_") < n || (at != NULL && at[1] == '\0'))
		return refuse(m, e, "is not of the form action@argument, like edit@run_id");
	memcpy(m->permission.action, text, n);
	return at == NULL ? TENON_OK : find_argument(m, at + 1, e);
}

/* ---- resolvers ---- */

static int resolve_handler(struct tenon_call *c, const void *args, void *result)
{
	const struct resolve_args *a = args;
	struct resolve_result *out = result;
	struct tenon_entity parent = { "workspace", c->workspace };

	TRY(resolver_of(((struct call *)c)->method)->as_declared->fn(c, a->id, &parent));
	*out = (struct resolve_result){ .has = { 1, 1 }, .kind = parent.kind, .id = parent.id };
	return TENON_OK;
}

static int add_resolver(struct instance *in, const struct tenon_resolver *row, struct err *e)
{
	struct resolver *r = mem_zero(sizeof *r);
	struct method *m;

	if (r == NULL)
		return err_set(e, TENON_NO_MEMORY, "no memory for the resolver of %s", row->kind);
	if (snprintf(r->name, sizeof r->name, "@%s", row->kind) >= (int)sizeof r->name || map_get(&in->methods, r->name) != NULL) {
		mem_free(r);
		return err_set(e, TENON_INVALID_ARGUMENT, "%s has two resolvers of the kind %s, or its name is too long", in->name, row->kind);
	}
	r->as_declared = row;
	r->row = (struct tenon_method){ .name = r->name, .since = 1, .flags = TENON_HIDDEN | TENON_IDEMPOTENT, .args = &resolve_args_table,
	                                .result = &resolve_result_table, .handler = resolve_handler };
	int rc = bus_add_method(in, &r->row, &m, e);
	if (m == NULL)
		mem_free(r);
	else
		m->resolves = r;
	return rc;
}

int access_add(struct instance *in, struct err *e)
{
	int rc = TENON_OK;

	if (!PLUGIN_HAS(in->plugin, resolvers))
		return TENON_OK;
	for (const struct tenon_resolver *row = in->plugin->resolvers; rc == TENON_OK && row->field != NULL; row++)
		rc = add_resolver(in, row, e);
	return rc;
}

/* Of `in`: the resolver of a field, or of a kind. */
static struct method *find_in(const struct instance *in, const char *field, const char *kind)
{
	MAP_EACH(&in->methods, s) {
		struct method *m = s->value;
		if (m->resolves == NULL)
			continue;
		const struct tenon_resolver *row = resolver_of(m)->as_declared;
		if (field != NULL ? text_has_word(row->field, field, strlen(field)) : strcmp(row->kind, kind) == 0)
			return m;
	}
	return NULL;
}

/* `first`: whose own comes before that of others */
static struct method *find(const struct bus *b, const struct instance *first, const char *field, const char *kind)
{
	struct method *found = find_in(first, field, kind);

	MAP_EACH(&b->instances, s)
		if (found == NULL)
			found = find_in(s->value, field, kind);
	return found;
}

static int bind_method(struct bus *b, struct method *m, struct err *e)
{
	struct permission *p = &m->permission;
	char what[200];

	if (p->row < 0)
		return TENON_OK;
	p->resolver = find(b, m->instance, p->field, NULL);
	if (p->resolver != NULL)
		return TENON_OK;
	snprintf(what, sizeof what, "asks whose %s it is, and no instance has a resolver for it: is the service missing that owns it?", p->field);
	return refuse(m, e, what);
}

int access_bind(struct bus *b, struct err *e)
{
	int rc = TENON_OK;

	MAP_EACH(&b->instances, s) {
		struct instance *in = s->value;
		MAP_EACH(&in->methods, n)
			if (rc == TENON_OK)
				rc = bind_method(b, n->value, e);
	}
	return rc;
}

/* ---- at run time ---- */

static int ask_parent(struct call *c, const struct method *resolver, const char *id, struct tenon_entity *parent)
{
	struct resolve_args args = { .has = { 1 }, .id = id };
	struct resolve_result result = { .kind = NULL };
	struct call_target target = { resolver->instance->name, resolver->row->name, &resolve_args_table, &resolve_result_table };

	TRY(call_child(c, &target, &args, &result, false));
	*parent = (struct tenon_entity){ result.kind, result.id };
	return TENON_OK;
}

static int walk(struct call *c, const struct method *resolver, const char *id, struct access_chain *chain)
{
	struct tenon_entity at = { resolver_of(resolver)->as_declared->kind, id };

	for (;;) {
		if (chain->n == ACCESS_DEPTH)
			return call_fail(c, TENON_INTERNAL, "%s: what %s \"%s\" belongs to has no end", c->method->name, chain->v[0].kind, id);
		chain->v[chain->n++] = at;
		if (strcmp(at.kind, "workspace") == 0)
			return TENON_OK;
		if (chain->n > 1)
			resolver = find(c->method->instance->bus, resolver->instance, NULL, at.kind);
		if (resolver == NULL)
			return call_fail(c, TENON_INTERNAL, "%s: no instance has a resolver of the kind %s", c->method->name, at.kind);
		TRY(ask_parent(c, resolver, at.id, &at));
	}
}

/* the ids that the argument holds; none: it is absent */
static struct tenon_strs ids_of(const struct method *m, const void *args)
{
	int row = m->permission.row;

	if (row < 0 || !shape_has(args, (uint32_t)row))
		return (struct tenon_strs){ NULL, 0 };
	const struct column *column = &m->args->columns[row];
	void *at = shape_at(column, args);
	return column->field->card == TENON_ARRAY ? *(struct tenon_strs *)at : (struct tenon_strs){ at, 1 };
}

int access_resolve(struct call *c, const struct method *m, const void *args, struct access *out)
{
	struct tenon_strs ids = ids_of(m, args);

	*out = (struct access){ .action = m->permission.action, .n = ids.n > 0 ? ids.n : 1 };
	if ((out->chains = arena_alloc(c->arena, out->n * sizeof *out->chains)) == NULL)
		return TENON_NO_MEMORY;
	if (ids.n == 0)
		out->chains[0] = (struct access_chain){ .v = { { "workspace", c->pub.workspace } }, .n = 1 };
	for (size_t i = 0; i < ids.n; i++)
		TRY(walk(c, m->permission.resolver, ids.v[i], &out->chains[i]));
	return TENON_OK;
}

int access_check(struct call *c)
{
	struct bus *b = c->method->instance->bus;
	struct access access;

	if (c->method->permission.action[0] == '\0')
		return TENON_OK;
	TRY(access_resolve(c, c->method, c->args, &access));
	for (size_t i = 0; i < access.n; i++)
		TRY(b->decide(&c->pub, access.action, access.chains[i].v, access.chains[i].n));
	return TENON_OK;
}
