/* SPDX-License-Identifier: Apache-2.0 */
/* outflow - an answer that is more than one message: a list printed while it is made (EMIT), a stream of bytes, a file.
 *
 * Model    The handler's side describes (on_content) and fills (on_emit, stream_write); the loop's side starts to send at the
 *          first bytes that leave the buffer, and pumps. Short lists never become a stream.
 * Threads  `conditions`, `span`, `status` and `buf` are the handler's until its call ended or the stream's lock handed bytes over. */
#ifndef HTTP_OUTFLOW_H
#define HTTP_OUTFLOW_H

#include "base/buf.h"
#include "loop/loop.h"
#include <tenon/plugin.h>

#include <stdatomic.h>
#include <sys/types.h>

struct call;
struct gzip;
struct request;
struct stream;

/* the headers that decide which part of a content is wanted, or where a stream goes on; NULL: absent */
struct conditions { const char *if_none_match, *if_modified_since, *if_range, *range, *last_event_id; bool head; };

struct outflow {
	struct conditions conditions;
	bool described;               /* on_content was asked */
	int status;                   /* 200, 206, 304, 416 */
	struct tenon_span span;
	struct buf buf;               /* EMIT: printed, not sent yet */
	bool begun;                   /* EMIT: the head is printed */
	bool flowing;                 /* EMIT: more than the buffer holds went into the stream */
	size_t sent;                  /* of buf, by the pump */
	bool packs;                   /* EMIT: the client takes gzip */
	struct gzip *gzip;
	struct task task;             /* on its way to the loop: there is something to send, or room */
	atomic_bool posted;
};

int  outflow_open(struct request *);                 /* before the call is submitted */
void outflow_free(struct outflow *);
void outflow_stir(void *request);                    /* any thread: its streams moved */

/* the loop's side */
bool outflow_answer(struct request *);               /* the call ended, nothing was sent: makes the answer, if it is one of this kind */
void outflow_finish(struct request *);               /* the call ended while its answer was being sent */
void outflow_lost(struct request *);                 /* nobody takes the rest */
ssize_t outflow_pump(struct request *, char *to, size_t room); /* bytes; 0 none now, -1 the end, -2 failed */

#endif
