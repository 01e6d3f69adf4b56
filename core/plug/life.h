/* SPDX-License-Identifier: Apache-2.0 */
/* life - instances through their lifecycle: found, created, started, drained, stopped.
 *
 * Model    Which instances there are follows from the configuration (section `instances`) and from the plugins that bring
 *          a built-in one. They start in the order of their needs. One that fails says why, and the rest run on; it is
 *          tried again, first after a second, then less often, so that a disk that was full or a database that was locked
 *          needs nobody to restart tenond.
 * Threads  loop 0, except that an instance placed in a `thread` is at home on a loop and thread of its own. */
#ifndef PLUG_LIFE_H
#define PLUG_LIFE_H

#include "base/map.h"
#include "bus/bus.h"

struct buf;
struct conf;
struct life;
struct loop;

/* Creates the instances. `found` as find_plugins filled it. Data of instance X lives in data_dir/X;
 * data_dir NULL: the configuration is only checked, nothing is made. */
int  life_open(struct life **, struct bus *, struct conf *, const struct map *found, struct loop *, const char *data_dir, struct err *);
/* On the loop: starts all; `done` is called when each was tried once. */
void life_start(struct life *, void (*done)(void *arg), void *arg);
/* On the loop: drains and stops in reverse order, then calls `done`. */
void life_stop(struct life *, void (*done)(void *arg), void *arg);
void life_close(struct life *);
struct trust;
void life_on_reload(struct life *, const struct trust *); /* what a reload may load; borrowed */
/* How to read the configuration anew, for a reload. The conf is closed by whoever asked. */
void life_on_reread(struct life *, int (*reread)(void *arg, struct conf **, struct err *), void *arg);
/* On a fiber of the loop. Are all that run able to work? Otherwise says which are not, and why. */
int  life_ready(struct life *, struct buf *why);

#endif
