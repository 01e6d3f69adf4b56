/* SPDX-License-Identifier: Apache-2.0 */
/* entry - the tree between YAML and structs, which the files of this folder share.
 *
 * Model    An entry is a text, a list, a mapping or nothing (null), has a key if it stands in a mapping, and knows the line
 *          it came from. Readers hang the tables that read a mapping on it, so that a wrong key can be told the right ones.
 *
 *              yaml.c --+                                    +--> section.c, value.c, source.c: structs
 *                       +--> entries (entry.c, known marks) -+--> unknown.c: what nobody had
 *              set.c  --+                                    +--> show.c: printed again
 *
 * Memory   the arena of the conf. Failure: TENON_NO_MEMORY; a NULL entry means just that. */
#ifndef CONF_ENTRY_H
#define CONF_ENTRY_H

#include "base/arena.h"
#include "conf.h"
#include "wire/shape.h"

enum { MOST_FILE = 4 << 20, MOST_ENTRIES = 10000, MOST_DEPTH = 16, MOST_TEXT = 64 << 10, MOST_MEMORY = 64 << 20 };

enum entry_kind { ENTRY_NONE, ENTRY_TEXT, ENTRY_LIST, ENTRY_MAP };

struct entry {
	struct entry *up, *first, *last, *next;
	struct reading *readings;     /* MAP: who read it */
	const char *key;              /* within its mapping; NULL in a list */
	const char *text;             /* TEXT, as it was written: ${NAME} still stands there */
	const char *value;            /* TEXT, once it was read: with its variables replaced, or what the file held */
	const char *file;             /* NULL: it was set on the command line */
	size_t line;                  /* of the file; on the command line: which override, from 1 */
	enum entry_kind kind;
	bool plain;                   /* TEXT without quotes */
	bool in_file;                 /* TEXT is the path of a file that holds the value: !file, or a key NAME_file */
	bool known;                   /* a table has it */
};

struct reading { struct reading *next; const struct shape *shape; };

/* one conf_read, kept for conf_print and for suggestions */
struct section { struct section *next; const char *path; const struct shape *shape; const void *value; };

struct conf {
	struct arena arena;
	struct entry *root;
	struct section *sections, *last_section;
	size_t n_entries;
};

struct entry *entry_new(struct conf *, enum entry_kind, const char *file, size_t line);
void entry_add(struct entry *up, struct entry *);                     /* as the last one */
void entry_take(struct entry *);                                      /* out of what it stands in */
struct entry *entry_child(const struct entry *map, const char *key, size_t n);
struct entry *entry_find(const struct conf *, const char *path);
/* the entry that gave row `i` of a shape, if any: under its name, an alias, or NAME_file for a SECRET row */
struct entry *entry_of_row(const struct entry *map, const struct shape *, uint32_t i);
int  entry_row(const struct shape *, const char *key, bool *in_file); /* the reverse: the row a key belongs to, or -1 */
void entry_mark(struct entry *);                                      /* it and all below it are known */

/* Fails with "etc/tenon.yaml:41: instances.models.placement: " in front of the text. */
int entry_fail(const struct entry *, struct err *, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
const char *entry_where(const struct entry *, char *out, size_t size); /* "etc/tenon.yaml:41", "--set" */
size_t entry_path(const struct entry *, char *out, size_t size);       /* "instances.models.labels", "models[2].name" */
bool entry_is_name(const struct entry *);                              /* a key of letters, digits, _ and - */
const char *entry_kind_name(const struct entry *);                     /* "a list" */
int conf_no_memory(struct err *);

/* a value as an error may show it: cut short, and no control characters */
struct excerpt { char text[72]; };
struct excerpt excerpt_of(const char *);

/* ---- where entries come from ---- */

/* a file's text; `text` need not end with NUL */
int yaml_read_file(struct conf *, const char *file, struct err *);
int yaml_read_text(struct conf *, const char *name, const char *text, size_t n, struct err *);
/* turns an override whose text is [a, b] or {a: 1} into the list or mapping that it spells; leaves any other entry alone */
int yaml_expand(struct conf *, struct entry *, struct err *);

int set_apply(struct conf *, const char *set, size_t number, struct err *);
int set_graft(struct conf *, const char *path, struct err *);         /* the short forms that mean this path */

/* ---- what becomes of them ---- */

int source_text(struct conf *, struct entry *, const char **out, struct err *); /* looked up once, then the same for good */
int value_read(struct conf *, const struct column *, struct entry *, void *at, struct err *);
int value_check_count(const struct column *, const struct entry *, size_t n, struct err *);

#endif
