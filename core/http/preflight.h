/* SPDX-License-Identifier: Apache-2.0 */
/* preflight - what OPTIONS answers: a browser's question before a cross-origin request, or which verbs a path has. */
#ifndef HTTP_PREFLIGHT_H
#define HTTP_PREFLIGHT_H

#include <stdbool.h>

struct request;

/* `found`: what route_find said. Makes the answer, unless the path is unknown. */
bool preflight_answer(struct request *, int found);
void preflight_verbs(unsigned allowed, char out[80]); /* "GET, HEAD, OPTIONS" */

#endif
