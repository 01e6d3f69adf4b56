/* SPDX-License-Identifier: Apache-2.0 */
/* order - from the texts of order_by to keys. Pure, any thread. */
#ifndef TRACKING_ORDER_H
#define TRACKING_ORDER_H

#include "identifier.h"

struct order_key { struct identifier id; bool descending; };
struct order { struct order_key *v; size_t n; };
enum { ORDER_MOST = 40, ORDER_TEXT_MOST = 8192 }; /* keys of one query, bytes of one of them */

/* As written, without the keys that break ties. INVALID_ARGUMENT with MLflow's text in the pool. */
int order_parse(struct pool *, const struct grammar *, const struct tenon_strs *texts, struct order *out);

#endif
