/* SPDX-License-Identifier: Apache-2.0 */
/* tenon-check - the conformance suite of a plugin, and a console to try it: `tenon plugin check`, `tenon plugin run`.
 *
 * Model    The command line becomes a struct subject; each group of the suite runs in a process of its own (suite.h), those
 *          that call methods once for each placement. The console hosts the plugin in this process.
 * Failure  0: all passed. 1: something failed. 2: the command line is wrong. */
#include "base/err.h"
#include "base/log.h"
#include "console.h"
#include "contract.h"
#include "groups.h"
#include "plug/python.h"
#include "suite.h"

#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
	"tenon plugin check FILE [OPTIONS]       the conformance suite of a .so or .py: TAP on stdout, exit status 1 if something failed\n"
	"tenon plugin run FILE [OPTIONS]         hosts it alone, with a console; reads a pipe too\n\n"
	"  --config NAME=VALUE      a setting of the plugin; repeatable\n"
	"  --placement P            inline, thread, process or all (check: all; run: inline; Python: process)\n"
	"  --python PROGRAM         the interpreter of a .py, of an environment that has tenon-plugin\n"
	"  --args METHOD={JSON}     arguments that the method can work with, for check; repeatable\n"
	"  --with NAME=FILE.so      another instance beside it, which it calls; repeatable\n"
	"  --iface-doc INTERFACE    prints the page of an interface\n";

struct line { struct subject subject; bool console, placed; const char *page; };

static bool push(const char **list, size_t *n, const char *value)
{
	if (*n == SETTINGS_MOST - 1)
		return fprintf(stderr, "tenon-check: %s: too many of them\n", value), false;
	list[(*n)++] = value;
	return true;
}

static bool take_placement(struct line *l, const char *word)
{
	bool all = strcmp(word, "all") == 0, known = all;

	for (int i = 0; i < PLACEMENTS; i++) {
		bool this = all || strcmp(placement_names[i], word) == 0;
		l->subject.placements[i] = l->subject.placements[i] || this;
		known = known || this;
	}
	l->placed = true;
	return known || (fprintf(stderr, "tenon-check: --placement %s: inline, thread, process or all is meant\n", word), false);
}

/* NAME=FILE.so, the file's path made absolute */
static bool take_need(struct subject *s, const char *value)
{
	const char *equals = strchr(value, '=');
	char whole[PATH_MAX], *need;

	if (equals == NULL || realpath(equals + 1, whole) == NULL || asprintf(&need, "%.*s=%s", (int)(equals - value), value, whole) < 0)
		return fprintf(stderr, "tenon-check: --with %s: NAME=FILE.so is meant, a file that is there\n", value), false;
	return push(s->needs, &s->n_needs, need); /* kept as long as the program runs */
}

static bool take(struct line *l, const char *name, const char *value)
{
	struct subject *s = &l->subject;

	if (strcmp(name, "config") == 0)
		return push(s->settings, &s->n_settings, value);
	if (strcmp(name, "args") == 0)
		return push(s->args, &s->n_args, value);
	if (strcmp(name, "with") == 0)
		return take_need(s, value);
	if (strcmp(name, "python") == 0)
		return s->python = value, true;
	if (strcmp(name, "placement") == 0)
		return take_placement(l, value);
	if (strcmp(name, "iface-doc") == 0)
		return l->page = value, true;
	return fprintf(stderr, "tenon-check: --%s: no such option\n%s", name, usage), false;
}

static bool read_option(struct line *l, int *i, int argc, char **argv)
{
	char name[40];
	const char *word = argv[*i] + 2, *equals = strchr(word, '=');
	size_t n = equals != NULL ? (size_t)(equals - word) : strlen(word);

	snprintf(name, sizeof name, "%.*s", (int)n, word);
	if (strcmp(name, "console") == 0)
		return l->console = true;
	if (strcmp(name, "help") == 0)
		return fputs(usage, stdout), exit(0), false;
	if (equals == NULL && *i + 1 == argc)
		return fprintf(stderr, "tenon-check: --%s: its value is missing\n", name), false;
	return take(l, name, equals != NULL ? equals + 1 : argv[++*i]);
}

/* a .py needs an interpreter, and has one placement */
static bool read_python(struct line *l)
{
	static struct python python;
	struct subject *s = &l->subject;
	size_t n = s->path == NULL ? 0 : strlen(s->path);
	struct err e = { 0 };

	python.wanted = s->python;
	s->python = NULL;
	if (n < 4 || strcmp(s->path + n - 3, ".py") != 0)
		return true;
	if (l->placed && !s->placements[PLACE_PROCESS])
		return fprintf(stderr, "tenon-check: a plugin in Python runs in placement process alone\n"), false;
	s->python = python_program(&python, &e);
	for (int i = 0; i < PLACEMENTS; i++)
		s->placements[i] = i == PLACE_PROCESS;
	return s->python != NULL || (fprintf(stderr, "tenon-check: %s\n", e.text), false);
}

static bool read_line(struct line *l, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strncmp(argv[i], "--", 2) == 0) {
			if (!read_option(l, &i, argc, argv))
				return false;
		} else if (l->subject.path != NULL) {
			return fprintf(stderr, "tenon-check: %s: one file at a time\n", argv[i]), false;
		} else {
			l->subject.path = argv[i];
		}
	}
	if (l->subject.path == NULL && l->page == NULL)
		return fputs(usage, stderr), false;
	if (!l->placed)
		for (int i = 0; i < PLACEMENTS; i++)
			l->subject.placements[i] = !l->console || i == PLACE_INLINE;
	return read_python(l);
}

/* ---- the suite ---- */

static const struct { const char *name; void (*run)(void *); bool each_placement, here, shared; } groups[] = {
	{ "file", group_symbols, false, .shared = true }, { "descriptor", group_descriptor, false }, { "interface", group_interface, false },
	{ "create", group_create, false, .shared = true }, { "settings", group_config, false }, { "instances", group_instances, true },
	{ "arguments", group_arguments, true }, { "meaning", group_meaning, true }, { "cancel", group_cancel, true },
	{ "memory", group_memory, true, true }, { "host", group_host, true, true }, /* here: faults are made in this process */
};
enum { SOUND_GROUPS = 4 }; /* what ends one of these makes all others pointless */

struct job { struct place place; void (*run)(void *); };

/* in the child: data of its own each time, so that nothing depends on what ran before */
static void run_job(void *arg)
{
	struct job *j = arg;
	static char dir[PATH_MAX];

	snprintf(dir, sizeof dir, "%s/XXXXXX", j->place.subject->dir);
	if (mkdtemp(dir) == NULL || chdir(dir) != 0) /* what a plugin writes to a relative path goes there too */
		perror(dir), exit(2);
	j->place.subject->dir = dir;
	j->run(&j->place);
}

static void run_group(struct subject *s, size_t i)
{
	char name[80];
	struct job j = { .place = { .subject = s }, .run = groups[i].run };

	if (groups[i].shared && s->python != NULL) /* what only a shared object can be asked */
		return;
	for (int p = 0; p < PLACEMENTS; p++) {
		if (groups[i].each_placement && (!s->placements[p] || (groups[i].here && p == PLACE_PROCESS)))
			continue;
		snprintf(name, sizeof name, groups[i].each_placement ? "%s, %s" : "%s", groups[i].name, placement_names[p]);
		j.place.placement = (enum placement)p;
		suite_group(name, run_job, &j);
		if (!groups[i].each_placement)
			return;
	}
}

static int run_suite(struct subject *s)
{
	for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
		if ((i <= SOUND_GROUPS && suite_unsound()) || suite_hopeless()) {
			puts("# the rest is not tried: mend what was found first");
			break;
		}
		run_group(s, i);
	}
	return suite_end() > 0;
}

/* ---- a folder for its data ---- */

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

int main(int argc, char **argv)
{
	static struct line l;
	static char path[PATH_MAX], dir[PATH_MAX];
	const char *tmp = getenv("TMPDIR");

	if (!read_line(&l, argc, argv))
		return 2;
	if (l.page != NULL)
		return contract_print(l.page) ? 0 : (fprintf(stderr, "tenon-check: %s: no such interface\n", l.page), 2);
	if (realpath(l.subject.path, path) == NULL)
		return perror(l.subject.path), 2;
	l.subject.path = path;
	snprintf(dir, sizeof dir, "%s/tenon-check-XXXXXX", tmp != NULL && *tmp == '/' ? tmp : "/tmp");
	if (mkdtemp(dir) == NULL)
		return perror(dir), 2;
	l.subject.dir = dir;
	log_setup(l.console ? LOG_INFO : LOG_ERROR, false);
	signal(SIGPIPE, SIG_IGN);
	struct place p = { .subject = &l.subject };
	while (!l.subject.placements[p.placement])
		p.placement++;
	int rc = l.console ? console_run(&p) : run_suite(&l.subject);
	nftw(dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	return rc;
}
