/* SPDX-License-Identifier: Apache-2.0 */
/* where - a clause of a runs' filter as a condition on `run r`. */
#ifndef TRACKING_WHERE_H
#define TRACKING_WHERE_H

#include "filter.h"
#include "sqltext.h"

/* a clause whose key has become the store's number (0: no run has such a key) */
struct condition { const struct clause *clause; enum entity entity; int64_t word; };

/* PARKS for keys that are not cached. */
int where_resolve(struct tenon_call *, const struct clause *, struct condition *);
/* can no run meet it? */
bool where_is_never(const struct condition *);
/* may the store walk along an index of the metric's values for it? */
bool where_is_range(const struct condition *);
/* " AND ..."; `run` is the column that holds the run's number: asked of the table that leads, it spares a look at the run */
void where_add(struct sqltext *, const struct condition *, const char *run);
/* " AND <value> < ?": the clause's comparison, of a column */
void where_compare(struct sqltext *, const char *column, const struct clause *);

#endif
