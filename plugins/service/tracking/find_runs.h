/* SPDX-License-Identifier: Apache-2.0 */
/* find_runs - the numbers of the runs that a search means, in its order, one page of them.
 *
 * Narrow queries that an index serves where one can; whole runs are loaded afterwards (load_runs.h). */
#ifndef TRACKING_FIND_RUNS_H
#define TRACKING_FIND_RUNS_H

#include "filter.h"
#include "order.h"
#include "page.h"

enum { FIND_CLAUSES_MAX = 200, FIND_KEYS_MAX = ORDER_MOST };

struct find {
	const int64_t *experiments;
	size_t n_experiments;
	int64_t view;              /* enum view_type */
	const struct filter *filter;
	const struct order *order;
	const struct page *page;
	size_t limit;
};

struct found {
	int64_t *ids;
	size_t n;                  /* at most the limit */
	const struct sql_value *last; /* sort keys of the last one, if there are more behind it; else NULL */
	size_t n_keys;
};

/* PARKS. INVALID_ARGUMENT if the page is of another query. */
int find_runs(struct tenon_call *, const struct find *, struct found *);

#endif
