/* SPDX-License-Identifier: Apache-2.0 */
/* hub - the core's end of the bus between processes: one REP socket that hosts dial, and the lines on which they ask.
 *
 * Model    A line holds one question of a host until it is answered. Some stay parked (an ask, a read of a slow sender), so
 *          there are always a few more that receive: a host never blocks another.
 * Threads  the hub's loop; nng's threads only enqueue a line and wake it.
 * Ownership  a line that was given away (parked, or with a call that runs) comes back by hub_answer or hub_recycle.
 * Failure  an answer to a host that died is lost without a word, so only a removed pipe decides what became of a call. */
#ifndef BUS_HUB_H
#define BUS_HUB_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/list.h"
#include "frame.h"
#include "line.h"
#include "loop/loop.h"

#include <stdatomic.h>

struct bus;
struct call;
struct err;
struct peer;
struct remote;
struct removed;

struct hub_line {
	struct line line;
	struct task task;            /* a question came */
	struct node node;            /* remote's asks, or a slot's parts */
	struct hub *hub;
	struct peer *peer;           /* who asked; held */
	struct frame frame;          /* what is asked, while a fiber works on it */
	uint32_t pipe;               /* who asked, by nng's name */
	size_t held;                 /* bytes of the question, counted in peer->held */
	int64_t id, seq;             /* PART: where its bytes belong */
	struct call *up, *parent;    /* UP: the call that runs for it, and the root that it belongs to (held; may be NULL) */
	struct node up_node;         /* of the hub's ups */
};

struct hub {
	struct bus *bus;
	struct loop *loop;
	nng_socket socket;
	char address[128];           /* "ipc:///run/…/bus" */
	struct list remotes, peers;  /* peers: all that are expected or there */
	struct list ups;             /* lines whose UP call runs */
	atomic_int receiving;        /* lines that wait for a question; one that sends to a host that does not read is none of them */
	struct hub_line **lines;
	size_t n_lines, room_lines;
	struct buf out;              /* the answer that is being built */
	struct arena scratch;        /* of one question */
	struct timer *sweep;
	struct task flush;           /* at the end of the turn: what is queued goes to who asked */
	bool flush_soon;
	_Atomic(struct removed *) removed; /* pipes that are gone, and not looked at yet */
	struct task gone;            /* there are some */
	int64_t complained;          /* ns: when the log last had a stranger */
};

int  hub_open(struct hub **, struct bus *, struct loop *, const char *path, struct err *); /* a unix socket at `path`, mode 0600 */
void hub_close(struct hub *);                     /* on the loop, or when it has ended; after all peers */

void hub_add_remote(struct hub *, struct remote *);
void hub_flush_soon(struct hub *);                /* calls or asks have come */
struct buf *hub_begin(struct hub *, enum frame_kind, uint32_t items); /* an empty answer; the items follow */
void hub_answer(struct hub_line *);               /* with what was built; the line receives again */
void hub_answer_ok(struct hub_line *, int code, const char *text);
void hub_forget(struct hub_line *);               /* the question, which was read; its answer is still due */
void hub_recycle(struct hub_line *);              /* its asker is gone: it receives again */

#endif
