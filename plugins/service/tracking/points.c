/* SPDX-License-Identifier: Apache-2.0 */
/* points - spelling and order. Of a NaN and a 0 that are equally late, either may count as the latest. */
#include "points.h"
#include "pytext.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

struct point point_of(int64_t key, double value, int64_t timestamp, int64_t step)
{
	struct point p = { .key = key, .timestamp = timestamp, .step = step, .value = value, .is_nan = isnan(value) };
	if (p.is_nan)
		p.value = 0;
	else if (isinf(value))
		p.value = value > 0 ? DBL_MAX : -DBL_MAX;
	return p;
}

void point_metric(struct sql_value to[POINT_METRIC_COLUMNS], const struct runref *ref, const struct point *p)
{
	to[0] = P_I64(ref->run);
	to[1] = P_I64(p->key);
	to[2] = P_I64(p->timestamp);
	to[3] = P_I64(p->step);
	to[4] = P_F64(p->value);
	to[5] = P_I64(p->is_nan);
}

void point_latest(struct sql_value to[POINT_LATEST_COLUMNS], const struct runref *ref, const struct point *p)
{
	to[0] = P_I64(ref->run);
	to[1] = P_I64(p->key);
	to[2] = P_I64(ref->experiment);
	to[3] = P_F64(p->value);
	to[4] = P_I64(p->is_nan);
	to[5] = P_I64(p->timestamp);
	to[6] = P_I64(p->step);
}

static int compare(const void *left, const void *right)
{
	const struct point *a = left, *b = right;
	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	if (a->step != b->step)
		return a->step < b->step ? -1 : 1;
	if (a->timestamp != b->timestamp)
		return a->timestamp < b->timestamp ? -1 : 1;
	return a->value < b->value ? -1 : a->value > b->value;
}

void points_sort(struct point *v, size_t n)
{
	qsort(v, n, sizeof *v, compare);
}

int points_check_time(struct tenon_call *c, const char *parameter, int64_t timestamp, const char *key, double value)
{
	if (timestamp >= 0)
		return TENON_OK;
	struct pytext spelled = pytext_of(c);
	pytext_float(&spelled, value);
	return tenon_fail(c, TENON_INVALID_ARGUMENT, "Invalid value %lld for parameter '%s' supplied: metric '%s' (value=%s). Timestamp "
	                  "must be a nonnegative long (64-bit integer) ", (long long)timestamp, parameter, key, pytext_text(&spelled));
}
