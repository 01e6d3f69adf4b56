/* SPDX-License-Identifier: Apache-2.0 */
/* points - metric points on their way to the store: as it spells them, and which of them is the latest.
 *
 * NaN is (0, is_nan); infinities are ±DBL_MAX. Of two points of one key, the later is the greater by step, then
 * timestamp, then value, which is also the condition in POINT_UPSERT_LATEST. */
#ifndef TRACKING_POINTS_H
#define TRACKING_POINTS_H

#include <tenon/iface/sql.h>
#include "runref.h"

struct point { int64_t key, timestamp, step; double value; bool is_nan; };

struct point point_of(int64_t key, double value, int64_t timestamp, int64_t step);

#define POINT_METRIC_COLUMNS 6
#define POINT_INSERT_METRIC "INSERT INTO metric (run, key, timestamp, step, value, is_nan) VALUES (?, ?, ?, ?, ?, ?)" \
	" ON CONFLICT DO NOTHING"
void point_metric(struct sql_value to[POINT_METRIC_COLUMNS], const struct runref *, const struct point *);

#define POINT_LATEST_COLUMNS 7
#define POINT_UPSERT_LATEST "INSERT INTO latest_metric (run, key, experiment, value, is_nan, timestamp, step)" \
	" VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (run, key) DO UPDATE SET value = excluded.value, is_nan = excluded.is_nan," \
	" timestamp = excluded.timestamp, step = excluded.step WHERE (excluded.step, excluded.timestamp, excluded.value)" \
	" > (latest_metric.step, latest_metric.timestamp, latest_metric.value)"
void point_latest(struct sql_value to[POINT_LATEST_COLUMNS], const struct runref *, const struct point *);

/* By key, the latest of each key last. */
void points_sort(struct point *, size_t n);

/* INVALID_ARGUMENT, in MLflow's words, for a time before 1970; `parameter` is its name in the request. */
int points_check_time(struct tenon_call *c, const char *parameter, int64_t timestamp, const char *key, double value);

#endif
