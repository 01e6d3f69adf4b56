/* SPDX-License-Identifier: Apache-2.0 */
/* options - getopt_long, with a word about what was probably meant. */
#include "options.h"
#include "base/text.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

static const struct option longs[] = {
	{ "listen", required_argument, NULL, 'l' }, { "data", required_argument, NULL, 'd' }, { "config", required_argument, NULL, 'c' },
	{ "set", required_argument, NULL, 's' }, { "check-config", no_argument, NULL, 'k' }, { "print-config", no_argument, NULL, 'p' },
	{ "print-config-doc", no_argument, NULL, 'D' }, { "version", no_argument, NULL, 'v' }, { "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

void options_help(void)
{
	puts("tenond - the Tenon daemon\n\n"
	     "  tenond [--listen ADDR:PORT] [--data DIR] [--config FILE] [--set KEY=VALUE]...\n\n"
	     "  --listen ADDR:PORT   where to serve; port 0 = a free one, which is printed (127.0.0.1:5500)\n"
	     "  --data DIR           where everything is kept (./tenon-data)\n"
	     "  --config FILE        a YAML file; docs/configuration.md\n"
	     "  --set KEY=VALUE      one key of it: --set log.level=debug --set instances.sql.group_ms=2\n"
	     "  --check-config       read it, say what is wrong, and end: 0 fine, 1 not\n"
	     "  --print-config       the configuration in force, with defaults, as YAML\n"
	     "  --version, --help\n\n"
	     "Everything works with none of them. SIGTERM ends it gracefully.");
}

static void say_unknown(const char *word)
{
	const char *names[sizeof longs / sizeof *longs];
	size_t n = 0;

	for (const struct option *o = longs; o->name != NULL; o++)
		names[n++] = o->name;
	const char *near = strncmp(word, "--", 2) == 0 ? text_nearest(word + 2, names, n) : NULL;
	fprintf(stderr, "tenond: %s: no such option%s%s; see tenond --help\n", word, near != NULL ? "; did you mean --" : "",
	        near != NULL ? near : "");
}

static int add_set(struct options *o, const char *set)
{
	if (o->n_sets == MOST_SETS)
		return fprintf(stderr, "tenond: more than %d --set\n", MOST_SETS), -1;
	o->sets[o->n_sets++] = set;
	return 0;
}

static int add_short(struct options *o, int which, const char *key, const char *value)
{
	char *text = o->short_forms[which];

	if (snprintf(text, sizeof o->short_forms[0], "%s=%s", key, value) >= (int)sizeof o->short_forms[0])
		return fprintf(stderr, "tenond: --%s: too long\n", key), -1;
	return add_set(o, text);
}

int options_read(struct options *o, int argc, char **argv)
{
	int c;

	memset(o, 0, sizeof *o);
	opterr = 0;
	while ((c = getopt_long(argc, argv, ":", longs, NULL)) != -1) {
		switch (c) {
		case 'l': if (add_short(o, 0, "listen", optarg) != 0) return -1; break;
		case 'd': if (add_short(o, 1, "data", optarg) != 0) return -1; break;
		case 'c': o->config = optarg; break;
		case 's': if (add_set(o, optarg) != 0) return -1; break;
		case 'k': o->what = CHECK_CONFIG; break;
		case 'p': o->what = PRINT_CONFIG; break;
		case 'D': o->what = PRINT_CONFIG_DOC; break;
		case 'v': o->what = PRINT_VERSION; break;
		case 'h': o->what = PRINT_HELP; break;
		case ':': fprintf(stderr, "tenond: %s needs a value; see tenond --help\n", argv[optind - 1]); return -1;
		default: say_unknown(argv[optind - 1]); return -1;
		}
	}
	if (optind < argc)
		return fprintf(stderr, "tenond: %s: tenond takes options only; see tenond --help\n", argv[optind]), -1;
	return 0;
}
