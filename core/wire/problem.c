/* SPDX-License-Identifier: Apache-2.0 */
/* problem - a failure in the core's own words: where (a path), what stood there, what was expected. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "decoder.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { EXCERPT = 60 };

static void print_place(struct buf *b, const struct place *p)
{
	if (p == NULL)
		return;
	print_place(b, p->up);
	if (p->column == NULL && p->name == NULL)
		buf_printf(b, "[%zu]", p->index);
	else
		buf_printf(b, "%s%s", b->n > 0 ? "." : "", p->column != NULL ? p->column->name : p->name);
}

/* the beginning of a text, whole characters of it */
static int excerpt(struct tenon_json raw)
{
	size_t n = raw.n;

	if (n > EXCERPT)
		for (n = EXCERPT; n > 0 && ((unsigned char)raw.p[n] & 0xC0) == 0x80;)
			n--;
	return (int)n;
}

int decoder_fail_memory(struct decoder *d)
{
	struct tenon_problem *p = d->problem;

	p->code = TENON_NO_MEMORY;
	p->kind = TENON_K_NONE;
	p->message = "no memory left for this request";
	return p->code;
}

static const char *path_of(struct decoder *d, const struct place *p)
{
	struct buf b = { 0 };

	print_place(&b, p);
	const char *path = b.failed ? NULL : arena_text(d->arena, b.p == NULL ? "" : b.p, b.n);
	buf_free(&b);
	return path;
}

int decoder_fail(struct decoder *d, enum tenon_kind kind, const struct column *c, struct tenon_json raw, const char *fmt, ...)
{
	struct tenon_problem *p = d->problem;
	va_list ap;
	char what[512];

	if (p->code != TENON_OK)
		return p->code;
	va_start(ap, fmt);
	vsnprintf(what, sizeof what, fmt, ap);
	va_end(ap);
	const char *path = path_of(d, d->place);
	char *message = path == NULL ? NULL : arena_alloc(d->arena, strlen(path) + strlen(what) + 3);
	if (message == NULL)
		return decoder_fail_memory(d);
	sprintf(message, "%s%s%s", path, *path != '\0' ? ": " : "", what);
	p->code = TENON_INVALID_ARGUMENT;
	p->kind = kind;
	p->path = path;
	p->field = c == NULL ? NULL : c->field;
	p->raw = raw;
	p->message = message;
	return p->code;
}

static const char *expected(const struct tenon_field *f, enum tenon_card card)
{
	static const char *const names[] = { "", "true or false", "a whole number", "a number", "a string", "base64 text",
	                                     "one of its names", "JSON", "an object" };
	return card == TENON_ARRAY ? "a list" : card == TENON_MAP ? "an object" : names[f->type];
}

static void list_names(const struct tenon_field *f, char *out, size_t room)
{
	size_t n = 0;

	for (const struct tenon_name *k = f->names; k->name != NULL && n < room; k++)
		n += (size_t)snprintf(out + n, room - n, "%s%s", n > 0 ? ", " : "", k->name);
}

int decoder_fail_type(struct decoder *d, const struct column *c, struct tenon_json raw)
{
	const struct tenon_field *f = c->field;
	bool within = d->place != NULL && d->place->column != c; /* not the array or map itself, but what is in it */
	enum tenon_card card = within ? TENON_ONE : f->card;
	const char *more = raw.n > EXCERPT ? "..." : "";
	enum json_type type = json_type_of(raw);
	char names[200] = "";

	if (f->flags & TENON_SECRET)
		return decoder_fail(d, TENON_K_TYPE, c, (struct tenon_json){ NULL, 0 }, "it is not %s", expected(f, card));
	if (f->type != TENON_ENUM || card != TENON_ONE)
		return decoder_fail(d, TENON_K_TYPE, c, raw, "%.*s%s is not %s", excerpt(raw), raw.p, more, expected(f, card));
	list_names(f, names, sizeof names);
	return decoder_fail(d, d->bare || type == JSON_STRING || type == JSON_NUMBER ? TENON_K_ENUM : TENON_K_TYPE, c, raw,
	                    "%.*s%s is none of its names: %s", excerpt(raw), raw.p, more, names);
}

int decoder_fail_unknown(struct decoder *d, const struct shape *s, const char *name, struct tenon_json raw)
{
	const char *names[SHAPE_ROWS_MOST];
	struct place here = { d->place, NULL, name, 0 };
	bool first = d->problem->code == TENON_OK;

	for (uint32_t i = 0; i < s->table->n; i++)
		names[i] = s->columns[i].name;
	const char *near = text_nearest(name, names, s->table->n);
	int rc = near == NULL ? decoder_fail(d, TENON_K_UNKNOWN, NULL, raw, "no field is called \"%s\"", name)
	                      : decoder_fail(d, TENON_K_UNKNOWN, NULL, raw, "no field is called \"%s\"; did you mean \"%s\"?", name, near);
	if (rc == TENON_NO_MEMORY || !first)
		return rc;
	d->problem->path = path_of(d, &here);
	return d->problem->path == NULL ? decoder_fail_memory(d) : rc;
}

int decoder_fail_syntax(struct decoder *d)
{
	const struct json *j = &d->j;
	static const char *const texts[] = { [TENON_K_SYNTAX] = "is not JSON", [TENON_K_DEPTH] = "is nested too deep", [TENON_K_UTF8] = "is not UTF-8" };
	struct tenon_json body = { j->begin, (size_t)(j->end - j->begin) };

	decoder_forget(d); /* a broken body counts more than what was wrong within it */
	d->place = NULL;
	return decoder_fail(d, j->fault, NULL, body, "the body %s (at byte %zu): %s", texts[j->fault], (size_t)(j->at - j->begin), j->what);
}

void decoder_forget(struct decoder *d)
{
	struct tenon_problem *p = d->problem;

	p->code = TENON_OK;
	p->kind = TENON_K_NONE;
	p->message = p->path = "";
	p->field = NULL;
	p->raw = (struct tenon_json){ NULL, 0 };
}

/* ---- the text of a value, once it is decoded ---- */

static struct tenon_json member_text(struct tenon_json object, const struct column *c)
{
	struct tenon_json found = json_member(object, c->name);

	if (found.p == NULL && c->camel != c->name)
		found = json_member(object, c->camel);
	for (const char *alias = c->field->aliases; found.p == NULL && alias != NULL && *alias != '\0';) {
		char name[64];
		size_t n = strcspn(alias, " ");
		snprintf(name, sizeof name, "%.*s", (int)n, alias);
		found = json_member(object, name);
		alias += n + strspn(alias + n, " ");
	}
	return found;
}

static struct tenon_json text_at(const struct decoder *d, const struct place *p)
{
	if (p->up == NULL)
		return p->column == NULL ? (struct tenon_json){ NULL, 0 } : d->raw[p->column - d->shape->columns];
	struct tenon_json whole = text_at(d, p->up);
	if (whole.p == NULL || d->bare)
		return whole;
	return p->column == NULL ? json_item(whole, p->index) : member_text(whole, p->column);
}

struct tenon_json decoder_raw(const struct decoder *d)
{
	return d->raw == NULL || d->place == NULL ? (struct tenon_json){ NULL, 0 } : text_at(d, d->place);
}
