/* SPDX-License-Identifier: Apache-2.0 */
/* walk - along the points of one metric of one run, portion by portion, in the order of timestamp, step, value.
 *
 * That is the order of the table itself: a portion is one short walk along its primary key, begun behind a point. */
#ifndef TRACKING_WALK_H
#define TRACKING_WALK_H

#include <math.h>
#include <tenon/iface/sql.h>

enum { WALK_PORTION = 500 };

struct walk_point { int64_t timestamp, step; double value; int64_t is_nan; };
#define WALK_COLUMNS "timestamp, step, value, is_nan"

struct walk {
	struct tenon_call *c;
	int64_t run, word;
	struct walk_point last;    /* begin behind this one ... */
	bool begun;                /* ... if this is set */
};

/* Finds the run and the metric's key. `*none`: there is no such run or key, so no points, which is no error. PARKS. */
int walk_begin(struct walk *, const char *run_id, const char *key, bool *none);
/* The next points, at most `most`. The caller takes them with walk_point(), in order. PARKS. */
int walk_next(struct walk *, size_t most, struct sql_rows *);

static inline struct walk_point walk_point(const struct sql_rows *rows, size_t i)
{
	return (struct walk_point){ sql_i64(rows, i, 0), sql_i64(rows, i, 1), sql_f64(rows, i, 2), sql_i64(rows, i, 3) };
}
static inline double walk_value(const struct walk_point *p) { return p->is_nan ? NAN : p->value; }

#endif
