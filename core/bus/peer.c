/* SPDX-License-Identifier: Apache-2.0 */
/* peer - greeting, sending calls, taking results, losing a host. */
#include "peer.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "call.h"
#include "wire/pack.h"

#include <stdio.h>
#include <string.h>

enum { SLOT_BITS = 9, ORDER_MS = 1000, GRACE_NS = 1000000000, COMPLAIN_NS = 1000000000, COMPLAINTS_MOST = 8, LATE_NS = 200000000 };
_Static_assert(1 << SLOT_BITS == PEER_LANES, "an id has room for each slot");

/* ---- slots ---- */

static int64_t id_of(const struct peer *p, const struct slot *s)
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
		if (slot_is_free(&p->slots[i]))
			return true;
	return false;
}

static struct slot *take_slot(struct peer *p)
{
	for (size_t i = 0; i < PEER_LANES; i++) {
		struct slot *s = &p->slots[i];
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

void peer_refuse(struct hub_line *l, int code, const char *what)
{
	struct peer *p = l->peer;
	int64_t now = clock_ns();

	if (now - p->complained > COMPLAIN_NS) {
		p->complained = now;
		p->complaints = 0;
		p->complaint = NULL;
	}
	if (what != p->complaint && p->complaints < COMPLAINTS_MOST) {
		log_line(LOG_WARN, p->remote->instance->name, NULL, "its process %d %s", p->pid, what);
		p->complaint = what;
		p->complaints++;
	}
	hub_answer_ok(l, code, what);
}

/* ---- sending ---- */

static int64_t time_left_ms(const struct call *c)
{
	if (c->pub.deadline == INT64_MAX)
		return -1;
	int64_t left = (c->pub.deadline - clock_ns()) / 1000000;
	return left > 0 ? left : 0;
}

static void build_call(struct peer *p, struct slot *s, struct call *c)
{
	struct buf *b = hub_begin(p->hub, FRAME_CALL, 9);

	pack_i64(b, id_of(p, s));
	pack_str(b, c->method->row->name);
	pack_i64(b, (c->in != NULL ? FRAME_STREAM_IN : 0) | (c->out != NULL ? FRAME_STREAM_OUT : 0));
	pack_i64(b, time_left_ms(c));
	pack_str(b, c->pub.trace);
	pack_str(b, c->pub.span);
	pack_str(b, c->pub.principal);
	pack_str(b, c->pub.workspace);
	pack_message(b, c->method->args, c->args);
}

bool peer_send(struct hub_line *l, struct call *c)
{
	struct peer *p = l->peer;
	struct slot *s = take_slot(p);

	if (s == NULL) { /* its fibers still hold all slots */
		call_finish(c, call_fail(c, TENON_OVERLOADED, "%s has no lane left", p->remote->instance->name));
		return false;
	}
	s->call = c;
	build_call(p, s, c);
	if (p->hub->out.failed || p->hub->out.n > FRAME_MOST) {
		int code = p->hub->out.failed ? TENON_NO_MEMORY : TENON_TOO_LARGE;
		call_finish(free_slot(p, s), code);
		return false;
	}
	hub_answer(l);
	return true;
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

static void on_result(struct hub_line *l)
{
	struct peer *p = l->peer;
	struct slot *s = peer_slot(p, frame_i64(&l->frame));

	if (s == NULL)
		return; /* late, repeated or forged */
	if (s->busy) {
		end_slot(p, s, TENON_INTERNAL, "");
		return;
	}
	struct call *c = free_slot(p, s);
	int code = take_result(c, &l->frame);
	p->calls++;
	call_finish(c, code);
}

static void ask(struct hub_line *l)
{
	struct peer *p = l->peer;

	hub_forget(l);
	if (p->state == PEER_SERVING) {
		remote_ask(p->remote, l);
		return;
	}
	hub_begin(p->hub, FRAME_BYE, 0);
	hub_answer(l);
}

/* ---- greeting and orders ---- */

static struct peer *by_pipe(struct hub *h, uint32_t pipe)
{
	LIST_EACH(&h->peers, n, after) {
		struct peer *p = LIST_ITEM(n, struct peer, hub_node);
		if (p->pipe == pipe && p->state != PEER_EXPECTED && p->state != PEER_GONE)
			return p;
	}
	return NULL;
}

static bool same_token(const char *a, const char *b) /* in constant time */
{
	int differ = strlen(b) != PEER_TOKEN;
	for (size_t i = 0; i < PEER_TOKEN && b[i] != '\0'; i++)
		differ |= a[i] ^ b[i];
	return differ == 0;
}

/* Whoever it is, it has no business here; without an answer, as one who does not read would keep a line busy. */
static void turn_away(struct hub_line *l, nng_pipe pipe, const char *what)
{
	struct hub *h = l->hub;
	int64_t now = clock_ns();
	uint64_t pid = 0;

	nng_pipe_get_uint64(pipe, NNG_OPT_IPC_PEER_PID, &pid);
	if (now - h->complained > COMPLAIN_NS)
		log_warn("a process (pid %llu) %s; it is turned away", (unsigned long long)pid, what);
	h->complained = now - h->complained > COMPLAIN_NS ? now : h->complained;
	nng_pipe_close(pipe);
	hub_recycle(l);
}

static void on_hello(struct hub_line *l, nng_pipe pipe)
{
	struct hub *h = l->hub;
	int64_t abi = frame_i64(&l->frame);
	const char *token = frame_text(&l->frame, &h->scratch);
	uint64_t pid = 0;

	nng_pipe_get_uint64(pipe, NNG_OPT_IPC_PEER_PID, &pid);
	LIST_EACH(&h->peers, n, after) {
		struct peer *p = LIST_ITEM(n, struct peer, hub_node);
		if (p->state != PEER_EXPECTED || !same_token(p->token, token) || (p->pid != 0 && (uint64_t)p->pid != pid))
			continue;
		if (abi != TENON_ABI) {
			char why[120];
			snprintf(why, sizeof why, "its host speaks ABI %lld, this tenond %d", (long long)abi, TENON_ABI);
			hub_answer_ok(l, TENON_UNSUPPORTED, why);
			p->events->state(p->arg, TENON_UNSUPPORTED, why);
			return;
		}
		memset(p->token, 0, sizeof p->token); /* it opens once */
		p->state = PEER_GREETED;
		p->pipe = (uint32_t)nng_pipe_id(pipe);
		p->ordered = clock_ns();
		hub_answer_ok(l, TENON_OK, "");
		return;
	}
	turn_away(l, pipe, "greeted on the bus with a token that is not known");
}

static void on_state(struct hub_line *l)
{
	struct peer *p = l->peer;
	int64_t code = frame_i64(&l->frame);
	const char *why = frame_text(&l->frame, &l->hub->scratch);

	hub_answer_ok(l, TENON_OK, "");
	if (p->state != PEER_GREETED)
		return;
	if (code >= 0)
		p->state = PEER_SERVING;
	p->ordered = clock_ns(); /* however long it took to start: from now on it is to come for orders */
	p->events->state(p->arg, code >= 0 ? TENON_OK : code < -1000 ? TENON_INTERNAL : (int)code, why);
}

/* tells the host what there is to be told, on its parked line */
static void give_orders(struct peer *p)
{
	struct hub_line *l = p->control;
	struct buf *b;
	uint32_t n = 0;

	if (l == NULL)
		return;
	p->control = NULL;
	p->ordered = clock_ns();
	for (size_t i = 0; i < PEER_LANES; i++)
		n += p->slots[i].call != NULL && !p->slots[i].told && atomic_load(&p->slots[i].call->root->cancelled) != 0;
	b = hub_begin(p->hub, FRAME_ORDER, 2);
	pack_i64(b, p->orders);
	pack_array(b, n);
	for (size_t i = 0; n > 0 && i < PEER_LANES; i++) {
		struct slot *s = &p->slots[i];
		if (s->call == NULL || s->told || atomic_load(&s->call->root->cancelled) == 0)
			continue;
		s->told = true;
		pack_i64(b, id_of(p, s));
		n--;
	}
	p->orders &= ORDER_DRAIN;
	hub_answer(l);
}

/* {gauge: value}, what the host's instance counted */
static void take_gauges(struct peer *p, struct frame *f)
{
	const struct tenon_host *host = &p->remote->instance->host;
	uint32_t n;

	if (!frame_next(f) || !unpack_map(&f->in, &n) || n > 256)
		return;
	for (uint32_t i = 0; i < n; i++) {
		const char *name;
		size_t length;
		double x;
		char text[64];
		if (!unpack_str(&f->in, &name, &length) || !unpack_double(&f->in, &x) || length >= sizeof text)
			return;
		snprintf(text, sizeof text, "%.*s", (int)length, name);
		if (strspn(text, "abcdefghijklmnopqrstuvwxyz_0123456789") == length)
			host->metric_set(host, text, x);
	}
}

static void on_control(struct hub_line *l)
{
	struct peer *p = l->peer;

	frame_i64(&l->frame);
	take_gauges(p, &l->frame);
	hub_forget(l);
	if (p->control != NULL) {
		peer_refuse(l, TENON_ALREADY_EXISTS, "waits twice for orders");
		return;
	}
	p->control = l;
	p->ordered = clock_ns();
	if (p->orders != 0)
		give_orders(p);
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
			hub_begin(p->hub, FRAME_BYE, 0);
			hub_answer(l);
		}
	}
	give_orders(p);
}

/* ---- one question ---- */

static void answer(struct hub_line *l)
{
	switch (l->frame.kind) {
	case FRAME_RESULT: case FRAME_ASK: ask(l); break;
	case FRAME_STATE: on_state(l); break;
	case FRAME_CONTROL: on_control(l); break;
	case FRAME_PART: serve_part(l); break;
	case FRAME_READ: serve_read(l); break;
	case FRAME_CONTENT: serve_content(l); break;
	case FRAME_ITEMS: serve_items(l); break;
	case FRAME_UP: serve_up(l); break;
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
			on_hello(l, pipe);
		else
			turn_away(l, pipe, "spoke on the bus without greeting");
		return;
	}
	l->peer = p;
	l->held = n;
	p->refs++;
	p->parked++;
	p->held += n;
	if (opened && f->kind == FRAME_RESULT)
		on_result(l); /* whatever becomes of the ask that it is, too */
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
		give_orders(p);
	else if (p->control == NULL && p->hang_ms > 0 && p->state != PEER_GREETED && now - p->ordered > (p->hang_ms + ORDER_MS) * 1000000)
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
	p->state = PEER_GONE;
	node_take(&p->node);
	LIST_EACH(&p->remote->asks, n, after) {
		struct hub_line *l = LIST_ITEM(n, struct hub_line, node);
		if (l->peer != p)
			continue;
		node_take(n);
		hub_recycle(l);
	}
	if (p->control != NULL)
		hub_recycle(p->control);
	p->control = NULL;
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
	mem_free(p->slots);
	mem_free(p);
}
