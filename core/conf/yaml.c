/* SPDX-License-Identifier: Apache-2.0 */
/* yaml - libyaml's events into entries.
 *
 * The text is read whole and looked at first (size, UTF-8, U+0000), so that libyaml sees nothing it words badly. Anchors and
 * aliases are refused: a configuration needs none, and bombs are made of them. What remains is bounded by its size, its depth
 * and its number of values. libyaml's own heap is not counted by base/mem. */
#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"
#include "entry.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yaml.h>

struct reader {
	struct conf *conf;
	struct err *err;
	const char *name;             /* what errors call the text */
	const char *text;
	size_t n;
	const char *file;             /* of the entries made; NULL: an override, `line` is its number */
	size_t line;
	struct entry *at, *top;       /* the list or mapping that is open; the whole */
	const char *key;              /* read, and its value not yet */
	size_t key_line;
	int depth, documents;
};

static int fail(struct reader *r, const yaml_mark_t *mark, const char *what)
{
	if (r->file == NULL)
		return err_set(r->err, TENON_INVALID_ARGUMENT, "%s: %s", r->name, what);
	return err_set(r->err, TENON_INVALID_ARGUMENT, "%s:%zu:%zu: %s", r->name, mark->line + 1, mark->column + 1, what);
}

/* ---- events ---- */

static struct entry *make(struct reader *r, enum entry_kind kind, const yaml_mark_t *mark)
{
	size_t line = r->key != NULL ? r->key_line : mark->line + 1; /* a block begins below its key, but people look for the key */

	return entry_new(r->conf, kind, r->file, r->file == NULL ? r->line : line);
}

static int place(struct reader *r, struct entry *e, const yaml_mark_t *mark)
{
	if (e == NULL)
		return conf_no_memory(r->err);
	if (++r->conf->n_entries > MOST_ENTRIES)
		return fail(r, mark, "more than 10000 values");
	if (r->at == NULL) {
		r->top = e;
		return TENON_OK;
	}
	e->key = r->key;
	r->key = NULL;
	entry_add(r->at, e);
	return TENON_OK;
}

static int take_key(struct reader *r, const char *key, const yaml_mark_t *mark)
{
	char what[160];
	const struct entry *twin = entry_child(r->at, key, strlen(key));

	if (*key == '\0')
		return fail(r, mark, "an empty key");
	if (twin != NULL) {
		snprintf(what, sizeof what, "the key \"%s\" is there already, in line %zu", excerpt_of(key).text, twin->line);
		return fail(r, mark, what);
	}
	r->key = key;
	r->key_line = mark->line + 1;
	return TENON_OK;
}

static bool is_null(const char *s)
{
	return *s == '\0' || strcmp(s, "~") == 0 || strcmp(s, "null") == 0 || strcmp(s, "Null") == 0 || strcmp(s, "NULL") == 0;
}

static int on_scalar(struct reader *r, const yaml_event_t *ev)
{
	const yaml_mark_t *mark = &ev->start_mark;
	const char *text = (const char *)ev->data.scalar.value, *tag = (const char *)ev->data.scalar.tag;
	bool plain = ev->data.scalar.style == YAML_PLAIN_SCALAR_STYLE, in_file = tag != NULL && strcmp(tag, "!file") == 0;

	if (ev->data.scalar.anchor != NULL)
		return fail(r, mark, "anchors (&name) are not supported");
	if (tag != NULL && !in_file && strcmp(tag, "!") != 0 && strcmp(tag, YAML_STR_TAG) != 0)
		return fail(r, mark, "an unknown tag; the only one is `!file PATH`, the text of a file");
	if (strlen(text) != ev->data.scalar.length)
		return fail(r, mark, "the character U+0000 in a value");
	char *copy = arena_text(&r->conf->arena, text, ev->data.scalar.length);
	if (copy == NULL)
		return conf_no_memory(r->err);
	if (r->at != NULL && r->at->kind == ENTRY_MAP && r->key == NULL)
		return take_key(r, copy, mark);
	struct entry *e = make(r, plain && tag == NULL && is_null(copy) ? ENTRY_NONE : ENTRY_TEXT, mark);
	if (e != NULL) {
		e->text = copy;
		e->plain = plain && tag == NULL;
		e->in_file = in_file;
	}
	return place(r, e, mark);
}

static int on_open(struct reader *r, enum entry_kind kind, const yaml_mark_t *mark, const void *anchor, const void *tag)
{
	if (anchor != NULL)
		return fail(r, mark, "anchors (&name) are not supported");
	if (tag != NULL)
		return fail(r, mark, "a tag in front of a list or mapping");
	if (r->at != NULL && r->at->kind == ENTRY_MAP && r->key == NULL)
		return fail(r, mark, "a key must be a single word, not a list or mapping");
	if (++r->depth > MOST_DEPTH)
		return fail(r, mark, "nested deeper than 16 levels");
	struct entry *e = make(r, kind, mark);
	int rc = place(r, e, mark);
	r->at = rc == TENON_OK ? e : r->at;
	return rc;
}

static int on_event(struct reader *r, const yaml_event_t *ev)
{
	const yaml_mark_t *mark = &ev->start_mark;

	switch (ev->type) {
	case YAML_DOCUMENT_START_EVENT:
		return ++r->documents > 1 ? fail(r, mark, "a second document (`---`); a configuration is one") : TENON_OK;
	case YAML_SCALAR_EVENT:
		return on_scalar(r, ev);
	case YAML_MAPPING_START_EVENT:
		return on_open(r, ENTRY_MAP, mark, ev->data.mapping_start.anchor, ev->data.mapping_start.tag);
	case YAML_SEQUENCE_START_EVENT:
		return on_open(r, ENTRY_LIST, mark, ev->data.sequence_start.anchor, ev->data.sequence_start.tag);
	case YAML_MAPPING_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
		r->depth--;
		r->at = r->at->up;
		return TENON_OK;
	case YAML_ALIAS_EVENT:
		return fail(r, mark, "aliases (*name) are not supported");
	default:
		return TENON_OK;
	}
}

/* ---- what libyaml says, in words that tell what to do ---- */

static bool tab_indents(const struct reader *r, size_t line)
{
	const char *s = r->text, *end = r->text + r->n;

	for (; line > 0 && s != NULL; line--)
		s = (s = memchr(s, '\n', (size_t)(end - s))) == NULL ? NULL : s + 1;
	while (s != NULL && s < end && *s == ' ')
		s++;
	return s != NULL && s < end && *s == '\t';
}

static size_t line_of(const struct reader *r, size_t offset)
{
	size_t line = 0;

	for (size_t i = 0; i < offset && i < r->n; i++)
		line += r->text[i] == '\n';
	return line;
}

static int explain(struct reader *r, const yaml_parser_t *p)
{
	static const struct { const char *theirs, *ours; } words[] = {
		{ "mapping values are not allowed in this context", "a second `: ` in the line; put the value in quotes, or check the indentation" },
		{ "did not find expected key", "neither a `key: value` nor an end here; check the indentation" },
		{ "did not find expected <document start>", "text behind the end; check the indentation" },
		{ "could not find expected ':'", "a line without `: `" },
		{ "found character that cannot start any token", "a value cannot begin with this character; put it in quotes" },
		{ "did not find expected '-' indicator", "neither a `- item` nor an end here; check the indentation" },
		{ "did not find expected node content", "a value is missing here, or a `[` or `{` has no end" },
		{ "did not find expected ',' or ']'", "a list in `[ ]` that goes on without `,` or has no `]`" },
		{ "did not find expected ',' or '}'", "a mapping in `{ }` that goes on without `,` or has no `}`" },
		{ "found unknown escape character", "an unknown escape; write `\\\\` for a backslash, or use single quotes" },
		{ "found undefined tag handle", "an unknown tag; the only one is `!file PATH`, the text of a file" },
	};
	const char *what = p->problem != NULL ? p->problem : "not YAML";
	yaml_mark_t mark = p->problem_mark;
	char text[200];

	if (p->error == YAML_MEMORY_ERROR)
		return conf_no_memory(r->err);
	if (p->error == YAML_READER_ERROR) {
		mark = (yaml_mark_t){ .line = line_of(r, p->problem_offset) };
		snprintf(text, sizeof text, "the character U+%04X is not allowed here", (unsigned)p->problem_value);
		return fail(r, &mark, text);
	}
	if (tab_indents(r, mark.line))
		return fail(r, &mark, "a tab in the indentation; YAML wants spaces");
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(words[i].theirs, what) == 0)
			return fail(r, &mark, words[i].ours);
	if (p->context != NULL && strcmp(p->context, "while scanning a quoted scalar") == 0)
		snprintf(text, sizeof text, "the quote that begins in line %zu has no end", p->context_mark.line + 1);
	else
		snprintf(text, sizeof text, "%s%s%s", what, p->context != NULL ? ", " : "", p->context != NULL ? p->context : "");
	return fail(r, &mark, text);
}

static int parse(struct reader *r)
{
	yaml_parser_t parser;
	yaml_event_t event;
	int rc = TENON_OK;

	if (!yaml_parser_initialize(&parser))
		return conf_no_memory(r->err);
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)r->text, r->n);
	for (bool end = false; !end && rc == TENON_OK;) {
		if (!yaml_parser_parse(&parser, &event)) {
			rc = explain(r, &parser);
			break;
		}
		end = event.type == YAML_STREAM_END_EVENT;
		rc = on_event(r, &event);
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	return rc;
}

/* ---- the whole ---- */

static int check_bytes(struct reader *r)
{
	yaml_mark_t mark = { 0 };
	const char *nul = memchr(r->text, '\0', r->n);
	size_t good = utf8_check(r->text, r->n);

	if (r->n > MOST_FILE)
		return err_set(r->err, TENON_TOO_LARGE, "%s: larger than 4 MiB", r->name);
	if (good == r->n && nul == NULL)
		return TENON_OK;
	mark.line = line_of(r, nul != NULL && (size_t)(nul - r->text) < good ? (size_t)(nul - r->text) : good);
	return fail(r, &mark, good < r->n && (nul == NULL || nul > r->text + good) ? "not UTF-8" : "the character U+0000; is this a text file?");
}

int yaml_read_text(struct conf *c, const char *name, const char *text, size_t n, struct err *err)
{
	bool mark = n >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0;
	struct reader r = { .conf = c, .err = err, .text = text + 3 * mark, .n = n - 3 * mark };
	int rc;

	r.name = r.file = arena_text(&c->arena, name, strlen(name));
	if (r.name == NULL)
		return conf_no_memory(err);
	rc = check_bytes(&r);
	if (rc == TENON_OK)
		rc = parse(&r);
	if (rc < 0 || r.top == NULL || r.top->kind == ENTRY_NONE) /* an empty file says nothing */
		return rc;
	if (r.top->kind != ENTRY_MAP)
		return entry_fail(r.top, err, "the file must be a mapping (`key: value` lines)");
	c->root = r.top;
	return TENON_OK;
}

static int slurp(int fd, const char *file, struct buf *b, struct err *err)
{
	ssize_t n = 1;

	while (n > 0 && b->n <= MOST_FILE) {
		if (!buf_reserve(b, 64 << 10))
			return conf_no_memory(err);
		n = read(fd, b->p + b->n, b->room - b->n);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n < 0)
			return err_set(err, TENON_UNAVAILABLE, "cannot read %s: %s", file, strerror(errno));
		else
			b->n += (size_t)n;
	}
	return TENON_OK;
}

int yaml_read_file(struct conf *c, const char *file, struct err *err)
{
	struct buf b = { 0 };
	struct stat st;
	int fd = open(file, O_RDONLY | O_CLOEXEC), rc;

	if (fd < 0)
		return err_set(err, errno == ENOENT ? TENON_NOT_FOUND : TENON_UNAVAILABLE, "cannot read %s: %s", file, strerror(errno));
	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
		rc = err_set(err, TENON_INVALID_ARGUMENT, "cannot read %s: it is a folder; name the file", file);
	else
		rc = slurp(fd, file, &b, err);
	if (rc == TENON_OK)
		rc = yaml_read_text(c, file, b.n > 0 ? b.p : "", b.n, err);
	buf_free(&b);
	close(fd);
	return rc;
}

int yaml_expand(struct conf *c, struct entry *e, struct err *err)
{
	struct reader r = { .conf = c, .err = err, .text = e->text, .n = e->text == NULL ? 0 : strlen(e->text), .line = e->line };
	char name[200];

	if (e->kind != ENTRY_TEXT || e->file != NULL || (*e->text != '[' && *e->text != '{'))
		return TENON_OK;
	snprintf(name, sizeof name, "--set %s", excerpt_of(e->key).text); /* not the value: it may be secret */
	r.name = name;
	int rc = parse(&r);
	if (rc < 0)
		return rc;
	if (r.top == NULL || (r.top->kind != ENTRY_LIST && r.top->kind != ENTRY_MAP))
		return entry_fail(e, err, "not a list or mapping");
	e->kind = r.top->kind;
	e->first = r.top->first;
	e->last = r.top->last;
	for (struct entry *k = e->first; k != NULL; k = k->next)
		k->up = e;
	return TENON_OK;
}
