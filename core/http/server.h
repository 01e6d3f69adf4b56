/* SPDX-License-Identifier: Apache-2.0 */
/* server - one loop's libmicrohttpd daemon, its connections and its clock; and what all servers of a door share.
 *
 * Model    libmicrohttpd has no thread here: its epoll descriptor is watched by the loop, and in each turn the loop's hook
 *          answers what was finished meanwhile and runs it until it has nothing left to do.
 * Threads  a server belongs to its loop; `connections` and `requests` are read by others. */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include "base/list.h"
#include "base/map.h"
#include "cors.h"
#include "door.h"
#include "loop/loop.h"
#include "refusal.h"
#include "route.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>

struct MHD_Daemon;
struct MHD_Response;
struct peers;

enum { MOST_LISTENERS = 16 };

struct server {
	struct door *door;
	struct loop *loop;
	struct MHD_Daemon *mhd;
	struct watch *watch;
	struct timer *timer;
	struct list heads;              /* connections whose headers are due, oldest first */
	struct list idle;               /* between requests, oldest first */
	struct list bodies;             /* whose body is coming */
	struct list unlooked;           /* of all these: not looked at yet for an end that was missed */
	struct list parked;             /* suspended ones, oldest first */
	struct list finished;           /* requests whose call ended while they were parked */
	struct list lingering;          /* sockets that are read empty before they close */
	size_t n_lingering;
	int64_t now;                    /* ns, of this turn */
	bool pending;                   /* libmicrohttpd has something to do */
	bool again_posted;
	struct task again, drain;
	unsigned char random[4096];     /* for trace ids; used from the end */
	size_t random_left;
	size_t most_connections;        /* since their memory was last given back */
	atomic_bool running;
	size_t opened;                  /* connections so far */
	atomic_size_t connections, requests; /* connections: from when they are handed over */
};

struct listener { struct door *door; int fd; struct watch *watch; };

struct door {
	struct door_config conf;
	struct bus *bus;
	struct cors cors;
	struct map dialects;            /* name -> struct dialect */
	struct routes routes;
	struct listener listeners[MOST_LISTENERS];
	size_t n_listeners;
	unsigned port;
	struct watch *watch;            /* who watches events */
	struct timer *rest;             /* accepting pauses: no descriptors were left */
	struct peers *peers;
	struct server *servers;
	struct MHD_Response *health;    /* the answer of /health, made once */
	size_t n_servers;
	int (*ready)(void *, struct buf *);
	void *ready_arg;
	atomic_bool draining;
	atomic_llong body_memory;       /* of bodies that are being collected */
	int64_t started_ms;
	atomic_ullong refused[REFUSALS]; /* by limit */
	atomic_ullong answers[6];       /* by the first digit of the status */
	atomic_ullong left;             /* clients that left before their answer */
	pthread_mutex_t openapi_lock;
	char *openapi;                  /* made when it is first asked for */
};

int  server_start(struct server *, struct err *);
void server_stop(struct server *);
void server_add(struct server *, int fd, const struct sockaddr *, socklen_t);
void server_run_soon(struct server *);      /* there is something for libmicrohttpd to do in this turn */
void server_drain(struct server *);         /* any thread */
void server_random(struct server *, void *, size_t);

/* listener.c */
int  listen_on(struct door *, const char *addresses, struct err *);
void listeners_start(struct door *, struct loop *);
void listeners_stop(struct door *);

#endif
