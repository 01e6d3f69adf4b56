/* SPDX-License-Identifier: Apache-2.0 */
/* request - one request from its first line to the last byte of its answer, and the connection that it came on.
 *
 *	HEAD --headers--> BODY (collected) ----> RUNNING --call ends--> SENDING --> gone
 *	             \--> UPLOAD (to the call) --^                       ^
 *	              \--> SWALLOW (refused, its body is read off) ------'
 *
 * Threads  a request belongs to its server's loop. What a handler's thread touches (`out`) is set before the call is submitted,
 *          or handed over by the stream's lock.
 * Ownership  the connection holds its request, the call holds it too (a handler may outlive the client): whoever lets go last
 *          frees it. Header values lie in libmicrohttpd's memory and are good until the connection lets go. */
#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include "base/buf.h"
#include "base/list.h"
#include "dialect.h"
#include "guard.h"
#include "outflow.h"
#include "server.h"

struct call;
struct inflater;
struct MHD_Connection;
struct MHD_Response;

enum stage { STAGE_HEAD, STAGE_BODY, STAGE_UPLOAD, STAGE_SWALLOW, STAGE_RUNNING, STAGE_SENDING };

struct connection {
	struct server *server;
	struct MHD_Connection *mhd;
	struct request *request;        /* NULL between requests */
	struct node node;               /* in server->heads, ->idle or ->bodies; */
	int64_t since;                  /* since when, ns */
	struct node unlooked;           /* in server->unlooked */
	struct node parked_node;        /* in server->parked */
	int64_t parked_since;
	int fd;
	int left_fd;                    /* while parked for long: a dup, watched for the client's leaving */
	struct watch *left_watch;
	int linger_fd;                  /* a dup that outlives the connection, -1 none */
	bool parked;
};

struct request {
	atomic_int refs;
	enum stage stage;
	struct connection *connection;  /* NULL once that let go */
	struct server *server;
	struct node node;               /* in server->finished */
	int64_t started, paused;        /* ns; how long the body was not read because of us */

	enum verb verb;
	char *path, *query;             /* raw; query NULL if none */
	size_t target_length;
	struct headers headers;
	struct route_match match;
	const struct dialect *dialect;  /* who words its errors */
	char trace[33], span[17], flags[3];
	bool http10;

	struct buf body;
	int64_t received, seen;         /* bytes of the body as it came; at the last sweep */
	int64_t claimed;                /* of door->body_memory */
	struct inflater *inflater;

	struct call *call;
	bool done;                      /* the call ended; its code is set */
	struct outflow out;

	struct MHD_Response *response;  /* made, not queued yet */
	unsigned status;
	int64_t answer_bytes;           /* -1 unknown; for the log */
	char text[];                    /* path and query */
};

struct request *request_new(struct connection *, const char *target);
struct request *request_ref(struct request *);
void request_unref(struct request *);

/* connection.c: called by libmicrohttpd's callbacks */
void connection_park(struct connection *);      /* nothing of it is read or written until ... */
void connection_unpark(struct connection *);
void connection_linger(struct connection *);    /* its answer comes before its body was read: close gently */
void connection_sweep(struct server *, int64_t now);
void connection_close_idle(struct server *);
struct MHD_Daemon *connection_daemon(struct server *, struct err *);

/* request.c: what happens when. Each returns false when the connection must be cut. */
bool request_begin(struct request *, const char *method, const char *target, const char *version);
bool request_body(struct request *, const char *, size_t *n);
bool request_complete(struct request *);
void request_finish(struct request *);          /* its call ended while it was parked */
void request_lost(struct request *, bool complete); /* sent, or the client left */
bool request_is_midway(const struct request *); /* can it only be answered behind a long rest of its body? */

#endif
