/* SPDX-License-Identifier: Apache-2.0 */
/* refusal - a close with unread bytes resets the connection, and the reset overtakes the answer: so the socket lingers. */
#include "refusal.h"
#include "base/clock.h"
#include "base/mem.h"
#include "server.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { MOST_LINGERING = 256, LINGER_MS = 2000, LINGER_BYTES = 64 << 20 };

struct lingerer {
	struct node node;
	struct server *server;
	struct watch *watch;
	int fd;
	int64_t dropped, until;
};

static const char *const names[REFUSALS] = {
#define X(name) #name,
	REFUSAL_LIST(X)
#undef X
};

const char *refusal_name(enum refusal r) { return names[r]; }

void refusal_count(struct door *d, enum refusal r) { atomic_fetch_add_explicit(&d->refused[r], 1, memory_order_relaxed); }

static const char *reason(int status)
{
	static const struct { int status; const char *text; } reasons[] = {
		{ 400, "Bad Request" }, { 408, "Request Timeout" }, { 413, "Content Too Large" }, { 429, "Too Many Requests" },
		{ 431, "Request Header Fields Too Large" }, { 500, "Internal Server Error" }, { 503, "Service Unavailable" },
		{ 507, "Insufficient Storage" } };

	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
		if (reasons[i].status == status)
			return reasons[i].text;
	return "Error";
}

void refusal_send(int fd, int status, const char *retry_after, const char *type, const char *body)
{
	char head[512];
	int n = snprintf(head, sizeof head, "HTTP/1.1 %d %s\r\nConnection: close\r\nContent-Type: %s\r\nContent-Length: %zu\r\n%s%s%s\r\n",
	                 status, reason(status), type, strlen(body), retry_after != NULL ? "Retry-After: " : "",
	                 retry_after != NULL ? retry_after : "", retry_after != NULL ? "\r\n" : "");

	/* best effort: a socket that takes no more has a client that does not read */
	if (n > 0 && (size_t)n < sizeof head && send(fd, head, (size_t)n, MSG_NOSIGNAL | MSG_DONTWAIT | MSG_MORE) == n)
		if (send(fd, body, strlen(body), MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
			errno = 0;
	shutdown(fd, SHUT_WR);
}

static void end(struct lingerer *l)
{
	node_take(&l->node);
	l->server->n_lingering--;
	watch_stop(l->watch);
	close(l->fd);
	mem_free(l);
}

static void on_input(void *arg, int events)
{
	struct lingerer *l = arg;
	char dropped[16384];
	ssize_t n = 1;

	for (int i = 0; i < 16 && n > 0; i++) {
		n = recv(l->fd, dropped, sizeof dropped, MSG_DONTWAIT);
		l->dropped += n > 0 ? n : 0;
	}
	bool over = n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR) || l->dropped > LINGER_BYTES;
	if (over || (events & LOOP_HANGUP && n < 0))
		end(l);
}

void refusal_sweep(struct server *s, int64_t now)
{
	LIST_EACH(&s->lingering, n, after) {
		struct lingerer *l = LIST_ITEM(n, struct lingerer, node);
		if (now >= l->until)
			end(l);
	}
}

void refusal_linger(struct server *s, int fd)
{
	struct lingerer *l = s->n_lingering < MOST_LINGERING ? mem_zero(sizeof *l) : NULL;

	if (l == NULL || (l->watch = loop_watch(s->loop, fd, LOOP_READ | LOOP_HANGUP, on_input, l)) == NULL) {
		mem_free(l);
		close(fd);
		return;
	}
	l->server = s;
	l->fd = fd;
	l->until = clock_ns() + (int64_t)LINGER_MS * 1000000;
	list_add(&s->lingering, &l->node);
	s->n_lingering++;
}

void refusal_stop(struct server *s)
{
	struct node *n;
	while ((n = s->lingering.head.next) != &s->lingering.head)
		end(LIST_ITEM(n, struct lingerer, node));
}
