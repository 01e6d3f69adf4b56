/* SPDX-License-Identifier: Apache-2.0 */
/* args - the command line: options that every command takes, and the arguments of a method by its row.
 *
 * Model    options_take lifts the common options out of argv, wherever they stand; what is left are words and the method's own
 *          options, which args_read matches with the row once the server has told it.
 * Failure  EXIT_USAGE, after complaining with what was probably meant. */
#ifndef CLI_ARGS_H
#define CLI_ARGS_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct arg;
struct method;

struct options {
	const char *server;    /* NULL: not given */
	const char *output, *input, *columns; /* NULL */
	long timeout_ms;
	bool json, all, help, version, literal; /* literal: a "--" came; behind it all are words */
	const char **rest;     /* what was no common option, in order */
	size_t n_rest, n_open; /* of them, before the "--" */
};

struct option_row { const char *name, *value, *doc; char letter; }; /* value: what to call it, NULL = a switch */
extern const struct option_row common_options[]; /* ends with name NULL */

int options_take(struct options *, int argc, char **argv, struct arena *);

/* One value for a field. `raw`: JSON text as it is. */
struct given { const struct arg *arg; const char *value; bool raw; };

struct args {
	struct given *v;
	size_t n;
	const char *file;      /* what a streaming verb moves: the word behind its positionals; NULL */
};

enum args_style { ARGS_VERB, ARGS_CALL }; /* words are positionals, or k=v */

/* reads `o->rest` from `from` on */
int args_read(struct args *, const struct method *, const struct options *, size_t from, enum args_style, struct arena *);

#endif
