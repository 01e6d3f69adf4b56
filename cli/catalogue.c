/* SPDX-License-Identifier: Apache-2.0 */
/* catalogue - the list of methods read into structs. */
#include "catalogue.h"
#include "base/arena.h"
#include "exits.h"
#include "http.h"
#include "talk.h"
#include "wire/json.h"

#include <ctype.h>
#include <string.h>

/* ---- members ---- */

const char *value_text(struct tenon_json v, struct arena *a)
{
	enum tenon_kind fault;
	const char *s;

	switch (json_type_of(v)) {
	case JSON_NONE: case JSON_NULL: return "";
	case JSON_STRING: s = json_string(v, a, &fault); break;
	default: s = arena_text(a, v.p, v.n); break;
	}
	return s == NULL ? "" : s;
}

const char *member_text(struct tenon_json object, const char *name, struct arena *a) { return value_text(json_member(object, name), a); }

bool member_true(struct tenon_json object, const char *name) { return json_type_of(json_member(object, name)) == JSON_TRUE; }

static size_t count_items(struct tenon_json array)
{
	struct json j = json_over(array.p, array.n);
	size_t n = 0;

	if (json_type_of(array) == JSON_ARRAY && json_enter(&j, '['))
		while (json_next(&j, NULL) && json_skip(&j).p != NULL)
			n++;
	return n;
}

/* Each item of an array through `read`, into zeroed structs of `size`; NULL when there are none or no memory. */
static void *read_items(struct tenon_json array, size_t size, size_t *n, struct arena *a,
                        void (*read)(struct tenon_json, void *, struct arena *))
{
	struct json j = json_over(array.p, array.n);
	size_t most = count_items(array);
	char *items = most == 0 ? NULL : arena_alloc(a, most * size);

	*n = 0;
	if (items == NULL || !json_enter(&j, '['))
		return NULL;
	while (json_next(&j, NULL))
		read(json_skip(&j), items + size * (*n)++, a);
	return items;
}

/* ---- methods ---- */

static void read_word(struct tenon_json text, void *out, struct arena *a)
{
	*(const char **)out = value_text(text, a);
}

static void read_arg(struct tenon_json text, void *out, struct arena *a)
{
	struct arg *arg = out;

	*arg = (struct arg){ .name = member_text(text, "name", a), .type = member_text(text, "type", a),
	                     .card = member_text(text, "card", a), .dflt = member_text(text, "default", a),
	                     .doc = member_text(text, "doc", a), .required = member_true(text, "required") };
	arg->names = read_items(json_member(text, "values"), sizeof *arg->names, &arg->n_names, a, read_word);
}

static bool has_flag(struct tenon_json flags, const char *flag, struct arena *a)
{
	struct json j = json_over(flags.p, flags.n);

	if (json_type_of(flags) == JSON_ARRAY && json_enter(&j, '['))
		while (json_next(&j, NULL))
			if (strcasecmp(value_text(json_skip(&j), a), flag) == 0)
				return true;
	return false;
}

static void split_words(struct method *m, struct arena *a)
{
	for (const char *p = m->cli; *p != '\0' && m->n_words < MOST_WORDS; ) {
		size_t n = strcspn(p, " ");
		char *word = arena_text(a, p, n);
		if (word == NULL)
			return;
		if (isupper((unsigned char)*word))
			for (char *c = word; *c != '\0'; c++)
				*c = (char)tolower((unsigned char)*c);
		else
			m->n_verb = m->n_words + 1;
		m->word[m->n_words++] = word;
		p += n + strspn(p + n, " ");
	}
}

static void read_method(struct tenon_json text, void *out, struct arena *a)
{
	struct method *m = out;
	struct tenon_json flags = json_member(text, "flags");

	*m = (struct method){ .name = member_text(text, "name", a), .doc = member_text(text, "doc", a), .cli = member_text(text, "cli", a),
	                      .permission = member_text(text, "permission", a), .text = text };
	m->path = member_text(text, "path", a);
	m->takes_stream = has_flag(flags, "stream_in", a);
	m->gives_stream = has_flag(flags, "stream_out", a);
	m->writes = has_flag(flags, "write", a);
	m->args = read_items(json_member(text, "args"), sizeof *m->args, &m->n_args, a, read_arg);
	split_words(m, a);
}

int catalogue_fetch(const struct remote *r, struct arena *a, struct catalogue *out)
{
	struct answer got;
	int rc = http_ask(r, "/api/v1/methods", NULL, &got);

	if (rc == EXIT_OK) {
		const char *text = arena_text(a, got.body.p, got.body.n);
		struct json j = json_over(text, text == NULL ? 0 : got.body.n);
		out->text = json_skip(&j);
		out->v = read_items(json_member(out->text, "methods"), sizeof *out->v, &out->n, a, read_method);
		if (out->v == NULL)
			rc = r->quiet ? EXIT_SERVER : complain(EXIT_SERVER, "%s: /api/v1/methods lists no methods; is it a Tenon server?", r->url);
	}
	buf_free(&got.body);
	return rc;
}

/* ---- finding ---- */

bool same_name(const char *field, const char *typed)
{
	for (; *field != '\0' && *typed != '\0'; field++, typed++)
		if (*field != *typed && !(*field == '_' && *typed == '-'))
			return false;
	return *field == *typed;
}

const struct method *catalogue_named(const struct catalogue *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++)
		if (same_name(c->v[i].name, name))
			return &c->v[i];
	return NULL;
}

static bool begins_with(const struct method *m, const char *const *words, size_t n)
{
	if (m->n_verb == 0 || m->n_verb > n)
		return false;
	for (size_t i = 0; i < m->n_verb; i++)
		if (strcmp(m->word[i], words[i]) != 0)
			return false;
	return true;
}

const struct method *catalogue_verb(const struct catalogue *c, const char *const *words, size_t n)
{
	const struct method *best = NULL;

	for (size_t i = 0; i < c->n; i++)
		if (begins_with(&c->v[i], words, n) && (best == NULL || c->v[i].n_verb > best->n_verb))
			best = &c->v[i];
	return best;
}

const struct arg *method_arg(const struct method *m, const char *name)
{
	for (size_t i = 0; i < m->n_args; i++)
		if (same_name(m->args[i].name, name))
			return &m->args[i];
	return NULL;
}
