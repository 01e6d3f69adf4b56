/* SPDX-License-Identifier: Apache-2.0 */
/* decode - the order of things: see the header. */
#include "decode.h"
#include "base/arena.h"
#include "base/text.h"
#include "json.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* the raw text of each row as it stood in the request */
struct raws {
	struct tenon_json *v;   /* of row i; p == NULL: absent */
	struct tenon_json *names; /* how it was spelled */
	uint32_t *order, n;     /* rows in the order of the text */
	int first;              /* code of the first pair that failed; those behind it are noted, but not decoded */
	bool bare;
};

static int raws_init(struct decoder *d, const struct shape *s, struct raws *r)
{
	*r = (struct raws){ .v = arena_alloc(d->arena, (s->table->n + 1) * sizeof *r->v),
	                    .names = arena_alloc(d->arena, (s->table->n + 1) * sizeof *r->names),
	                    .order = arena_alloc(d->arena, (s->table->n + 1) * sizeof *r->order) };
	if (r->v != NULL && r->names != NULL && r->order != NULL)
		return TENON_OK;
	d->problem->message = "out of memory";
	return d->problem->code = TENON_NO_MEMORY;
}

/* ---- from text ---- */

char *decode_text(struct arena *a, const char *s, size_t n, bool plus_is_space, enum tenon_kind *kind)
{
	char *text = arena_alloc(a, n + 1), *out = text;

	*kind = TENON_K_NONE;
	for (size_t i = 0; text != NULL && i < n; i++) {
		char c = s[i] == '+' && plus_is_space ? ' ' : s[i];
		if (c == '%' && i + 2 < n && isxdigit((unsigned char)s[i + 1]) && isxdigit((unsigned char)s[i + 2])) {
			unsigned x;
			char two[3] = { s[i + 1], s[i + 2], '\0' };
			sscanf(two, "%2x", &x);
			c = (char)x;
			i += 2;
		}
		if (c == '\0') {
			*kind = TENON_K_NUL;
			return NULL;
		}
		*out++ = c;
	}
	size_t length = text == NULL ? 0 : (size_t)(out - text);
	if (utf8_check(text, length) == length)
		return text;
	*kind = TENON_K_UTF8;
	return NULL;
}

static int add_bare(struct decoder *d, const struct shape *s, struct raws *r, const char *name, const char *value, void *out)
{
	int i = shape_find(s, name, strlen(name), false, 0); /* camelCase is a matter of JSON */
	struct tenon_json raw = { value, strlen(value) };

	if (i < 0 && r->first == TENON_OK && d->flags & TENON_REFUSE_UNKNOWN)
		return decode_fail(d, TENON_K_UNKNOWN, NULL, NULL, raw, "no argument is called \"%.60s\"", name);
	if (i < 0)
		return r->first;
	const struct column *c = &s->columns[i];
	struct where here = { NULL, c->name, 0 };
	void *at = (char *)out + c->field->offset;
	if (c->field->card == TENON_ONE && r->v[i].p != NULL)
		return r->first; /* the first one counts */
	r->v[i] = raw;
	r->names[i] = (struct tenon_json){ name, strlen(name) };
	if (r->first < 0)
		return r->first;
	if (c->field->card == TENON_ARRAY) {
		struct shape_array *a = at;
		size_t size = shape_item_size(c->field);
		void *v = arena_grow(d->arena, a->v, a->n * size, (a->n + 1) * size);
		if (v == NULL)
			return decode_fail(d, TENON_K_DEPTH, &here, c->field, raw, "no memory for so many");
		a->v = v;
		at = (char *)v + a->n++ * size;
	}
	int rc = decode_bare(d, c, value, &here, at);
	if (rc == TENON_OK)
		shape_set(out, (uint32_t)i);
	else if (c->field->card == TENON_ARRAY)
		((struct shape_array *)(void *)((char *)out + c->field->offset))->n--;
	return rc;
}

static int from_pairs(struct decoder *d, const struct shape *s, struct raws *r, const char *query, size_t n, void *out)
{
	r->bare = true;
	for (size_t i = 0; i < n;) {
		size_t end = i;
		while (end < n && query[end] != '&')
			end++;
		const char *eq = memchr(query + i, '=', end - i), *stop = eq != NULL ? eq : query + end;
		enum tenon_kind kind = TENON_K_NONE, other = TENON_K_NONE;
		char *name = decode_text(d->arena, query + i, (size_t)(stop - query) - i, true, &kind);
		char *value = decode_text(d->arena, eq != NULL ? eq + 1 : stop, eq != NULL ? (size_t)(query + end - eq) - 1 : 0, true, &other);
		if (name == NULL || value == NULL)
			return decode_fail(d, kind != TENON_K_NONE ? kind : other, NULL, NULL, (struct tenon_json){ query + i, end - i },
			                   "the query string is not UTF-8 text without U+0000");
		if (*name != '\0')
			r->first = add_bare(d, s, r, name, value, out);
		i = end + 1;
	}
	return r->first;
}

/* ---- from JSON ---- */

static int broken(struct decoder *d, const struct json *j, struct tenon_json body)
{
	static const struct { enum tenon_kind kind; const char *text; } texts[] = {
		{ TENON_K_SYNTAX, "the body is not JSON" }, { TENON_K_DEPTH, "the body is nested too deep" }, { TENON_K_UTF8, "the body is not UTF-8" },
		{ TENON_K_NUL, "the body holds U+0000" },
	};
	const char *text = texts[0].text;

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (texts[i].kind == j->fault)
			text = texts[i].text;
	return decode_fail(d, j->fault, NULL, NULL, body, "%s (at byte %zu)", text, (size_t)(j->at - body.p));
}

/* `run_id` and then `runId`, told by their lengths: which one is meant? Aliases may stand beside a name. */
static bool is_respelled(const struct column *c, size_t before, size_t now)
{
	return c->name_n != c->camel_n && ((before == c->name_n && now == c->camel_n) || (before == c->camel_n && now == c->name_n));
}

static int note_member(struct decoder *d, const struct shape *s, struct raws *r, struct tenon_json key, struct tenon_json value, int *hint)
{
	int i = shape_find(s, key.p + 1, key.n - 2, d->flags & TENON_CAMEL_NAMES, *hint);
	int n = key.n < 80 ? (int)key.n : 80;

	if (i < 0) {
		if (!(d->flags & TENON_REFUSE_UNKNOWN))
			return TENON_OK;
		const char *names[64], *near;
		char word[64];
		uint32_t count = s->table->n < 64 ? s->table->n : 64;
		for (uint32_t k = 0; k < count; k++)
			names[k] = s->columns[k].name;
		snprintf(word, sizeof word, "%.*s", (int)(key.n - 2 < 60 ? key.n - 2 : 60), key.p + 1);
		near = text_nearest(word, names, count);
		return decode_fail(d, TENON_K_UNKNOWN, NULL, NULL, key, "no field is called %.*s%s%s%s", n, key.p, near != NULL ? "; did you mean \"" : "",
		                   near != NULL ? near : "", near != NULL ? "\"?" : "");
	}
	*hint = i + 1;
	struct where here = { NULL, s->columns[i].name, 0 };
	bool twice = r->v[i].p != NULL && (d->flags & TENON_REFUSE_UNKNOWN || is_respelled(&s->columns[i], r->names[i].n, key.n - 2));
	if (twice)
		return decode_fail(d, TENON_K_TWICE, &here, s->columns[i].field, value, "it is given twice");
	if (r->v[i].p == NULL)
		r->order[r->n++] = (uint32_t)i;
	r->v[i] = value;
	r->names[i] = (struct tenon_json){ key.p + 1, key.n - 2 };
	return TENON_OK;
}

/* first all of the text is checked and cut into rows, so that what follows may stop anywhere */
static int cut(struct decoder *d, const struct shape *s, struct raws *r, struct tenon_json body)
{
	struct json j = json_over(body.p, body.n);
	struct tenon_json key;
	int rc = TENON_OK, hint = 0;

	j.loose = d->flags & TENON_LOOSE_NUMBERS;
	struct json look = j;
	struct tenon_json whole = json_skip(&look);
	if (whole.p == NULL || !json_done(&look))
		return broken(d, &look, body);
	if (json_type_of(whole) != JSON_OBJECT)
		return decode_fail(d, TENON_K_TYPE, NULL, NULL, whole, "the body must be a JSON object");
	json_enter(&j, '{');
	while (rc == TENON_OK && json_next(&j, &key)) {
		struct tenon_json value = json_skip(&j);
		rc = note_member(d, s, r, key, value, &hint);
	}
	return rc;
}

static int from_json(struct decoder *d, const struct shape *s, struct raws *r, void *out)
{
	for (uint32_t k = 0; k < r->n; k++) {
		uint32_t i = r->order[k];
		struct where here = { NULL, s->columns[i].name, 0 };
		int rc = decode_member(d, &s->columns[i], r->v[i], &here, out);
		if (rc < 0)
			return rc;
		if (json_type_of(r->v[i]) != JSON_NULL)
			shape_set(out, i);
	}
	return TENON_OK;
}

/* A variable of the path overrides the body. Its raw text is quoted where the others' is JSON. */
static int add_variable(struct decoder *d, const struct shape *s, struct raws *r, const struct tenon_pair *var, void *out)
{
	int k = shape_find(s, var->key, strlen(var->key), false, 0);
	size_t n = strlen(var->value);

	if (k < 0)
		return TENON_OK;
	r->v[k] = (struct tenon_json){ NULL, 0 };
	int rc = add_bare(d, s, r, var->key, var->value, out);
	char *quoted = r->bare ? NULL : arena_alloc(d->arena, n + 2);
	if (quoted != NULL) {
		quoted[0] = quoted[n + 1] = '"';
		memcpy(quoted + 1, var->value, n);
		r->v[k] = (struct tenon_json){ quoted, n + 2 };
	}
	return rc;
}

/* ---- judging ---- */

static int judge_plainly(struct decoder *d, const struct shape *s, const void *out)
{
	for (uint32_t i = 0; i < s->table->n; i++) {
		const struct column *c = &s->columns[i];
		struct where here = { NULL, c->name, 0 };
		bool empty = d->flags & TENON_EMPTY_IS_MISSING && c->field->type == TENON_STR && c->field->card == TENON_ONE && shape_has(out, i) &&
		             **(const char *const *)(const void *)((const char *)out + c->field->offset) == '\0';
		if (c->field->flags & TENON_REQUIRED && (!shape_has(out, i) || empty))
			return decode_fail(d, TENON_K_MISSING, &here, c->field, (struct tenon_json){ 0 }, "it is required: %s", c->field->doc != NULL ? c->field->doc : "");
	}
	return TENON_OK;
}

static int judge(struct decoder *d, const struct shape *s, const struct raws *r, void *out, int rc)
{
	if (d->dialect == NULL || d->dialect->accept == NULL)
		return rc < 0 ? rc : judge_plainly(d, s, out);
	struct tenon_problem first = *d->problem, none = { .method = first.method, .trace = first.trace };
	struct tenon_decoding seen = { .table = s->table, .message = out, .raw = r->v, .name = r->names, .from_query = r->bare, .first = &first,
	                               .alloc = arena_alloc_fn, .arena = d->arena };
	*d->problem = none;
	if (d->dialect->accept(&seen, d->problem))
		return TENON_OK;
	if (d->problem->code == 0)
		d->problem->code = TENON_INVALID_ARGUMENT;
	return d->problem->code;
}

static bool is_form(const struct tenon_request *rq)
{
	return rq->content_type != NULL && strncasecmp(rq->content_type, "application/x-www-form-urlencoded", 33) == 0;
}

static bool reads_query(const struct decoder *d, const struct tenon_request *rq)
{
	bool get = strcmp(rq->verb, "GET") == 0 || strcmp(rq->verb, "HEAD") == 0;
	bool query = rq->query != NULL && *rq->query != '\0';

	if (get)
		return query || !(d->flags & TENON_QUERY_OR_BODY);
	return query && rq->body.n == 0 && !(d->flags & TENON_QUERY_OR_BODY);
}

int decode_request(const struct shape *s, const struct tenon_dialect *dialect, struct arena *a, struct tenon_request *rq,
                   const struct tenon_pair *vars, size_t nvars, void *out, struct tenon_problem *p)
{
	struct decoder d = { dialect, dialect == NULL ? TENON_REFUSE_UNKNOWN : dialect->flags, a, p };
	struct raws r;
	int rc = raws_init(&d, s, &r);

	if (rc < 0)
		return rc;
	memcpy(out, s->blank, s->table->size);
	if (dialect != NULL && dialect->preparse != NULL && !dialect->preparse(rq, p, arena_alloc_fn, a))
		return p->code < 0 ? p->code : (p->code = TENON_INVALID_ARGUMENT);
	if (reads_query(&d, rq))
		rc = from_pairs(&d, s, &r, rq->query == NULL ? "" : rq->query, rq->query == NULL ? 0 : strlen(rq->query), out);
	else if (rq->body.n > 0 && is_form(rq))
		rc = from_pairs(&d, s, &r, rq->body.p, rq->body.n, out);
	else if (rq->body.n > 0 && (rc = cut(&d, s, &r, rq->body)) == TENON_OK)
		rc = from_json(&d, s, &r, out);
	struct tenon_problem first = *p;
	for (size_t i = 0; i < nvars; i++) { /* also behind a failure: a dialect asks what was there */
		int one = add_variable(&d, s, &r, &vars[i], out);
		if (rc == TENON_OK && one < 0) {
			rc = one;
			first = *p;
		}
	}
	*p = first;
	rc = judge(&d, s, &r, out, rc);
	return rc < 0 ? rc : decode_check(&d, s, out, NULL);
}
