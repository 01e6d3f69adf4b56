/* SPDX-License-Identifier: Apache-2.0 */
/* remote - an instance whose handlers run in hosts: its calls wait here until a host asks for work.
 *
 *	remote_submit --> [ queue ] --> the ask of a host --> in flight (peer.h) --> call_finish
 *
 * Model    What is submitted within one turn of the loop is sent at its end, in one frame for each host. Hosts of one instance
 *          (replicas, or an old and a new generation) draw on one queue. A host says how many calls it works on at once, and asks:
 *          nothing is pushed at it. While no host is there calls wait for one, until
 *          their deadline, or until remote_refuse says that none will come.
 * Threads  the hub's loop, but remote_submit of a call whose instance is at home elsewhere: call.c posts it.
 * Failure  OVERLOADED when the queue is full, UNAVAILABLE while refused, DEADLINE_EXCEEDED or CANCELLED while queued. */
#ifndef BUS_REMOTE_H
#define BUS_REMOTE_H

#include "base/list.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct call;
struct hub;
struct hub_line;
struct instance;
struct peer;

struct remote {
	struct node node;               /* of the hub's remotes */
	struct instance *instance;
	struct hub *hub;
	struct list queue;              /* struct call, by `node` */
	size_t queued, most;
	bool flushing;
	struct list asks;               /* struct hub_line: hosts that wait for work */
	struct list peers;
	int64_t rate;                   /* calls a second; 0 = no limit */
	int64_t tokens, filled;         /* calls that may come now, in 1/1000; ns: when that was reckoned */
	const char *may_call;           /* further instances that it may call, separated by spaces; "*" = any */
	char refusal[400];              /* why no host will come; "" while calls may wait */
	void (*wanted)(void *arg);      /* a call waits and nobody serves, or only who takes no more: start a host */
	void *arg;
};

void remote_open(struct remote *, struct hub *, struct instance *, size_t most);
void remote_close(struct remote *);                       /* what is queued ends as UNAVAILABLE */
void remote_submit(struct remote *, struct call *);
void remote_requeue(struct remote *, struct call *);      /* one that a host lost: first in line */
void remote_ask(struct remote *, struct hub_line *);      /* a host's ask: parked until the end of the turn at least */
void remote_flush(struct remote *);                       /* what is queued, to those that asked */
void remote_refuse(struct remote *, const char *why);     /* ends what is queued, and all that comes; NULL: no more */
void remote_sweep(struct remote *);                       /* ends what is queued too long */
bool remote_is_busy(const struct remote *);               /* something is queued or in flight */

#endif
