/* SPDX-License-Identifier: Apache-2.0 */
/* find - the files that are plugins, and what they say of themselves.
 *
 * A plugin is DIR/<interface>/<vendor>.so; its kind is "sql/sqlite". It is opened once and never closed: its strings and
 * code may be referred to from anywhere. A plugin in Python is DIR/<interface>/<vendor>.py; it is only ever described, wherever it
 * lies. A file that is no plugin, or one of another ABI, is reported and left out. */
#ifndef PLUG_FIND_H
#define PLUG_FIND_H

#include "base/map.h"
#include "trust.h"
#include <tenon/plugin.h>

struct err;

struct found {
	char *kind, *path;                /* path: what is loaded, a copy where trust.h asks for one */
	char *origin;                     /* where it was found */
	const struct tenon_plugin *plugin;
	char *python;                     /* the interpreter of a plugin in Python; otherwise NULL */
	bool shipped;                     /* lies beside this program: built or installed with it */
	bool loaded;                      /* into this process; otherwise only described, without handlers */
	bool dialects;                    /* it brings some, which a description cannot hold */
	bool lazy;                        /* it has nothing to do before its first call: no start function */
};

/* `shipped`: it holds what comes with tenond and is loaded at once */
struct find_dir { const char *path; bool shipped; };

struct find_conf {
	const struct find_dir *dirs;      /* first ones first */
	size_t n;
	const char *python;               /* the interpreter, "" for the first python3 of PATH */
	struct trust trust;               /* in what lies elsewhere, which is only described, by a process of its own */
};

/* `found` maps kind -> struct found. Reports rejects in the log. */
int  find_plugins(struct map *found, const struct find_conf *, struct err *);
/* What the file at `path` says of itself now; NULL on failure. It is as `kind`, or refused. `python`: what runs it, or NULL. */
struct described;
const struct described *find_describe(const char *path, const char *kind, const char *python, struct err *);
/* Loads one that was only described into this process; UNSUPPORTED for Python. */
int  find_load(struct found *, struct err *);
/* The descriptor of the file at `path`, loaded into this process; `kind` NULL: whatever it calls itself. NULL on failure. */
const struct tenon_plugin *find_open(const char *path, const char *kind, struct err *);
void find_free(struct map *found);

enum { FIND_DEFAULTS = 3 };
/* For a program at /x/build/tenond or /x/bin/tenond: what comes with it (/x/build/plugins, /x/lib/tenon/plugins), then what others
 * installed (/x/lib/tenon/vendor), which can thus not take a shipped one's place. `rooms`: of the paths. */
void find_default_dirs(struct find_dir dirs[FIND_DEFAULTS], char rooms[FIND_DEFAULTS][4096]);
void find_host_program(char path[4096]); /* tenon-host, beside this program */

#endif
