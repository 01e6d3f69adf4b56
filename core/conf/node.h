/* SPDX-License-Identifier: Apache-2.0 */
/* node - the tree between YAML and structs; the files of this folder share it. */
#ifndef CONF_NODE_H
#define CONF_NODE_H

#include "base/arena.h"
#include "conf.h"

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };

struct node_value {
	enum node_kind kind;
	const char *key;              /* within its mapping */
	const char *text;             /* SCALAR */
	const char *file;             /* "--set" for an override */
	size_t line;
	bool known;                   /* somebody read it */
	struct node_value *first, *last, *next, *up;
};

struct section { struct section *next; const char *path; const struct tenon_table *table; const void *value; };

struct conf {
	struct arena arena;
	struct node_value *root;
	struct section *sections, *last_section;  /* as they were read, for conf_print and for suggestions */
};

int  yaml_read(struct conf *, const char *file, struct err *);        /* yaml.c */
int  set_apply(struct conf *, const char *set, struct err *);         /* set.c */
struct node_value *node_new(struct conf *, enum node_kind, const char *file, size_t line);
void node_add(struct node_value *up, struct node_value *);
struct node_value *node_child(const struct node_value *, const char *key, size_t n);
struct node_value *node_find(const struct conf *, const char *path);
const char *node_where(const struct node_value *, char out[300]);     /* "etc/tenon.yaml:41" */
const char *node_path(const struct node_value *, char out[300]);      /* "instances.sql.trace" */

#endif
