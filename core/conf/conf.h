/* SPDX-License-Identifier: Apache-2.0 */
/* conf - the configuration: a YAML file and --set overrides, decoded into structs by the tables that plugins use.
 *
 * Model    The file becomes a tree of nodes, each with file, line and text; --set adds or replaces nodes. conf_read decodes
 *          one mapping by a table and marks what it knew; conf_finish complains about what nobody knew. YAML's own guesses
 *          never matter: the tables give the types.
 * Errors   name file, line, key, what was expected, and the nearest valid word.
 * Memory   strings in what was read live until conf_close. One thread. */
#ifndef CONF_CONF_H
#define CONF_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <tenon/row.h>

struct buf;
struct conf;
struct err;

/* `file` NULL: no file. `sets`: "key.of.it=value"; "sql.trace=x" is short for instances.sql.trace where no section is
 * called sql. */
int  conf_open(struct conf **, const char *file, const char *const *sets, size_t n, struct err *);
void conf_close(struct conf *);

/* `path` "" = the top, "http", "instances.sql". Absent sections give the defaults. May be read more than once. */
int    conf_read(struct conf *, const char *path, const struct tenon_table *, void *out, struct err *);
size_t conf_children(struct conf *, const char *path, const char **names, size_t most); /* in the order of the file */
int    conf_finish(struct conf *, struct err *);

void conf_print(struct conf *, struct buf *);                                         /* what is in force, as YAML */
void conf_doc(struct buf *, const char *title, const struct tenon_table *);           /* a Markdown table of a section */

#endif
