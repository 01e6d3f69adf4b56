/* SPDX-License-Identifier: Apache-2.0 */
/* dialect - the mlflow dialect.
 *
 * Model    preparse() judges the Content-Type and unfolds a body that is a JSON string of JSON. accept() judges presence and
 *          types as MLflow does: row by row, types only if something did not parse. A body that is no JSON, or a list, counts as `{}`.
 *          wording.h says what was wrong.
 * Stricter MLflow silently stops reading at a wrong type that its schema does not look for, and then stores half a request;
 *          here such a request is refused, in the words that MLflow has for the wrong types that it sees. */
#include "dialect.h"
#include "jsontext.h"
#include "pytext.h"
#include "wording.h"

typedef void *alloc_fn(void *arena, size_t n);

/* ---- bodies ---- */

static bool refuse(struct tenon_problem *p, const char *message)
{
	p->code = TENON_INVALID_ARGUMENT;
	p->message = message;
	return false;
}

static bool is_json_type(const char *content_type)
{
	size_t n = strcspn(content_type, ";");
	return n == 16 && memcmp(content_type, "application/json", n) == 0;
}

/* behind a byte order mark and white space */
static struct tenon_json trim(struct tenon_json body)
{
	static const char mark[] = "\xef\xbb\xbf";
	size_t i = body.n >= 3 && memcmp(body.p, mark, 3) == 0 ? 3 : 0;
	while (i < body.n && (body.p[i] == ' ' || body.p[i] == '\t' || body.p[i] == '\r' || body.p[i] == '\n'))
		i++;
	return (struct tenon_json){ i > 0 ? body.p + i : body.p, body.n - i }; /* no body: p is NULL, which nothing is added to */
}

/* A body that is a JSON string is decoded a second time, as old clients need it; what holds no JSON stays a string. */
static bool unfold(struct tenon_json *body, alloc_fn *alloc, void *arena)
{
	char *whole = alloc(arena, body->n + 1), *inner = alloc(arena, body->n + 1);
	if (whole == NULL || inner == NULL)
		return false;
	memcpy(whole, body->p, body->n);
	if (jsontext_valid(whole)) {
		jsontext_unescape((struct tenon_json){ whole, (size_t)(jsontext_skip(whole) - whole) }, inner);
		if (jsontext_valid(inner))
			*body = trim((struct tenon_json){ inner, strlen(inner) });
	}
	return true;
}

static bool preparse(struct tenon_request *r, struct tenon_problem *p, alloc_fn *alloc, void *arena)
{
	static const char nothing[] = "{}";
	bool judged = strcmp(r->verb, "POST") == 0 || strcmp(r->verb, "PUT") == 0;
	if (judged && r->content_type == NULL)
		return refuse(p, "Bad Request. Content-Type header is missing.");
	if (judged && !is_json_type(r->content_type))
		return refuse(p, "Bad Request. Content-Type must be one of ['application/json'].");
	r->body = trim(r->body);
	if (r->body.n > 0 && r->body.p[0] == '"' && !unfold(&r->body, alloc, arena)) {
		p->code = TENON_NO_MEMORY;
		p->message = "no memory for the body";
		return false;
	}
	bool empty = r->body.n == 0 || (r->body.n >= 4 && memcmp(r->body.p, "null", 4) == 0);
	if (empty)
		r->body = (struct tenon_json){ nothing, 2 };
	return true;
}

/* ---- presence and types ---- */

static bool is_text(struct tenon_json raw, const char *text)
{
	return raw.n == strlen(text) && memcmp(raw.p, text, raw.n) == 0;
}

static bool has_word(const char *words, const char *word, size_t n)
{
	for (const char *p = words; p != NULL && *p; p += strcspn(p, " "), p += strspn(p, " "))
		if (strcspn(p, " ") == n && memcmp(p, word, n) == 0)
			return true;
	return false;
}

/* is `name` (n bytes) the row's name or an alias, in this very spelling? */
static bool is_name(const struct tenon_field *f, const char *name, size_t n)
{
	return (strlen(f->name) == n && memcmp(f->name, name, n) == 0) || has_word(f->aliases, name, n);
}

/* MLflow looks for what it requires in snake_case only, though it would read camelCase. An empty string is a wrong type
 * first where a whole number must be. */
static bool is_missing(const struct tenon_decoding *d, size_t i)
{
	const struct tenon_field *f = &d->table->fields[i];
	struct tenon_json raw = d->raw[i];
	bool list = d->from_query && f->card == TENON_ARRAY; /* `x=&x=` is a list of two */
	if (raw.p == NULL || (raw.n == 0 && !list))
		return true;
	if (!is_name(f, d->name[i].p, d->name[i].n))
		return true;
	return !d->from_query && (is_text(raw, "null") || (is_text(raw, "\"\"") && f->type != TENON_I64));
}

/* would Python's int() or float() take the text? A digit and nothing odd is enough to tell. */
static bool is_numeric(struct tenon_json string, bool whole)
{
	const char *odd = whole ? "+-_ 0123456789" : "+-_. 0123456789eEinfatyINFATY";
	bool digit = false;
	for (size_t i = 1; i + 1 < string.n; i++) {
		if (strchr(odd, string.p[i]) == NULL)
			return false;
		digit = digit || (string.p[i] >= '0' && string.p[i] <= '9') || !whole;
	}
	return digit;
}

/* MLflow's type validators, which are asked only if something did not parse */
static bool looks_right(const struct tenon_field *f, struct tenon_json raw)
{
	char c = raw.p[0];
	if (f->card == TENON_ARRAY)
		return c == '[';
	if (f->type == TENON_STR)
		return c == '"';
	if (f->type == TENON_ENUM || c == '[' || c == '{')
		return f->type == TENON_ENUM;
	if (c == 'N' || c == 'I' || (c == '-' && raw.n > 1 && raw.p[1] == 'I'))
		return f->type == TENON_F64;
	return c != '"' || is_numeric(raw, f->type == TENON_I64);
}

static bool refuse_field(const struct tenon_decoding *d, struct tenon_problem *p, size_t i, enum tenon_kind kind)
{
	p->code = TENON_INVALID_ARGUMENT;
	p->kind = kind;
	p->field = &d->table->fields[i];
	p->path = p->field->name;
	p->raw = d->raw[i];
	return false;
}

/* As first found. "" in a part of the message is missing; a bare word of a query is quoted as the string that it is. */
static bool refuse_first(const struct tenon_decoding *d, struct tenon_problem *p)
{
	*p = *d->first;
	bool in_part = p->path != NULL && strchr(p->path, '.') != NULL;
	if (p->kind == TENON_K_TYPE && in_part && is_text(p->raw, "\"\"") && (p->field->flags & TENON_REQUIRED))
		p->kind = TENON_K_MISSING;
	if (d->from_query && p->raw.p != NULL && p->raw.n < WORDING_QUOTED) {
		struct pytext quoted = { .alloc = d->alloc, .arena = d->arena };
		char *bare = d->alloc(d->arena, p->raw.n + 1);
		if (bare == NULL)
			return false;
		memcpy(bare, p->raw.p, p->raw.n);
		pytext_json_string(&quoted, bare);
		p->raw = (struct tenon_json){ pytext_text(&quoted), quoted.n };
	}
	return false;
}

/* Judges one row; `parsed`: nothing was wrong so far. */
static bool accept_row(const struct tenon_decoding *d, struct tenon_problem *p, size_t i, bool parsed)
{
	const struct tenon_field *f = &d->table->fields[i];
	const struct tenon_problem *first = d->first;
	if ((f->flags & TENON_REQUIRED) && is_missing(d, i))
		return refuse_field(d, p, i, TENON_K_MISSING);
	if (parsed)
		return true;
	/* a word that is no name of an enum is not a wrong type to MLflow: others come first */
	bool unknown_word = first->kind == TENON_K_ENUM && first->raw.n > 0 && first->raw.p[0] == '"';
	if (first->path != NULL && !unknown_word && is_name(f, first->path, strcspn(first->path, ".[")))
		return refuse_first(d, p);
	if ((f->flags & TENON_TYPED) && !d->from_query && d->raw[i].p != NULL && !looks_right(f, d->raw[i]))
		return refuse_field(d, p, i, TENON_K_TYPE);
	return true;
}

/* What is required is judged first: so do MLflow's schemas, whatever the order in which limits are looked at. */
static bool accept(const struct tenon_decoding *d, struct tenon_problem *p)
{
	bool list = d->first->kind == TENON_K_TYPE && d->first->field == NULL && d->first->raw.n > 0 && d->first->raw.p[0] == '[';
	bool parsed = d->first->kind == TENON_K_NONE, no_json = d->first->kind == TENON_K_SYNTAX || list;
	bool unreadable = !parsed && !no_json && d->first->field == NULL && d->first->kind != TENON_K_TYPE;
	if (unreadable || d->first->kind == TENON_K_TWICE)
		return refuse_first(d, p);
	for (size_t i = 0; i < 2 * d->table->n; i++) {
		size_t row = i % d->table->n;
		bool required = d->table->fields[row].flags & TENON_REQUIRED;
		if (required == (i < d->table->n) && !accept_row(d, p, row, parsed || no_json))
			return false;
	}
	return parsed || no_json || refuse_first(d, p);
}

const struct tenon_dialect mlflow_dialect = {
	.size = sizeof mlflow_dialect,
	.flags = TENON_EMPTY_IS_MISSING | TENON_CAMEL_NAMES | TENON_LOOSE_NUMBERS | TENON_QUERY_OR_BODY | TENON_SPELL_NONFINITE,
	.name = "mlflow",
	.error = &mlflow_error_table,
	.word = wording,
	.error_type = "application/json",
	.preparse = preparse,
	.accept = accept,
};
