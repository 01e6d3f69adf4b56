/* SPDX-License-Identifier: Apache-2.0 */
/* order - what a host is told on its parked control line: calls to cancel, to drain, to stop; and what it counted, in return. */
#include "base/clock.h"
#include "call.h"
#include "peer.h"
#include "wire/pack.h"

#include <stdio.h>
#include <string.h>

enum { GAUGES_MOST = 256 }; /* of one instance */

static bool is_to_be_told(const struct peer *p, const struct slot *s)
{
	return s->call != NULL && !s->told && atomic_load(&s->call->root->cancelled) != 0 && duct_waiting(&p->duct) == 0; /* it has the call */
}

/* tells the host what there is to be told, on its parked line */
void peer_give_orders(struct peer *p)
{
	struct hub_line *l = p->control;
	struct buf *b;
	uint32_t n = 0;

	if (l == NULL)
		return;
	p->control = NULL;
	p->ordered = clock_ns();
	for (size_t i = 0; i < PEER_LANES; i++)
		n += is_to_be_told(p, &p->slots[i]);
	b = hub_begin(p->hub, FRAME_ORDER, 2);
	pack_i64(b, p->orders);
	pack_array(b, n);
	for (size_t i = 0; n > 0 && i < PEER_LANES; i++) {
		struct slot *s = &p->slots[i];
		if (!is_to_be_told(p, s))
			continue;
		s->told = true;
		pack_i64(b, peer_id(p, s));
		n--;
	}
	p->orders = 0; /* each is told once */
	hub_answer(l);
}

/* {gauge: value}, what the host's instance counted */
static void take_gauges(struct peer *p, struct frame *f)
{
	struct instance *in = p->remote->instance;
	uint32_t n;

	if (!frame_next(f) || !unpack_map(&f->in, &n) || n > GAUGES_MOST)
		return;
	for (uint32_t i = 0; i < n; i++) {
		const char *name;
		size_t length;
		double x;
		char text[64];
		if (!unpack_str(&f->in, &name, &length) || !unpack_double(&f->in, &x) || length >= sizeof text)
			return;
		snprintf(text, sizeof text, "%.*s", (int)length, name);
		bool fits = length > 0 && strspn(text, "abcdefghijklmnopqrstuvwxyz_0123456789") == length;
		if (fits && (in->gauges.n < GAUGES_MOST || map_get(&in->gauges, text) != NULL))
			in->host.metric_set(&in->host, text, x);
	}
}

void peer_control(struct hub_line *l)
{
	struct peer *p = l->peer;

	if (p->control != NULL) {
		peer_refuse(l, TENON_ALREADY_EXISTS, "waits twice for orders");
		return;
	}
	frame_i64(&l->frame);
	take_gauges(p, &l->frame);
	hub_forget(l);
	p->control = l;
	p->ordered = clock_ns();
	if (p->orders != 0)
		peer_give_orders(p);
}

void peer_order(struct peer *p, int flags)
{
	p->orders |= flags;
	if (flags & ORDER_DRAIN && p->state == PEER_SERVING) {
		p->state = PEER_DRAINING;
		LIST_EACH(&p->remote->asks, n, after) {
			struct hub_line *l = LIST_ITEM(n, struct hub_line, node);
			if (l->peer != p)
				continue;
			node_take(n);
			p->asks--;
			hub_begin(p->hub, FRAME_BYE, 0);
			hub_answer(l);
		}
	}
	peer_give_orders(p);
}
