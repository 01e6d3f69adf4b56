/* SPDX-License-Identifier: Apache-2.0 */
/* courier - a host's end of events: those that its instance publishes go to the core, those that it subscribed to come from there.
 *
 * Model    What is published waits in a bounded queue for a fiber that carries it up; a full one drops its oldest, and the gap in
 *          `seq` tells. The patterns of the instance's subscriptions are told once; then one question is always parked in the
 *          core, which answers it with what happened since. Its own events an instance hears from its own bus.
 * Threads  publishing: any. The rest: the host's loop. */
#ifndef BUS_COURIER_H
#define BUS_COURIER_H

struct courier;
struct instance;
struct uplink;

/* Carries what the instance publishes from here on, in `start` too. It lives as long as the host. NULL: no memory. */
struct courier *courier_new(struct uplink *, struct instance *);
void courier_listen(struct courier *); /* started: what it subscribed to in `create` and `start` is known */

#endif
