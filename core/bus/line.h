/* SPDX-License-Identifier: Apache-2.0 */
/* line - one nng context and one operation on it at a time: send a message, then wait for the next one.
 *
 * Model    a REQ line sends a question and receives its answer; a REP line receives a question and sends its answer. Either
 *          way a send is followed by a receive, so one state machine serves both.
 *
 *	line_send -> sending -> receiving -> got(line, 0 or nng's error)          line_receive -> receiving -> got
 *
 * Threads  `got` runs on a thread of nng's: it may enqueue and wake, no more. The rest: whoever owns the line.
 * Ownership  line_send takes the message, also on failure. `msg` is the line's until the owner takes it.
 * Not here what the messages say (frame.h). */
#ifndef BUS_LINE_H
#define BUS_LINE_H

#include <nng/nng.h>
#include <stdatomic.h>
#include <stdbool.h>

struct buf;
struct err;

struct line {
	nng_ctx ctx;
	nng_aio *aio;
	nng_msg *msg;             /* what was received */
	atomic_bool sending;
	atomic_int *waiting;      /* counts those that wait for a message; may be NULL */
	void (*got)(struct line *, int error);
};

int  line_open(struct line *, nng_socket, void (*got)(struct line *, int error)); /* 0 or an error of nng's */
void line_close(struct line *);              /* ends what it waits for; `got` is not called any more */
void line_receive(struct line *);
void line_send(struct line *, nng_msg *);
void line_drop(struct line *);               /* frees `msg` */

/* the bytes of a buffer as a message, NULL when out of memory; the buffer is emptied */
nng_msg *line_message(struct buf *);

#endif
