/* SPDX-License-Identifier: Apache-2.0 */
/* courier - a host's end of events: those that its instance publishes go to the core, those that it subscribed to come from there.
 *
 * Model    What is published waits in a bounded queue for a fiber that carries it up; a full one drops its oldest, and the gap in
 *          `seq` tells. The patterns of the instance's subscriptions are told once; then one question is always parked in the
 *          core, which answers it with what happened since. Its own events an instance hears from its own bus.
 * Threads  publishing: any. The rest: the host's loop. */
#ifndef BUS_COURIER_H
#define BUS_COURIER_H

struct instance;
struct uplink;

/* When the instance was started, and what it subscribes to in `create` or `start` is known. It lives as long as the host. */
void courier_start(struct uplink *, struct instance *);

#endif
