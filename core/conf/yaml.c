/* SPDX-License-Identifier: Apache-2.0 */
/* yaml - libyaml's events into nodes. Anchors and aliases are refused: nobody needs them here, and bombs are made of them. */
#include "base/err.h"
#include "node.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <yaml.h>

enum { MOST_BYTES = 4 << 20, MOST_DEPTH = 16 };

struct reader { struct conf *conf; const char *file; struct err *err; struct node_value *at; const char *key; int depth; };

static int complain(struct reader *r, size_t line, const char *what)
{
	return err_set(r->err, TENON_INVALID_ARGUMENT, "%s:%zu: %s", r->file, line + 1, what);
}

/* ${NAME} and ${NAME:-default} */
static const char *interpolate(struct reader *r, const char *s, size_t line)
{
	const char *open = strstr(s, "${"), *close = open == NULL ? NULL : strchr(open, '}');
	char name[256], text[8192];

	if (open == NULL)
		return s;
	if (close == NULL || close - open - 2 >= (long)sizeof name) {
		complain(r, line, "`${` without its `}`");
		return NULL;
	}
	snprintf(name, sizeof name, "%.*s", (int)(close - open - 2), open + 2);
	char *otherwise = strstr(name, ":-");
	if (otherwise != NULL)
		*otherwise = '\0';
	const char *value = getenv(name);
	if (value == NULL && otherwise == NULL) {
		err_set(r->err, TENON_INVALID_ARGUMENT, "%s:%zu: the environment has no %s; set it, or write ${%s:-default}", r->file, line + 1, name, name);
		return NULL;
	}
	if (snprintf(text, sizeof text, "%.*s%s%s", (int)(open - s), s, value != NULL ? value : otherwise + 2, close + 1) >= (int)sizeof text) {
		complain(r, line, "the value is too long");
		return NULL;
	}
	return arena_text(&r->conf->arena, text, strlen(text));
}

static int place(struct reader *r, struct node_value *n, size_t line)
{
	if (n == NULL)
		return err_set(r->err, TENON_NO_MEMORY, "%s: no memory", r->file);
	if (r->at == NULL) {
		if (n->kind != NODE_MAP)
			return complain(r, line, "the file must be a mapping (`key: value` lines)");
		r->conf->root = n;
		return TENON_OK;
	}
	n->key = r->key;
	r->key = NULL;
	node_add(r->at, n);
	return TENON_OK;
}

static int on_scalar(struct reader *r, const yaml_event_t *e)
{
	size_t line = e->start_mark.line;
	const char *text = (const char *)e->data.scalar.value;

	if (e->data.scalar.anchor != NULL)
		return complain(r, line, "anchors are not supported");
	if (strlen(text) != e->data.scalar.length)
		return complain(r, line, "U+0000 in a value");
	char *copy = arena_text(&r->conf->arena, text, e->data.scalar.length);
	if (copy == NULL)
		return err_set(r->err, TENON_NO_MEMORY, "%s: no memory", r->file);
	if (r->at != NULL && r->at->kind == NODE_MAP && r->key == NULL) {
		if (node_child(r->at, copy, strlen(copy)) != NULL)
			return err_set(r->err, TENON_INVALID_ARGUMENT, "%s:%zu: the key \"%s\" is there twice", r->file, line + 1, copy);
		r->key = copy;
		return TENON_OK;
	}
	struct node_value *n = node_new(r->conf, NODE_SCALAR, r->file, line + 1);
	if (n != NULL && (n->text = interpolate(r, copy, line)) == NULL)
		return TENON_INVALID_ARGUMENT;
	bool null = e->data.scalar.plain_implicit && (*copy == '\0' || strcmp(copy, "~") == 0 || strcmp(copy, "null") == 0);
	if (n != NULL && null && r->at == NULL)
		return TENON_OK; /* an empty file */
	return place(r, n, line);
}

static int on_open(struct reader *r, enum node_kind kind, const yaml_event_t *e, const void *anchor)
{
	size_t line = e->start_mark.line;

	if (anchor != NULL)
		return complain(r, line, "anchors are not supported");
	if (r->at != NULL && r->at->kind == NODE_MAP && r->key == NULL)
		return complain(r, line, "a key must be a plain word");
	if (++r->depth > MOST_DEPTH)
		return complain(r, line, "nested too deep");
	struct node_value *n = node_new(r->conf, kind, r->file, line + 1);
	int rc = place(r, n, line);
	r->at = n;
	return rc;
}

static int on_event(struct reader *r, const yaml_event_t *e, int *documents)
{
	switch (e->type) {
	case YAML_DOCUMENT_START_EVENT:
		return ++*documents > 1 ? complain(r, e->start_mark.line, "more than one document") : TENON_OK;
	case YAML_SCALAR_EVENT:
		return on_scalar(r, e);
	case YAML_MAPPING_START_EVENT:
		return on_open(r, NODE_MAP, e, e->data.mapping_start.anchor);
	case YAML_SEQUENCE_START_EVENT:
		return on_open(r, NODE_LIST, e, e->data.sequence_start.anchor);
	case YAML_MAPPING_END_EVENT: case YAML_SEQUENCE_END_EVENT:
		r->depth--;
		r->at = r->at->up;
		return TENON_OK;
	case YAML_ALIAS_EVENT:
		return complain(r, e->start_mark.line, "aliases are not supported");
	default:
		return TENON_OK;
	}
}

static int parse(struct reader *r, FILE *f)
{
	yaml_parser_t parser;
	yaml_event_t event;
	int rc = TENON_OK, documents = 0;

	if (!yaml_parser_initialize(&parser))
		return err_set(r->err, TENON_NO_MEMORY, "%s: no memory", r->file);
	yaml_parser_set_input_file(&parser, f);
	for (bool end = false; !end && rc == TENON_OK;) {
		if (!yaml_parser_parse(&parser, &event)) {
			rc = err_set(r->err, TENON_INVALID_ARGUMENT, "%s:%zu: %s%s%s", r->file, parser.problem_mark.line + 1,
			             parser.problem != NULL ? parser.problem : "not YAML", parser.context != NULL ? ", " : "", parser.context != NULL ? parser.context : "");
			break;
		}
		end = event.type == YAML_STREAM_END_EVENT;
		rc = on_event(r, &event, &documents);
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	return rc;
}

int yaml_read(struct conf *c, const char *file, struct err *e)
{
	struct reader r = { .conf = c, .file = arena_text(&c->arena, file, strlen(file)), .err = e };
	FILE *f = fopen(file, "re");
	struct stat st;

	if (f == NULL || r.file == NULL)
		return err_set(e, TENON_NOT_FOUND, "cannot read %s: %s", file, strerror(errno));
	int rc = fstat(fileno(f), &st) != 0 || !S_ISREG(st.st_mode) ? err_set(e, TENON_INVALID_ARGUMENT, "%s is no file", file)
	       : st.st_size > MOST_BYTES ? err_set(e, TENON_TOO_LARGE, "%s is larger than 4 MiB", file) : parse(&r, f);
	fclose(f);
	return rc;
}
