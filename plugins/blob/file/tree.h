/* SPDX-License-Identifier: Apache-2.0 */
/* tree - objects as files below one root folder, reached segment by segment and never through a symbolic link.
 *
 * All functions block: they run on a worker. They return 0 or a negative error code, with errno telling why where the
 * system failed (errno 0: it did not). */
#ifndef FILE_TREE_H
#define FILE_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tree_entry { char *name; bool is_dir; int64_t size; };

/* Opens the folder that holds the last segment of `key`, whose name goes to `leaf`. `make`: missing folders are made,
 * durably. Returns the descriptor, or < 0. */
int tree_open_parent(int root, const char *key, bool make, char leaf[256]);
int tree_open_object(int root, const char *key);  /* for reading; NOT_FOUND if it is none */

/* Direct children, sorted by name, in one malloc'd block. A key that is no folder has none. */
int tree_list(int root, const char *prefix, struct tree_entry **entries, size_t *n);

/* Removes the object, or all below the prefix. */
int tree_delete(int root, const char *key, int64_t *deleted);

int tree_code(int errnum);   /* error code of an errno */

#endif
