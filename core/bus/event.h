/* SPDX-License-Identifier: Apache-2.0 */
/* event - what happened, told to whoever listens; nobody is held up by it.
 *
 *	publish --topic's lock: seq--> event_deliver --hub's read lock--> tap: subscription (subscription.h), a watcher, another process
 *
 * Model    A topic belongs to an instance, which declared it. A tap is a pattern and a function. Each event of a topic gets the
 *          next `seq` of the instance's `epoch`, and a `serial` among all events of the bus.
 * Threads  Publishing: any. A tap's function runs on the publisher's thread, under locks: it copies what it keeps, must not
 *          wait, publish or tap. When event_untap has returned it runs no more.
 * Failure  A publisher never learns of one. A topic that was not declared is logged, once an instance.
 * Not here queues, and fibers of subscribers (subscription.h). */
#ifndef BUS_EVENT_H
#define BUS_EVENT_H

#include "base/list.h"
#include "base/map.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

struct bus;
struct err;
struct instance;
struct shape;
struct tap;
struct tenon_call;
struct tenon_table;
struct tenon_topic;

/* an event on its way; everything is borrowed but for the call of a tap's function */
struct event {
	struct instance *instance;
	const char *topic;             /* as declared: lives as long as the bus */
	const char *workspace, *trace; /* trace: 32 hex digits, or "" */
	int64_t epoch, seq, time;
	long long serial;              /* set by event_deliver */
	const void *payload;
	const struct shape *shape;     /* of the payload */
};

struct topic {
	const struct tenon_topic *row;
	const struct shape *shape;
	pthread_mutex_t lock;          /* so that all taps see the events in order of `seq` */
	int64_t epoch, seq;
	atomic_llong published;
	atomic_llong serial;           /* of its newest event */
};

/* of a bus */
struct event_hub {
	pthread_rwlock_t lock;         /* of the lists: read to deliver, written by whoever comes or goes */
	struct list taps, subscriptions;
	atomic_long n_taps;
	atomic_llong serial;
	int64_t epoch;                 /* what the serials are of: this run of the process */
	atomic_bool closing;           /* watchers end */
};

void event_hub_open(struct event_hub *);
void event_hub_close(struct event_hub *);      /* with all taps and subscriptions */

int  event_declare(struct instance *, struct err *); /* the topics of its plugin */
void event_forget(struct instance *);
void event_epoch(struct instance *);           /* it begins anew: another epoch, seq from 1 */

/* struct tenon_host's slot */
void event_publish(struct tenon_call *, const char *topic, const void *payload, const struct tenon_table *);
/* Of an instance whose publisher is elsewhere: epoch, seq and time are its own. NOT_FOUND: it does not declare the topic. */
int  event_deliver(struct bus *, const struct event *);

/* Is it a topic, "words.*" or "*"? */
bool event_pattern_ok(const char *pattern);
bool event_matches(const char *pattern, const char *topic);

struct tap *event_tap(struct bus *, const char *pattern, void (*fn)(void *arg, const struct event *), void *arg); /* NULL: no memory */
void        event_untap(struct bus *, struct tap *); /* NULL is fine */

/* Was there an event of the pattern after `serial`? For whoever comes back and says what it saw last. */
bool event_since(struct bus *, const char *pattern, long long serial);

#endif
