/* SPDX-License-Identifier: Apache-2.0 */
/* pairs - a map as one text, a line each: "name<tab>value\n". Neither has control characters (notify_check). */
#ifndef NOTIFY_PAIRS_H
#define NOTIFY_PAIRS_H

#include <tenon/plugin.h>

char *pairs_join(struct tenon_call *, const struct tenon_map *);                   /* NULL when out of memory */
int   pairs_split(struct tenon_call *, const char *text, struct tenon_map *out);   /* NO_MEMORY */

#endif
