/* SPDX-License-Identifier: Apache-2.0 */
/* cors - which hosts are answered, and which other sites' pages may call: the rules of MLflow's server from 3.5 on.
 *
 * A Host header that is not on the list means that a page rebound a name to this machine (DNS rebinding). A page of another
 * origin may read only when it is listed, and may change nothing unless it is listed or local.
 *
 * Source   MLflow 3.18 server/security_utils.py, fastapi_security.py; Fetch standard (CORS protocol). */
#ifndef HTTP_CORS_H
#define HTTP_CORS_H

#include "route.h"
#include <tenon/row.h>

struct cors {
	const struct tenon_strs *hosts, *origins; /* of the configuration */
	bool any_host, any_origin;
};

void cors_init(struct cors *, const struct tenon_strs *hosts, const struct tenon_strs *origins);
bool cors_host_allowed(const struct cors *, const char *host);            /* host may be NULL */
bool cors_origin_allowed(const struct cors *, const char *origin);        /* may read answers */
bool cors_blocks(const struct cors *, const char *origin, enum verb);     /* may not send this; origin may be NULL */

extern const char cors_host_refused[], cors_origin_refused[];             /* bodies of the 403s */

#endif
