/* SPDX-License-Identifier: Apache-2.0 */
/* connection - libmicrohttpd's callbacks, and what it does not do: overall deadlines, and clients that leave while nothing is read.
 *
 * libmicrohttpd's own timeout ends connections on which nothing moves. A sender that drips is ended here: headers must be there
 * header_timeout_ms after the connection opened (or after they could have begun), bodies must keep body_min_rate. While a
 * connection is suspended libmicrohttpd is blind; if that lasts, a dup of the socket is watched for the client's end. */
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "bus/call.h"
#include "bus/stream.h"
#include "peers.h"
#include "respond.h"

#include <microhttpd.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

enum { NS_A_MS = 1000000, WATCH_AFTER_MS = 100, LOOK_AFTER_MS = 100 };

/* ---- opening, closing ---- */

static int descriptor(struct MHD_Connection *m)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(m, MHD_CONNECTION_INFO_CONNECTION_FD);
	return info == NULL ? -1 : info->connect_fd;
}

/* the connection is in one of the lists whose members must get on by a time */
static void await(struct connection *c, struct list *l)
{
	node_take(&c->node);
	node_take(&c->unlooked);
	c->since = c->server->now;
	list_add(l, &c->node);
	list_add(&c->server->unlooked, &c->unlooked);
}

static void connection_opened(struct server *s, struct MHD_Connection *m, void **context)
{
	struct connection *c = mem_zero(sizeof *c);

	*context = c;
	s->opened++;
	if (c == NULL)
		return; /* its first request is cut */
	c->server = s;
	c->mhd = m;
	c->fd = descriptor(m);
	c->left_fd = c->linger_fd = -1;
	await(c, &s->heads);
}

static void stop_watching(struct connection *c)
{
	watch_stop(c->left_watch);
	c->left_watch = NULL;
	if (c->left_fd >= 0)
		close(c->left_fd);
	c->left_fd = -1;
}

static void connection_closed(struct server *s, struct MHD_Connection *m, void **context)
{
	struct connection *c = *context;
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(m, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

	if (info != NULL)
		peers_leave(s->door->peers, info->client_addr);
	atomic_fetch_sub(&s->connections, 1);
	*context = NULL;
	if (c == NULL)
		return;
	node_take(&c->node);
	node_take(&c->unlooked);
	node_take(&c->parked_node);
	stop_watching(c);
	if (c->request != NULL)
		request_lost(c->request, false);
	else if (s->now - c->since >= s->door->conf.idle_timeout_ms * NS_A_MS)
		refusal_count(s->door, REFUSED_idle_timeout_ms);
	if (c->linger_fd >= 0)
		refusal_linger(s, c->linger_fd);
	mem_free(c);
}

static void on_connection(void *arg, struct MHD_Connection *m, void **context, enum MHD_ConnectionNotificationCode what)
{
	if (what == MHD_CONNECTION_NOTIFY_STARTED)
		connection_opened(arg, m, context);
	else
		connection_closed(arg, m, context);
}

void connection_linger(struct connection *c)
{
	if (c->linger_fd < 0)
		c->linger_fd = dup(c->fd);
}

/* ---- parking ---- */

void connection_park(struct connection *c)
{
	if (c->parked)
		return;
	c->parked = true;
	c->parked_since = c->server->now;
	list_add(&c->server->parked, &c->parked_node);
	MHD_suspend_connection(c->mhd);
}

void connection_unpark(struct connection *c)
{
	if (!c->parked)
		return;
	c->parked = false;
	node_take(&c->parked_node);
	stop_watching(c);
	if (c->request != NULL && c->request->stage == STAGE_UPLOAD)
		c->request->paused += c->server->now - c->parked_since;
	MHD_resume_connection(c->mhd);
	server_run_soon(c->server);
}

/* recv would still give what came before the reset */
static bool was_reset(const struct connection *c)
{
	struct pollfd p = { .fd = c->fd };
	return poll(&p, 1, 0) == 1 && p.revents & (POLLERR | POLLHUP);
}

static void on_client_left(void *arg, int events)
{
	struct connection *c = arg;
	struct request *r = c->request;

	(void)events;
	stop_watching(c);
	if (r == NULL)
		return;
	if (r->stage == STAGE_UPLOAD) { /* the rest of its body may lie in the socket: libmicrohttpd reads on and finds out */
		if (was_reset(c))
			stream_break(r->call->in, TENON_CANCELLED);
		connection_unpark(c);
		return;
	}
	if (r->call != NULL && !r->done)
		call_cancel(r->call, TENON_CANCELLED);
	if (r->stage == STAGE_SENDING) {
		outflow_lost(r);
		connection_unpark(c);
	}
}

/* ---- what is overdue ---- */

static void cut(struct connection *c, enum refusal why)
{
	refusal_count(c->server->door, why);
	if (c->request != NULL && c->request->stage < STAGE_RUNNING)
		refusal_send(c->fd, 408, NULL, "text/plain", "The request came too slowly\n");
	shutdown(c->fd, SHUT_RDWR); /* libmicrohttpd reads the end, and closes */
	server_run_soon(c->server);
}

/* the list is in the order of time: those that joined it more than `ms` ago are cut */
static void sweep_list(struct list *l, int64_t now, int64_t ms, enum refusal why)
{
	LIST_EACH(l, n, after) {
		struct connection *c = LIST_ITEM(n, struct connection, node);
		if (now < c->since + ms * NS_A_MS)
			return;
		node_take(&c->node);
		cut(c, why);
	}
}

/* An end that came together with the last bytes is no event of its own in libmicrohttpd's edge-triggered epoll, and it does not
 * read again after a short read: it would wait for its timeout. */
static void look_for_end(struct connection *c)
{
	char byte;

	if (recv(c->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) != 0)
		return;
	shutdown(c->fd, SHUT_RDWR); /* which is an event */
	server_run_soon(c->server);
}

static void sweep_unlooked(struct server *s, int64_t now)
{
	LIST_EACH(&s->unlooked, n, after) {
		struct connection *c = LIST_ITEM(n, struct connection, unlooked);
		if (now < c->since + LOOK_AFTER_MS * NS_A_MS)
			return;
		node_take(&c->unlooked);
		if (!c->parked && (c->request == NULL || c->request->stage < STAGE_RUNNING))
			look_for_end(c);
	}
}

static void sweep_bodies(struct server *s, int64_t now)
{
	const struct door_config *conf = &s->door->conf;

	LIST_EACH(&s->bodies, n, after) {
		struct connection *c = LIST_ITEM(n, struct connection, node);
		int64_t took = now - c->since - c->request->paused - conf->header_timeout_ms * NS_A_MS;
		if (!c->parked && c->request->received == c->request->seen)
			look_for_end(c);
		c->request->seen = c->request->received;
		if (c->parked || took <= 0 || c->request->received >= took / 1000000000 * conf->body_min_rate)
			continue;
		node_take(&c->node);
		cut(c, REFUSED_body_min_rate);
	}
}

static void sweep_parked(struct server *s, int64_t now)
{
	LIST_EACH(&s->parked, n, after) {
		struct connection *c = LIST_ITEM(n, struct connection, parked_node);
		if (now < c->parked_since + WATCH_AFTER_MS * NS_A_MS)
			break;
		if (c->left_watch != NULL)
			continue;
		c->left_fd = dup(c->fd);
		c->left_watch = c->left_fd < 0 ? NULL : loop_watch(s->loop, c->left_fd, LOOP_HANGUP, on_client_left, c);
		if (c->left_watch == NULL)
			stop_watching(c);
	}
}

void connection_sweep(struct server *s, int64_t now)
{
	const struct door_config *conf = &s->door->conf;

	sweep_list(&s->heads, now, conf->header_timeout_ms, REFUSED_header_timeout_ms);
	sweep_list(&s->idle, now, conf->idle_timeout_ms + conf->header_timeout_ms, REFUSED_idle_timeout_ms);
	sweep_bodies(s, now);
	sweep_unlooked(s, now);
	sweep_parked(s, now);
}

/* those between requests; the others close with their answer */
void connection_close_idle(struct server *s)
{
	struct list *lists[] = { &s->heads, &s->idle };

	for (int i = 0; i < 2; i++)
		LIST_EACH(lists[i], n, after) {
			struct connection *c = LIST_ITEM(n, struct connection, node);
			if (c->request == NULL)
				shutdown(c->fd, SHUT_RDWR);
		}
	server_run_soon(s);
}

/* ---- requests ---- */

static void *on_target(void *arg, const char *target, struct MHD_Connection *m)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(m, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	struct connection *c = info == NULL ? NULL : info->socket_context;

	(void)arg;
	if (c == NULL)
		return NULL;
	c->request = request_new(c, target);
	await(c, &c->server->heads);
	/* libmicrohttpd would keep a record of each argument in the connection's few KiB; ours is copied, so it finds none */
	char *query = strchr(target, '?');
	if (query != NULL && query[1] != '\0')
		query[1] = '\0';
	return c->request;
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *m, const char *path, const char *method, const char *version,
                                  const char *upload, size_t *n, void **context)
{
	struct request *r = *context;
	bool ok = true;

	(void)arg;
	(void)m;
	if (r == NULL)
		return MHD_NO;
	if (r->stage == STAGE_HEAD) {
		await(r->connection, &r->server->bodies);
		ok = request_begin(r, method, path, version);
	} else if (*n > 0) {
		ok = request_body(r, upload, n);
	} else {
		node_take(&r->connection->node);
		ok = request_complete(r);
	}
	return ok ? MHD_YES : MHD_NO;
}

static void on_completed(void *arg, struct MHD_Connection *m, void **context, enum MHD_RequestTerminationCode how)
{
	struct request *r = *context;

	(void)arg;
	(void)m;
	*context = NULL;
	if (r == NULL || r->connection == NULL)
		return;
	struct connection *c = r->connection;
	if (how == MHD_REQUEST_TERMINATED_TIMEOUT_REACHED)
		refusal_count(c->server->door, REFUSED_idle_timeout_ms);
	request_lost(r, how == MHD_REQUEST_TERMINATED_COMPLETED_OK);
	await(c, &c->server->idle);
}

/* paths are matched as they came */
static size_t on_unescape(void *arg, struct MHD_Connection *m, char *s)
{
	(void)arg;
	(void)m;
	return strlen(s);
}

static void on_log(void *arg, const char *fmt, va_list ap)
{
	(void)arg;
	if (log_wants(LOG_DEBUG))
		log_vline(LOG_DEBUG, "http", NULL, fmt, ap);
}

struct MHD_Daemon *connection_daemon(struct server *s, struct err *e)
{
	const struct door_config *conf = &s->door->conf;
	unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ERROR_LOG;
	struct MHD_Daemon *d = MHD_start_daemon(flags, 0, NULL, NULL, on_request, s,
		MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)conf->connection_memory,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned)conf->max_connections + 16,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)((conf->idle_timeout_ms + 999) / 1000),
		MHD_OPTION_NOTIFY_CONNECTION, on_connection, s,
		MHD_OPTION_NOTIFY_COMPLETED, on_completed, s,
		MHD_OPTION_URI_LOG_CALLBACK, on_target, s,
		MHD_OPTION_UNESCAPE_CALLBACK, on_unescape, s,
		MHD_OPTION_STRICT_FOR_CLIENT, 0,
		MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1,
		MHD_OPTION_END);

	if (d == NULL)
		err_set(e, TENON_UNAVAILABLE, "libmicrohttpd %s does not start: no descriptors or no memory", MHD_get_version());
	return d;
}
