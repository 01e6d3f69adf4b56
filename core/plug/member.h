/* SPDX-License-Identifier: Apache-2.0 */
/* member - what life.c and admin.c share: the instances of this process. Not for other folders. */
#ifndef PLUG_MEMBER_H
#define PLUG_MEMBER_H

#include "wish.h"

#include <pthread.h>

struct bus;
struct conf;
struct hub;
struct loop;
struct timer;
struct trust;

enum { MOST_INSTANCES = WISHES_MOST };

struct member {
	struct instance *instance;
	struct loop *own_loop;        /* placement thread */
	pthread_t thread;
	struct life *life;
	char *name;
	bool created;
	struct supervisor *supervisor; /* placement process */
	struct found *found;
	const char *version;          /* of what serves now */
	bool stopped;                 /* by hand: not to be started again */
};

struct life {
	struct bus *bus;
	struct loop *loop;
	const char *data_dir;
	struct hub *hub;              /* once an instance is placed in a process */
	char hub_dir[32];             /* "": its socket lies in data_dir */
	struct member members[MOST_INSTANCES]; /* in the order in which they start */
	size_t n;
	struct instance *admin;       /* «plugins» */
	int64_t retry_ms;
	bool stopping;
	struct timer *retry;          /* what failed is tried again */
	bool starting;                /* a fiber starts instances ... */
	bool again;                   /* ... and one of them failed after its turn */
	void (*started)(void *);      /* once */
	void *started_arg;
	void (*stopped)(void *);
	void *stopped_arg;
	int (*reread)(void *arg, struct conf **, struct err *); /* the configuration as it is now */
	void *reread_arg;
	const struct trust *trust;
};

/* life.c: starts one, waits; 0, or why not in its instance's reason. It says so in the log, and sets the state. */
int life_start_one(struct life *, struct member *);
void life_stop_one(struct life *, struct member *);

/* admin.c: the instance «plugins», with which people look at the others */
int admin_open(struct life *, struct err *);

#endif
