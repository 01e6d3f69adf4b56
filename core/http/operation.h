/* SPDX-License-Identifier: Apache-2.0 */
/* operation - the paths that the door answers itself: is it alive, is it ready, what does it do, what can it do. */
#ifndef HTTP_OPERATION_H
#define HTTP_OPERATION_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct door;
struct request;

struct operation {
	const char *route, *doc, *type, *example; /* media type of its answer, and what it looks like */
	void (*answer)(struct request *);  /* makes r->response */
	bool parks;                        /* it may wait: on a fiber */
};

extern const struct operation operations[];
extern const size_t n_operations;

bool operation_run(struct request *);      /* answers, now or later; false: cut the connection */

/* metrics.c, openapi.c, methods.c: any loop's thread */
void metrics_print(struct door *, struct buf *);
void openapi_print(struct door *, struct buf *);
void methods_print(struct door *, struct buf *);

#endif
