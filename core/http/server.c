/* SPDX-License-Identifier: Apache-2.0 */
/* server - running libmicrohttpd from a loop.
 *
 * MHD_run is called only from the loop's hook: never inside a fiber, never inside itself. It is called until it has nothing left
 * (MHD_get_timeout), for it looks at its connections once a call; but not for ever, since fibers and the loop's inbox want their
 * turn too: after a few rounds the loop is asked to come back at once. */
#include "server.h"
#include "base/clock.h"
#include "base/err.h"
#include "peers.h"
#include "request.h"

#include <malloc.h>
#include <microhttpd.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

enum { MOST_ROUNDS = 16, SWEEP_MS = 250 };

void server_run_soon(struct server *s) { s->pending = true; }

static bool wants_more(struct server *s)
{
	MHD_UNSIGNED_LONG_LONG ms;
	return MHD_get_timeout(s->mhd, &ms) == MHD_YES && ms == 0;
}

static void on_again(struct task *t)
{
	struct server *s = LIST_ITEM(t, struct server, again);
	s->again_posted = false;
	s->pending = true;
}

/* in each turn of the loop, after its fibers ran */
static bool on_turn(void *arg)
{
	struct server *s = arg;
	struct node *n;

	if (s->mhd == NULL || !s->pending)
		return false;
	s->now = clock_ns();
	for (int round = 0; s->pending && round < MOST_ROUNDS; round++) {
		while ((n = s->finished.head.next) != &s->finished.head)
			request_finish(LIST_ITEM(n, struct request, node));
		s->pending = false;
		MHD_run(s->mhd);
		s->pending |= wants_more(s);
	}
	if (s->pending && !s->again_posted) {
		s->again_posted = true;
		s->pending = false;
		loop_post(s->loop, &s->again);
	}
	return false;
}

static void on_sockets(void *arg, int events)
{
	(void)events;
	server_run_soon(arg);
}

/* many connections left: their memory goes back to the system */
static void trim(struct server *s)
{
	enum { MANY = 1000 };
	size_t now = atomic_load(&s->connections);

	if (now > s->most_connections)
		s->most_connections = now;
	if (s->most_connections < MANY || now > s->most_connections / 2)
		return;
	s->most_connections = now;
	malloc_trim(0);
}

static void on_timer(void *arg)
{
	struct server *s = arg;
	s->now = clock_ns();
	connection_sweep(s, s->now);
	refusal_sweep(s, s->now);
	trim(s);
	server_run_soon(s); /* its own timeouts */
}

static void on_drain(struct task *t) { connection_close_idle(LIST_ITEM(t, struct server, drain)); }

void server_drain(struct server *s)
{
	if (atomic_load(&s->running))
		loop_post(s->loop, &s->drain);
}

int server_start(struct server *s, struct err *e)
{
	const union MHD_DaemonInfo *info;

	list_init(&s->heads);
	list_init(&s->idle);
	list_init(&s->bodies);
	list_init(&s->unlooked);
	list_init(&s->parked);
	list_init(&s->finished);
	list_init(&s->lingering);
	s->now = clock_ns();
	s->again.run = on_again;
	s->drain.run = on_drain;
	if ((s->mhd = connection_daemon(s, e)) == NULL)
		return TENON_UNAVAILABLE;
	info = MHD_get_daemon_info(s->mhd, MHD_DAEMON_INFO_EPOLL_FD);
	s->watch = info == NULL ? NULL : loop_watch(s->loop, info->epoll_fd, LOOP_READ, on_sockets, s);
	s->timer = loop_every(s->loop, SWEEP_MS, SWEEP_MS, on_timer, s);
	if (s->watch == NULL || s->timer == NULL)
		return err_set(e, TENON_NO_MEMORY, "no memory for a server");
	loop_hook(s->loop, on_turn, s);
	atomic_store(&s->running, true);
	return TENON_OK;
}

/* the loop runs no more */
void server_stop(struct server *s)
{
	if (s->mhd == NULL)
		return;
	atomic_store(&s->running, false);
	timer_stop(s->timer);
	watch_stop(s->watch);
	LIST_EACH(&s->parked, n, after) /* a daemon with suspended connections cannot be stopped */
		connection_unpark(LIST_ITEM(n, struct connection, parked_node));
	MHD_stop_daemon(s->mhd);
	s->mhd = NULL;
	refusal_stop(s);
}

/* It was counted when it was handed over. libmicrohttpd may fail before it told of an opening, or after it told of the closing. */
void server_add(struct server *s, int fd, const struct sockaddr *address, socklen_t n)
{
	size_t opened = s->opened;

	if (MHD_add_connection(s->mhd, fd, address, n) != MHD_YES && s->opened == opened) {
		peers_leave(s->door->peers, address);
		atomic_fetch_sub(&s->connections, 1);
	}
	server_run_soon(s);
}

void server_random(struct server *s, void *out, size_t n)
{
	if (s->random_left < n) {
		for (size_t got = 0; got < sizeof s->random;) {
			ssize_t k = getrandom(s->random + got, sizeof s->random - got, 0);
			got += k > 0 ? (size_t)k : 0;
		}
		s->random_left = sizeof s->random;
	}
	s->random_left -= n;
	memcpy(out, s->random + s->random_left, n);
}
