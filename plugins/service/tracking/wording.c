/* SPDX-License-Identifier: Apache-2.0 */
/* wording - one function a kind of problem; what handlers say themselves is passed on as it is. */
#include "wording.h"
#include "jsontext.h"
#include "keys.h"
#include "location.h"
#include "pytext.h"

#define SEE_DOCS " See the API docs for more information about request parameters."

#define MLFLOW_ERROR(F, S) \
	F(S, const char *, error_code) \
	F(S, const char *, message) \
	F(S, const char *, sqlstate) \
	F(S, const char *, error_class)
TENON_STRUCT(mlflow_error, MLFLOW_ERROR);
TENON_TABLE(, mlflow_error, MLFLOW_ERROR);

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
	if (raw.p == NULL)
		raw = (struct tenon_json){ "null", 4 };
	bool cut = raw.n > WORDING_QUOTED;
	size_t n = cut ? WORDING_QUOTED : raw.n;
	char *text = t->alloc(t->arena, n + 4);
	if (text == NULL)
		return;
	memcpy(text, raw.p, n);
	if (!cut && jsontext_valid(text)) {
		pytext_json(t, text, true);
		return;
	}
	if (cut)
		memcpy(text + characters(text, WORDING_QUOTED / 4), "...", 4);
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

/* why a key is not accepted */
static void say_key(struct pytext *t, const char *key)
{
	if (!key_has_good_characters(key)) {
		pytext_add(t, ": Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and "
		              "slashes (/).");
		return;
	}
	char *path = t->alloc(t->arena, strlen(key) + 2);
	if (path == NULL)
		return;
	key_normalize(key, path, strlen(key) + 2);
	pytext_add(t, ": Names may be treated as files in certain cases, and must not resolve to other names when treated as such. This "
	              "name would resolve to ");
	pytext_repr(t, path);
}

/* A string that its row's pattern does not accept. `raw` is the string itself, not JSON. */
static void say_pattern(struct pytext *t, const struct tenon_problem *p)
{
	bool (*accepts)(const char *) = p->field->pattern->accepts;
	char *text = t->alloc(t->arena, p->raw.n + 1), why[LOCATION_WHY];
	if (text == NULL)
		return;
	memcpy(text, p->raw.p, p->raw.n);
	if (accepts == location_accepts) {
		pytext_add(t, location_problem(text, why, sizeof why));
	} else if (accepts == name_accepts) {
		pytext_add(t, "Invalid experiment name: '");
		pytext_add(t, text);
		pytext_add(t, "'");
	} else {
		pytext_add(t, "Invalid value ");
		pytext_json_string(t, text);
		pytext_add(t, " for parameter '");
		add_parameter(t, p);
		pytext_add(t, "' supplied");
		if (accepts == key_accepts)
			say_key(t, text);
		else
			pytext_add(t, ".");
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
	pytext_add(t, p->path != NULL && p->path[0] ? p->path : "request");
	pytext_add(t, after);
}

/* two spellings of one field */
static void say_twice(struct pytext *t, const char *name)
{
	char *camel = t->alloc(t->arena, strlen(name) + 1), *out = camel;
	if (camel == NULL)
		return;
	for (const char *s = name; *s; s++) {
		bool hump = *s == '_' && s[1] >= 'a' && s[1] <= 'z';
		*out++ = hump ? (char)(*++s - 'a' + 'A') : *s;
	}
	*out = 0;
	pytext_add(t, "Request specifies both '");
	pytext_add(t, name);
	pytext_add(t, "' and '");
	pytext_add(t, camel);
	pytext_add(t, "'; provide only one of them.");
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
	case TENON_K_TWICE:   say_twice(t, p->path); return;
	case TENON_K_NONE: case TENON_K_SYNTAX: case TENON_K_DEPTH: case TENON_K_UTF8: case TENON_K_UNKNOWN: case TENON_K_ITEMS:
		break;
	}
	pytext_add(t, p->message != NULL ? p->message : "");
}

void wording(struct tenon_problem *p, void *error, void *(*alloc)(void *arena, size_t), void *arena)
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
