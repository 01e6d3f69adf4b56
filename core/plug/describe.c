/* SPDX-License-Identifier: Apache-2.0 */
/* describe - from the descriptor to the message. Tables get their numbers when they are met first, in the order of a queue. */
#include "describe.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "describe_rows.h"
#include "wire/pack.h"
#include "wire/shape.h"

#include <string.h>

TENON_TABLE(static, described_name, DESCRIBED_NAME);
TENON_TABLE(static, described_row, DESCRIBED_ROW);
TENON_TABLE(static, described_table, DESCRIBED_TABLE);
TENON_TABLE(static, described_route, DESCRIBED_ROUTE);
TENON_TABLE(static, described_method, DESCRIBED_METHOD);
TENON_TABLE(static, described_resolver, DESCRIBED_RESOLVER);
TENON_TABLE(static, described_topic, DESCRIBED_TOPIC);
TENON_TABLE(, described_plugin, DESCRIBED_PLUGIN);

/* what is there gets its presence bit: text that is not NULL, numbers but 0 */
#define PUT(m, row, value_) ((m)->row = (value_), (m)->has.row = 1)
#define PUT_TEXT(m, row, from) ((void)((from) != NULL && PUT(m, row, from)))
#define PUT_SOME(m, row, from) ((void)((from) != 0 && PUT(m, row, from)))

struct packing {
	const struct tenon_plugin *plugin;
	struct arena memory;
	const struct tenon_table **tables; /* by number */
	size_t n_tables, n_rows;
	struct err *err;
};

/* ---- what names and texts may be ---- */

#define WORD "abcdefghijklmnopqrstuvwxyz0123456789_"
#define NAME WORD "-" /* of a plugin or an instance */

static bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
static bool is_one(const char *s, const char *letters) { return is_lower(*s) && s[strspn(s, letters)] == '\0'; }

static bool is_list(const char *s, const char *letters)
{
	while (*s == ' ' || is_lower(*s))
		s += *s == ' ' ? 1 : strspn(s, letters);
	return *s == '\0';
}

static bool is_word(const char *s) { return is_one(s, WORD); }
static bool is_words(const char *s) { return is_list(s, WORD); }
static bool is_name(const char *s) { return is_one(s, NAME); }
static bool is_names(const char *s) { return is_list(s, NAME); }

static bool is_text(const char *s)
{
	while (*s == '\n' || *s == '\t' || ((unsigned char)*s >= 0x20 && *s != 0x7f))
		s++;
	return *s == '\0';
}

const struct tenon_pattern describe_word = { "word", "^[a-z][a-z0-9_]*$", is_word };
const struct tenon_pattern describe_words = { "words", "^( *[a-z][a-z0-9_]*)* *$", is_words };
const struct tenon_pattern describe_name = { "name", "^[a-z][a-z0-9_-]*$", is_name };
const struct tenon_pattern describe_names = { "names", "^( *[a-z][a-z0-9_-]*)* *$", is_names };
const struct tenon_pattern describe_text = { "text", "^[^\\x00-\\x08\\x0b-\\x1f\\x7f]*$", is_text };

/* ---- tables ---- */

static int no_memory(struct packing *p)
{
	return err_set(p->err, TENON_NO_MEMORY, "no memory to describe the plugin %s/%s", p->plugin->interface, p->plugin->name);
}

static int number_table(struct packing *p, const struct tenon_table *t, int64_t *out)
{
	size_t i = 0;

	while (i < p->n_tables && p->tables[i] != t)
		i++;
	if (i == DESCRIBE_TABLES_MOST)
		return err_set(p->err, TENON_TOO_LARGE, "the plugin %s/%s has more than %d tables", p->plugin->interface, p->plugin->name, DESCRIBE_TABLES_MOST);
	if (i == p->n_tables)
		p->tables[p->n_tables++] = t;
	*out = (int64_t)i;
	return TENON_OK;
}

static int put_names(struct packing *p, const struct tenon_name *from, struct described_name_list *out)
{
	while (from[out->n].name != NULL)
		out->n++;
	out->v = arena_alloc(&p->memory, out->n * sizeof *out->v);
	if (out->v == NULL)
		return no_memory(p);
	for (size_t i = 0; i < out->n; i++) {
		PUT(&out->v[i], name, from[i].name);
		PUT(&out->v[i], value, from[i].value);
	}
	return TENON_OK;
}

static int put_row(struct packing *p, const struct tenon_field *f, struct described_row *r)
{
	int rc = TENON_OK;

	PUT_TEXT(r, name, f->name);
	PUT(r, type, f->type);
	PUT_SOME(r, card, f->card);
	PUT_SOME(r, group, f->group);
	PUT_SOME(r, flags, f->flags);
	PUT_TEXT(r, aliases, f->aliases);
	PUT_TEXT(r, dflt, f->dflt);
	PUT_TEXT(r, range, f->range);
	PUT_TEXT(r, label, f->label);
	PUT_TEXT(r, doc, f->doc);
	if (f->pattern != NULL) {
		PUT(r, pattern, f->pattern->name == NULL ? "" : f->pattern->name);
		PUT_TEXT(r, regex, f->pattern->regex);
	}
	if (f->names != NULL && (rc = put_names(p, f->names, &r->names)) == TENON_OK)
		r->has.names = 1;
	if (rc == TENON_OK && f->sub != NULL && (rc = number_table(p, f->sub, &r->table)) == TENON_OK)
		r->has.table = 1;
	return rc;
}

static int put_table(struct packing *p, const struct tenon_table *t, struct described_table *out)
{
	int rc = TENON_OK;

	if (t->n > SHAPE_ROWS_MOST)
		return err_set(p->err, TENON_TOO_LARGE, "table %s: %u rows, %d at most", t->name, t->n, SHAPE_ROWS_MOST);
	PUT_TEXT(out, name, t->name);
	out->rows.v = arena_alloc(&p->memory, t->n * sizeof *out->rows.v);
	if (out->rows.v == NULL)
		return no_memory(p);
	out->rows.n = t->n;
	out->has.rows = t->n > 0;
	for (uint32_t i = 0; i < t->n && rc == TENON_OK; i++)
		rc = put_row(p, &t->fields[i], &out->rows.v[i]);
	return rc;
}

/* the queue grows while it is worked off */
static int put_tables(struct packing *p, struct described_table_list *out)
{
	int rc = TENON_OK;

	out->v = arena_alloc(&p->memory, DESCRIBE_TABLES_MOST * sizeof *out->v);
	if (out->v == NULL)
		return no_memory(p);
	for (; out->n < p->n_tables && rc == TENON_OK; out->n++)
		rc = put_table(p, p->tables[out->n], &out->v[out->n]);
	return rc;
}

/* ---- methods ---- */

static int put_routes(struct packing *p, const struct tenon_route *from, struct described_route_list *out)
{
	while (from[out->n].path != NULL)
		out->n++;
	out->v = arena_alloc(&p->memory, out->n * sizeof *out->v);
	if (out->v == NULL)
		return no_memory(p);
	for (size_t i = 0; i < out->n; i++) {
		PUT_TEXT(&out->v[i], dialect, from[i].dialect);
		PUT(&out->v[i], path, from[i].path);
	}
	return TENON_OK;
}

static int put_method(struct packing *p, const struct tenon_method *m, struct described_method *out)
{
	int rc = TENON_OK;

	if (m->args == NULL || m->result == NULL)
		return err_set(p->err, TENON_INVALID_ARGUMENT, "method %s has no table of its %s (tenon_empty_table says that there are none)",
		               m->name, m->args == NULL ? "arguments" : "results");
	PUT(out, name, m->name);
	PUT_SOME(out, since, m->since);
	PUT_SOME(out, flags, m->flags & ~(uint32_t)TENON_BLOCKING);
	PUT_SOME(out, deadline_ms, m->deadline_ms);
	PUT_TEXT(out, cli, m->cli);
	PUT_TEXT(out, permission, m->permission);
	PUT_TEXT(out, errors, m->errors);
	PUT_TEXT(out, doc, m->doc);
	if (m->routes != NULL && (rc = put_routes(p, m->routes, &out->routes)) == TENON_OK)
		out->has.routes = 1;
	if (rc == TENON_OK)
		rc = number_table(p, m->args, &out->args);
	if (rc == TENON_OK)
		rc = number_table(p, m->result, &out->result);
	out->has.args = out->has.result = 1;
	return rc;
}

static int put_resolvers(struct packing *p, struct described_resolver_list *out)
{
	const struct tenon_resolver *from = p->plugin->resolvers;
	size_t n = 0;

	while (from != NULL && from[n].field != NULL)
		n++;
	if (n > 0 && (out->v = arena_alloc(&p->memory, n * sizeof *out->v)) == NULL)
		return no_memory(p);
	for (; out->n < n; out->n++) {
		PUT(&out->v[out->n], field, from[out->n].field);
		PUT(&out->v[out->n], kind, from[out->n].kind);
	}
	return TENON_OK;
}

static int put_topics(struct packing *p, struct described_topic_list *out)
{
	const struct tenon_topic *from = p->plugin->topics;
	size_t n = 0;
	int rc = TENON_OK;

	while (from != NULL && from[n].name != NULL)
		n++;
	if (n > 0 && (out->v = arena_alloc(&p->memory, n * sizeof *out->v)) == NULL)
		return no_memory(p);
	for (; out->n < n && rc == TENON_OK; out->n++) {
		PUT(&out->v[out->n], name, from[out->n].name);
		PUT_TEXT(&out->v[out->n], doc, from[out->n].doc);
		rc = from[out->n].table == NULL ? err_set(p->err, TENON_INVALID_ARGUMENT, "topic %s has no table", from[out->n].name)
			: number_table(p, from[out->n].table, &out->v[out->n].table);
		out->v[out->n].has.table = 1;
	}
	return rc;
}

static int put_methods(struct packing *p, struct described_method_list *out)
{
	const struct tenon_method *from = p->plugin->methods;
	int rc = TENON_OK;

	while (from[out->n].name != NULL)
		if (out->n++ == DESCRIBE_METHODS_MOST)
			return err_set(p->err, TENON_TOO_LARGE, "the plugin %s/%s has more than %d methods", p->plugin->interface, p->plugin->name,
			               DESCRIBE_METHODS_MOST);
	out->v = arena_alloc(&p->memory, out->n * sizeof *out->v);
	if (out->v == NULL)
		return no_memory(p);
	for (size_t i = 0; i < out->n && rc == TENON_OK; i++)
		rc = put_method(p, &from[i], &out->v[i]);
	return rc;
}

/* ---- the whole ---- */

static int put_plugin(struct packing *p, struct described_plugin *out)
{
	const struct tenon_plugin *from = p->plugin;
	int rc = TENON_OK;

	p->tables = arena_alloc(&p->memory, DESCRIBE_TABLES_MOST * sizeof(struct tenon_table *));
	if (p->tables == NULL)
		return no_memory(p);
	PUT(out, abi, from->abi);
	PUT(out, name, from->name);
	PUT(out, interface, from->interface);
	PUT(out, version, from->version);
	PUT_TEXT(out, licence, from->licence);
	PUT_TEXT(out, doc, from->doc);
	PUT_TEXT(out, needs, from->needs);
	PUT_TEXT(out, builtin, from->builtin);
	PUT(out, starts, from->start != NULL);
	PUT(out, dialects, from->dialects != NULL && from->dialects[0] != NULL);
	if (from->config != NULL && (rc = number_table(p, from->config, &out->config)) == TENON_OK)
		out->has.config = 1;
	if (rc == TENON_OK)
		rc = put_methods(p, &out->methods);
	if (rc == TENON_OK)
		rc = put_resolvers(p, &out->resolvers);
	if (rc == TENON_OK)
		rc = put_topics(p, &out->topics);
	if (rc == TENON_OK)
		rc = put_tables(p, &out->tables);
	out->has.methods = out->has.tables = out->has.resolvers = out->has.topics = 1;
	return rc;
}

static int can_cross(const struct tenon_plugin *p, struct err *e)
{
	if (p->size < sizeof *p || p->abi != TENON_ABI)
		return err_set(e, TENON_UNSUPPORTED, "its descriptor is of ABI %u with %u bytes, this build reads ABI %d with %zu: rebuild it with this SDK",
		               p->abi, p->size, TENON_ABI, sizeof *p);
	if (p->name == NULL || p->interface == NULL || p->version == NULL || p->methods == NULL)
		return err_set(e, TENON_INVALID_ARGUMENT, "its descriptor lacks name, interface, version or methods");
	return TENON_OK;
}

int describe_pack(struct buf *b, const struct tenon_plugin *plugin, struct err *e)
{
	struct packing p = { .plugin = plugin, .err = e };
	struct described_plugin message = { 0 };
	const struct shape *shape;
	int rc = can_cross(plugin, e);

	arena_init(&p.memory, 0);
	if (rc == TENON_OK)
		rc = shape_get(&described_plugin_table, &shape, e);
	if (rc == TENON_OK)
		rc = put_plugin(&p, &message);
	if (rc == TENON_OK) {
		pack_message(b, shape, &message);
		rc = b->failed ? no_memory(&p) : TENON_OK;
	}
	arena_free(&p.memory);
	return rc;
}
