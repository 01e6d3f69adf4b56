/* SPDX-License-Identifier: Apache-2.0 */
/* uplink - questions that wait (a pool of lines), orders that cancel. */
#include "uplink.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "call.h"
#include "frame.h"
#include "intake.h"
#include "line.h"
#include "loop/fiber.h"
#include "wait.h"
#include "wire/pack.h"

#include <nng/protocol/reqrep0/req.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { QUESTIONS_MOST = 512, ITEMS_BYTES = 32 << 10 };

/* a line that one party waits on */
struct question {
	struct line line;
	struct wait wait;
	int error;
	struct question *next;          /* of the free ones */
};

struct uplink {
	struct bus *bus;
	struct loop *loop;
	struct uplink_conf conf;
	struct instance *instance;
	nng_socket socket;
	pthread_mutex_t lock;
	struct question *free;          /* under the lock */
	size_t n_questions;
	struct intake intake;
};

/* ---- questions ---- */

static void on_answer_to(struct line *l, int error)
{
	struct question *q = (struct question *)(void *)l;
	q->error = error;
	wait_wake(&q->wait);
}

static struct question *take_question(struct uplink *up)
{
	pthread_mutex_lock(&up->lock);
	struct question *q = up->free;
	if (q != NULL)
		up->free = q->next;
	else if (up->n_questions < QUESTIONS_MOST && (q = mem_zero(sizeof *q)) != NULL)
		up->n_questions++;
	else
		q = NULL;
	pthread_mutex_unlock(&up->lock);
	if (q != NULL && q->line.aio == NULL && line_open(&q->line, up->socket, on_answer_to) != 0) {
		mem_free(q); /* its place in the count stays taken: nng is out of memory */
		return NULL;
	}
	return q;
}

void uplink_give(struct uplink *up, struct question *q)
{
	line_drop(&q->line);
	pthread_mutex_lock(&up->lock);
	q->next = up->free;
	up->free = q;
	pthread_mutex_unlock(&up->lock);
}

/* Asks what `b` holds, waits, and opens the answer in `f`; the question is to be given back when that was read. */
int uplink_ask(struct uplink *up, struct buf *b, struct frame *f, struct question **out)
{
	bool fits = b->n <= FRAME_MOST;
	nng_msg *m = fits ? line_message(b) : NULL;
	struct question *q = m == NULL ? NULL : take_question(up);

	*out = NULL;
	buf_free(b);
	if (!fits)
		return TENON_TOO_LARGE;
	if (q == NULL) {
		if (m != NULL)
			nng_msg_free(m);
		return m == NULL ? TENON_NO_MEMORY : TENON_OVERLOADED;
	}
	wait_init(&q->wait);
	line_send(&q->line, m);
	wait_for(&q->wait);
	if (q->error != 0 || !frame_open(f, nng_msg_body(q->line.msg), nng_msg_len(q->line.msg))) {
		uplink_give(up, q);
		return TENON_UNAVAILABLE;
	}
	*out = q;
	return TENON_OK;
}

/* asks what is answered by OK code text; the text is for `e` or for the call */
static int ask_ok(struct uplink *up, struct buf *b, struct err *e)
{
	struct question *q;
	struct frame f;
	struct arena text;
	int rc = uplink_ask(up, b, &f, &q);

	if (rc < 0)
		return err_set(e, rc, "the core does not answer");
	arena_init(&text, 0);
	rc = f.kind == FRAME_OK ? (int)frame_i64(&f) : TENON_INTERNAL;
	if (rc < 0)
		err_set(e, rc, "%s", frame_text(&f, &text));
	arena_free(&text);
	uplink_give(up, q);
	return rc;
}

/* ---- what handlers ask for ---- */

static struct seat *seat_of(struct call *root) { return root->door; }

static int64_t read_part(struct call *root, void *p, size_t n)
{
	struct uplink *up = seat_of(root)->up;
	struct buf b = { 0 };
	struct question *q;
	struct frame f;
	const void *bytes;
	size_t got;

	frame_begin(&b, FRAME_READ, 2);
	pack_i64(&b, root->remote_id);
	pack_i64(&b, (int64_t)(n < FRAME_PART_MOST ? n : FRAME_PART_MOST));
	int rc = uplink_ask(up, &b, &f, &q);
	if (rc < 0)
		return rc;
	int64_t code = frame_i64(&f);
	if (f.kind != FRAME_BYTES || !frame_bytes(&f, &bytes, &got) || got > n)
		code = code < 0 ? code : TENON_INTERNAL;
	else
		memcpy(p, bytes, got);
	uplink_give(up, q);
	return code < 0 ? code : (int64_t)got;
}

static int write_part(struct call *root, const void *p, size_t n)
{
	struct seat *l = seat_of(root);
	int rc = TENON_OK;

	for (const char *at = p; n > 0 && rc >= 0;) {
		size_t part = n < FRAME_PART_MOST ? n : FRAME_PART_MOST;
		struct buf b = { 0 };
		frame_begin(&b, FRAME_PART, 3);
		pack_i64(&b, root->remote_id);
		pack_i64(&b, l->part++);
		pack_bin(&b, at, part);
		rc = ask_ok(l->up, &b, NULL);
		at += part;
		n -= part;
	}
	return rc;
}

static int send_content(struct call *root, struct tenon_span *span)
{
	struct uplink *up = seat_of(root)->up;
	struct buf b = { 0 };
	struct question *q;
	struct frame f;

	frame_begin(&b, FRAME_CONTENT, 7);
	pack_i64(&b, root->remote_id);
	pack_i64(&b, span != NULL);
	pack_str(&b, root->content.type);
	pack_str(&b, root->content.filename);
	pack_str(&b, root->content.etag);
	pack_i64(&b, root->content.size);
	pack_i64(&b, root->content.mtime);
	int rc = uplink_ask(up, &b, &f, &q);
	if (rc < 0)
		return rc;
	rc = f.kind == FRAME_SPAN || f.kind == FRAME_OK ? (int)frame_i64(&f) : TENON_INTERNAL;
	const char *why = frame_text(&f, root->arena);
	if (rc < 0)
		root->message = why;
	if (span != NULL) {
		span->offset = frame_i64(&f);
		span->length = frame_i64(&f);
	}
	uplink_give(up, q);
	return rc;
}

static int send_items(struct call *root)
{
	struct seat *l = seat_of(root);
	struct buf b = { 0 };

	if (l->n_items == 0)
		return TENON_OK;
	frame_begin(&b, FRAME_ITEMS, 2);
	pack_i64(&b, root->remote_id);
	pack_array(&b, l->n_items);
	buf_add(&b, l->items.p, l->items.n);
	b.failed |= l->items.failed;
	l->items.n = l->n_items = 0;
	return ask_ok(l->up, &b, NULL);
}

static int emit(struct call *c, const void *item)
{
	struct seat *l = seat_of(c);

	pack_message(&l->items, c->method->result->columns[c->method->emit_row].sub, item);
	l->n_items++;
	return l->items.n < ITEMS_BYTES && !l->items.failed ? TENON_OK : send_items(c);
}

static int take_answer(struct call *from, struct frame *f, const struct shape *shape, void *result)
{
	struct tenon_problem problem = { 0 };
	int code = f->kind == FRAME_ANSWER || f->kind == FRAME_OK ? (int)frame_i64(f) : TENON_INTERNAL;
	const char *text = frame_text(f, from->arena);

	if (code < 0) {
		from->message = *text != '\0' ? text : error_text(code);
		return code;
	}
	int rc = !frame_next(f) ? TENON_INTERNAL : unpack_message(shape, from->arena, &f->in, UNPACK_TRUSTED, result, &problem);
	return rc < 0 ? call_fail(from, rc, "%s", problem.message == NULL ? error_text(rc) : problem.message) : code;
}

int uplink_call(struct uplink *up, struct call *from, const struct call_target *t, const void *args, void *result, bool relay)
{
	const struct shape *args_shape, *result_shape;
	struct err e = { 0 };
	struct question *q;
	struct frame f;
	struct buf b = { 0 };

	if (shape_get(t->args, &args_shape, &e) < 0 || shape_get(t->result, &result_shape, &e) < 0)
		return call_fail(from, e.code, "%s", e.text);
	if (relay && from->root->content.type != NULL)
		TRY(send_content(from->root, NULL));
	frame_begin(&b, FRAME_UP, 6);
	pack_i64(&b, from->root->remote_id);
	pack_str(&b, t->instance);
	pack_str(&b, t->method);
	pack_i64(&b, relay);
	pack_i64(&b, from->pub.deadline == INT64_MAX ? -1 : (from->pub.deadline - clock_ns()) / 1000000);
	pack_message(&b, args_shape, args);
	int rc = uplink_ask(up, &b, &f, &q);
	if (rc < 0)
		return call_fail(from, rc, "%s.%s: the core does not answer", t->instance, t->method);
	rc = take_answer(from, &f, result_shape, result);
	uplink_give(up, q);
	return rc;
}

static void equip(struct call *c, int flags)
{
	c->on_read = flags & FRAME_STREAM_IN ? read_part : NULL;
	c->on_write = flags & FRAME_STREAM_OUT ? write_part : NULL;
	c->on_content = send_content;
	c->on_emit = c->method->emit_row >= 0 ? emit : NULL;
}

bool uplink_is_idle(const struct uplink *up) { return intake_is_idle(&up->intake); }

/* ---- orders ---- */

static void pack_gauges(struct uplink *up, struct buf *b)
{
	struct instance *in = up->instance;

	pthread_mutex_lock(&in->gauge_lock);
	pack_map(b, (uint32_t)in->gauges.n);
	MAP_EACH(&in->gauges, s) {
		pack_str(b, s->key);
		pack_double(b, *(double *)s->value);
	}
	pthread_mutex_unlock(&in->gauge_lock);
}

static void take_orders(struct uplink *up, struct frame *f)
{
	int flags = (int)frame_i64(f);
	uint32_t n;

	intake_catch_up(&up->intake);
	if (frame_array(f, &n))
		for (uint32_t i = 0; i < n; i++) {
			int64_t id;
			struct call *c = unpack_i64(&f->in, &id) ? intake_find(&up->intake, id) : NULL;
			if (c != NULL)
				call_cancel(c, TENON_CANCELLED);
		}
	if (flags != 0)
		up->conf.ordered(up->conf.arg, flags);
}

static void await_orders(void *arg)
{
	struct uplink *up = arg;
	struct question *q;
	struct frame f;

	for (;;) {
		struct buf b = { 0 };
		frame_begin(&b, FRAME_CONTROL, 2);
		pack_i64(&b, atomic_load(&up->bus->calls));
		pack_gauges(up, &b);
		if (uplink_ask(up, &b, &f, &q) < 0)
			return; /* the core is gone: `lost` was called */
		if (f.kind == FRAME_ORDER)
			take_orders(up, &f);
		uplink_give(up, q);
	}
}

/* ---- life ---- */

static void on_pipe_lost(nng_pipe pipe, nng_pipe_ev event, void *arg)
{
	struct uplink *up = arg;
	(void)pipe;
	(void)event;
	up->conf.lost(up->conf.arg);
}

static int greet(struct uplink *up, struct err *e)
{
	struct buf b = { 0 };
	frame_begin(&b, FRAME_HELLO, 2);
	pack_i64(&b, TENON_ABI);
	pack_str(&b, up->conf.token);
	return ask_ok(up, &b, e);
}

int uplink_open(struct uplink **out, struct bus *bus, struct loop *loop, const struct uplink_conf *conf, struct err *e)
{
	struct uplink *up = mem_zero(sizeof *up);

	if (up == NULL)
		return err_set(e, TENON_NO_MEMORY, "no memory for the bus");
	*out = up;
	up->bus = bus;
	up->loop = loop;
	up->conf = *conf;
	pthread_mutex_init(&up->lock, NULL);
	int rc = nng_req0_open(&up->socket);
	if (rc == 0) {
		nng_socket_set_ms(up->socket, NNG_OPT_REQ_RESENDTIME, NNG_DURATION_INFINITE);
		nng_socket_set_size(up->socket, NNG_OPT_RECVMAXSZ, FRAME_MOST);
		nng_pipe_notify(up->socket, NNG_PIPE_EV_REM_POST, on_pipe_lost, up);
		rc = nng_dial(up->socket, conf->address, NULL, 0);
	}
	if (rc != 0)
		return err_set(e, TENON_UNAVAILABLE, "%s: %s", conf->address, nng_strerror(rc));
	bus->uplink = up;
	return greet(up, e);
}

int uplink_state(struct uplink *up, int code, const char *why)
{
	struct buf b = { 0 };
	frame_begin(&b, FRAME_STATE, 2);
	pack_i64(&b, code);
	pack_str(&b, why);
	return ask_ok(up, &b, NULL);
}

void uplink_serve(struct uplink *up, struct instance *in)
{
	up->instance = in;
	up->intake = (struct intake){ .up = up, .instance = in, .loop = up->loop, .equip = equip, .send_items = send_items,
	                              .lost = up->conf.lost, .arg = up->conf.arg };
	if (intake_open(&up->intake, up->socket, up->conf.duct, (size_t)up->conf.lanes) < 0)
		log_error("no memory for the lines that calls come on");
	fiber_start(up->loop, STACK_HANDLER, "orders", await_orders, up);
}
