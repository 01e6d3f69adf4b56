/* SPDX-License-Identifier: Apache-2.0 */
/* tenon - the command line of a Tenon server.
 *
 * Model    options (args) -> the server's list of methods (catalogue) -> a method and its arguments (args, body) -> a call or a
 *          transfer (call, transfer, http) -> a table or JSON (show, table, cell). Its own commands are status,
 *          methods, call, help and an author's `plugin new|check|run`; all others are the rows' verbs.
 * Failure  exit codes: exits.h. */
#include "args.h"
#include "base/arena.h"
#include "call.h"
#include "catalogue.h"
#include "config.h"
#include "exits.h"
#include "help.h"
#include "http.h"
#include "plugin.h"
#include "status.h"
#include "table.h"
#include "talk.h"

#include <curl/curl.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DEFAULT_URL "http://127.0.0.1:5500"

enum { HELP_PATIENCE_MS = 2000 };

struct session {
	struct options options;
	struct remote remote;
	struct catalogue catalogue;
	struct arena arena;
};

/* ---- where the server is ---- */

static bool is_http(const char *url) { return strncasecmp(url, "http://", 7) == 0 || strncasecmp(url, "https://", 8) == 0; }

static int choose_server(struct session *s)
{
	const char *url = s->options.server, *mlflow = getenv("MLFLOW_TRACKING_URI");

	if (url == NULL || *url == '\0')
		url = getenv("TENON_SERVER");
	if ((url == NULL || *url == '\0') && mlflow != NULL && is_http(mlflow))
		url = mlflow;
	if (url == NULL || *url == '\0')
		url = DEFAULT_URL;
	if (!is_http(url))
		return complain(EXIT_USAGE, "%s: not the address of a server, such as " DEFAULT_URL, url);
	size_t n = strlen(url);
	while (url[n - 1] == '/')
		n--;
	s->remote = (struct remote){ .url = arena_text(&s->arena, url, n), .timeout_ms = s->options.timeout_ms };
	return s->remote.url == NULL ? complain(EXIT_FAILED, "out of memory") : EXIT_OK;
}

/* ---- commands of our own ---- */

static bool has_word(const struct method *m, const char *word)
{
	return strcasestr(m->name, word) != NULL || strcasestr(m->doc, word) != NULL || strcasestr(m->cli, word) != NULL;
}

static int list_methods(struct session *s, const char *word)
{
	struct table *t = table_new(&s->arena);

	if (t == NULL)
		return complain(EXIT_FAILED, "out of memory");
	for (size_t i = 0; i < s->catalogue.n; i++) {
		const struct method *m = &s->catalogue.v[i];
		if (word != NULL && !has_word(m, word))
			continue;
		table_row(t);
		table_cell(t, "name", m->name);
		table_cell(t, "command", m->cli);
		table_cell(t, "permission", m->permission);
		table_cell(t, "doc", m->doc);
	}
	if (table_rows(t) == 0) {
		say("no method has \"%s\" in its name or text", word == NULL ? "" : word);
		return EXIT_OK;
	}
	int rc = s->options.columns == NULL ? EXIT_OK : table_choose(t, s->options.columns);
	return rc == EXIT_OK ? table_print(t) : rc;
}

static int run_methods(struct session *s)
{
	const struct options *o = &s->options;

	if (o->n_rest > 2 || (o->n_rest == 2 && o->rest[1][0] == '-'))
		return complain(EXIT_USAGE, "%s: one word at most; see tenon help", o->rest[o->n_rest - 1]);
	int rc = catalogue_fetch(&s->remote, &s->arena, &s->catalogue);
	if (rc != EXIT_OK || !o->json)
		return rc == EXIT_OK ? list_methods(s, o->n_rest == 2 ? o->rest[1] : NULL) : rc;
	bool first = true;
	fputs("{\"methods\":[", stdout);
	for (size_t i = 0; i < s->catalogue.n; i++) {
		const struct method *m = &s->catalogue.v[i];
		if (o->n_rest == 2 && !has_word(m, o->rest[1]))
			continue;
		fputs(first ? "" : ",", stdout);
		fwrite(m->text.p, 1, m->text.n, stdout);
		first = false;
	}
	puts("]}");
	return fflush(stdout) == 0 ? EXIT_OK : complain(EXIT_FAILED, "stdout: cannot be written");
}

static int run_method(struct session *s, const struct method *m, size_t from, enum args_style style)
{
	struct args args;

	if (s->options.help) {
		help_method(m);
		return EXIT_OK;
	}
	int rc = args_read(&args, m, &s->options, from, style, &s->arena);
	return rc == EXIT_OK ? call_run(&s->remote, m, &args, &s->options, &s->arena) : rc;
}

static int run_call(struct session *s)
{
	const struct options *o = &s->options;

	if (o->n_rest < 2)
		return complain(EXIT_USAGE, "METHOD is missing: tenon call METHOD NAME=VALUE...; tenon methods lists them");
	int rc = catalogue_fetch(&s->remote, &s->arena, &s->catalogue);
	if (rc != EXIT_OK)
		return rc;
	const struct method *m = catalogue_named(&s->catalogue, o->rest[1]);
	return m == NULL ? help_unknown_method(&s->catalogue, o->rest[1], &s->arena) : run_method(s, m, 2, ARGS_CALL);
}

static int run_status(struct session *s)
{
	if (s->options.n_rest > 1)
		return complain(EXIT_USAGE, "%s: status takes no arguments; see tenon help", s->options.rest[1]);
	return status_run(&s->remote, &s->options, &s->arena);
}

/* ---- the rows' verbs, and help ---- */

static size_t leading_words(const struct options *o)
{
	size_t n = 0;

	while (n < o->n_open && o->rest[n][0] != '-')
		n++;
	return n;
}

static bool is_noun(const struct catalogue *c, const char *word)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->v[i].n_verb > 1 && strcmp(c->v[i].word[0], word) == 0)
			return true;
	return false;
}

static int run_verb(struct session *s)
{
	const struct options *o = &s->options;
	size_t words = leading_words(o);

	if (words == 0) {
		complain(EXIT_USAGE, "%s: a command comes first", o->rest[0]);
		say("  next:  tenon help");
		return EXIT_USAGE;
	}
	int rc = catalogue_fetch(&s->remote, &s->arena, &s->catalogue);
	if (rc != EXIT_OK)
		return rc;
	const struct method *m = catalogue_verb(&s->catalogue, o->rest, words);
	if (m != NULL)
		return run_method(s, m, m->n_verb, ARGS_VERB);
	if (words == 1 && is_noun(&s->catalogue, o->rest[0])) {
		if (!o->help)
			complain(EXIT_USAGE, "%s: what of them? tenon %s --help lists the commands", o->rest[0], o->rest[0]);
		else
			help_noun(&s->catalogue, o->rest[0]);
		return o->help ? EXIT_OK : EXIT_USAGE;
	}
	return help_unknown_verb(&s->catalogue, o->rest, (int)words, &s->arena);
}

static int run_program_help(struct session *s)
{
	s->remote.quiet = true;
	s->remote.timeout_ms = HELP_PATIENCE_MS;
	help_program(catalogue_fetch(&s->remote, &s->arena, &s->catalogue) == EXIT_OK ? &s->catalogue : NULL);
	return EXIT_OK;
}

static int run(struct session *s)
{
	static const struct { const char *name; int (*run)(struct session *); bool explains; } own[] = {
		{ "status", run_status, false }, { "methods", run_methods, false }, { "call", run_call, true },
	};
	struct options *o = &s->options;

	if (o->n_rest > 0 && strcmp(o->rest[0], "help") == 0) {
		o->help = true;
		o->rest++;
		o->n_rest--;
		o->n_open -= o->n_open > 0;
	}
	if (o->help && o->n_rest == 1 && strcmp(o->rest[0], "exit-codes") == 0) {
		help_exits();
		return EXIT_OK;
	}
	if (o->n_rest == 0 && o->help)
		return run_program_help(s);
	if (plugin_is_local(o))
		return plugin_run(o);
	for (size_t i = 0; i < sizeof own / sizeof *own && o->n_rest > 0; i++)
		if (strcmp(o->rest[0], own[i].name) == 0)
			return o->help && !(own[i].explains && o->n_rest > 1) ? run_program_help(s) : own[i].run(s);
	return run_verb(s);
}

int main(int argc, char **argv)
{
	struct session s = { 0 };

	setlocale(LC_CTYPE, "C.UTF-8");
	http_interrupts();
	curl_global_init(CURL_GLOBAL_DEFAULT);
	int rc = options_take(&s.options, argc, argv, &s.arena);
	if (rc == EXIT_OK && s.options.version)
		puts("tenon " PACKAGE_VERSION);
	else if (rc == EXIT_OK && s.options.n_rest == 0 && !s.options.help)
		rc = complain(EXIT_USAGE, "what is to be done? tenon help lists the commands");
	else if (rc == EXIT_OK && (rc = choose_server(&s)) == EXIT_OK)
		rc = run(&s);
	if (fflush(stdout) != 0 && rc == EXIT_OK)
		rc = complain(EXIT_FAILED, "stdout: cannot be written");
	arena_free(&s.arena);
	curl_global_cleanup();
	return rc;
}
