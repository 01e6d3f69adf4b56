/* SPDX-License-Identifier: Apache-2.0 */
/* dialect - the mlflow dialect.
 *
 * Model    preparse() judges the Content-Type and unfolds a body that is a JSON string of JSON. accept() judges presence and
 *          types as MLflow does: row by row in the order of its schema, types only if something did not parse. word()
 *          turns whatever went wrong into MLflow's code, status and sentence.
 * Stricter MLflow silently stops reading at a wrong type that its schema does not look for, and then stores half a request;
 *          here such a request is refused. A body that is no JSON counts as `{}`, as in MLflow, if something is required. */
#include "dialect.h"
#include "jsontext.h"
#include "keys.h"
#include "pytext.h"

#include <stdlib.h>

#define SEE_DOCS " See the API docs for more information about request parameters."
#define MAX_QUOTED 2000 /* bytes of a refused value that a message quotes */

#define MLFLOW_ERROR(F, S) \
	F(S, const char *, error_code) \
	F(S, const char *, message) \
	F(S, const char *, sqlstate) \
	F(S, const char *, error_class)
TENON_MESSAGE(mlflow_error, MLFLOW_ERROR);

typedef void *alloc_fn(void *arena, size_t n);

/* ---- codes ---- */

static const struct code { int code, status; const char *name, *sqlstate, *error_class; } codes[] = {
	{ TENON_INVALID_ARGUMENT,    400, "INVALID_PARAMETER_VALUE", "KAM00", "INVALID_PARAMETER_VALUE" },
	{ TENON_NOT_FOUND,           404, "RESOURCE_DOES_NOT_EXIST", "KAM00", "RESOURCE_NOT_FOUND" },
	{ TENON_ALREADY_EXISTS,      400, "RESOURCE_ALREADY_EXISTS", "KAM00", "RESOURCE_ALREADY_EXISTS" },
	{ TENON_FAILED_PRECONDITION, 400, "INVALID_STATE",           "XXM00", "CLIENT_INTERNAL_ERROR" }, /* 500 would be retried */
	{ TENON_CONFLICT,            409, "RESOURCE_CONFLICT",       NULL,    NULL },
	{ TENON_UNAUTHENTICATED,     401, "UNAUTHENTICATED",         NULL,    NULL },
	{ TENON_PERMISSION_DENIED,   403, "PERMISSION_DENIED",       "KAM00", "PERMISSION_DENIED" },
	{ TENON_TOO_LARGE,           413, "BAD_REQUEST",             "KAM00", "INVALID_PARAMETER_VALUE" },
	{ TENON_LIMIT_EXCEEDED,      429, "REQUEST_LIMIT_EXCEEDED",  NULL,    NULL },
	{ TENON_OVERLOADED,          503, "TEMPORARILY_UNAVAILABLE", "XXM00", "CLIENT_INTERNAL_ERROR" },
	{ TENON_UNAVAILABLE,         503, "TEMPORARILY_UNAVAILABLE", "XXM00", "CLIENT_INTERNAL_ERROR" },
	{ TENON_DEADLINE_EXCEEDED,   504, "DEADLINE_EXCEEDED",       NULL,    NULL },
	{ TENON_CANCELLED,           499, "CANCELLED",               NULL,    NULL },
	{ TENON_UNSUPPORTED,         501, "NOT_IMPLEMENTED",         NULL,    NULL },
	{ TENON_STORAGE_FULL,        503, "TEMPORARILY_UNAVAILABLE", "XXM00", "CLIENT_INTERNAL_ERROR" },
	{ TENON_DATA_LOSS,           500, "DATA_LOSS",               NULL,    NULL },
	{ TENON_NO_MEMORY,           503, "TEMPORARILY_UNAVAILABLE", "XXM00", "CLIENT_INTERNAL_ERROR" },
	{ TENON_NO_ROUTE,            404, "ENDPOINT_NOT_FOUND",      "KAM00", "RESOURCE_NOT_FOUND" },
	{ TENON_NOT_ALLOWED,         405, "BAD_REQUEST",             "KAM00", "INVALID_PARAMETER_VALUE" },
	{ TENON_INTERNAL,            500, "INTERNAL_ERROR",          "XXM00", "CLIENT_INTERNAL_ERROR" }, /* last: all others */
};

static const struct code *find_code(int code)
{
	const struct code *last = &codes[sizeof codes / sizeof *codes - 1], *found = codes;
	while (found < last && found->code != code)
		found++;
	return found;
}

/* ---- words ---- */

/* The name of the parameter in a message. A label of one word stands for the whole path; the last word of a longer one
 * for the last part of the path: "Metric name" makes "metrics[0].key" "metrics[0].name". */
static void add_parameter(struct pytext *t, const struct tenon_problem *p)
{
	const char *label = p->field != NULL ? p->field->label : NULL, *path = p->path != NULL ? p->path : "";
	const char *space = label != NULL ? strrchr(label, ' ') : NULL, *dot = strrchr(path, '.');
	if (label == NULL) {
		pytext_add(t, path);
		return;
	}
	char *before = space != NULL && dot != NULL ? t->alloc(t->arena, (size_t)(dot - path) + 2) : NULL;
	if (before != NULL) {
		memcpy(before, path, (size_t)(dot - path) + 1);
		pytext_add(t, before);
	}
	pytext_add(t, space != NULL ? space + 1 : label);
}

/* the refused value as json.dumps spells it; what is no JSON, or too long, as a string */
static void add_value(struct pytext *t, struct tenon_json raw)
{
	bool cut = raw.n > MAX_QUOTED;
	char *text = t->alloc(t->arena, (cut ? MAX_QUOTED : raw.n) + 4);
	if (text == NULL)
		return;
	memcpy(text, raw.p != NULL ? raw.p : "null", cut ? MAX_QUOTED : raw.p != NULL ? raw.n : 4);
	if (!cut && jsontext_valid(text)) {
		pytext_json(t, text, true);
		return;
	}
	if (cut)
		memcpy(text + characters(text, MAX_QUOTED / 4), "...", 4);
	pytext_json_string(t, text);
}

static void say_missing(struct pytext *t, const char *path)
{
	pytext_add(t, "Missing value for required parameter '");
	pytext_add(t, path);
	pytext_add(t, "'." SEE_DOCS);
}

static void say_type(struct pytext *t, const struct tenon_problem *p)
{
	pytext_add(t, "Invalid value ");
	add_value(t, p->raw);
	pytext_add(t, " for parameter '");
	pytext_add(t, p->path);
	pytext_add(t, "' supplied:  Hint: Value was of type '");
	pytext_add(t, pytext_type(p->raw));
	pytext_add(t, "'." SEE_DOCS);
}

/* A string that its row's pattern does not accept. `raw` is the string itself, not JSON. */
static void say_pattern(struct pytext *t, const struct tenon_problem *p)
{
	char *key = t->alloc(t->arena, p->raw.n + 1), *path = t->alloc(t->arena, p->raw.n + 2);
	if (key == NULL || path == NULL)
		return;
	memcpy(key, p->raw.p, p->raw.n);
	pytext_add(t, "Invalid value ");
	pytext_json_string(t, key);
	pytext_add(t, " for parameter '");
	add_parameter(t, p);
	pytext_add(t, "' supplied");
	if (p->field->pattern->accepts != key_accepts) {
		pytext_add(t, ".");
	} else if (!key_has_good_characters(key)) {
		pytext_add(t, ": Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and "
		              "slashes (/).");
	} else {
		key_normalize(key, path, p->raw.n + 2);
		pytext_add(t, ": Names may be treated as files in certain cases, and must not resolve to other names when treated as such. "
		              "This name would resolve to ");
		pytext_repr(t, path);
	}
}

/* the upper end of a range such as "..250" */
static const char *upper_end(const struct tenon_field *f)
{
	const char *dots = f->range != NULL ? strstr(f->range, "..") : NULL;
	return dots != NULL ? dots + 2 : "";
}

static void say_length(struct pytext *t, const struct tenon_problem *p)
{
	pytext_add(t, "'");
	pytext_add(t, p->field->label != NULL ? p->field->label : p->path);
	pytext_add(t, "' exceeds the maximum length of ");
	pytext_add(t, upper_end(p->field));
	pytext_add(t, " characters");
}

static void say_with_path(struct pytext *t, const struct tenon_problem *p, const char *after)
{
	pytext_add(t, "'");
	pytext_add(t, p->path != NULL ? p->path : "body");
	pytext_add(t, after);
}

static void say(struct pytext *t, const struct tenon_problem *p)
{
	switch (p->kind) {
	case TENON_K_MISSING: say_missing(t, p->path); return;
	case TENON_K_TYPE: case TENON_K_ENUM: case TENON_K_RANGE: case TENON_K_GROUP:
		if (p->field == NULL)
			break;
		say_type(t, p);
		return;
	case TENON_K_LENGTH:  say_length(t, p); return;
	case TENON_K_PATTERN: say_pattern(t, p); return;
	case TENON_K_NUL:     say_with_path(t, p, "' cannot contain NUL (0x00) characters"); return;
	case TENON_K_TWICE:   say_with_path(t, p, "' is given more than once, or in two spellings; provide only one of them."); return;
	case TENON_K_NONE: case TENON_K_SYNTAX: case TENON_K_DEPTH: case TENON_K_UTF8: case TENON_K_UNKNOWN: case TENON_K_ITEMS:
		break;
	}
	pytext_add(t, p->message != NULL ? p->message : "");
}

static void word(struct tenon_problem *p, void *error, alloc_fn *alloc, void *arena)
{
	struct mlflow_error *e = error;
	const struct code *code = find_code(p->code);
	struct pytext text = { .alloc = alloc, .arena = arena };
	say(&text, p);
	e->has.error_code = e->has.message = 1;
	e->error_code = code->name;
	e->message = pytext_text(&text);
	e->has.sqlstate = e->has.error_class = code->sqlstate != NULL;
	e->sqlstate = code->sqlstate;
	e->error_class = code->error_class;
	p->status = code->status;
}

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

static bool preparse(struct tenon_request *r, struct tenon_problem *p, alloc_fn *alloc, void *arena)
{
	static const char nothing[] = "{}";
	bool judged = strcmp(r->verb, "POST") == 0 || strcmp(r->verb, "PUT") == 0;
	if (judged && r->content_type == NULL)
		return refuse(p, "Bad Request. Content-Type header is missing.");
	if (judged && !is_json_type(r->content_type))
		return refuse(p, "Bad Request. Content-Type must be one of ['application/json'].");
	size_t blank = 0;
	while (blank < r->body.n && strchr(" \t\r\n", r->body.p[blank]) != NULL)
		blank++;
	const char *text = r->body.p + blank;
	size_t n = r->body.n - blank;
	if (n == 0 || *text == '[' || (n >= 4 && memcmp(text, "null", 4) == 0)) {
		r->body = (struct tenon_json){ nothing, 2 };
		return true;
	}
	if (*text != '"')
		return true;
	char *whole = alloc(arena, n + 1), *inner = alloc(arena, n + 1);
	if (whole == NULL || inner == NULL) {
		p->code = TENON_NO_MEMORY;
		p->message = "no memory for the body";
		return false;
	}
	memcpy(whole, text, n);
	if (!jsontext_valid(whole))
		return true;
	jsontext_unescape((struct tenon_json){ whole, (size_t)(jsontext_skip(whole) - whole) }, inner);
	r->body = (struct tenon_json){ inner, strlen(inner) };
	return true;
}

/* ---- presence and types ---- */

static bool is_empty_string(struct tenon_json raw)
{
	return raw.n == 2 && memcmp(raw.p, "\"\"", 2) == 0;
}

/* an empty string is a wrong type first where a whole number must be */
static bool is_missing(const struct tenon_decoding *d, size_t i)
{
	struct tenon_json raw = d->raw[i];
	if (raw.p == NULL || raw.n == 0)
		return true;
	bool is_null = raw.n == 4 && memcmp(raw.p, "null", 4) == 0;
	return !d->from_query && (is_null || (is_empty_string(raw) && d->table->fields[i].type != TENON_I64));
}

/* Could this text be of the row's type? As far as its first character tells. */
static bool looks_right(const struct tenon_field *f, struct tenon_json raw)
{
	char c = raw.p[0];
	if (f->card == TENON_ARRAY)
		return c == '[';
	if (f->type == TENON_STR)
		return c == '"';
	return f->type == TENON_ENUM || (c != '[' && c != '{');
}

/* is `path` the row itself, or something below it? */
static bool is_within(const char *path, const struct tenon_field *f)
{
	size_t n = path != NULL ? strcspn(path, ".[") : 0;
	if (strlen(f->name) == n && memcmp(path, f->name, n) == 0)
		return true;
	for (const char *p = f->aliases; n > 0 && p != NULL && *p; p += strcspn(p, " "), p += strspn(p, " "))
		if (strcspn(p, " ") == n && memcmp(p, path, n) == 0)
			return true;
	return false;
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
	if (p->kind == TENON_K_TYPE && in_part && is_empty_string(p->raw) && (p->field->flags & TENON_REQUIRED))
		p->kind = TENON_K_MISSING;
	if (d->from_query && p->raw.p != NULL && p->raw.n < MAX_QUOTED) {
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

static bool accept(const struct tenon_decoding *d, struct tenon_problem *p)
{
	enum tenon_kind kind = d->first->kind;
	bool parsed = kind == TENON_K_NONE, no_json = kind == TENON_K_SYNTAX;
	if (kind == TENON_K_TWICE)
		return refuse_first(d, p);
	for (size_t i = 0; i < d->table->n; i++) {
		const struct tenon_field *f = &d->table->fields[i];
		if ((f->flags & TENON_REQUIRED) && (no_json || is_missing(d, i)))
			return refuse_field(d, p, i, TENON_K_MISSING);
		if (parsed || no_json)
			continue;
		if (is_within(d->first->path, f))
			return refuse_first(d, p);
		if ((f->flags & TENON_TYPED) && !d->from_query && d->raw[i].p != NULL && !looks_right(f, d->raw[i]))
			return refuse_field(d, p, i, TENON_K_TYPE);
	}
	return parsed || refuse_first(d, p);
}

const struct tenon_dialect mlflow_dialect = {
	.size = sizeof mlflow_dialect,
	.flags = TENON_EMPTY_IS_MISSING | TENON_CAMEL_NAMES | TENON_LOOSE_NUMBERS | TENON_QUERY_OR_BODY | TENON_SPELL_NONFINITE,
	.name = "mlflow",
	.error = &mlflow_error_table,
	.word = word,
	.error_type = "application/json",
	.preparse = preparse,
	.accept = accept,
};
