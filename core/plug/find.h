/* SPDX-License-Identifier: Apache-2.0 */
/* find - the shared objects that are plugins, and what they say of themselves.
 *
 * A plugin is DIR/<interface>/<vendor>.so; its kind is "sql/sqlite". It is opened once and never closed: its strings and
 * code may be referred to from anywhere. A file that is no plugin, or one of another ABI, is reported and left out. */
#ifndef PLUG_FIND_H
#define PLUG_FIND_H

#include "base/map.h"
#include <tenon/plugin.h>

struct err;

struct found {
	char *kind, *path;
	const struct tenon_plugin *plugin;
};

/* Looks through `dirs`, first ones first; `found` maps kind -> struct found. Reports rejects in the log. */
int  find_plugins(struct map *found, const char *const *dirs, size_t n, struct err *);
void find_free(struct map *found);

/* "/x/build/plugins" and "/x/lib/tenon/plugins" for a program at /x/build/tenond or /x/bin/tenond; `out` of PATH_MAX each */
void find_default_dirs(char built[4096], char installed[4096]);

#endif
