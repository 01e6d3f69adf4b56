/* SPDX-License-Identifier: Apache-2.0 */
/* sqltext - a query put together from fixed pieces of SQL, with its parameters in the order of their `?`.
 *
 *	sqltext_put(&q, " AND r.start_time > ?", P_I64(t));
 *
 * A value is never part of the text. Failure is sticky: add freely, sqltext_run says NO_MEMORY. */
#ifndef TRACKING_SQLTEXT_H
#define TRACKING_SQLTEXT_H

#include <tenon/iface/sql.h>
#include "pytext.h"

enum { SQLTEXT_LIST_MOST = 16384 }; /* values of one list; a store takes some 32,000 parameters in all */

struct sqltext {
	struct pytext text;
	struct sql_value *params;
	size_t n, room;
	bool failed;
};

struct sqltext sqltext_of(struct tenon_call *);
void sqltext_add(struct sqltext *, const char *piece);
void sqltext_put_n(struct sqltext *, const char *piece, const struct sql_value *, size_t n);
#define sqltext_put(q, piece, ...) \
	sqltext_put_n((q), (piece), (struct sql_value[]){ __VA_ARGS__ }, SQL__N(__VA_ARGS__))
/* "?, ?, ?" for n values, padded with the last one to a size of few, so that there are few texts */
void sqltext_list(struct sqltext *, const struct sql_value *, size_t n);
/* all of `more`, text and parameters */
void sqltext_append(struct sqltext *, const struct sqltext *more);
/* PARKS */
int sqltext_run(struct tenon_call *, const char *store, struct sql_rows *, const struct sqltext *);

#endif
