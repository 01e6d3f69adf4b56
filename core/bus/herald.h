/* SPDX-License-Identifier: Apache-2.0 */
/* herald - the core's end of events: to a host what it subscribed to, from a host what its instance published.
 *
 *	publisher's thread --packed--> [ event event event ] --> the host's parked WATCH
 *	                                full: the oldest is dropped and counted
 *
 * Model    A host hears of instances that it may call, and no others. Threads  on_event: the publisher's; the rest: the hub's loop. */
#ifndef BUS_HERALD_H
#define BUS_HERALD_H

struct herald;
struct hub_line;

void herald_watch(struct hub_line *);  /* WATCH: the patterns, the first time; parked until there is something */
void herald_event(struct hub_line *);  /* EVENT: of the host's own instance */
void herald_close(struct herald *);    /* its host is gone; NULL is fine */

#endif
