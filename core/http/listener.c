/* SPDX-License-Identifier: Apache-2.0 */
/* listener - sockets that listen, and connections given to the loop that has the fewest.
 *
 * Failure  too many connections: the client gets a 503 (429 when it is its own address that has too many). No descriptors left:
 *          accepting rests for a moment, clients wait in the kernel's queue. */
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "peers.h"
#include "server.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BACKLOG = 4096, BATCH = 64, REST_MS = 100 };

struct arrival {
	struct task task;
	struct server *server;
	int fd;
	socklen_t n;
	struct sockaddr_storage address;
};

/* ---- opening ---- */

/* "[::1]:80" -> "::1", "80" */
static int split(const char *text, size_t n, char host[256], char port[16], struct err *e)
{
	const char *colon = memrchr(text, ':', n);
	size_t host_n = colon == NULL ? 0 : (size_t)(colon - text), port_n = n - host_n - 1;

	if (colon == NULL || host_n == 0 || host_n >= 256 || port_n == 0 || port_n > 5 || strspn(colon + 1, "0123456789") < port_n ||
	    atoi(colon + 1) > 65535)
		return err_set(e, TENON_INVALID_ARGUMENT, "listen: \"%.*s\" is no address; write HOST:PORT, as in 127.0.0.1:5500 or [::1]:5500", (int)n, text);
	if (*text == '[' && colon[-1] == ']') {
		text++;
		host_n -= 2;
	}
	snprintf(host, 256, "%.*s", (int)host_n, text);
	snprintf(port, 16, "%.*s", (int)port_n, colon + 1);
	return TENON_OK;
}

static int bind_one(struct door *d, const struct addrinfo *a, const char *name, struct err *e)
{
	int on = 1, fd = socket(a->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd >= 0) {
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
		if (a->ai_family == AF_INET6)
			setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
	}
	if (fd < 0 || bind(fd, a->ai_addr, a->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0) {
		int rc = err_set(e, TENON_UNAVAILABLE, "cannot listen on %s: %s%s", name, strerror(errno),
		                 errno == EADDRINUSE ? "; is another server running there? choose another port with --listen" : "");
		if (fd >= 0)
			close(fd);
		return rc;
	}
	d->listeners[d->n_listeners++] = (struct listener){ .door = d, .fd = fd };
	return TENON_OK;
}

static int listen_one(struct door *d, const char *text, size_t n, struct err *e)
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV }, *found;
	char host[256], port[16], name[300];
	int rc = split(text, n, host, port, e);

	if (rc < 0)
		return rc;
	if (d->n_listeners == MOST_LISTENERS)
		return err_set(e, TENON_INVALID_ARGUMENT, "listen: more than %d addresses", MOST_LISTENERS);
	if ((rc = getaddrinfo(host, port, &hints, &found)) != 0)
		return err_set(e, TENON_INVALID_ARGUMENT, "listen: %s: %s", host, gai_strerror(rc));
	snprintf(name, sizeof name, "%.*s", (int)n, text);
	rc = bind_one(d, found, name, e);
	freeaddrinfo(found);
	return rc;
}

static unsigned port_of(int fd)
{
	struct sockaddr_storage a;
	socklen_t n = sizeof a;

	if (getsockname(fd, (struct sockaddr *)&a, &n) != 0)
		return 0;
	return ntohs(a.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&a)->sin6_port : ((struct sockaddr_in *)&a)->sin_port);
}

int listen_on(struct door *d, const char *addresses, struct err *e)
{
	int rc = TENON_OK;

	for (const char *p = addresses; rc == TENON_OK;) {
		p += strspn(p, ", \t");
		size_t n = strcspn(p, ", \t");
		if (n == 0)
			break;
		rc = listen_one(d, p, n, e);
		p += n;
	}
	if (rc == TENON_OK && d->n_listeners == 0)
		return err_set(e, TENON_INVALID_ARGUMENT, "listen: no address");
	if (rc == TENON_OK)
		d->port = port_of(d->listeners[0].fd);
	return rc;
}

/* ---- accepting ---- */

static struct server *least_loaded(struct door *d, size_t *total)
{
	struct server *best = NULL;

	*total = 0;
	for (size_t i = 0; i < d->n_servers; i++) {
		struct server *s = &d->servers[i];
		*total += atomic_load_explicit(&s->connections, memory_order_relaxed);
		if (atomic_load(&s->running) && (best == NULL || atomic_load(&s->connections) < atomic_load(&best->connections)))
			best = s;
	}
	return best;
}

static void on_arrival(struct task *t)
{
	struct arrival *a = LIST_ITEM(t, struct arrival, task);

	server_add(a->server, a->fd, (struct sockaddr *)&a->address, a->n);
	mem_free(a);
}

static void turn_away(struct door *d, int fd, enum refusal why)
{
	char wait[16];

	refusal_count(d, why);
	snprintf(wait, sizeof wait, "%lld", (long long)d->conf.retry_after);
	refusal_send(fd, why == REFUSED_max_connections ? 503 : 429, wait, "text/plain",
	             why == REFUSED_max_connections ? "Too many connections (http.max_connections)\n"
	                                            : "Too many connections from this address (http.max_connections_per_ip)\n");
	refusal_linger(&d->servers[0], fd);
}

static void hand_over(struct door *d, int fd, const struct sockaddr_storage *address, socklen_t n)
{
	const struct sockaddr *a = (const struct sockaddr *)address;
	size_t total;
	struct server *s = least_loaded(d, &total);

	if (s == NULL || (int64_t)total >= d->conf.max_connections) {
		turn_away(d, fd, REFUSED_max_connections);
		return;
	}
	if (!peers_enter(d->peers, a, (size_t)d->conf.max_connections_per_ip)) {
		turn_away(d, fd, REFUSED_max_connections_per_ip);
		return;
	}
	atomic_fetch_add(&s->connections, 1);
	if (s->loop == loop_self()) {
		server_add(s, fd, a, n);
		return;
	}
	struct arrival *to = mem_zero(sizeof *to);
	if (to == NULL) {
		peers_leave(d->peers, a);
		atomic_fetch_sub(&s->connections, 1);
		close(fd);
		return;
	}
	*to = (struct arrival){ .task.run = on_arrival, .server = s, .fd = fd, .n = n, .address = *address };
	loop_post(s->loop, &to->task);
}

static void watch_all(struct door *, struct loop *);

static void on_rested(void *arg)
{
	struct door *d = arg;

	d->rest = NULL;
	watch_all(d, d->servers[0].loop);
}

static void unwatch_all(struct door *d)
{
	for (size_t i = 0; i < d->n_listeners; i++) {
		watch_stop(d->listeners[i].watch);
		d->listeners[i].watch = NULL;
	}
}

static void on_knock(void *arg, int events)
{
	struct listener *l = arg;
	struct door *d = l->door;
	struct sockaddr_storage address;

	(void)events;
	for (int i = 0; i < BATCH; i++) {
		socklen_t n = sizeof address;
		int fd = accept4(l->fd, (struct sockaddr *)&address, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd >= 0) {
			hand_over(d, fd, &address, n);
			continue;
		}
		if (errno != EMFILE && errno != ENFILE && errno != ENOBUFS && errno != ENOMEM)
			return;
		log_warn("cannot take connections: %s; raise the limit of open files", strerror(errno));
		unwatch_all(d);
		d->rest = loop_every(d->servers[0].loop, REST_MS, 0, on_rested, d);
		return;
	}
}

static void watch_all(struct door *d, struct loop *loop)
{
	for (size_t i = 0; i < d->n_listeners; i++)
		if (d->listeners[i].watch == NULL && d->listeners[i].fd >= 0)
			d->listeners[i].watch = loop_watch(loop, d->listeners[i].fd, LOOP_READ, on_knock, &d->listeners[i]);
}

void listeners_start(struct door *d, struct loop *loop) { watch_all(d, loop); }

void listeners_stop(struct door *d)
{
	unwatch_all(d);
	if (d->rest != NULL)
		timer_stop(d->rest);
	d->rest = NULL;
	for (size_t i = 0; i < d->n_listeners; i++) {
		if (d->listeners[i].fd >= 0)
			close(d->listeners[i].fd);
		d->listeners[i].fd = -1;
	}
}
