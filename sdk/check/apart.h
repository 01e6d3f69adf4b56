/* SPDX-License-Identifier: Apache-2.0 */
/* apart - an instance in placement process: the bus between processes, and the supervisor of its tenon-host.
 *
 * Threads  start and stop: a fiber of the loop that the hub is at home on; free and close: when that loop has ended. */
#ifndef CHECK_APART_H
#define CHECK_APART_H

#include "subject.h"

struct bus;
struct err;
struct hub;
struct instance;
struct loop;
struct supervisor;

struct apart {
	struct bus *bus;
	struct loop *loop;
	struct hub *hub;                /* made with the first one, and kept */
	struct supervisor *supervisor;  /* of the one that is started */
	const struct subject *subject;
	struct instance *instance;
	const void *config;
};

int  apart_start(struct apart *, struct err *);
void apart_stop(struct supervisor *);
void apart_free(struct supervisor *);   /* NULL is fine */
void apart_close(struct hub *);         /* after all supervisors were freed */

#endif
