/* SPDX-License-Identifier: Apache-2.0 */
/* peer - one host as the core sees it: who it is, which calls it has, what it is still to be told.
 *
 *	EXPECTED --HELLO with its token--> GREETED --STATE ok--> SERVING --peer_drain--> DRAINING --> GONE
 *
 * Model    A call that was sent sits in a slot; its id on the wire is slot and generation, so that a late, forged or repeated
 *          answer meets a generation check and not a freed call. Ids mean something only on the pipe they were sent to.
 * Threads  the hub's loop. Frames that may have to wait (streams, items) are worked on by fibers.
 * Ownership  the supervisor that expects it and each line that it asked on hold it.
 * Failure  its pipe is gone: calls in flight end as UNAVAILABLE at once; one that is IDEMPOTENT and has not answered with
 *          bytes yet goes back into the queue, once. */
#ifndef BUS_PEER_H
#define BUS_PEER_H

#include "duct.h"
#include "hub.h"
#include "remote.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	PEER_LANES = 512,            /* slots: twice the lanes that a host may have, as streams hold some a little longer */
	PEER_PARKED_MOST = 1024,     /* questions that wait for their answer ... */
	PEER_HELD_MOST = 64 << 20,   /* ... and bytes of them */
	PEER_TOKEN = 32,
	PEER_COMPLAINTS = 8,         /* kinds of them that the log has in a second */
};

enum peer_state { PEER_EXPECTED, PEER_GREETED, PEER_SERVING, PEER_DRAINING, PEER_GONE };

struct herald;

struct slot {
	struct call *call;           /* NULL: free */
	uint32_t generation;
	bool told;                   /* the host was told to cancel it */
	bool answering;              /* bytes or items of its answer have come: not to be done twice */
	bool writing, reading;       /* a fiber works on its streams */
	bool busy;                   /* items or a relayed call use its arena: it ends only after them ... */
	int ending;                  /* ... with this code */
	struct list parts;           /* PART lines that wait for their turn, in order */
	int64_t next;                /* the part that is due */
};

/* what the supervisor learns; on the hub's loop */
struct peer_events {
	void (*state)(void *arg, int code, const char *why); /* it is started, or could not be */
	void (*lost)(void *arg);                             /* its pipe is gone */
	void (*fault)(void *arg, const char *what);          /* it "hangs", or does not keep to the rules: it is to be ended */
};

struct peer {
	struct node node, hub_node;
	struct remote *remote;
	struct hub *hub;
	const struct peer_events *events;
	void *arg;
	int refs;
	enum peer_state state;
	char token[PEER_TOKEN + 1];
	int pid;
	uint32_t pipe;
	struct slot *slots;          /* PEER_LANES of them */
	size_t in_flight, parked;
	size_t next_slot;            /* where a free one is likely */
	size_t most;                 /* calls that it works on at once; 0: one for each ask, and it knows no MANY */
	size_t asks;                 /* lines that wait for work in remote's list */
	struct duct duct;            /* where its calls go once it said something there; until then to those of its lines that ask */
	bool ducted;                 /* it did */
	size_t lanes;                /* and works on so many calls at once */
	int64_t duct_lost;           /* ns: when it ended; its pipe is to follow */
	size_t held;                 /* bytes of parked questions */
	size_t unsent;               /* answers that it does not take, when last counted */
	int64_t complained;          /* ns: since when these are counted: */
	const char *complaints[PEER_COMPLAINTS]; /* each was named once */
	struct herald *herald;       /* events to it; NULL: it watches none */
	struct hub_line *control;    /* parked: where orders go */
	int64_t ordered;             /* ns: when it was last told something, or greeted */
	int64_t hang_ms;             /* 0: it may come for orders as late as it likes; while it starts it need not at all */
	int orders;                  /* enum frame_order_flag, not told yet */
	int64_t calls;               /* answered so far */
};

/* A host with this token (PEER_TOKEN characters) and process id may greet. NULL: no memory. */
struct peer *peer_expect(struct remote *, const char *token, int pid, const struct peer_events *, void *arg);
int  peer_attach(struct peer *, int fd, size_t lanes); /* its duct, taken; 0 or NO_MEMORY */
void peer_order(struct peer *, int flags);       /* DRAIN: take no new calls; STOP: and end when these are done */
void peer_forget(struct peer *);                 /* the process is gone: as if its pipe were; the supervisor lets go */
void peer_unref(struct peer *);

/* hub.c and remote.c */
void peer_asked(struct hub_line *, nng_pipe);    /* one question, whatever it is */
bool peer_has_duct(const struct peer *);
size_t peer_room(const struct peer *);           /* how many calls it may be sent by its duct, or one ask be answered with */
bool peer_is_late(const struct peer *);          /* it should have come for its orders by now: busy, or hangs */
bool peer_has_room(const struct peer *);         /* for one more call; a host that asks for more than it may have does not keep to the rules */
bool peer_send(struct peer *, struct hub_line *ask, struct list *calls); /* `ask` NULL: by its duct. false: all were ended instead, and the line still asks */
void peer_lost(struct hub *, uint32_t pipe);
void peer_sweep(struct peer *);

/* peer.c, for the files that answer its questions (serve.c) */
struct slot *peer_slot(struct peer *, int64_t id);
int64_t peer_id(const struct peer *, const struct slot *);
bool slot_begin(struct slot *);                  /* false: it is busy, so this host does not keep to the rules */
void slot_end(struct peer *, int64_t id);
void peer_refuse(struct hub_line *, int code, const char *what); /* answers and, not too often, says in the log what it did; a literal */

/* greeting.c */
void peer_hello(struct hub_line *, nng_pipe);
void peer_state(struct hub_line *);
void peer_turn_away(struct hub_line *, nng_pipe, const char *what); /* the asker has no business here */

/* order.c */
void peer_control(struct hub_line *);            /* the host waits for orders */
void peer_give_orders(struct peer *);            /* what there is, if it waits for them */

bool peer_may_call(const struct peer *, const char *instance); /* serve.c */

/* serve.c: what hosts ask for while a call runs */
void serve_part(struct hub_line *);
void serve_read(struct hub_line *);
void serve_content(struct hub_line *);
void serve_items(struct hub_line *);
void serve_up(struct hub_line *);

#endif
