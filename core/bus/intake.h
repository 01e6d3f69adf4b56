/* SPDX-License-Identifier: Apache-2.0 */
/* intake - the calls that come to a host: asked for, run, answered; as many in one frame as there are at the end of a turn.
 *
 * Model    A few lines ask the core for work, so that there is always one parked there; a call that came sits on a seat until it
 *          has ended. What ended in a turn of the loop goes back in one frame, on any line that is here, and that asks for more.
 *          The core parks fewer lines than there are, so a result never waits for long. Where there is a duct, all goes by that.
 * Threads  the host's loop.
 * Not here what a handler asks of the core meanwhile (uplink.c), which equips each call for it. */
#ifndef BUS_INTAKE_H
#define BUS_INTAKE_H

#include "base/buf.h"
#include "duct.h"
#include "line.h"
#include "loop/loop.h"

#include <stdint.h>

struct call;
struct instance;
struct intake;
struct uplink;

enum { INTAKE_LINES = 12, INTAKE_ASKS_FIRST = 3, INTAKE_ASKS_LEAST = 2 };

struct seat {
	struct intake *in;
	struct uplink *up;
	struct seat *next;              /* of the free ones */
	struct call *call;              /* that runs */
	struct buf items;               /* emitted, not sent yet */
	uint32_t n_items;
	int64_t part;                   /* the next one's number */
};

struct intake_line {
	struct line line;
	struct task task;               /* calls, or BYE, came */
	struct intake *in;
	struct intake_line *next;       /* of those that are here */
};

struct intake {
	struct uplink *up;
	struct instance *instance;
	struct loop *loop;
	void (*equip)(struct call *, int flags); /* enum frame_call_flag: what its handler may ask for */
	int (*send_items)(struct call *);        /* the emitted ones that are not sent yet. Waits. */
	struct seat *seats, *free;
	size_t n_seats;
	struct intake_line lines[INTAKE_LINES], *here;
	size_t n_lines, asking;         /* opened; at the core */
	bool bye;                       /* no more calls for this generation */
	struct task flush;              /* at the end of the turn */
	bool flush_soon;
	struct buf out;                 /* MANY results */
	size_t results;                 /* in it */
	struct duct duct;               /* instead of the lines; closed: none */
	void (*lost)(void *arg);        /* it ended */
	void *arg;
};

/* `in` has up, instance, loop, equip, send_items, lost and arg. Takes the duct; -1: opens lines and asks. */
int  intake_open(struct intake *, nng_socket, int duct, size_t seats);
void intake_catch_up(struct intake *);                       /* calls that have come are taken before what comes otherwise */
bool intake_is_idle(const struct intake *);                  /* no call runs or waits to be answered */
struct call *intake_find(const struct intake *, int64_t id); /* NULL: it has ended */

#endif
