/* SPDX-License-Identifier: Apache-2.0 */
/* pair - one message as two builds of an SDK declare it: with OLD, as it was; without, reordered and grown. */
#include <tenon/plugin.h>

#define POINT_OLD(F, S) F(S, const char *, key) F(S, double, value)
#define POINT_NEW(F, S) F(S, bool, is_late) F(S, double, value) F(S, int64_t, weight, .dflt = "7") F(S, const char *, key)
#define ARGS_OLD(F, S) F(S, const char *, name) F(S, struct point_list, points, TENON_MANY(point)) F(S, int64_t, n)
#define ARGS_NEW(F, S) \
	F(S, int64_t, fresh, .dflt = "3") F(S, int64_t, n) F(S, struct point_list, points, TENON_MANY(point)) F(S, struct point, first, TENON_SUB(point)) \
	F(S, const char *, name)
#define RESULT_OLD(F, S) F(S, const char *, text) F(S, double, sum)
#define RESULT_NEW(F, S) F(S, int64_t, extra) F(S, double, sum) F(S, const char *, text) F(S, bool, ok)

#ifdef OLD
TENON_MESSAGE(point, POINT_OLD);
TENON_MESSAGE(args, ARGS_OLD);
TENON_MESSAGE(result, RESULT_OLD);
#else
TENON_MESSAGE(point, POINT_NEW);
TENON_MESSAGE(args, ARGS_NEW);
TENON_MESSAGE(result, RESULT_NEW);
#endif
