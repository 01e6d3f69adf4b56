/* SPDX-License-Identifier: Apache-2.0 */
/* admission - the checks that a request passes before anything is done for it. Each returns false when it made the answer
 * that refuses it. */
#ifndef HTTP_ADMISSION_H
#define HTTP_ADMISSION_H

#include <stdbool.h>

struct request;

/* Is it one request for every reader, and within the lengths? Reads headers and trace. A refused one closes its connection. */
bool admission_form(struct request *, const char *method, const char *target, const char *version);
/* Has libmicrohttpd room left for the headers of an answer? Otherwise it is answered past it, and the connection is to be cut. */
bool admission_room(struct request *);
bool admission_site(struct request *);  /* host and origin */
bool admission_body(struct request *);  /* length and coding, once the route is known */

#endif
