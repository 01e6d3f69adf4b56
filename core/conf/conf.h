/* SPDX-License-Identifier: Apache-2.0 */
/* conf - the configuration: a YAML file and --set overrides, decoded into structs by the field tables that plugins use.
 *
 * Model    The file becomes a tree of entries, each of which knows where it stood; overrides add or replace entries.
 *          conf_read decodes one mapping by one table and marks the keys that the table has; several tables may read the
 *          same mapping. conf_finish complains about the first key that no table had. YAML's own guesses («no» is false)
 *          never matter: the tables give the types.
 * Units    An int64_t row with .label "bytes" or "bytes/s" takes sizes (64MiB, 10k), "ms" and "s" take times (4ms, 2m).
 * Errors   name file, line, key, what was expected, and the nearest valid word. Values of SECRET rows are never shown.
 * Memory   what was read points into the conf and is valid until conf_close.
 * Threads  one at a time. */
#ifndef CONF_CONF_H
#define CONF_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <tenon/row.h>

struct buf;
struct conf;
struct err;

/* `file` NULL: no file. `sets`: "section.key=value", later ones win; "sql.trace=x" is short for "instances.sql.trace=x"
 * where no section is called sql. On failure *out is NULL. */
int  conf_open(struct conf **out, const char *file, const char *const *sets, size_t n, struct err *);
void conf_close(struct conf *);

/* `path`: "" = the top, "http", "instances.sql". A section that is absent gives the defaults. Read the sections of the
 * top before the instances, so that the short form of overrides can tell the two apart. */
int    conf_read(struct conf *, const char *path, const struct tenon_table *, void *out, struct err *);
bool   conf_has(struct conf *, const char *path);       /* is it there, and not null? */

/* The keys of a mapping in the order of the file, at most `most` of them; returns how many. Only words of letters, digits,
 * _ and - are given: about any other key conf_finish complains. */
size_t conf_children(struct conf *, const char *path, const char **names, size_t most);

/* "etc/tenon.yaml:41", "--set" or "default": where the value at `path` was given, for the reader's own errors */
const char *conf_where(struct conf *, const char *path, char *out, size_t size);

int  conf_finish(struct conf *, struct err *);

/* What is in force, as YAML that reads back to the same values: every row that was read, with its doc and where it came
 * from. SECRET values are printed as ***. */
void conf_print(struct conf *, struct buf *);

/* a Markdown table of a section, for docs/configuration.md */
void conf_doc(struct buf *, const char *title, const struct tenon_table *);

#endif
