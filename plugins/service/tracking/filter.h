/* SPDX-License-Identifier: Apache-2.0 */
/* filter - from the text of a filter to clauses that must all hold.
 *
 * Two steps, because MLflow reads order_by between them: filter_parse knows identifiers and the types of values,
 * filter_check which comparisons an identifier allows. Errors are INVALID_ARGUMENT with MLflow's text in the pool.
 * Pure, any thread. */
#ifndef TRACKING_FILTER_H
#define TRACKING_FILTER_H

#include "identifier.h"

enum compare { CMP_OTHER, CMP_EQ, CMP_NE, CMP_GT, CMP_GE, CMP_LT, CMP_LE, CMP_LIKE, CMP_ILIKE, CMP_IN, CMP_NOT_IN,
	CMP_IS_NULL, CMP_IS_NOT_NULL };

struct clause {
	struct identifier id;
	enum compare compare;      /* CMP_OTHER never survives filter_check */
	const char *sign;          /* as it was spelled */
	enum { VALUE_NONE, VALUE_I64, VALUE_F64, VALUE_TEXT, VALUE_LIST } type;
	union { int64_t i; double f; const char *text; struct tenon_strs list; };
};
struct filter { struct clause *v; size_t n; };

int filter_parse(struct pool *, const struct grammar *, const char *text, struct filter *out);
int filter_check(struct pool *, const struct grammar *, const struct filter *);

#endif
