/* SPDX-License-Identifier: Apache-2.0 */
/* methods - the rows of all methods as JSON: what the command line makes its verbs of.
 *
 *	{"methods":[{"name","instance","cli","doc","permission","flags":[],"verb","path","args":[FIELD],"result":[FIELD]}]}
 *	FIELD = {"name","type","card","required","default","doc","fields":[FIELD]}, `fields` where it is a message of its own */
#include "base/buf.h"
#include "bus/bus.h"
#include "operation.h"
#include "server.h"
#include "wire/print.h"

#include <string.h>

enum { MOST_DEPTH = 6 };

static void member(struct buf *b, const char *name, const char *text)
{
	buf_printf(b, ",\"%s\":", name);
	print_string(b, text);
}

static void print_fields(struct buf *, const struct tenon_table *, int depth);

static void print_field(struct buf *b, const struct tenon_field *f, int depth)
{
	static const char *const types[] = { "", "bool", "i64", "f64", "str", "bytes", "enum", "json", "msg" };
	static const char *const cards[] = { "one", "array", "map" };

	buf_adds(b, "{\"name\":");
	print_string(b, f->name);
	member(b, "type", types[f->type]);
	member(b, "card", cards[f->card]);
	buf_printf(b, ",\"required\":%s", f->flags & TENON_REQUIRED ? "true" : "false");
	if (f->dflt != NULL)
		member(b, "default", f->dflt);
	if (f->doc != NULL)
		member(b, "doc", f->doc);
	for (const struct tenon_name *n = f->names; n != NULL && n->name != NULL; n++) {
		buf_adds(b, n == f->names ? ",\"values\":[" : ",");
		print_string(b, n->name);
		buf_adds(b, n[1].name == NULL ? "]" : "");
	}
	if (f->sub != NULL && depth < MOST_DEPTH) {
		buf_adds(b, ",\"fields\":");
		print_fields(b, f->sub, depth + 1);
	}
	buf_addc(b, '}');
}

static void print_fields(struct buf *b, const struct tenon_table *t, int depth)
{
	buf_addc(b, '[');
	for (uint32_t i = 0; i < t->n; i++) {
		buf_adds(b, i > 0 ? "," : "");
		print_field(b, &t->fields[i], depth);
	}
	buf_addc(b, ']');
}

static void print_flags(struct buf *b, uint32_t flags)
{
	static const struct { uint32_t bit; const char *name; } names[] = {
		{ TENON_WRITE, "write" }, { TENON_IDEMPOTENT, "idempotent" }, { TENON_STREAM_IN, "stream_in" }, { TENON_STREAM_OUT, "stream_out" } };
	bool first = true;

	buf_adds(b, ",\"flags\":[");
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (!(flags & names[i].bit))
			continue;
		buf_printf(b, "%s\"%s\"", first ? "" : ",", names[i].name);
		first = false;
	}
	buf_addc(b, ']');
}

static void print_method(struct buf *b, const struct method *m)
{
	const struct tenon_method *row = m->row;

	buf_adds(b, "{\"name\":");
	print_string(b, m->name);
	member(b, "instance", m->instance->name);
	if (row->cli != NULL)
		member(b, "cli", row->cli);
	member(b, "doc", row->doc != NULL ? row->doc : "");
	if (row->permission != NULL)
		member(b, "permission", row->permission);
	print_flags(b, row->flags);
	buf_printf(b, ",\"verb\":\"POST\",\"path\":\"/api/v1/%s/%s\",\"args\":", m->instance->name, row->name);
	print_fields(b, row->args, 0);
	buf_adds(b, ",\"result\":");
	print_fields(b, row->result, 0);
	buf_addc(b, '}');
}

void methods_print(struct door *d, struct buf *b)
{
	bool first = true;

	buf_adds(b, "{\"methods\":[");
	MAP_EACH(&d->bus->instances, s) {
		struct instance *in = s->value;
		MAP_EACH(&in->methods, t) {
			const struct method *m = t->value;
			if (m->row->flags & TENON_HIDDEN)
				continue;
			buf_adds(b, first ? "" : ",");
			first = false;
			print_method(b, m);
		}
	}
	buf_adds(b, "]}\n");
}
