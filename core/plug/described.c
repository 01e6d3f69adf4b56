/* SPDX-License-Identifier: Apache-2.0 */
/* described - from the message to a descriptor.
 *
 * Each step trusts the ones before it: unpack_message has checked types, lengths, names and counts; make_tables looks at every
 * number of a table; lay_out goes into tables within tables, so deep and no deeper, and bounds what a message may take; then
 * one shape is compiled that has all tables in it, in the order in which lay_out went, so that compiling goes no deeper
 * either, and publishes all of them or none: a description that is refused can be freed. */
#include "describe.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/map.h"
#include "describe_rows.h"
#include "wire/shape.h"
#include "wire/unpack.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

enum { MEMORY_MOST = 64 << 20, PARENTHESES_MOST = 4, ALTERNATIVES_MOST = 16 };

#define TEXT(m, row) ((m)->has.row ? (m)->row : NULL)

enum visit { NEW, OPEN, DONE };

struct making {
	struct arena memory;
	struct described_plugin message;
	struct tenon_table *tables;
	struct tenon_field **fields; /* of each table, to be written */
	uint8_t *visits;             /* enum visit, of each table */
	size_t n, rows, bytes;
	struct err *err;
};

static int no_memory(struct making *m) { return err_set(m->err, TENON_NO_MEMORY, "no memory for its description"); }

static int wrong_number(struct making *m, const char *of, const char *what, int64_t number)
{
	return err_set(m->err, TENON_INVALID_ARGUMENT, "its description: %s: %s is table %" PRId64 ", but there are %zu", of, what, number, m->n);
}

/* ---- tables ---- */

static int make_names(struct making *m, const struct described_row *r, struct tenon_field *f)
{
	struct tenon_name *names;

	if (r->names.n == 0 && r->type != TENON_ENUM)
		return TENON_OK;
	names = arena_alloc(&m->memory, (r->names.n + 1) * sizeof *names); /* the last stays NULL */
	if (names == NULL)
		return no_memory(m);
	for (size_t i = 0; i < r->names.n; i++)
		names[i] = (struct tenon_name){ r->names.v[i].name, r->names.v[i].value };
	f->names = names;
	return TENON_OK;
}

static int make_pattern(struct making *m, const struct described_row *r, struct tenon_field *f)
{
	struct tenon_pattern *p;

	if (!r->has.pattern)
		return TENON_OK;
	f->pattern = p = arena_alloc(&m->memory, sizeof *p);
	if (p == NULL)
		return no_memory(m);
	p->name = r->pattern;
	p->regex = r->regex; /* "" if absent */
	return TENON_OK;
}

static int make_row(struct making *m, const struct described_row *r, struct tenon_field *f)
{
	*f = (struct tenon_field){
		.name = r->name, .type = (uint8_t)r->type, .card = (uint8_t)r->card, .group = (uint8_t)r->group, .flags = (uint16_t)r->flags,
		.aliases = TEXT(r, aliases), .dflt = TEXT(r, dflt), .range = TEXT(r, range), .label = TEXT(r, label), .doc = TEXT(r, doc),
	};
	if (r->has.table && r->table >= (int64_t)m->n)
		return wrong_number(m, r->name, "its message", r->table);
	if (r->has.table && f->type == TENON_MSG)
		f->sub = &m->tables[r->table];
	int rc = make_names(m, r, f);
	return rc == TENON_OK ? make_pattern(m, r, f) : rc;
}

static int make_table(struct making *m, size_t i)
{
	const struct described_table *from = &m->message.tables.v[i];
	struct tenon_field *fields = arena_alloc(&m->memory, from->rows.n * sizeof *fields);
	int rc = TENON_OK;

	if (fields == NULL)
		return no_memory(m);
	m->tables[i] = (struct tenon_table){ .name = from->name, .n = (uint32_t)from->rows.n, .fields = fields };
	m->fields[i] = fields;
	m->rows += from->rows.n;
	if (m->rows > DESCRIBE_ROWS_MOST)
		return err_set(m->err, TENON_TOO_LARGE, "its description: more than %d rows in all tables together", DESCRIBE_ROWS_MOST);
	for (size_t k = 0; k < from->rows.n && rc == TENON_OK; k++)
		rc = make_row(m, &from->rows.v[k], &fields[k]);
	return rc < 0 ? err_prefix(m->err, "table %s", from->name) : rc;
}

static int make_tables(struct making *m)
{
	int rc = TENON_OK;

	m->n = m->message.tables.n;
	m->tables = arena_alloc(&m->memory, m->n * sizeof *m->tables);
	m->fields = arena_alloc(&m->memory, m->n * sizeof(struct tenon_field *));
	m->visits = arena_alloc(&m->memory, m->n);
	if (m->tables == NULL || m->fields == NULL || m->visits == NULL)
		return no_memory(m);
	for (size_t i = 0; i < m->n && rc == TENON_OK; i++)
		rc = make_table(m, i);
	return rc;
}

/* ---- layout ---- */

static int bad_row(struct making *m, size_t i, const struct tenon_field *f, const char *what)
{
	return err_set(m->err, TENON_INVALID_ARGUMENT, "its description: table %s, row %s: %s", m->tables[i].name, f->name, what);
}

static int place_row(struct making *m, size_t i, struct tenon_field *f, uint64_t *at)
{
	uint64_t align = f->type == TENON_BOOL && f->card == TENON_ONE ? 1 : 8;

	*at = (*at + align - 1) / align * align;
	f->offset = (uint32_t)*at;
	*at += shape_member_size(f);
	if (*at <= DESCRIBE_STRUCT_MOST)
		return TENON_OK;
	return err_set(m->err, TENON_TOO_LARGE, "its description: table %s: a message takes more than %d bytes", m->tables[i].name, DESCRIBE_STRUCT_MOST);
}

/* as the compiler would: presence words, then the members, the messages that lie within it among them */
static int lay_out(struct making *m, size_t i, unsigned depth)
{
	struct tenon_table *t = &m->tables[i];
	uint64_t at = t->n == 0 ? 8 : (t->n + 63) / 64 * 8;
	int rc = TENON_OK;

	if (depth > DESCRIBE_DEPTH_MOST)
		return err_set(m->err, TENON_TOO_LARGE, "its description: table %s: more than %d tables within each other", t->name, DESCRIBE_DEPTH_MOST);
	m->visits[i] = OPEN;
	for (uint32_t k = 0; k < t->n && rc == TENON_OK; k++) {
		struct tenon_field *f = &m->fields[i][k];
		size_t sub = f->sub == NULL ? 0 : (size_t)(f->sub - m->tables);
		if (f->type == TENON_MSG && f->sub == NULL)
			return bad_row(m, i, f, "a message without a table");
		if (f->sub != NULL && f->card == TENON_ONE && m->visits[sub] == OPEN)
			return bad_row(m, i, f, "a message that holds itself");
		if (f->sub != NULL && m->visits[sub] == NEW)
			rc = lay_out(m, sub, depth + 1);
		if (rc == TENON_OK)
			rc = place_row(m, i, f, &at);
	}
	t->size = (uint32_t)((at + 7) / 8 * 8);
	m->bytes += t->size;
	m->visits[i] = DONE;
	if (rc == TENON_OK && m->bytes > DESCRIBE_STRUCTS_MOST)
		rc = err_set(m->err, TENON_TOO_LARGE, "its description: its messages take more than %d bytes", DESCRIBE_STRUCTS_MOST);
	return rc;
}

/* a table with `n` rows, each an array of one of `tables` */
static int make_root(struct making *m, struct tenon_table *root, const struct tenon_table *tables, size_t n)
{
	struct tenon_field *fields = arena_alloc(&m->memory, n * sizeof *fields);
	char *names = arena_alloc(&m->memory, n * 8);
	uint64_t at = (n + 63) / 64 * 8;

	if (fields == NULL || names == NULL)
		return no_memory(m);
	for (size_t i = 0; i < n; i++) {
		snprintf(names + i * 8, 8, "t%u", (unsigned)i % 1000000);
		fields[i] = (struct tenon_field){ .name = names + i * 8, .type = TENON_MSG, .card = TENON_ARRAY, .sub = &tables[i] };
		place_row(m, 0, &fields[i], &at);
	}
	*root = (struct tenon_table){ .name = "all", .size = (uint32_t)at, .n = (uint32_t)n, .fields = fields };
	return TENON_OK;
}

static int compile_all(struct making *m)
{
	size_t n = (m->n + SHAPE_ROWS_MOST - 1) / SHAPE_ROWS_MOST;
	struct tenon_table *roots = arena_alloc(&m->memory, (n + 1) * sizeof *roots);
	const struct shape *shape;
	int rc = roots == NULL ? no_memory(m) : TENON_OK;

	for (size_t i = 0; i < m->n && rc == TENON_OK; i++)
		rc = m->visits[i] == NEW ? lay_out(m, i, 1) : TENON_OK;
	for (size_t i = 0; i < n && rc == TENON_OK; i++) {
		size_t first = i * SHAPE_ROWS_MOST, left = m->n - first;
		rc = make_root(m, &roots[i], &m->tables[first], left < SHAPE_ROWS_MOST ? left : SHAPE_ROWS_MOST);
	}
	if (rc < 0 || n == 0)
		return rc;
	rc = make_root(m, &roots[n], roots, n);
	if (rc == TENON_OK && (rc = shape_get(&roots[n], &shape, m->err)) < 0)
		err_prefix(m->err, "its description");
	return rc;
}

/* ---- methods ---- */

/* the door writes each (a|b) out */
static bool is_modest(const char *path)
{
	size_t parentheses = 0, alternatives = 0;

	for (const char *s = path; *s != '\0'; s++) {
		parentheses += *s == '(';
		alternatives += *s == '|';
	}
	return parentheses <= PARENTHESES_MOST && alternatives <= ALTERNATIVES_MOST;
}

static int make_routes(struct making *m, const struct described_method *from, struct tenon_method *to)
{
	struct tenon_route *routes;

	if (!from->has.routes)
		return TENON_OK;
	to->routes = routes = arena_alloc(&m->memory, (from->routes.n + 1) * sizeof *routes); /* the last stays NULL */
	if (routes == NULL)
		return no_memory(m);
	for (size_t i = 0; i < from->routes.n; i++) {
		const struct described_route *r = &from->routes.v[i];
		if (!is_modest(r->path))
			return err_set(m->err, TENON_TOO_LARGE, "its description: method %s: the route %.100s has more than %d (alternatives) or %d |",
			               from->name, r->path, PARENTHESES_MOST, ALTERNATIVES_MOST);
		routes[i] = (struct tenon_route){ TEXT(r, dialect), r->path };
	}
	return TENON_OK;
}

static int make_method(struct making *m, const struct described_method *from, struct tenon_method *to)
{
	if (from->args >= (int64_t)m->n)
		return wrong_number(m, from->name, "args", from->args);
	if (from->result >= (int64_t)m->n)
		return wrong_number(m, from->name, "result", from->result);
	*to = (struct tenon_method){
		.name = from->name, .since = (uint32_t)from->since, .flags = (uint32_t)from->flags & ~(uint32_t)TENON_BLOCKING,
		.args = &m->tables[from->args], .result = &m->tables[from->result], .deadline_ms = (uint32_t)from->deadline_ms,
		.cli = TEXT(from, cli), .permission = TEXT(from, permission), .errors = TEXT(from, errors), .doc = TEXT(from, doc),
	};
	return make_routes(m, from, to);
}

static int make_methods(struct making *m, const struct tenon_method **out)
{
	const struct described_method_list *from = &m->message.methods;
	struct tenon_method *methods = arena_alloc(&m->memory, (from->n + 1) * sizeof *methods); /* the last stays NULL */
	struct map names = { 0 };
	int rc = methods == NULL ? no_memory(m) : TENON_OK;

	for (size_t i = 0; i < from->n && rc == TENON_OK; i++) {
		if (map_get(&names, from->v[i].name) != NULL)
			rc = err_set(m->err, TENON_INVALID_ARGUMENT, "its description: the method %s is there twice", from->v[i].name);
		else if (map_put(&names, from->v[i].name, methods) < 0)
			rc = no_memory(m);
		else
			rc = make_method(m, &from->v[i], &methods[i]);
	}
	map_free(&names);
	*out = methods;
	return rc;
}

/* ---- what it owns and what it tells ---- */

static int make_resolvers(struct making *m, const struct tenon_resolver **out)
{
	const struct described_resolver_list *from = &m->message.resolvers;
	struct tenon_resolver *to = arena_alloc(&m->memory, (from->n + 1) * sizeof *to);

	for (size_t i = 0; to != NULL && i < from->n; i++)
		to[i] = (struct tenon_resolver){ .field = from->v[i].field, .kind = from->v[i].kind };
	*out = to;
	return to == NULL ? no_memory(m) : TENON_OK;
}

static int make_topics(struct making *m, const struct tenon_topic **out)
{
	const struct described_topic_list *from = &m->message.topics;
	struct tenon_topic *to = arena_alloc(&m->memory, (from->n + 1) * sizeof *to);
	int rc = to == NULL ? no_memory(m) : TENON_OK;

	for (size_t i = 0; i < from->n && rc == TENON_OK; i++) {
		const struct described_topic *t = &from->v[i];
		if (t->table >= (int64_t)m->n)
			rc = wrong_number(m, t->name, "table", t->table);
		else
			to[i] = (struct tenon_topic){ .name = t->name, .table = &m->tables[t->table], .doc = TEXT(t, doc) };
	}
	*out = to;
	return rc;
}

/* ---- the whole ---- */

static int make_plugin(struct making *m, struct tenon_plugin *to)
{
	const struct described_plugin *from = &m->message;

	if (from->abi != TENON_ABI)
		return err_set(m->err, TENON_UNSUPPORTED, "it speaks ABI %" PRId64 ", this tenond %d: rebuild it with this SDK", from->abi, TENON_ABI);
	*to = (struct tenon_plugin){
		.size = sizeof *to, .abi = TENON_ABI, .name = from->name, .version = from->version, .interface = from->interface,
		.licence = TEXT(from, licence), .doc = TEXT(from, doc), .needs = TEXT(from, needs), .builtin = TEXT(from, builtin),
	};
	int rc = make_tables(m);
	if (rc == TENON_OK && from->has.config && from->config >= (int64_t)m->n)
		rc = wrong_number(m, from->name, "config", from->config);
	if (rc == TENON_OK && from->has.config)
		to->config = &m->tables[from->config];
	if (rc == TENON_OK)
		rc = make_methods(m, &to->methods);
	if (rc == TENON_OK)
		rc = make_resolvers(m, &to->resolvers);
	if (rc == TENON_OK)
		rc = make_topics(m, &to->topics);
	return rc == TENON_OK ? compile_all(m) : rc;
}

static int read_message(struct making *m, const void *bytes, size_t n)
{
	struct unpack u = { bytes, (const unsigned char *)bytes + n };
	struct tenon_problem problem = { 0 };
	const struct shape *shape;
	int rc = shape_get(&described_plugin_table, &shape, m->err);

	if (rc < 0)
		return rc;
	if (n > DESCRIBE_BYTES_MOST)
		return err_set(m->err, TENON_TOO_LARGE, "its description has %zu bytes, %d at most", n, DESCRIBE_BYTES_MOST);
	rc = unpack_message(shape, &m->memory, &u, 0, &m->message, &problem);
	if (rc < 0)
		return err_set(m->err, rc, "its description: %s", problem.message);
	return u.p == u.end ? TENON_OK : err_set(m->err, TENON_INVALID_ARGUMENT, "its description: %zu bytes too many", (size_t)(u.end - u.p));
}

/* nobody gives them back: debuggers and leak checkers find them here */
static void keep(struct described *d)
{
	static _Atomic(struct described *) all;

	d->next = atomic_load(&all);
	while (!atomic_compare_exchange_weak(&all, &d->next, d))
		;
}

int describe_unpack(const void *bytes, size_t n, struct described **out, struct err *e)
{
	struct making m = { .err = e };

	*out = NULL;
	arena_init(&m.memory, MEMORY_MOST);
	struct tenon_plugin *plugin = arena_alloc(&m.memory, sizeof *plugin);
	struct described *d = arena_alloc(&m.memory, sizeof *d);
	int rc = plugin == NULL || d == NULL ? no_memory(&m) : read_message(&m, bytes, n);
	if (rc == TENON_OK)
		rc = make_plugin(&m, plugin);
	if (rc < 0) {
		arena_free(&m.memory);
		return rc;
	}
	*d = (struct described){ plugin, m.n, m.rows, m.bytes, m.message.starts, m.message.dialects, NULL };
	keep(d);
	*out = d;
	return TENON_OK;
}
