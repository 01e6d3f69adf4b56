/* SPDX-License-Identifier: Apache-2.0 */
/* catalogue - what the server can do, as it says itself: GET /api/v1/methods. `tenon` knows no method of its own.
 *
 * Ownership  all is in the arena that it was fetched into. */
#ifndef CLI_CATALOGUE_H
#define CLI_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>
#include <tenon/row.h>

struct arena;
struct remote;

struct arg {
	const char *name, *type, *card, *dflt, *doc; /* "" when absent */
	bool required;
	const char **names;  /* of an enum */
	size_t n_names;
};

enum { MOST_WORDS = 8 };

struct method {
	const char *name, *doc, *permission, *cli;
	const char *path;                /* "/api/v1/tracking/search_runs" */
	const char *word[MOST_WORDS];    /* of `cli`: first the verb, then the positional arguments by their own names */
	size_t n_verb, n_words;
	bool takes_stream, gives_stream, writes;
	struct arg *args;
	size_t n_args;
	struct tenon_json text;          /* all that the server says of it */
};

struct catalogue { struct method *v; size_t n; struct tenon_json text; };

int catalogue_fetch(const struct remote *, struct arena *, struct catalogue *);   /* enum exit_code */
const struct method *catalogue_named(const struct catalogue *, const char *name); /* "tracking.get_run"; NULL */
/* The method whose verb the words begin with, the longest such; NULL if none. */
const struct method *catalogue_verb(const struct catalogue *, const char *const *words, size_t n);
const struct arg *method_arg(const struct method *, const char *name);            /* dashes count as underscores; NULL */
bool same_name(const char *field, const char *typed);

/* members of an object's text: "" or false when absent or of another type */
const char *member_text(struct tenon_json object, const char *name, struct arena *);
const char *value_text(struct tenon_json value, struct arena *); /* strings as they spell, others as their JSON */
bool member_true(struct tenon_json object, const char *name);

#endif
