/* SPDX-License-Identifier: Apache-2.0 */
/* search - the handlers of searching and of metric histories. */
#ifndef TRACKING_SEARCH_H
#define TRACKING_SEARCH_H

#include "messages.h"

enum { SEARCH_MOST = 50000, HISTORY_MOST = 25000, HISTORY_RUNS_MOST = 100, INTERVAL_MOST = 2500 };

/* search_runs.c */
int search_runs(struct tenon_call *, const struct search_runs_args *, struct search_runs_result *);

/* search_experiments.c */
int search_experiments(struct tenon_call *, const struct search_experiments_args *, struct search_experiments_result *);

/* history.c */
int get_history(struct tenon_call *, const struct get_history_args *, struct get_history_result *);

/* history_bulk.c */
int get_history_bulk(struct tenon_call *, const struct get_history_bulk_args *, struct get_history_bulk_result *);
int get_history_bulk_interval(struct tenon_call *, const struct get_history_bulk_interval_args *,
                              struct get_history_bulk_interval_result *);

#endif
