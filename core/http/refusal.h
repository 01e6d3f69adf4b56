/* SPDX-License-Identifier: Apache-2.0 */
/* refusal - a request or a connection that a limit ends: counted by the limit's name, answered past libmicrohttpd where that
 * can no longer answer (or not yet), and the socket read empty for a while, so that the client sees the answer. */
#ifndef HTTP_REFUSAL_H
#define HTTP_REFUSAL_H

#include <stdint.h>

/* the limits, by the names that the configuration and /metrics use */
#define REFUSAL_LIST(X) \
	X(max_body) X(json_depth) X(body_memory) X(max_url) X(max_header) X(max_connections) X(max_connections_per_ip) X(idle_timeout_ms) \
	X(header_timeout_ms) X(body_min_rate) X(framing) X(host) X(origin) X(encoding)
enum refusal {
#define X(name) REFUSED_##name,
	REFUSAL_LIST(X)
#undef X
	REFUSALS
};

struct door;
struct server;

const char *refusal_name(enum refusal);
void refusal_count(struct door *, enum refusal);
/* writes a whole answer to the socket, as far as it takes it, and shuts it for sending */
void refusal_send(int fd, int status, const char *retry_after, const char *type, const char *body);
/* takes `fd` (a dup): reads and drops what comes until the client closes, a second has passed, or much came */
void refusal_linger(struct server *, int fd);
void refusal_sweep(struct server *, int64_t now);
void refusal_stop(struct server *);         /* closes those that linger */

#endif
