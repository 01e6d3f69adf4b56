/* SPDX-License-Identifier: Apache-2.0 */
/* describe - a plugin's descriptor as bytes and back: the daemon knows the rows of a plugin that it never loads.
 *
 * Model      What crosses is all that is data: names, docs, the config table, method rows with their tables, routes, CLI words,
 *            permissions. Handlers, lanes and the BLOCKING flag stay behind, for calls are run where the plugin is. So do the
 *            functions of patterns: the name and the regex cross, the plugin's side checks. Offsets and sizes are laid out anew
 *            by this build, each member in a place of its own: a described table is never of the plugin's layout, and messages
 *            go by the names of rows. The bytes are msgpack, by the tables in describe_rows.h.
 * Ownership  A descriptor once unpacked lives as long as the process, as the shapes of its tables do.
 * Threads    any. describe_pack runs where the plugin is loaded.
 * Failure    In words that name what is wrong; what comes in is trusted in nothing. A description that is refused keeps no memory.
 * Not here   running the plugin to get at its descriptor; whether kind and path fit it (find.h). */
#ifndef PLUG_DESCRIBE_H
#define PLUG_DESCRIBE_H

#include <tenon/plugin.h>

struct buf;
struct err;

enum {
	DESCRIBE_BYTES_MOST = 4 << 20,
	DESCRIBE_METHODS_MOST = 4096,
	DESCRIBE_TABLES_MOST = 4096,
	DESCRIBE_ROWS_MOST = 32768,         /* of all tables; of one: SHAPE_ROWS_MOST */
	DESCRIBE_STRUCT_MOST = 1 << 20,     /* bytes of one message ... */
	DESCRIBE_STRUCTS_MOST = 16 << 20,   /* ... and of one of each table */
	DESCRIBE_DEPTH_MOST = 64,           /* tables within tables */
};

struct described {
	const struct tenon_plugin *plugin;
	size_t tables, rows, bytes;         /* how much of each it has */
	bool starts;                        /* it has a start function */
	bool dialects;                      /* it brings some, which a description cannot hold: its instances are placed in the core */
	struct described *next;             /* of all that there ever were */
};

/* Appends the description. Of dialects, which are functions that the door calls, it only says that there are some. */
int describe_pack(struct buf *, const struct tenon_plugin *, struct err *);

/* `*out` is NULL on failure. The shapes of all its tables are made, thus whatever is wrong with them has been said. */
int describe_unpack(const void *, size_t, struct described **out, struct err *);

#endif
