/* SPDX-License-Identifier: Apache-2.0 */
/* args - matching by hand rather than by getopt: half of the options come from the server's rows. */
#include "args.h"
#include "base/arena.h"
#include "base/text.h"
#include "catalogue.h"
#include "exits.h"
#include "talk.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_TIMEOUT_MS = 60000, MOST_NAMES = 128 };

const struct option_row common_options[] = {
	{ "server",  "URL",     "the server (TENON_SERVER, else an http MLFLOW_TRACKING_URI, else http://127.0.0.1:5500)", 0 },
	{ "timeout", "SECONDS", "patience: for the answer of a call, or while no byte of a transfer moves (60)", 0 },
	{ "json",    NULL,      "print the answer as one JSON object", 0 },
	{ "all",     NULL,      "follow the pages to the end", 0 },
	{ "columns", "A,B,...", "only these columns of a table, in this order", 0 },
	{ "output",  "FILE",    "where a download goes; - = stdout", 'o' },
	{ "input",   "FILE",    "what `tenon call` uploads; - = stdin", 'i' },
	{ "help",    NULL,      "explain the command", 'h' },
	{ "version", NULL,      "print the version of this program", 0 },
	{ NULL, NULL, NULL, 0 },
};

/* ---- common options ---- */

static int set_timeout(struct options *o, const char *value)
{
	char *end;
	double s = strtod(value, &end);

	if (end == value || *end != '\0' || !(s > 0 && s <= 86400))
		return complain(EXIT_USAGE, "--timeout %s: not a number of seconds from 0.001 to 86400", value);
	o->timeout_ms = s * 1000 < 1 ? 1 : (long)(s * 1000);
	return EXIT_OK;
}

static int set_option(struct options *o, const struct option_row *row, const char *value)
{
	const struct { const char *name; bool *on; const char **value; } places[] = {
		{ "server", NULL, &o->server }, { "json", &o->json, NULL }, { "all", &o->all, NULL }, { "columns", NULL, &o->columns },
		{ "output", NULL, &o->output }, { "input", NULL, &o->input }, { "help", &o->help, NULL }, { "version", &o->version, NULL },
	};

	if (strcmp(row->name, "timeout") == 0)
		return set_timeout(o, value);
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		if (strcmp(places[i].name, row->name) != 0)
			continue;
		if (places[i].on != NULL)
			*places[i].on = true;
		else
			*places[i].value = value;
	}
	return EXIT_OK;
}

/* the row that "--name", "--name=value" or "-n" means; *value as far as it is in the word */
static const struct option_row *common_option(const char *word, const char **value)
{
	*value = NULL;
	for (const struct option_row *row = common_options; row->name != NULL; row++) {
		size_t n = strlen(row->name);
		if (row->letter != 0 && word[0] == '-' && word[1] == row->letter && word[2] == '\0')
			return row;
		if (strncmp(word, "--", 2) != 0 || strncmp(word + 2, row->name, n) != 0 || (word[n + 2] != '\0' && word[n + 2] != '='))
			continue;
		*value = word[n + 2] == '=' ? word + n + 3 : NULL;
		return row;
	}
	return NULL;
}

int options_take(struct options *o, int argc, char **argv, struct arena *a)
{
	*o = (struct options){ .timeout_ms = DEFAULT_TIMEOUT_MS, .rest = arena_alloc(a, ((size_t)argc + 1) * sizeof *o->rest) };
	if (o->rest == NULL)
		return complain(EXIT_FAILED, "out of memory");
	for (int i = 1; i < argc; i++) {
		const char *value;
		const struct option_row *row = o->literal ? NULL : common_option(argv[i], &value);
		if (!o->literal && strcmp(argv[i], "--") == 0) {
			o->literal = true;
			continue;
		}
		if (row == NULL) {
			o->rest[o->n_rest++] = argv[i];
			o->n_open += !o->literal;
			continue;
		}
		if (row->value != NULL && value == NULL && (value = argv[++i]) == NULL)
			return complain(EXIT_USAGE, "--%s needs a value: --%s %s", row->name, row->name, row->value);
		if (row->value == NULL && value != NULL)
			return complain(EXIT_USAGE, "--%s takes no value", row->name);
		int rc = set_option(o, row, value);
		if (rc != EXIT_OK)
			return rc;
	}
	return EXIT_OK;
}

/* ---- a method's arguments ---- */

struct reader {
	struct args *out;
	const struct method *method;
	const struct options *options;
	size_t at, positional; /* words of `rest` and positionals that are used up */
	enum args_style style;
	struct arena *arena;
};

static const char *dashed(const char *name, struct arena *a)
{
	char *s = arena_text(a, name, strlen(name));

	for (char *c = s; c != NULL && *c != '\0'; c++)
		*c = *c == '_' ? '-' : *c;
	return s == NULL ? name : s;
}

static int unknown(struct reader *r, const char *word, const char *name)
{
	const char *names[MOST_NAMES];
	size_t n = 0;

	for (size_t i = 0; i < r->method->n_args && n < MOST_NAMES / 2; i++)
		names[n++] = dashed(r->method->args[i].name, r->arena);
	for (const struct option_row *row = common_options; row->name != NULL && r->style == ARGS_VERB; row++)
		names[n++] = row->name;
	const char *near = text_nearest(dashed(name, r->arena), names, n);
	complain(EXIT_USAGE, "%s: %s has no such argument", word, r->method->name);
	if (near != NULL)
		say("  did you mean %s%s?", r->style == ARGS_VERB ? "--" : "", r->style == ARGS_VERB ? near : method_arg(r->method, near)->name);
	say("  next:  tenon call %s --help", r->method->name);
	return EXIT_USAGE;
}

static int add(struct reader *r, const struct arg *arg, const char *value, bool raw)
{
	for (size_t i = 0; i < r->out->n; i++)
		if (r->out->v[i].arg == arg && (strcmp(arg->card, "one") == 0 || raw || r->out->v[i].raw))
			return complain(EXIT_USAGE, "%s is given twice", arg->name);
	r->out->v[r->out->n++] = (struct given){ arg, value, raw };
	return EXIT_OK;
}

/* "--field value", "--field=value", "--switch" */
static int read_option(struct reader *r, const char *word)
{
	const char *name = word + 2, *equals = strchr(name, '=');
	const char *bare = equals == NULL ? name : arena_text(r->arena, name, (size_t)(equals - name));
	const struct arg *arg = bare == NULL ? NULL : method_arg(r->method, bare);

	if (arg == NULL)
		return unknown(r, word, bare == NULL ? name : bare);
	if (equals != NULL)
		return add(r, arg, equals + 1, false);
	if (strcmp(arg->type, "bool") == 0)
		return add(r, arg, "true", false);
	if (r->at == r->options->n_open)
		return complain(EXIT_USAGE, "%s needs a value", word);
	return add(r, arg, r->options->rest[r->at++], false);
}

/* "k=v", "k:=json" */
static int read_pair(struct reader *r, const char *word)
{
	const char *equals = strchr(word, '=');

	if (equals == NULL || equals == word)
		return complain(EXIT_USAGE, "%s: not NAME=VALUE or NAME:=JSON", word);
	bool raw = equals[-1] == ':';
	const char *name = arena_text(r->arena, word, (size_t)(equals - word) - raw);
	const struct arg *arg = name == NULL ? NULL : method_arg(r->method, name);
	return arg == NULL ? unknown(r, word, name == NULL ? word : name) : add(r, arg, equals + 1, raw);
}

static int read_positional(struct reader *r, const char *word)
{
	const struct method *m = r->method;
	size_t i = m->n_verb + r->positional;

	if (i == m->n_words && m->takes_stream && r->out->file == NULL) {
		r->out->file = word;
		return EXIT_OK;
	}
	const struct arg *arg = i < m->n_words ? method_arg(m, m->word[i]) : NULL;
	if (arg == NULL)
		return complain(EXIT_USAGE, "%s: one word too many; see tenon %s --help", word, m->cli);
	bool takes_all = i + 1 == m->n_words && strcmp(arg->card, "one") != 0;
	r->positional += !takes_all;
	return add(r, arg, word, false);
}

static const char *upper(const char *name, struct arena *a)
{
	char *s = arena_text(a, name, strlen(name));

	for (char *c = s; c != NULL && *c != '\0'; c++)
		*c = (char)toupper((unsigned char)*c);
	return s == NULL ? name : s;
}

static int check_required(const struct reader *r)
{
	const struct method *m = r->method;

	for (size_t i = 0; i < m->n_args; i++) {
		bool has = !m->args[i].required, positional = false;
		for (size_t k = 0; k < r->out->n && !has; k++)
			has = r->out->v[k].arg == &m->args[i];
		for (size_t k = m->n_verb; k < m->n_words; k++)
			positional |= strcmp(m->word[k], m->args[i].name) == 0;
		if (has)
			continue;
		const char *name = m->args[i].name;
		if (r->style == ARGS_CALL)
			complain(EXIT_USAGE, "%s: %s=... is missing", m->name, name);
		else
			complain(EXIT_USAGE, "%s%s is missing", positional ? "" : "--", positional ? upper(name, r->arena) : dashed(name, r->arena));
		say("  next:  tenon call %s --help", m->name);
		return EXIT_USAGE;
	}
	return EXIT_OK;
}

int args_read(struct args *out, const struct method *m, const struct options *o, size_t from, enum args_style style, struct arena *a)
{
	struct reader r = { .out = out, .method = m, .options = o, .at = from, .style = style, .arena = a };
	int rc = EXIT_OK;

	*out = (struct args){ .v = arena_alloc(a, (o->n_rest + 1) * sizeof *out->v), .file = NULL }; /* one more than given: call.c */
	if (out->v == NULL)
		return complain(EXIT_FAILED, "out of memory");
	while (r.at < o->n_rest && rc == EXIT_OK) {
		const char *word = o->rest[r.at++];
		if (r.at <= o->n_open && strncmp(word, "--", 2) == 0)
			rc = read_option(&r, word);
		else if (r.at <= o->n_open && word[0] == '-' && isalpha((unsigned char)word[1]))
			rc = unknown(&r, word, word + 1);
		else
			rc = style == ARGS_CALL ? read_pair(&r, word) : read_positional(&r, word);
	}
	return rc == EXIT_OK ? check_required(&r) : rc;
}
