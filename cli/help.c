/* SPDX-License-Identifier: Apache-2.0 */
/* help - texts made of the tables: options, exit codes, methods. */
#include "help.h"
#include "args.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "catalogue.h"
#include "exits.h"
#include "talk.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static const struct { const char *usage, *doc; } own[] = {
	{ "status", "Says whether the server is there and ready, and what it has done." },
	{ "methods [WORD]", "Lists the server's methods, or those that a word is found in." },
	{ "call METHOD NAME=VALUE...", "Calls any method; NAME:=JSON for JSON, @FILE reads a value." },
	{ "plugin new NAME", "Begins a plugin of your own: --interface I --lang c|c++|python." },
	{ "plugin check FILE.so", "Runs the conformance suite of the plugin's interface." },
	{ "plugin run FILE.so", "Hosts a plugin alone, with a console." },
	{ "help [COMMAND | exit-codes]", "Explains a command, or how this program ends." },
};

/* as text of a server is printed: without control characters */
static void put(const char *s)
{
	struct buf b = { 0 };

	plain_add(&b, s, strlen(s), 0);
	fwrite(b.p == NULL ? "" : b.p, 1, b.n, stdout);
	buf_free(&b);
}

static void put_line(const char *usage, const char *doc, int width)
{
	fputs("  ", stdout);
	put(usage);
	printf("%*s  ", (int)strlen(usage) < width ? width - (int)strlen(usage) : 0, "");
	put(doc);
	putchar('\n');
}

static void put_options(void)
{
	for (const struct option_row *row = common_options; row->name != NULL; row++) {
		char text[64];
		snprintf(text, sizeof text, "--%s%s%s", row->name, row->value == NULL ? "" : " ", row->value == NULL ? "" : row->value);
		if (row->letter != 0)
			snprintf(text + strlen(text), sizeof text - strlen(text), ", -%c", row->letter);
		put_line(text, row->doc, 20);
	}
}

static void put_verbs(const struct catalogue *c, const char *noun)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->v[i].n_verb > 0 && (noun == NULL || strcmp(c->v[i].word[0], noun) == 0))
			put_line(c->v[i].cli, c->v[i].doc, 36);
}

void help_program(const struct catalogue *c)
{
	puts("tenon - the command line of a Tenon server\n\n  tenon COMMAND [WORDS] [--OPTION VALUE]...\n\nCommands");
	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		put_line(own[i].usage, own[i].doc, 36);
	puts("\nCommands of the server");
	if (c != NULL)
		put_verbs(c, NULL);
	else
		puts("  (it cannot be reached, so they are not known; see --server)");
	puts("\nOptions, anywhere on the line");
	put_options();
	puts("\nAn option's value that begins with -- is written --name=VALUE. Data goes to stdout, all else to stderr.");
}

void help_exits(void)
{
	static const struct { int code; const char *text; } rows[] = {
#define X(name, code, text) { code, text },
		EXITS(X)
#undef X
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		printf("  %3d  %s\n", rows[i].code, rows[i].text);
}

void help_noun(const struct catalogue *c, const char *noun)
{
	printf("tenon %s ...\n\n", noun);
	put_verbs(c, noun);
	puts("\n--help behind one of them explains its arguments.");
}

/* ---- a method ---- */

static bool is_positional(const struct method *m, const struct arg *arg)
{
	for (size_t i = m->n_verb; i < m->n_words; i++)
		if (strcmp(m->word[i], arg->name) == 0)
			return true;
	return false;
}

static void spell(char *out, size_t room, const struct method *m, const struct arg *arg)
{
	bool positional = is_positional(m, arg);

	snprintf(out, room, "%s%s", positional || m->n_verb == 0 ? "" : "--", arg->name);
	for (char *c = out; *c != '\0'; c++)
		*c = positional ? (char)toupper((unsigned char)*c) : *c == '_' && m->n_verb > 0 ? '-' : *c;
}

static void put_arg(const struct method *m, const struct arg *arg)
{
	struct buf b = { 0 };
	char name[128];
	bool many = strcmp(arg->card, "one") != 0;

	spell(name, sizeof name, m, arg);
	buf_printf(&b, "%s%s%s", arg->type, many ? ", repeatable" : "", arg->required ? ", required" : "");
	if (*arg->dflt != '\0')
		buf_printf(&b, ", default %s", arg->dflt);
	for (size_t i = 0; i < arg->n_names; i++)
		buf_printf(&b, "%s%s", i == 0 ? ": " : ", ", arg->names[i]);
	buf_printf(&b, "%s%s", *arg->doc == '\0' ? "" : "; ", arg->doc);
	buf_addc(&b, '\0');
	if (!b.failed)
		put_line(name, b.p, 24);
	buf_free(&b);
}

void help_method(const struct method *m)
{
	if (m->n_verb > 0) {
		fputs("tenon ", stdout);
		put(m->cli);
		puts(m->takes_stream ? " FILE" : m->gives_stream ? " [--output FILE]" : m->n_args > m->n_words - m->n_verb ? " [--OPTION VALUE]..." : "");
	}
	fputs("tenon call ", stdout);
	put(m->name);
	puts(m->takes_stream ? " NAME=VALUE... --input FILE\n" : m->n_args > 0 ? " NAME=VALUE...\n" : "\n");
	put(m->doc);
	if (*m->permission != '\0') {
		fputs("\nNeeds the permission ", stdout);
		put(m->permission);
		putchar('.');
	}
	puts(m->n_args > 0 ? "\n\nArguments" : "");
	for (size_t i = 0; i < m->n_args; i++)
		put_arg(m, &m->args[i]);
	puts("\n`tenon help` lists the options that every command takes.");
}

/* ---- what was probably meant ---- */

static const char *verb_of(const struct method *m, struct arena *a)
{
	struct buf b = { 0 };

	for (size_t i = 0; i < m->n_verb; i++)
		buf_printf(&b, "%s%s", i > 0 ? " " : "", m->word[i]);
	const char *s = arena_text(a, b.n == 0 ? "" : b.p, b.n);
	buf_free(&b);
	return s == NULL ? "" : s;
}

int help_unknown_verb(const struct catalogue *c, const char *const *words, int n, struct arena *a)
{
	enum { OWN = 4 };
	static const char *const own_names[OWN] = { "status", "methods", "call", "help" };
	const char **names = arena_alloc(a, (2 * c->n + OWN) * sizeof *names);
	struct buf typed = { 0 };
	bool noun = false;
	size_t k = 0;

	buf_adds(&typed, words[0]);
	for (size_t i = 0; i < c->n; i++)
		noun |= c->v[i].n_verb > 0 && strcmp(c->v[i].word[0], words[0]) == 0;
	if (n > 1)
		buf_printf(&typed, " %s", words[1]);
	buf_addc(&typed, '\0');
	for (size_t i = 0; names != NULL && i < c->n; i++)
		if (c->v[i].n_verb > 0) {
			names[k++] = verb_of(&c->v[i], a);
			names[k++] = c->v[i].word[0];
		}
	for (size_t i = 0; names != NULL && i < OWN; i++)
		names[k++] = own_names[i];
	const char *near = names == NULL || typed.failed ? NULL : text_nearest(typed.p, names, k);
	if (near == NULL && names != NULL && !noun)
		near = text_nearest(words[0], names, k);
	complain(EXIT_USAGE, "%s: there is no such command", typed.failed ? words[0] : typed.p);
	if (near != NULL)
		say("  did you mean %s?", near);
	say("  next:  tenon %s%s", noun ? words[0] : "help", noun ? " --help" : "");
	buf_free(&typed);
	return EXIT_USAGE;
}

int help_unknown_method(const struct catalogue *c, const char *name, struct arena *a)
{
	const char **names = arena_alloc(a, (c->n + 1) * sizeof *names);

	for (size_t i = 0; names != NULL && i < c->n; i++)
		names[i] = c->v[i].name;
	const char *near = names == NULL ? NULL : text_nearest(name, names, c->n);
	complain(EXIT_USAGE, "%s: there is no such method", name);
	if (near != NULL)
		say("  did you mean %s?", near);
	say("  next:  tenon methods");
	return EXIT_USAGE;
}
