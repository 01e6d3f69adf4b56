/* SPDX-License-Identifier: Apache-2.0 */
/* uplink - a host's end of the bus between processes: it asks the core for calls, runs them, and asks for what these need.
 *
 * Model    The calls come by intake.h. Lines from a pool carry what a handler wants meanwhile: bytes, items, calls to instances that
 *          are not here. One line waits for orders.
 * Threads  the host's loop; handlers on worker threads may wait for the core, too.
 * Failure  the core is gone: uplink_lost is called, and a host ends. */
#ifndef BUS_UPLINK_H
#define BUS_UPLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bus;
struct call;
struct call_target;
struct err;
struct instance;
struct loop;
struct uplink;

struct uplink_conf {
	const char *address, *token;
	int duct;                       /* where calls come by; -1: by lines that ask */
	int lanes;                      /* calls at once */
	void (*ordered)(void *arg, int flags); /* enum frame_order_flag; on a fiber of the loop */
	void (*lost)(void *arg);        /* the core is gone; any thread */
	void *arg;
};

/* Dials and greets. On a fiber of the loop; sets bus->uplink. */
int  uplink_open(struct uplink **, struct bus *, struct loop *, const struct uplink_conf *, struct err *);
int  uplink_state(struct uplink *, int code, const char *why); /* started, or why not. On a fiber. */
void uplink_serve(struct uplink *, struct instance *);         /* opens the lanes and waits for orders */
bool uplink_is_idle(const struct uplink *);                    /* no lane has a call */

/* Asks what the frame holds (it is freed), waits, and opens the answer; uplink_give ends the reading of it. A fiber or a worker. */
struct buf;
struct frame;
struct question;
int  uplink_ask(struct uplink *, struct buf *, struct frame *answer, struct question **);
void uplink_give(struct uplink *, struct question *);

/* call.c: from inside handler `from`, an instance of the core's */
int  uplink_call(struct uplink *, struct call *from, const struct call_target *, const void *args, void *result, bool relay);

#endif
