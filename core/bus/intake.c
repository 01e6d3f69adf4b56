/* SPDX-License-Identifier: Apache-2.0 */
/* intake - lines between here and the core, seats between free and taken, results gathered until the end of the turn. */
#include "intake.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "call.h"
#include "frame.h"
#include "loop/fiber.h"
#include "wire/pack.h"

#include <stdio.h>

/* ---- to the core ---- */

static void send_out(struct intake *in, struct buf *b)
{
	struct intake_line *l = in->here;
	nng_msg *m = line_message(b);

	if (m == NULL) {
		log_error("a frame for the core is lost: no memory");
		return;
	}
	in->here = l->next;
	in->asking++;
	line_send(&l->line, m);
}

static void send_results(struct intake *in)
{
	if (in->results == 0 || (in->here == NULL && in->n_lines > 0))
		return;
	in->results = 0;
	if (in->n_lines == 0) {
		duct_send(&in->duct, &in->out);
		return;
	}
	send_out(in, &in->out);
}

static void send_asks(struct intake *in, size_t least)
{
	struct buf b = { 0 };

	while (in->asking < least && in->here != NULL && !in->bye) {
		frame_begin(&b, FRAME_ASK, 1);
		pack_i64(&b, (int64_t)in->n_seats);
		send_out(in, &b);
	}
	buf_free(&b);
}

static void on_flush(struct task *t)
{
	struct intake *in = LIST_ITEM(t, struct intake, flush);

	in->flush_soon = false;
	send_results(in);
	send_asks(in, INTAKE_ASKS_LEAST);
}

static void flush_soon(struct intake *in)
{
	if (in->flush_soon)
		return;
	in->flush_soon = true;
	loop_later(in->loop, &in->flush);
}

/* an item of the frame that goes out at the end of the turn */
static size_t begin_result(struct intake *in, int64_t id, int code, const char *text, uint32_t items)
{
	struct buf *b = &in->out;

	if (b->n > FRAME_MANY_FULL)
		send_results(in);
	if (in->results == 0)
		frame_many(b);
	size_t item = frame_item(b);
	frame_begin(b, FRAME_RESULT, items);
	pack_i64(b, id);
	pack_i64(b, code);
	pack_str(b, text);
	return item;
}

static void end_result(struct intake *in, size_t item)
{
	frame_item_end(&in->out, item);
	in->results++;
	flush_soon(in);
}

static void refuse(struct intake *in, int64_t id, int code, const char *why)
{
	end_result(in, begin_result(in, id, code, why, 3));
}

/* ---- a call ends ---- */

static void add_result(struct intake *in, struct call *c)
{
	struct buf *b = &in->out;
	size_t item = begin_result(in, c->remote_id, c->code, c->message, c->code < 0 ? 3 : 4);

	if (c->code >= 0)
		pack_message(b, c->method->result, c->result);
	if (!b->failed && b->n - item <= FRAME_ITEM_MOST) {
		end_result(in, item);
		return;
	}
	int code = b->failed ? TENON_NO_MEMORY : TENON_TOO_LARGE;
	frame_item_drop(b, item);
	refuse(in, c->remote_id, code, "its answer is too large");
}

static void finish(struct seat *s)
{
	struct intake *in = s->in;
	struct call *c = s->call;

	s->call = NULL;
	add_result(in, c);
	call_unref(c);
}

/* A handler that was answered for at its deadline may still emit and write: its seat is free when it has returned. */
static void on_freed(struct call *c)
{
	struct seat *s = c->door;

	s->items.n = s->n_items = 0;
	s->next = s->in->free;
	s->in->free = s;
}

static void flush_items(void *arg)
{
	struct seat *s = arg;
	int rc = s->in->send_items(s->call);
	if (rc < 0 && s->call->code >= 0)
		s->call->code = rc;
	finish(s);
}

static void on_done(struct call *c, void *arg)
{
	struct seat *s = arg;

	if (s->n_items > 0 && fiber_start(s->in->loop, STACK_HANDLER, "items", flush_items, s) == TENON_OK)
		return;
	(void)c;
	finish(s);
}

/* ---- a call comes ---- */

static int fill_call(struct call *c, struct frame *f, int64_t ms, struct tenon_problem *problem)
{
	const char *trace = frame_text(f, c->arena), *span = frame_text(f, c->arena);

	snprintf(c->pub.trace, sizeof c->pub.trace, "%s", trace);
	snprintf(c->pub.span, sizeof c->pub.span, "%s", span);
	c->pub.principal = frame_text(f, c->arena);
	c->pub.workspace = frame_text(f, c->arena);
	c->pub.deadline = ms < 0 ? INT64_MAX : clock_ns() + ms * 1000000;
	void *args = arena_alloc(c->arena, c->method->row->args->size);
	c->args = args;
	return args == NULL ? TENON_NO_MEMORY : !frame_next(f) ? TENON_INVALID_ARGUMENT
		: unpack_message(c->method->args, c->arena, &f->in, 0, args, problem);
}

static struct call *new_call(struct intake *in, struct frame *f, int64_t id)
{
	struct arena name;
	int code = in->free == NULL ? TENON_OVERLOADED : TENON_OK;

	arena_init(&name, 0);
	struct method *m = map_get(&in->instance->methods, frame_text(f, &name));
	struct call *c = m == NULL || code < 0 ? NULL : call_new(in->instance->bus, m, &code);
	arena_free(&name);
	if (c == NULL)
		refuse(in, id, m == NULL ? TENON_NO_ROUTE : code, m == NULL ? "its host does not know this method" : error_text(code));
	return c;
}

static void take_call(struct intake *in, struct frame *f)
{
	struct tenon_problem problem = { 0 };
	int64_t id = frame_i64(f);
	struct call *c = new_call(in, f, id);

	if (c == NULL)
		return;
	c->remote_id = id;
	int flags = (int)frame_i64(f), code = fill_call(c, f, frame_i64(f), &problem);
	if (code < 0) {
		refuse(in, id, code, problem.message == NULL ? error_text(code) : problem.message);
		call_unref(c);
		return;
	}
	struct seat *s = in->free;
	if (s == NULL) {
		refuse(in, id, TENON_OVERLOADED, "handlers that do not return hold all its seats");
		call_unref(c);
		return;
	}
	in->free = s->next;
	s->call = c;
	s->part = 0;
	c->door = s;
	c->freed = on_freed;
	in->equip(c, flags);
	call_submit(c, on_done, s);
}

static void take_many(struct intake *in, struct frame *many)
{
	struct frame f;
	const void *bytes;
	size_t n;

	while (many->left > 0 && frame_bytes(many, &bytes, &n))
		if (frame_open(&f, bytes, n) && f.kind == FRAME_CALL)
			take_call(in, &f);
}

static void on_calls(struct task *t)
{
	struct intake_line *l = LIST_ITEM(t, struct intake_line, task);
	struct intake *in = l->in;
	struct frame f;

	in->asking--;
	if (l->line.msg == NULL || !frame_open(&f, nng_msg_body(l->line.msg), nng_msg_len(l->line.msg)))
		in->bye = true;
	else if (f.kind == FRAME_CALL)
		take_call(in, &f);
	else if (f.kind == FRAME_MANY)
		take_many(in, &f);
	else
		in->bye = true;
	line_drop(&l->line); /* what was taken of it is in the calls' arenas */
	l->next = in->here;
	in->here = l;
	flush_soon(in);
}

static void on_frame(void *arg, const void *bytes, size_t n)
{
	struct intake *in = arg;
	struct frame f;

	if (frame_open(&f, bytes, n) && f.kind == FRAME_MANY)
		take_many(in, &f);
}

static void on_duct_lost(void *arg, const char *what)
{
	struct intake *in = arg;
	(void)what;
	in->lost(in->arg);
}

void intake_catch_up(struct intake *in)
{
	if (duct_is_open(&in->duct))
		duct_read(&in->duct);
}

static void on_line(struct line *line, int error)
{
	struct intake_line *l = LIST_ITEM(line, struct intake_line, line);
	if (error != 0)
		line_drop(line);
	if (error != NNG_ECLOSED && error != NNG_ECANCELED)
		loop_post(l->in->loop, &l->task);
}

/* ---- life ---- */

bool intake_is_idle(const struct intake *in)
{
	for (size_t i = 0; i < in->n_seats; i++)
		if (in->seats[i].call != NULL)
			return false;
	return in->results == 0 && duct_waiting(&in->duct) == 0;
}

struct call *intake_find(const struct intake *in, int64_t id)
{
	for (size_t i = 0; i < in->n_seats; i++)
		if (in->seats[i].call != NULL && in->seats[i].call->remote_id == id)
			return in->seats[i].call;
	return NULL;
}

int intake_open(struct intake *in, nng_socket socket, int duct, size_t seats)
{
	in->flush.run = on_flush;
	in->seats = mem_zero(seats * sizeof *in->seats);
	if (in->seats == NULL)
		return TENON_NO_MEMORY;
	for (; in->n_seats < seats; in->n_seats++) {
		struct seat *s = &in->seats[in->n_seats];
		*s = (struct seat){ .in = in, .up = in->up, .next = in->free };
		in->free = s;
	}
	if (duct >= 0) {
		in->duct = (struct duct){ .loop = in->loop, .got = on_frame, .lost = on_duct_lost, .arg = in };
		if (duct_open(&in->duct, duct) < 0)
			return TENON_NO_MEMORY;
		frame_many(&in->out); /* it is used here */
		duct_send(&in->duct, &in->out);
		return TENON_OK;
	}
	for (; in->n_lines < INTAKE_LINES; in->n_lines++) {
		struct intake_line *l = &in->lines[in->n_lines];
		if (line_open(&l->line, socket, on_line) != 0)
			break;
		l->in = in;
		l->task.run = on_calls;
		l->next = in->here;
		in->here = l;
	}
	send_asks(in, INTAKE_ASKS_FIRST);
	return in->n_lines > INTAKE_ASKS_FIRST + 2 ? TENON_OK : TENON_NO_MEMORY; /* the core parks as many as that */
}
