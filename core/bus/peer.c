/* SPDX-License-Identifier: Apache-2.0 */
/* peer - sending calls, taking results, losing a host; how it comes is greeting.c's, what it is told besides order.c's. */
#include "peer.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "call.h"
#include "herald.h"
#include "wire/pack.h"

#include <stdio.h>
#include <string.h>

enum { SLOT_BITS = 9, ASKS_MOST = 4, ORDER_MS = 1000, GRACE_NS = 1000000000, DUCT_FULL = 1 << 20,
       DRAIN_READS = 64, LATE_NS = 200000000 };
_Static_assert(1 << SLOT_BITS == PEER_LANES, "an id has room for each slot");

/* ---- slots ---- */

int64_t peer_id(const struct peer *p, const struct slot *s)
{
	return (int64_t)s->generation << SLOT_BITS | (s - p->slots);
}

struct slot *peer_slot(struct peer *p, int64_t id)
{
	struct slot *s = &p->slots[id & (PEER_LANES - 1)];
	return s->call != NULL && s->generation == (uint64_t)id >> SLOT_BITS ? s : NULL;
}

static bool slot_is_free(const struct slot *s) { return s->call == NULL && !s->writing && !s->reading; }

bool peer_has_room(const struct peer *p)
{
	for (size_t i = 0; i < PEER_LANES; i++)
		if (slot_is_free(&p->slots[(p->next_slot + i) & (PEER_LANES - 1)]))
			return true;
	return false;
}

static struct slot *take_slot(struct peer *p)
{
	for (size_t i = 0; i < PEER_LANES; i++) {
		struct slot *s = &p->slots[p->next_slot++ & (PEER_LANES - 1)];
		if (!slot_is_free(s))
			continue;
		s->generation = (s->generation + 1) & 0x7fffffff;
		s->told = s->answering = s->busy = false;
		s->ending = 0;
		s->next = 0;
		list_init(&s->parts);
		p->in_flight++;
		return s;
	}
	return NULL;
}

static struct call *free_slot(struct peer *p, struct slot *s)
{
	struct call *c = s->call;
	struct node *n;

	s->call = NULL;
	p->in_flight--;
	if (p->remote->queued > 0)
		hub_flush_soon(p->hub);
	while ((n = list_pop(&s->parts)) != NULL)
		hub_answer_ok(LIST_ITEM(n, struct hub_line, node), TENON_CANCELLED, "the call has ended");
	return c;
}

/* Ends the call; one whose arena is in use is cancelled and ends after that. */
static void end_slot(struct peer *p, struct slot *s, int code, const char *why)
{
	if (s->busy) {
		s->ending = code;
		call_cancel(s->call, code);
		return;
	}
	struct call *c = free_slot(p, s);
	call_finish(c, *why == '\0' ? code : call_fail(c, code, "%s: %s", p->remote->instance->name, why));
}

bool slot_begin(struct slot *s)
{
	bool free = !s->busy;
	s->busy = true;
	return free;
}

void slot_end(struct peer *p, int64_t id)
{
	struct slot *s = peer_slot(p, id);
	if (s == NULL)
		return;
	s->busy = false;
	if (s->ending != 0)
		end_slot(p, s, s->ending, "");
}

/* ---- sending ---- */

static int64_t time_left_ms(const struct call *c)
{
	if (c->pub.deadline == INT64_MAX)
		return -1;
	int64_t left = (c->pub.deadline - clock_ns()) / 1000000;
	return left > 0 ? left : 0;
}

static void build_call(struct buf *b, struct peer *p, struct slot *s, struct call *c)
{
	frame_begin(b, FRAME_CALL, 9);
	pack_i64(b, peer_id(p, s));
	pack_str(b, c->method->row->name);
	pack_i64(b, (c->in != NULL ? FRAME_STREAM_IN : 0) | (c->out != NULL ? FRAME_STREAM_OUT : 0));
	pack_i64(b, time_left_ms(c));
	pack_str(b, c->pub.trace);
	pack_str(b, c->pub.span);
	pack_str(b, c->pub.principal);
	pack_str(b, c->pub.workspace);
	pack_message(b, c->method->args, c->args);
}

/* one more call for the frame that is being built, and there is room for it; false: it was ended */
static bool add_call(struct buf *b, struct peer *p, struct call *c, struct list *refused)
{
	struct slot *s = take_slot(p);

	s->call = c;
	size_t item = p->most > 0 ? frame_item(b) : b->n;
	build_call(b, p, s, c);
	if (!b->failed && b->n - item <= FRAME_ITEM_MOST) {
		if (p->most > 0)
			frame_item_end(b, item);
		return true;
	}
	int code = b->failed ? TENON_NO_MEMORY : TENON_TOO_LARGE;
	frame_item_drop(b, item);
	free_slot(p, s);
	c->code = code;
	list_add(refused, &c->node); /* ended later: whoever hears of it may build another frame */
	return false;
}

size_t peer_room(const struct peer *p)
{
	if (duct_waiting(&p->duct) > DUCT_FULL || p->state != PEER_SERVING)
		return 0;
	size_t most = p->most > 0 ? p->most : PEER_LANES, left = p->in_flight < most ? most - p->in_flight : 0;
	return !peer_has_room(p) ? 0 : p->most > 0 || left == 0 ? left : 1;
}

bool peer_send(struct peer *p, struct hub_line *l, struct list *calls)
{
	struct buf *b = &p->hub->out;
	struct list refused;
	struct node *n;
	bool any = false;

	list_init(&refused);
	frame_many(b);
	if (b->failed)
		return false; /* the next sweep tries again */
	if (p->most == 0)
		b->n = 0; /* its one call is the frame */
	while (b->n < FRAME_MANY_FULL && peer_has_room(p) && (n = list_pop(calls)) != NULL)
		any |= add_call(b, p, LIST_ITEM(n, struct call, node), &refused);
	if (any && l != NULL)
		hub_answer(l);
	else if (any)
		duct_send(&p->duct, b);
	while ((n = list_pop(&refused)) != NULL) {
		struct call *c = LIST_ITEM(n, struct call, node);
		call_finish(c, c->code);
	}
	return any;
}

/* ---- results ---- */

static int take_result(struct call *c, struct frame *f)
{
	struct tenon_problem problem = { 0 };
	int64_t code = frame_i64(f);
	const char *text = frame_text(f, c->arena);

	if (*text != '\0')
		c->message = text;
	if (f->bad || code < -1000 || code > 1000)
		return call_fail(c, TENON_INTERNAL, "its host answered with a frame that cannot be read");
	if (code < 0 || !frame_next(f))
		return (int)code;
	int row = c->method->emit_row;
	struct shape_array *list = row < 0 ? NULL : shape_at(&c->method->result->columns[row], c->result), emitted = { 0 };
	if (list != NULL)
		emitted = *list; /* came before, by ITEMS */
	int rc = unpack_message(c->method->result, c->arena, &f->in, UNPACK_TRUSTED, c->result, &problem);
	if (rc == TENON_OK && emitted.n > 0) {
		*list = emitted;
		shape_set(c->result, (uint32_t)row);
	}
	if (rc < 0)
		return call_fail(c, rc == TENON_NO_MEMORY ? rc : TENON_INTERNAL, "its host answered with a result that does not fit: %s", problem.message);
	return (int)code;
}

static void on_result(struct peer *p, struct frame *f)
{
	struct slot *s = peer_slot(p, frame_i64(f));

	if (s == NULL)
		return; /* late, repeated or forged */
	if (s->busy) {
		end_slot(p, s, TENON_INTERNAL, "");
		return;
	}
	struct call *c = free_slot(p, s);
	int code = take_result(c, f);
	p->calls++;
	call_finish(c, code);
}

static void on_many(struct peer *p, struct frame *many)
{
	struct frame f;
	const void *bytes;
	size_t n;

	while (many->left > 0 && frame_bytes(many, &bytes, &n))
		if (frame_open(&f, bytes, n) && f.kind == FRAME_RESULT)
			on_result(p, &f);
}

/* ---- its duct ---- */

static void on_frame(void *arg, const void *bytes, size_t n)
{
	struct peer *p = arg;
	struct frame f;

	if (!frame_open(&f, bytes, n) || f.kind != FRAME_MANY) {
		p->events->fault(p->arg, "sends what is no frame of the bus");
		return;
	}
	if (!p->ducted) {
		p->ducted = true;
		p->most = p->lanes;
		hub_flush_soon(p->hub);
	}
	on_many(p, &f);
}

static void on_duct_lost(void *arg, const char *what)
{
	struct peer *p = arg;

	p->duct_lost = p->ducted ? clock_ns() : 0;
	if (what != NULL && p->arg != NULL)
		p->events->fault(p->arg, what);
}

bool peer_has_duct(const struct peer *p) { return p->ducted && duct_is_open(&p->duct); }

int peer_attach(struct peer *p, int fd, size_t lanes)
{
	p->duct = (struct duct){ .loop = p->hub->loop, .got = on_frame, .lost = on_duct_lost, .arg = p };
	p->lanes = lanes < PEER_LANES / 2 ? lanes : PEER_LANES / 2;
	return duct_open(&p->duct, fd);
}

/* what it still said before it was gone */
static void close_duct(struct peer *p)
{
	for (int i = 0; i < DRAIN_READS && duct_is_open(&p->duct); i++)
		duct_read(&p->duct);
	duct_close(&p->duct);
}

static void ask(struct hub_line *l)
{
	struct peer *p = l->peer;

	if (l->frame.kind == FRAME_ASK && !p->ducted) {
		int64_t most = frame_i64(&l->frame);
		p->most = most < 0 ? 0 : most < PEER_LANES / 2 ? (size_t)most : PEER_LANES / 2;
	}
	hub_forget(l);
	if (p->state != PEER_SERVING || p->ducted) {
		hub_begin(p->hub, FRAME_BYE, 0);
		hub_answer(l);
	} else if (p->most > 0 && p->asks >= ASKS_MOST) { /* it is to have a line left for its results */
		frame_many(&p->hub->out);
		hub_answer(l);
	} else {
		remote_ask(p->remote, l);
	}
}

/* ---- who asks ---- */

static struct peer *by_pipe(struct hub *h, uint32_t pipe)
{
	LIST_EACH(&h->peers, n, after) {
		struct peer *p = LIST_ITEM(n, struct peer, hub_node);
		if (p->pipe == pipe && p->state != PEER_EXPECTED && p->state != PEER_GONE)
			return p;
	}
	return NULL;
}

/* ---- one question ---- */

static void answer(struct hub_line *l)
{
	switch (l->frame.kind) {
	case FRAME_RESULT: case FRAME_MANY: case FRAME_ASK: ask(l); break;
	case FRAME_STATE: peer_state(l); break;
	case FRAME_CONTROL: peer_control(l); break;
	case FRAME_PART: serve_part(l); break;
	case FRAME_READ: serve_read(l); break;
	case FRAME_CONTENT: serve_content(l); break;
	case FRAME_ITEMS: serve_items(l); break;
	case FRAME_UP: serve_up(l); break;
	case FRAME_EVENT: herald_event(l); break;
	case FRAME_WATCH: herald_watch(l); break;
	default: peer_refuse(l, TENON_UNSUPPORTED, "sends a frame of an unknown kind"); break;
	}
}

void peer_asked(struct hub_line *l, nng_pipe pipe)
{
	struct frame *f = &l->frame;

	size_t n = nng_msg_len(l->line.msg);
	bool opened = frame_open(f, nng_msg_body(l->line.msg), n);
	struct peer *p = by_pipe(l->hub, l->pipe = (uint32_t)nng_pipe_id(pipe));

	if (p == NULL) {
		if (opened && f->kind == FRAME_HELLO)
			peer_hello(l, pipe);
		else
			peer_turn_away(l, pipe, "spoke on the bus without greeting");
		return;
	}
	l->peer = p;
	l->held = n;
	p->refs++;
	p->parked++;
	p->held += n;
	if (opened && f->kind == FRAME_RESULT)
		on_result(p, f); /* whatever becomes of the ask that it is, too */
	else if (opened && f->kind == FRAME_MANY)
		on_many(p, f);
	if (!opened)
		peer_refuse(l, TENON_INVALID_ARGUMENT, "sends what is no frame of the bus");
	else if (p->parked > PEER_PARKED_MOST || (p->held > PEER_HELD_MOST && p->held > n))
		peer_refuse(l, TENON_OVERLOADED, "asks for too much at once");
	else
		answer(l);
}

/* ---- deadlines ---- */

bool peer_is_late(const struct peer *p) { return p->control == NULL && clock_ns() - p->ordered > LATE_NS; }

void peer_sweep(struct peer *p)
{
	int64_t now = clock_ns();
	bool tell = false;

	if (p->state == PEER_EXPECTED || p->state == PEER_GONE)
		return;
	if (p->duct_lost != 0 && now - p->duct_lost > GRACE_NS) {
		p->duct_lost = 0;
		p->events->fault(p->arg, "closed the line that its calls come on");
		return;
	}
	if (p->unsent > PEER_PARKED_MOST) {
		p->events->fault(p->arg, "does not take its answers");
		return;
	}
	for (size_t i = 0; i < PEER_LANES; i++) {
		struct slot *s = &p->slots[i];
		if (s->call == NULL)
			continue;
		bool write = s->call->method->row->flags & TENON_WRITE;
		if (!write && now > s->call->pub.deadline)
			call_cancel(s->call, TENON_DEADLINE_EXCEEDED);
		tell |= !s->told && atomic_load(&s->call->root->cancelled) != 0;
		if (write || s->call->pub.deadline == INT64_MAX || now < s->call->pub.deadline + GRACE_NS)
			continue;
		end_slot(p, s, TENON_DEADLINE_EXCEEDED, ""); /* it is deaf; its answer will meet another generation */
	}
	if (p->control != NULL && (tell || now - p->ordered > ORDER_MS * 1000000LL))
		peer_give_orders(p);
	else if (p->control == NULL && p->state != PEER_GREETED && p->hang_ms > 0 && now - p->ordered > (p->hang_ms + ORDER_MS) * 1000000)
		p->events->fault(p->arg, "hangs");
}

/* ---- coming and going ---- */

struct peer *peer_expect(struct remote *r, const char *token, int pid, const struct peer_events *events, void *arg)
{
	struct peer *p = mem_zero(sizeof *p);

	if (p == NULL || (p->slots = mem_zero(PEER_LANES * sizeof *p->slots)) == NULL) {
		mem_free(p);
		return NULL;
	}
	p->remote = r;
	p->hub = r->hub;
	p->events = events;
	p->arg = arg;
	p->refs = 1;
	p->pid = pid;
	snprintf(p->token, sizeof p->token, "%s", token);
	list_add(&r->peers, &p->node);
	list_add(&r->hub->peers, &p->hub_node);
	return p;
}

static void lose_call(struct peer *p, struct slot *s)
{
	bool again = s->call->method->row->flags & TENON_IDEMPOTENT && !s->answering && s->call->tries == 0 && !call_is_cancelled(s->call);

	if (!again) {
		end_slot(p, s, TENON_UNAVAILABLE, "its process ended while it worked on this");
		return;
	}
	struct call *c = free_slot(p, s);
	c->tries++;
	remote_requeue(p->remote, c);
}

static void lose(struct peer *p)
{
	close_duct(p);
	p->state = PEER_GONE;
	node_take(&p->node);
	LIST_EACH(&p->remote->asks, n, after) {
		struct hub_line *l = LIST_ITEM(n, struct hub_line, node);
		if (l->peer != p)
			continue;
		node_take(n);
		p->asks--;
		hub_recycle(l);
	}
	if (p->control != NULL)
		hub_recycle(p->control);
	p->control = NULL;
	herald_close(p->herald);
	p->herald = NULL;
	for (size_t i = 0; i < PEER_LANES; i++)
		if (p->slots[i].call != NULL)
			lose_call(p, &p->slots[i]);
}

void peer_lost(struct hub *h, uint32_t pipe)
{
	struct peer *p = by_pipe(h, pipe);
	if (p == NULL)
		return;
	p->refs++;
	lose(p);
	p->events->lost(p->arg);
	peer_unref(p);
}

void peer_forget(struct peer *p)
{
	if (p == NULL)
		return;
	if (p->state != PEER_GONE)
		lose(p);
	node_take(&p->hub_node);
	p->arg = NULL;
	peer_unref(p);
}

void peer_unref(struct peer *p)
{
	if (p == NULL || --p->refs > 0)
		return;
	duct_close(&p->duct);
	mem_free(p->slots);
	mem_free(p);
}
