/* SPDX-License-Identifier: Apache-2.0 */
/* body - a request's body collected into memory, unpacked on the way, under the door's limits.
 * A failure has made the answer (respond_error) when it is returned. */
#ifndef HTTP_BODY_H
#define HTTP_BODY_H

#include <stdbool.h>
#include <stddef.h>

struct request;

bool body_open(struct request *);                        /* false: a Content-Encoding that is not known */
bool body_add(struct request *, const char *, size_t n);
bool body_end(struct request *);
void body_release(struct request *);                     /* its share of http.body_memory is free again */
void body_free(struct request *);

#endif
