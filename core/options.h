/* SPDX-License-Identifier: Apache-2.0 */
/* options - the command line of tenond. */
#ifndef CORE_OPTIONS_H
#define CORE_OPTIONS_H

#include <stddef.h>

enum { MOST_SETS = 128 };

struct options {
	const char *config;          /* --config FILE */
	const char *sets[MOST_SETS]; /* --set key=value, and the options that are short for one */
	size_t n_sets;
	char short_forms[2][4200];   /* what --listen and --data stand for */
	enum { RUN, CHECK_CONFIG, PRINT_CONFIG, PRINT_CONFIG_DOC, PRINT_VERSION, PRINT_HELP } what;
};

/* 0, or -1 after saying on stderr what was wrong */
int  options_read(struct options *, int argc, char **argv);
void options_help(void);

#endif
