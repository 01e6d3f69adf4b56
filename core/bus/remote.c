/* SPDX-License-Identifier: Apache-2.0 */
/* remote - a queue of calls and a queue of asks; at any time one of them is empty. */
#include "remote.h"
#include "base/clock.h"
#include "call.h"
#include "hub.h"
#include "peer.h"

#include <stdio.h>

void remote_open(struct remote *r, struct hub *hub, struct instance *in, size_t most)
{
	*r = (struct remote){ .hub = hub, .instance = in, .most = most, .may_call = "" };
	list_init(&r->queue);
	list_init(&r->asks);
	list_init(&r->peers);
	hub_add_remote(hub, r);
}

/* why a queued call is not to be sent any more; 0 = it is */
static int stale_code(const struct call *c)
{
	int cancelled = atomic_load_explicit(&c->root->cancelled, memory_order_relaxed);
	return cancelled != 0 ? cancelled : clock_ns() > c->pub.deadline ? TENON_DEADLINE_EXCEEDED : TENON_OK;
}

static struct call *pop(struct remote *r)
{
	struct node *n = list_pop(&r->queue);
	if (n == NULL)
		return NULL;
	r->queued--;
	return LIST_ITEM(n, struct call, node);
}

static int refuse(const struct remote *r, struct call *c)
{
	return call_fail(c, TENON_UNAVAILABLE, "%s is not running: %s", r->instance->name, r->refusal);
}

/* by a host that takes calls now, or is about to */
static bool is_served(const struct remote *r)
{
	LIST_EACH(&r->peers, n, after)
		if (LIST_ITEM(n, struct peer, node)->state < PEER_DRAINING)
			return true;
	return false;
}

static void want(struct remote *r)
{
	if (!is_served(r) && r->wanted != NULL)
		r->wanted(r->arg);
}

/* ---- to hosts that wait for work ---- */

/* the first of those that are queued and still wanted */
static struct call *next(struct remote *r)
{
	struct call *c;

	while ((c = pop(r)) != NULL) {
		int code = stale_code(c);
		if (code == TENON_OK)
			return c;
		call_finish(c, code);
	}
	return NULL;
}

static void put_back(struct remote *r, struct call *c)
{
	struct node *first = &r->queue.head; /* in front: its deadline has run longest */
	c->node = (struct node){ first, first->next };
	first->next->prev = &c->node;
	first->next = &c->node;
	r->queued++;
}

static void park(struct remote *r, struct hub_line *l)
{
	l->peer->asks++;
	list_add(&r->asks, &l->node);
}

/* by its duct, or as the answer to its ask `l` */
static void send_to(struct remote *r, struct peer *p, struct hub_line *l, size_t most)
{
	struct list calls;
	struct call *c;
	struct node *n;

	list_init(&calls);
	for (size_t i = 0; i < most && (c = next(r)) != NULL; i++)
		list_add(&calls, &c->node);
	if (list_empty(&calls))
		return;
	if (l != NULL) {
		node_take(&l->node);
		p->asks--;
	}
	if (!peer_send(p, l, &calls) && l != NULL)
		park(r, l);
	while (!list_empty(&calls)) { /* the frame was full */
		n = calls.head.prev;
		node_take(n);
		put_back(r, LIST_ITEM(n, struct call, node));
	}
}

/* Hosts share what is queued; each takes its part in one frame, if it takes several at all. `late`: those that should have come
 * for their orders by now, which may hang. */
static void share_among(struct remote *r, bool late)
{
	size_t hosts = 0;

	LIST_EACH(&r->peers, n, after) {
		struct peer *p = LIST_ITEM(n, struct peer, node);
		hosts += (p->asks > 0 || peer_has_duct(p)) && peer_is_late(p) == late && peer_room(p) > 0;
	}
	size_t share = hosts == 0 ? 0 : (r->queued + hosts - 1) / hosts;
	LIST_EACH(&r->peers, n, after) {
		struct peer *p = LIST_ITEM(n, struct peer, node);
		size_t room = peer_has_duct(p) && peer_is_late(p) == late ? peer_room(p) : 0, queued = r->queued;
		if (room == 0)
			continue;
		send_to(r, p, NULL, room < share ? room : share);
		if (r->queued >= queued)
			break;
		node_take(n); /* another one's turn */
		list_add(&r->peers, n);
		if (r->queued == 0)
			break;
	}
	LIST_EACH(&r->asks, n, after) {
		struct hub_line *l = LIST_ITEM(n, struct hub_line, node);
		size_t room = peer_is_late(l->peer) == late ? peer_room(l->peer) : 0, queued = r->queued;
		if (room == 0)
			continue;
		send_to(r, l->peer, l, room < share ? room : share);
		if (r->queued == 0 || r->queued >= queued) /* all are gone; or there is no memory, and the sweep tries again */
			break;
	}
}

void remote_flush(struct remote *r)
{
	if (r->queued == 0 || r->flushing)
		return;
	r->flushing = true; /* a call that ends here may bring another */
	share_among(r, false);
	if (r->queued > 0)
		share_among(r, true);
	r->flushing = false;
}

/* a bucket of one second's calls, filled by the millisecond */
static bool take_token(struct remote *r)
{
	if (r->rate == 0)
		return true;
	int64_t now = clock_ns(), full = r->rate * 1000, ms = (now - r->filled) / 1000000;
	if (ms > 0) {
		r->tokens = ms >= 1000 || r->filled == 0 ? full : r->tokens + ms * r->rate;
		r->tokens = r->tokens < full ? r->tokens : full;
		r->filled = r->filled == 0 ? now : r->filled + ms * 1000000;
	}
	if (r->tokens < 1000)
		return false;
	r->tokens -= 1000;
	return true;
}

void remote_submit(struct remote *r, struct call *c)
{
	if (r->queued >= r->most)
		remote_flush(r); /* those that only wait for the end of the turn */
	if (r->refusal[0] != '\0') {
		call_finish(c, refuse(r, c));
	} else if (!take_token(r)) {
		call_finish(c, call_fail(c, TENON_OVERLOADED, "%s takes %lld calls a second (process.rate)", r->instance->name, (long long)r->rate));
	} else if (r->queued >= r->most) {
		call_finish(c, call_fail(c, TENON_OVERLOADED, "%s has %zu calls waiting", r->instance->name, r->queued));
	} else {
		list_add(&r->queue, &c->node);
		r->queued++;
		hub_flush_soon(r->hub);
		want(r);
	}
}

void remote_requeue(struct remote *r, struct call *c)
{
	if (r->refusal[0] != '\0') {
		call_finish(c, refuse(r, c));
		return;
	}
	put_back(r, c);
	hub_flush_soon(r->hub);
	want(r);
}

void remote_ask(struct remote *r, struct hub_line *l)
{
	if (l->peer->most == 0 && !peer_has_room(l->peer)) {
		peer_refuse(l, TENON_OVERLOADED, "asks for more calls than it may have");
		return;
	}
	park(r, l);
	if (r->queued > 0)
		hub_flush_soon(r->hub);
}

void remote_refuse(struct remote *r, const char *why)
{
	struct call *c;

	snprintf(r->refusal, sizeof r->refusal, "%s", why == NULL ? "" : why);
	while (why != NULL && (c = pop(r)) != NULL)
		call_finish(c, refuse(r, c));
}

void remote_close(struct remote *r)
{
	remote_refuse(r, "it was stopped");
	node_take(&r->node);
}

void remote_sweep(struct remote *r)
{
	LIST_EACH(&r->queue, n, after) {
		struct call *c = LIST_ITEM(n, struct call, node);
		int code = stale_code(c);
		if (code == TENON_OK)
			continue;
		node_take(n);
		r->queued--;
		call_finish(c, code);
	}
}

bool remote_is_busy(const struct remote *r)
{
	bool busy = r->queued > 0;
	LIST_EACH(&r->peers, n, after)
		busy |= LIST_ITEM(n, struct peer, node)->in_flight > 0;
	return busy;
}
