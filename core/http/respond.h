/* SPDX-License-Identifier: Apache-2.0 */
/* respond - answers: made first (r->response, r->status), sent when the request may be answered.
 *
 * Failure  out of memory makes no answer: the connection is cut, which a client sees as what it is. */
#ifndef HTTP_RESPOND_H
#define HTTP_RESPOND_H

#include "request.h"

/* In the words of r->dialect. `p->status` 0 = that of the code. */
void respond_problem(struct request *, struct tenon_problem *p);
void respond_error(struct request *, int code, int status, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void respond_call_error(struct request *);                        /* the call's own */
void respond_result(struct request *);                            /* the call's result as JSON */
void respond_text(struct request *, int status, const char *type, const char *text); /* text: static */
void respond_buf(struct request *, int status, const char *type, struct buf *taken);
void respond_stream(struct request *, int status, int64_t length); /* r->out; length -1 unknown */
void respond_file(struct request *, int status, int fd, int64_t offset, int64_t length); /* takes fd */
void respond_drop(struct request *);                              /* the answer that was made and not sent */
void respond_header(struct request *, const char *name, const char *value); /* to the answer that was made */

/* Hands it to libmicrohttpd with what every answer carries; false: cut the connection. */
bool respond_send(struct request *);
/* an answer that many requests share, and how to send it */
struct MHD_Response *respond_shared(const char *type, const char *text);

#endif
