/* SPDX-License-Identifier: Apache-2.0 */
/* bus - who is there to be called: instances and their methods.
 *
 * Model    an instance is a plugin's descriptor plus its `self`, at home on one loop; a method is a row of it with its
 *          compiled shapes. «sql.tx» is method `tx` of instance `sql`.
 * Threads  the registry is filled before the loops run and only read afterwards; `state` is atomic. */
#ifndef BUS_BUS_H
#define BUS_BUS_H

#include "access.h"
#include "base/list.h"
#include "base/map.h"
#include "event.h"
#include "meter.h"

#include <pthread.h>
#include <tenon/plugin.h>

struct err;
struct lane;
struct loop;
struct remote;
struct shape;
struct uplink;

/* is the descriptor of a build that knows the member, and is it set? */
#define PLUGIN_HAS(p, member) ((p)->size >= offsetof(struct tenon_plugin, member) + sizeof (p)->member && (p)->member != NULL)

#define BUS_READY "@ready" /* a hidden method of each instance: may it be sent work? */

enum instance_state { INSTANCE_CREATED, INSTANCE_STARTED, INSTANCE_DRAINING, INSTANCE_STOPPED, INSTANCE_FAILED };

struct method {
	const struct tenon_method *row;
	struct instance *instance;
	const struct shape *args, *result;
	int emit_row;                 /* of the result; -1 none */
	char *name;                   /* "tracking.log_metric" */
	struct permission permission;
	void *resolves;               /* a resolver (access.c), the method's own; NULL: a method of the plugin */
	struct meter meter;
};

struct instance {
	struct tenon_host host;       /* what the plugin is lent; first, so that a host pointer leads here */
	const char *name;
	const struct tenon_plugin *plugin;
	void *self;
	struct bus *bus;
	struct loop *home;
	struct remote *remote;        /* its handlers run in hosts; NULL: here */
	struct lane **lanes;
	size_t n_lanes;
	struct map methods;           /* name -> struct method */
	_Atomic enum instance_state state;
	char reason[512];             /* why it failed */
	pthread_mutex_t gauge_lock;
	struct map gauges;            /* metric_add, metric_set: name -> double * */
	struct map topics;            /* name -> struct topic */
	atomic_llong epoch;           /* of its events */
	atomic_bool complained;       /* about an event that could not be published */
	struct list background;       /* calls of its own that run (background.c); home loop */
	bool background_ends;         /* it drains: no more are begun */
};

struct bus {
	struct map instances;         /* name -> struct instance */
	int64_t deadline_ms;          /* of calls whose row has none */
	size_t arena_limit;           /* bytes of one call's memory */
	size_t most_calls;            /* at once, then OVERLOADED */
	atomic_long calls;            /* roots now */
	struct uplink *uplink;        /* in a host: where instances are that are not here; NULL: in the core */
	struct event_hub events;
	/* may the call's principal do `action` to chain[0], which belongs to chain[1] ...? 0, or a code after tenon_fail: then the
	 * method does not run. On the call's fiber; may park. NULL: everything is allowed. */
	int (*decide)(struct tenon_call *, const char *action, const struct tenon_entity *chain, size_t n);
};

void bus_init(struct bus *);
void bus_free(struct bus *);      /* after every instance was stopped */

/* Registers an instance of `plugin` under `name` (borrowed), at home on `home`. Compiles its tables; starts no thread. */
int  bus_add(struct bus *, const struct tenon_plugin *, const char *name, struct loop *home, struct instance **, struct err *);
int  bus_add_method(struct instance *, const struct tenon_method *, struct method **, struct err *); /* NULL: none was added */
int  bus_start_lanes(struct instance *, struct err *);
void bus_stop_lanes(struct instance *); /* what is queued is run first */

struct instance *bus_instance(const struct bus *, const char *name);
struct method   *bus_method(const struct bus *, const char *instance, const char *method);
struct method   *bus_find(const struct bus *, const char *dotted); /* "tracking.log_metric" */

/* fills the table that a plugin is lent (host.c) */
void host_lend(struct tenon_host *);

#endif
