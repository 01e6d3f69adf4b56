/* SPDX-License-Identifier: Apache-2.0 */
/* openapi - the OpenAPI 3.1 document of all routes, made from the rows.
 *
 * Schemas and examples are components named after their tables; error answers are components «dialect_status», with the body
 * that the dialect really gives for each code. So an operation is short, though most have three paths. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"
#include "bus/bus.h"
#include "dialect.h"
#include "operation.h"
#include "server.h"
#include "wire/print.h"
#include "wire/schema.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static void member(struct buf *b, const char *name, const char *text)
{
	buf_printf(b, "\"%s\":", name);
	print_string(b, text);
}

/* ---- errors ---- */

/* what `d` makes of a code: the status, and the body if `b` is there */
static int word_error(const struct dialect *d, int code, struct buf *b)
{
	struct tenon_problem p = { .code = code, .message = error_text(code), .method = "", .trace = "0af7651916cd43dd8448eb211c80319c",
	                           .status = error_status(code), .retry_after = "1" };
	struct arena memory;

	arena_init(&memory, 0);
	void *body = arena_copy(&memory, d->error->blank, d->error->table->size);
	if (body != NULL)
		d->row->word(&p, body, arena_alloc_fn, &memory);
	if (body != NULL && b != NULL)
		print_object(b, d->error, body, d->row->flags);
	arena_free(&memory);
	return p.status;
}

static void print_error_answers(struct buf *b, const struct dialect *d, bool *first)
{
	for (int status = 400; status < 600; status++) {
		bool any = false;
		for (int code = TENON_INVALID_ARGUMENT; code >= TENON_ERROR_LAST; code--) {
			if (word_error(d, code, NULL) != status)
				continue;
			if (!any) {
				buf_printf(b, "%s\"%s_%d\":{\"description\":\"", *first ? "" : ",", d->row->name, status);
				buf_printf(b, "an error with the status %d\",\"content\":{\"%s\":{\"schema\":{\"$ref\":\"#/components/schemas/%s\"},\"examples\":{",
				           status, d->row->error_type, d->error->table->name);
			}
			buf_printf(b, "%s\"%s\":{\"value\":", any ? "," : "", error_name(code));
			word_error(d, code, b);
			buf_addc(b, '}');
			any = true;
			*first = false;
		}
		if (any)
			buf_adds(b, "}}}}");
	}
}

/* the statuses of the general errors and of those that the row names, each once */
static void print_error_refs(struct buf *b, const struct route *r)
{
	static const int general[] = { TENON_INVALID_ARGUMENT, TENON_OVERLOADED, TENON_INTERNAL };
	int seen[TENON_ERROR_LAST * -1 + 1], n = 0;

	for (int code = TENON_INVALID_ARGUMENT; code >= TENON_ERROR_LAST; code--) {
		const char *name = error_name(code);
		bool wanted = text_has_word(r->method->row->errors, name, strlen(name));
		for (size_t i = 0; i < sizeof general / sizeof *general; i++)
			wanted |= general[i] == code;
		int status = wanted ? word_error(r->dialect, code, NULL) : 0;
		for (int i = 0; i < n; i++)
			wanted &= seen[i] != status;
		if (!wanted)
			continue;
		seen[n++] = status;
		buf_printf(b, ",\"%d\":{\"$ref\":\"#/components/responses/%s_%d\"}", status, r->dialect->row->name, status);
	}
}

/* ---- parameters and bodies ---- */

static bool is_path_param(const struct route *r, const char *name)
{
	for (size_t i = 0; i < r->n_params; i++)
		if (strcmp(r->params[i], name) == 0)
			return true;
	return false;
}

static void print_parameter(struct buf *b, const struct tenon_field *f, const char *name, bool in_path, bool *first)
{
	buf_printf(b, "%s{", *first ? "" : ",");
	*first = false;
	member(b, "name", name);
	buf_printf(b, ",\"in\":\"%s\",\"required\":%s", in_path ? "path" : "query", in_path || (f != NULL && f->flags & TENON_REQUIRED) ? "true" : "false");
	if (f != NULL && f->doc != NULL) {
		buf_addc(b, ',');
		member(b, "description", f->doc);
	}
	buf_adds(b, ",\"schema\":");
	if (f == NULL)
		buf_adds(b, "{\"type\":\"string\"}");
	else
		schema_field(b, f);
	buf_addc(b, '}');
}

static bool takes_query(const struct route *r) { return r->verb == GET || r->method->row->flags & TENON_STREAM_IN; }

static void print_parameters(struct buf *b, const struct route *r)
{
	const struct tenon_table *t = r->method->row->args;
	bool first = true;

	buf_adds(b, ",\"parameters\":[");
	for (size_t i = 0; i < r->n_params; i++) {
		const struct tenon_field *f = NULL;
		for (uint32_t k = 0; k < t->n; k++)
			if (strcmp(t->fields[k].name, r->params[i]) == 0)
				f = &t->fields[k];
		print_parameter(b, f, r->params[i], true, &first);
	}
	for (uint32_t k = 0; takes_query(r) && k < t->n; k++)
		if (t->fields[k].type != TENON_MSG && !is_path_param(r, t->fields[k].name))
			print_parameter(b, &t->fields[k], t->fields[k].name, false, &first);
	buf_addc(b, ']');
}

static void print_json(struct buf *b, const struct tenon_table *t)
{
	buf_printf(b, "\"content\":{\"application/json\":{\"schema\":{\"$ref\":\"#/components/schemas/%s\"},\"examples\":{\"example\":"
	           "{\"$ref\":\"#/components/examples/%s\"}}}}", t->name, t->name);
}

static void print_bytes(struct buf *b)
{
	buf_adds(b, "\"content\":{\"application/octet-stream\":{\"schema\":{\"type\":\"string\",\"contentMediaType\":\"application/octet-stream\"}}}");
}

static void print_bodies(struct buf *b, const struct route *r)
{
	const struct tenon_method *row = r->method->row;

	if (row->flags & TENON_STREAM_IN) {
		buf_adds(b, ",\"requestBody\":{\"required\":true,");
		print_bytes(b);
		buf_addc(b, '}');
	} else if (r->verb != GET && row->args->n > 0) {
		buf_adds(b, ",\"requestBody\":{");
		print_json(b, row->args);
		buf_addc(b, '}');
	}
	buf_adds(b, ",\"responses\":{\"200\":{\"description\":\"done\",");
	if (row->flags & TENON_STREAM_OUT)
		print_bytes(b);
	else
		print_json(b, row->result);
	buf_addc(b, '}');
	print_error_refs(b, r);
	buf_addc(b, '}');
}

/* ---- operations ---- */

static void print_flags(struct buf *b, uint32_t flags)
{
	static const struct { uint32_t bit; const char *name; } names[] = {
		{ TENON_WRITE, "write" }, { TENON_IDEMPOTENT, "idempotent" }, { TENON_STREAM_IN, "stream_in" }, { TENON_STREAM_OUT, "stream_out" } };
	bool first = true;

	buf_adds(b, ",\"x-tenon-flags\":[");
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (!(flags & names[i].bit))
			continue;
		buf_printf(b, "%s\"%s\"", first ? "" : ",", names[i].name);
		first = false;
	}
	buf_addc(b, ']');
}

/* an operation's id is unique: the native route has the method's name, the others a number behind it */
static void print_id(struct buf *b, const struct routes *all, const struct route *r)
{
	int before = 0;

	for (const struct route *o = all->first; o != r; o = o->next)
		before += o->method == r->method;
	buf_printf(b, "\"operationId\":\"%s", r->method->name);
	if (before > 0)
		buf_printf(b, "_%d", before + 1);
	buf_addc(b, '"');
}

static void print_summary(struct buf *b, const char *doc)
{
	const char *dot = strstr(doc, ". ");
	size_t n = dot == NULL ? strlen(doc) : (size_t)(dot - doc) + 1;

	buf_adds(b, "\"summary\":");
	print_stringn(b, doc, n);
	if (dot != NULL) {
		buf_addc(b, ',');
		member(b, "description", doc);
	}
}

static void print_operation(struct buf *b, const struct routes *all, const struct route *r)
{
	const struct tenon_method *row = r->method->row;

	buf_addc(b, '{');
	print_id(b, all, r);
	buf_printf(b, ",\"tags\":[\"%s\"],", r->method->instance->name);
	print_summary(b, row->doc == NULL ? "" : row->doc);
	print_parameters(b, r);
	print_bodies(b, r);
	if (row->cli != NULL) {
		buf_addc(b, ',');
		member(b, "x-tenon-cli", row->cli);
	}
	buf_addc(b, ',');
	member(b, "x-tenon-permission", row->permission);
	print_flags(b, row->flags);
	buf_addc(b, ',');
	member(b, "x-tenon-dialect", r->dialect->row->name);
	buf_addc(b, '}');
}

static void print_own(struct buf *b, const struct operation *o)
{
	buf_addc(b, '{');
	member(b, "operationId", strchr(o->route, '/') + 1);
	buf_adds(b, ",\"tags\":[\"operations\"],");
	print_summary(b, o->doc);
	buf_printf(b, ",\"responses\":{\"200\":{\"description\":\"done\",\"content\":{\"%s\":{", o->type);
	if (o->example != NULL)
		member(b, "example", o->example);
	buf_adds(b, "}}}}}");
}

/* "/files/{name*}" is "/files/{name}" here */
static void print_path(struct buf *b, const char *path)
{
	buf_addc(b, '"');
	for (; *path != '\0'; path++)
		if (*path != '*')
			buf_addc(b, *path);
	buf_adds(b, "\":{");
}

static bool is_first(const struct routes *all, const struct route *r)
{
	for (const struct route *o = all->first; o != r; o = o->next)
		if (strcmp(o->path, r->path) == 0)
			return false;
	return true;
}

static void print_paths(struct buf *b, const struct routes *all)
{
	for (const struct route *r = all->first; r != NULL; r = r->next) {
		bool first = true;
		if (!is_first(all, r))
			continue;
		buf_adds(b, r == all->first ? "" : ",");
		print_path(b, r->path);
		for (const struct route *o = r; o != NULL; o = o->next) {
			if (strcmp(o->path, r->path) != 0)
				continue;
			buf_adds(b, first ? "\"" : ",\"");
			for (const char *v = verb_name(o->verb); *v != '\0'; v++)
				buf_addc(b, (char)tolower(*v));
			buf_adds(b, "\":");
			if (o->method != NULL)
				print_operation(b, all, o);
			else
				print_own(b, o->operation);
			first = false;
		}
		buf_addc(b, '}');
	}
}

/* ---- components ---- */

static void print_tables(struct buf *b, const struct map *tables, void (*print)(struct buf *, const struct tenon_table *), const char *wrap)
{
	bool first = true;

	MAP_EACH(tables, s) {
		buf_printf(b, "%s\"%s\":%s", first ? "" : ",", s->key, wrap);
		print(b, s->value);
		buf_adds(b, *wrap != '\0' ? "}" : "");
		first = false;
	}
}

void openapi_print(struct door *d, struct buf *b)
{
	struct map tables = { 0 };
	bool first = true;

	for (const struct route *r = d->routes.first; r != NULL; r = r->next)
		if (r->method != NULL && (schema_collect(&tables, r->method->row->args) < 0 || schema_collect(&tables, r->method->row->result) < 0))
			b->failed = true;
	MAP_EACH(&d->dialects, s)
		if (schema_collect(&tables, ((const struct dialect *)s->value)->row->error) < 0)
			b->failed = true;
	buf_adds(b, "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"Tenon\",");
	member(b, "version", d->conf.version);
	buf_adds(b, ",\"license\":{\"name\":\"Apache-2.0\",\"identifier\":\"Apache-2.0\"}},\"paths\":{");
	print_paths(b, &d->routes);
	buf_adds(b, "},\"components\":{\"schemas\":{");
	print_tables(b, &tables, schema_print, "");
	buf_adds(b, "},\"examples\":{");
	print_tables(b, &tables, schema_example, "{\"value\":");
	buf_adds(b, "},\"responses\":{");
	MAP_EACH(&d->dialects, s)
		print_error_answers(b, s->value, &first);
	buf_adds(b, "}}}\n");
	map_free(&tables);
}
