/* SPDX-License-Identifier: Apache-2.0 */
/* console - lines in, results out. Data goes to stdout; the prompt, times and errors to stderr. */
#include "console.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"
#include "bus/bus.h"
#include "groups.h"
#include "stage.h"
#include "wire/print.h"
#include "wire/shape.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CALL_PATIENCE_MS = 60000 };

struct console { struct stage *stage; struct instance *instance; const struct tenon_plugin *plugin; bool failed; };

/* ---- methods ---- */

static const char *type_of(const struct tenon_field *f)
{
	static const char *const types[] = { "", "bool", "i64", "f64", "str", "bytes", "enum", "json", "msg" };
	return types[f->type];
}

static void list_methods(const struct console *k)
{
	for (const struct tenon_method *m = k->plugin->methods; m->name != NULL; m++) {
		printf("%s\n    %s\n", m->name, m->doc != NULL ? m->doc : "");
		for (uint32_t i = 0; i < m->args->n; i++) {
			const struct tenon_field *f = &m->args->fields[i];
			printf("    %s: %s%s%s%s%s  %s\n", f->name, type_of(f), f->card == TENON_ONE ? "" : f->card == TENON_MAP ? ", map" : ", repeatable",
			       f->flags & TENON_REQUIRED ? ", required" : "", f->dflt != NULL ? ", default " : "", f->dflt != NULL ? f->dflt : "", f->doc != NULL ? f->doc : "");
		}
		if (m->flags & TENON_STREAM_IN)
			puts("    < FILE or <<TEXT as the last words gives it the bytes that it takes");
	}
}

/* ---- arguments: name=value name:=JSON, or one JSON object ---- */

/* the next word, with quotes as a shell has them; NULL at the end */
static char *next_word(char **rest)
{
	char *from = *rest + strspn(*rest, " \t"), *to = from, *word = from;
	char quote = '\0';

	if (*from == '\0')
		return NULL;
	for (; *from != '\0' && (quote != '\0' || (*from != ' ' && *from != '\t')); from++) {
		if (quote == '\0' && (*from == '"' || *from == '\''))
			quote = *from;
		else if (*from == quote)
			quote = '\0';
		else if (*from == '\\' && quote != '\'' && from[1] != '\0')
			*to++ = *++from;
		else
			*to++ = *from;
	}
	*rest = *from == '\0' ? from : from + 1;
	*to = '\0';
	return word;
}

static const struct tenon_field *field_of(const struct tenon_table *t, const char *name, size_t n)
{
	for (uint32_t i = 0; i < t->n; i++)
		if (strlen(t->fields[i].name) == n && memcmp(t->fields[i].name, name, n) == 0)
			return &t->fields[i];
	return NULL;
}

static bool is_text(const struct tenon_field *f)
{
	return f == NULL || f->card != TENON_ONE || f->type == TENON_STR || f->type == TENON_BYTES || f->type == TENON_ENUM;
}

/* a message, an array, JSON: as they are where they look so */
static void add_value(struct buf *b, const struct tenon_field *f, const char *value, bool raw)
{
	if (raw || !is_text(f) || (f != NULL && (f->card != TENON_ONE) && (*value == '[' || *value == '{')))
		buf_adds(b, value);
	else if (f != NULL && f->card == TENON_ARRAY)
		buf_addc(b, '['), print_string(b, value), buf_addc(b, ']');
	else
		print_string(b, value);
}

static bool add_argument(struct buf *b, const struct tenon_table *t, const char *word)
{
	const char *equals = strchr(word, '=');
	bool raw = equals != NULL && equals > word && equals[-1] == ':';

	if (equals == NULL)
		return fprintf(stderr, "%s: NAME=VALUE, NAME:=JSON or one JSON object is meant\n", word), false;
	size_t n = (size_t)(equals - word) - raw;
	if (b->n > 1)
		buf_addc(b, ',');
	print_stringn(b, word, n);
	buf_addc(b, ':');
	add_value(b, field_of(t, word, n), equals + 1, raw);
	return true;
}

struct bytes { char *p; size_t n; };

static bool take_file(struct bytes *in, const char *path)
{
	FILE *f = fopen(path, "r");
	enum { MOST = 200000 }; /* what a stream takes before anybody reads */

	if (f == NULL || (in->p = malloc(MOST)) == NULL)
		return perror(path), f != NULL && fclose(f), false;
	in->n = fread(in->p, 1, MOST, f);
	bool whole = fgetc(f) == EOF;
	fclose(f);
	return whole || (fprintf(stderr, "%s: more than %d bytes; use tenond for such\n", path, MOST), false);
}

static bool read_arguments(struct buf *json, struct bytes *in, const struct tenon_table *t, char *rest)
{
	char *word;

	rest += strspn(rest, " \t");
	if (*rest == '{') {
		buf_adds(json, rest);
		return true;
	}
	buf_addc(json, '{');
	while ((word = next_word(&rest)) != NULL) {
		if (strcmp(word, "<") == 0 && (word = next_word(&rest)) != NULL) {
			if (!take_file(in, word))
				return false;
		} else if (word != NULL && strncmp(word, "<<", 2) == 0) {
			in->p = strdup(word + 2);
			in->n = strlen(word + 2);
		} else if (word == NULL || !add_argument(json, t, word)) {
			return false;
		}
	}
	buf_addc(json, '}');
	return true;
}

/* ---- call ---- */

static void print_answer(struct console *k, const struct answer *a)
{
	if (a->out_n > 0) {
		fwrite(a->out, 1, a->out_n, stdout);
		putchar('\n');
	}
	if (a->code == TENON_OK && a->json != NULL && (a->out_n == 0 || strcmp(a->json, "{}") != 0))
		puts(a->json);
	fflush(stdout);
	if (a->stuck)
		fputs("it does not end; ending the process\n", stderr);
	else if (a->code < 0)
		fprintf(stderr, "%s: %s\n", error_name(a->code), a->message);
	else if (a->fault != NULL)
		fprintf(stderr, "its result breaks its table: %s %s\n", a->fault_at, a->fault);
	fprintf(stderr, a->decoded ? "  %.3f ms\n" : "  refused before the handler ran\n", (double)a->ns / 1e6);
	k->failed = k->failed || a->code < 0 || a->fault != NULL;
	if (a->stuck)
		_exit(1);
}

static void call(struct console *k, char *rest)
{
	const char *name = next_word(&rest);
	struct method *m = name == NULL ? NULL : stage_method(k->instance, name);
	struct buf json = { 0 };
	struct bytes in = { 0 };
	struct answer a;

	if (m == NULL) {
		fprintf(stderr, "%s: no such method; `methods` lists them\n", name != NULL ? name : "call");
		k->failed = true;
		return;
	}
	bool good = read_arguments(&json, &in, m->row->args, rest);
	buf_addc(&json, '\0');
	if (good && !json.failed) {
		struct request q = { .method = name, .json = json.p, .in = in.p, .in_n = in.n, .whole = true, .deadline_ms = CALL_PATIENCE_MS };
		stage_call(k->stage, k->instance, &q, &a);
		print_answer(k, &a);
		answer_free(&a);
	}
	k->failed = k->failed || !good;
	buf_free(&json);
	free(in.p);
}

/* ---- lines ---- */

static void help(void)
{
	puts("methods                       what it can do, with arguments\n"
	     "call METHOD NAME=VALUE ...    NAME:=JSON for JSON; or one JSON object; `call` may be left out\n"
	     "ready                         does it say that it can work?\n"
	     "quit");
}

static void ready(struct console *k)
{
	struct err e = { 0 };
	int rc = stage_ready(k->stage, k->instance, &e);

	printf("%s%s%s\n", rc == TENON_OK ? "ready" : error_name(rc), rc == TENON_OK ? "" : ": ", e.text);
	k->failed = k->failed || rc < 0;
}

static bool run_line(struct console *k, char *line)
{
	char *rest = line + strspn(line, " \t");
	size_t n = strcspn(rest, " \t");

	line[strcspn(line, "\r\n")] = '\0';
	if (*rest == '\0' || *rest == '#')
		return true;
	if (strcmp(rest, "quit") == 0 || strcmp(rest, "exit") == 0)
		return false;
	if (strcmp(rest, "help") == 0)
		help();
	else if (strcmp(rest, "methods") == 0)
		list_methods(k);
	else if (strcmp(rest, "ready") == 0)
		ready(k);
	else
		call(k, n == 4 && strncmp(rest, "call", 4) == 0 ? rest + n : rest);
	return true;
}

static void read_lines(struct console *k)
{
	char *line = NULL;
	size_t room = 0;
	bool person = isatty(STDIN_FILENO);

	if (person)
		fprintf(stderr, "%s/%s %s is started. methods, call METHOD NAME=VALUE ..., help, quit\n", k->plugin->interface, k->plugin->name, k->plugin->version);
	for (bool on = true; on;) {
		fputs(person ? "> " : "", stderr);
		on = getline(&line, &room, stdin) > 0 && run_line(k, line);
		fflush(stdout);
	}
	free(line);
}

int console_run(struct place *p)
{
	struct console k = { 0 };
	struct err e = { 0 };
	const char *fault = subject_load(p->subject);

	if (fault != NULL)
		return fprintf(stderr, "%s: %s\n", p->subject->path, fault), 1;
	k.plugin = p->subject->plugin;
	if (k.plugin->abi != TENON_ABI || k.plugin->size < sizeof *k.plugin || k.plugin->methods == NULL || k.plugin->name == NULL)
		return fprintf(stderr, "%s: its descriptor is none of this ABI (%d): rebuild it with this SDK\n", p->subject->path, TENON_ABI), 1;
	if (stage_open(&k.stage, p->subject, p->placement, &e) < 0 || stage_add(k.stage, stage_name(p->subject), NULL, 0, &k.instance, &e) < 0)
		return fprintf(stderr, "it does not start: %s: %s\n", error_name(e.code), e.text), 1;
	read_lines(&k);
	if (!stage_close(k.stage)) {
		fputs("it does not drain; ending the process\n", stderr);
		_exit(1);
	}
	return k.failed;
}
