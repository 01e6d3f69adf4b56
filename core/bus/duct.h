/* SPDX-License-Identifier: Apache-2.0 */
/* duct - frames over a stream socket between the core and a host that it started: calls one way, results the other.
 *
 * Model    nng carries what hosts ask; each message of it crosses four threads. The calls themselves go from loop to loop: a
 *          frame is its length (4 bytes, big-endian) and its bytes; what cannot be written at once waits in `out`.
 * Threads  the loop's.
 * Ownership  the descriptor belongs to it. `got` and `lost` may close it.
 * Failure  `lost` is called once: the other end is gone, or (`what` not NULL) it does not keep to the rules. */
#ifndef BUS_DUCT_H
#define BUS_DUCT_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

struct loop;
struct watch;

struct duct {
	struct loop *loop;
	struct watch *watch;
	int fd;                   /* -1: closed */
	bool writing;             /* watched for room to write, too */
	size_t sent;              /* of `out` */
	struct buf in, out;
	void (*got)(void *arg, const void *frame, size_t n);
	void (*lost)(void *arg, const char *what);
	void *arg;
};

/* `d` has loop, got, lost, arg. Takes `fd`, also on failure (no memory). */
int  duct_open(struct duct *, int fd);
void duct_close(struct duct *);
bool duct_is_open(const struct duct *);
size_t duct_waiting(const struct duct *);      /* bytes that the other end did not take yet */
void duct_send(struct duct *, struct buf *);   /* the frame; the buffer is emptied */
void duct_read(struct duct *);                 /* what is there, without waiting */

#endif
