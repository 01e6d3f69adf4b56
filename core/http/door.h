/* SPDX-License-Identifier: Apache-2.0 */
/* door - HTTP/1.1 in front of the bus: listens, routes, decodes, runs calls, answers, streams.
 *
 * Model    One door; on each loop a server (its own libmicrohttpd daemon) with its connections. Loop 0 accepts and hands each
 *          socket to the loop with the fewest. Routes come from the rows of all instances, so open the door after the
 *          instances were created and start it when they have been started.
 * Threads  door_open, door_close: when no loop runs. door_start: on each loop's thread, before or while it runs.
 *          door_drain, door_active: loop 0.
 * Failure  door_open says which address cannot be had and why.
 * Not here what a path means to a client family (dialects of plugins), who may do what (policy). */
#ifndef HTTP_DOOR_H
#define HTTP_DOOR_H

#include "limits.h"

struct buf;
struct bus;
struct door;
struct err;
struct loop;

/* `listen`: addresses separated by commas or spaces: "127.0.0.1:5500", "[::1]:0", "0.0.0.0:80". Port 0 = a free one. */
int  door_open(struct door **, const struct door_config *, const char *listen, struct bus *, struct loop *const *loops,
               size_t n_loops, struct err *);
/* asked by /ready, on a fiber: 0, or a code and why, a line for each part that is down */
void door_on_ready(struct door *, int (*ready)(void *arg, struct buf *why), void *arg);
int  door_start(struct door *, struct loop *, struct err *);
unsigned door_port(const struct door *);          /* of the first address */
void door_drain(struct door *);                   /* no new connections; open ones close after their answer */
size_t door_active(const struct door *);          /* requests that are not answered yet */
void door_close(struct door *);

#endif
