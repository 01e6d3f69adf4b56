/* SPDX-License-Identifier: Apache-2.0 */
/* cell - JSON values as people read them: an object becomes named cells, a time becomes a date. */
#ifndef CLI_CELL_H
#define CLI_CELL_H

#include <stdbool.h>
#include <stddef.h>
#include <tenon/row.h>

struct arena;
struct buf;

/* What a value looks like in one cell. `name` is its path; fields named *time* or timestamp in unix ms become local time,
 * {key, value} items become key=value. */
void cell_add(struct buf *, const char *name, struct tenon_json value, struct arena *);

/* Each value below an object, with its path ("info.run_id"). `deep`: arrays are walked too, {key, value} items by their key,
 * others by their index; otherwise an array is one value. */
void cell_walk(struct tenon_json object, bool deep, struct arena *,
               void (*each)(void *arg, const char *path, struct tenon_json value), void *arg);

#endif
