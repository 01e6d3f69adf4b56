/* SPDX-License-Identifier: Apache-2.0 */
/* subscription - a plugin that listens: a bounded queue, and a fiber of its home loop that hands over one event at a time.
 *
 *	tap (publisher's thread) --copied into the subscriber's layout--> [ event event event ] --> fiber: fn, in order
 *	                                                     full: the oldest is dropped and counted
 *
 * Model    Created by subscribe, silent until its instance has started, stopped when it drains; subscribing again after a
 *          restart opens it anew. It lives as long as the bus.
 * Threads  subscription_start, _stop: the lifecycle's fiber. The rest: any. */
#ifndef BUS_SUBSCRIPTION_H
#define BUS_SUBSCRIPTION_H

#include <stddef.h>
#include <stdint.h>

struct bus;
struct event_hub;
struct instance;
struct tenon_call;
struct tenon_event;
struct tenon_host;
struct tenon_table;

enum { SUBSCRIPTION_EVENTS = 1024, SUBSCRIPTION_BYTES = 8 << 20 }; /* that wait in a queue, at most */

/* struct tenon_host's slot */
int  subscription_add(const struct tenon_host *, const char *pattern, int (*fn)(struct tenon_call *, const struct tenon_event *),
                      const struct tenon_table *);
void subscription_start(struct instance *); /* it has started: its subscriptions are handed what came */
/* It drains: nothing more is handed over, what waits is dropped. WAITS for a function that runs, which is cancelled. */
void subscription_stop(struct instance *);
void subscription_free_all(struct event_hub *);

/* An event that came from elsewhere (a host's courier): `ev` has all but payload and shape, which are read by each subscriber's own
 * table. `lost`: so many before it. */
struct event;
struct unpack;
void subscription_inject(struct bus *, const struct event *, const struct unpack *payload, int64_t lost);

struct subscription_state { const char *instance, *pattern; size_t queued; long long handed, lost; };
void subscription_each(struct bus *, void (*see)(void *arg, const struct subscription_state *), void *arg);

#endif
