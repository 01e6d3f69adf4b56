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

/* The ask that waits longest, but rather that of a host that comes for its orders than of one that may hang. */
static struct node *pop_ask(struct remote *r)
{
	LIST_EACH(&r->asks, n, after) {
		if (peer_is_late(LIST_ITEM(n, struct hub_line, node)->peer))
			continue;
		node_take(n);
		return n;
	}
	return list_pop(&r->asks);
}

/* to a host that waits for work, if there is one */
static bool send_at_once(struct remote *r, struct call *c)
{
	struct node *n;

	while ((n = pop_ask(r)) != NULL) {
		struct hub_line *l = LIST_ITEM(n, struct hub_line, node);
		if (!peer_has_room(l->peer)) {
			peer_refuse(l, TENON_OVERLOADED, "asks for more calls than it may have");
			continue;
		}
		if (!peer_send(l, c))
			list_add(&r->asks, &l->node);
		return true;
	}
	return false;
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

void remote_submit(struct remote *r, struct call *c)
{
	if (r->refusal[0] != '\0') {
		call_finish(c, refuse(r, c));
	} else if (send_at_once(r, c)) {
		return;
	} else if (r->queued >= r->most) {
		call_finish(c, call_fail(c, TENON_OVERLOADED, "%s has %zu calls waiting", r->instance->name, r->queued));
	} else {
		list_add(&r->queue, &c->node);
		r->queued++;
		want(r);
	}
}

void remote_requeue(struct remote *r, struct call *c)
{
	if (send_at_once(r, c))
		return;
	struct node *first = &r->queue.head; /* in front: its deadline has run longest */
	c->node = (struct node){ first, first->next };
	first->next->prev = &c->node;
	first->next = &c->node;
	r->queued++;
	want(r);
}

void remote_ask(struct remote *r, struct hub_line *l)
{
	struct call *c;

	if (!peer_has_room(l->peer)) {
		peer_refuse(l, TENON_OVERLOADED, "asks for more calls than it may have");
		return;
	}
	while ((c = pop(r)) != NULL) {
		int code = stale_code(c);
		if (code < 0)
			call_finish(c, code);
		else if (peer_send(l, c))
			return;
	}
	list_add(&r->asks, &l->node);
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
