/* SPDX-License-Identifier: Apache-2.0 */
/* plugin - `new` is ours; `check` and `run` are the program tenon-check, which hosts plugins and so is apart from this one. */
#include "plugin.h"
#include "args.h"
#include "exits.h"
#include "scaffold.h"
#include "talk.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NEW_USAGE "tenon plugin new NAME --interface I --lang c|c++|python"

/* "--interface I" or "--interface=I"; false: another option */
static bool take_option(const struct options *o, size_t *i, const char *name, const char **value)
{
	const char *word = o->rest[*i] + 2;
	size_t n = strlen(name);

	if (strncmp(word, name, n) != 0 || (word[n] != '=' && word[n] != '\0'))
		return false;
	if (word[n] == '=')
		*value = word + n + 1;
	else
		*value = *i + 1 < o->n_rest ? o->rest[++*i] : NULL;
	return true;
}

static int run_new(const struct options *o)
{
	struct project p = { .interface = "service", .lang = "c" };

	for (size_t i = 2; i < o->n_rest; i++) {
		const char *word = o->rest[i];
		if (strncmp(word, "--", 2) == 0) {
			if (!take_option(o, &i, "interface", &p.interface) && !take_option(o, &i, "lang", &p.lang))
				return complain(EXIT_USAGE, "%s: no such option; " NEW_USAGE, word);
		} else if (p.name == NULL) {
			p.name = word;
		} else {
			return complain(EXIT_USAGE, "%s: one name only; " NEW_USAGE, word);
		}
	}
	if (p.name == NULL || p.interface == NULL || p.lang == NULL)
		return complain(EXIT_USAGE, "%s is missing; " NEW_USAGE, p.name == NULL ? "NAME" : "an option's value");
	return scaffold(&p);
}

/* what was taken for an option of ours goes on as it was written */
static int run_check(const struct options *o)
{
	char program[PATH_MAX];
	const char **argv = calloc(o->n_rest + 6, sizeof *argv);
	size_t n = 0;

	if (argv == NULL)
		return complain(EXIT_FAILED, "out of memory");
	if (snprintf(program, sizeof program, "%s/tenon-check", own_folder()) >= (int)sizeof program || access(program, X_OK) != 0)
		snprintf(program, sizeof program, "tenon-check");
	argv[n++] = "tenon-check";
	if (strcmp(o->rest[1], "run") == 0)
		argv[n++] = "--console";
	if (o->help)
		argv[n++] = "--help";
	if (o->json)
		argv[n++] = "--json";
	for (size_t i = 2; i < o->n_rest; i++)
		argv[n++] = o->rest[i];
	fflush(stdout);
	execvp(program, (char **)argv);
	free(argv);
	return complain(EXIT_FAILED, "%s cannot be run: %s", program, strerror(errno));
}

static const struct { const char *name; int (*run)(const struct options *); const char *usage; } verbs[] = {
	{ "new", run_new, NEW_USAGE },
	{ "check", run_check, NULL },
	{ "run", run_check, NULL },
};

static int verb_of(const struct options *o)
{
	for (size_t i = 0; o->n_rest > 1 && strcmp(o->rest[0], "plugin") == 0 && i < sizeof verbs / sizeof *verbs; i++)
		if (strcmp(o->rest[1], verbs[i].name) == 0)
			return (int)i;
	return -1;
}

bool plugin_is_local(const struct options *o) { return verb_of(o) >= 0; }

int plugin_run(const struct options *o)
{
	int verb = verb_of(o);

	if (!o->help || verbs[verb].usage == NULL)
		return verbs[verb].run(o);
	puts(verbs[verb].usage);
	return EXIT_OK;
}
