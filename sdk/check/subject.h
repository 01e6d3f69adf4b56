/* SPDX-License-Identifier: Apache-2.0 */
/* subject - the plugin that is looked at, and how: what the command line said. */
#ifndef CHECK_SUBJECT_H
#define CHECK_SUBJECT_H

#include <stddef.h>
#include <tenon/plugin.h>

enum { SETTINGS_MOST = 64 };

enum placement { PLACE_INLINE, PLACE_THREAD, PLACE_PROCESS, PLACEMENTS };
extern const char *const placement_names[PLACEMENTS];

struct subject {
	const char *path;
	const char *python;                  /* what runs it, if it is a .py: it is described, and runs in placement process alone; NULL */
	const char *settings[SETTINGS_MOST]; /* "name=value", as --config gives them */
	size_t n_settings;
	const char *args[SETTINGS_MOST];     /* "METHOD={json}": what --args knows of good arguments */
	size_t n_args;
	const char *needs[SETTINGS_MOST];    /* "sql=/path/sqlite.so": instances that --with gives beside it */
	size_t n_needs;
	bool placements[PLACEMENTS];         /* which to try */
	const char *dir;                     /* a temporary folder */
	/* in a process that loaded it, or asked it what it is */
	void *so;
	const struct tenon_plugin *plugin;
};

/* NULL, or why it cannot be loaded */
const char *subject_load(struct subject *);
/* the good arguments of a method, or NULL */
const char *subject_args(const struct subject *, const char *method);

#endif
