/* SPDX-License-Identifier: Apache-2.0 */
/* shot - what the door does for a request, without HTTP.
 *
 * Threads    main: decodes, posts, waits. The door's loop: submits, cancels, is told the end. A reader: takes the bytes.
 * Ownership  the shot is on the heap; when the handler does not end it is left to it, and the process is about to end. */
#include "shot.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/list.h"
#include "base/mem.h"
#include "bus/call.h"
#include "bus/stream.h"
#include "result.h"
#include "wire/decode.h"
#include "wire/print.h"

#include <errno.h>
#include <limits.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct shot {
	struct task task, leave;
	struct bus *bus;
	struct method *method;
	const struct request *q;
	struct answer *a;
	struct arena arena;
	void *message;
	struct call *call;
	struct stream *in, *out;
	struct buf json, bytes;
	pthread_t reader;
	sem_t done, freed, left;
};

static int64_t deadline_ms(const struct request *q) { return q->deadline_ms > 0 ? q->deadline_ms : CALL_MS; }

/* ---- the door's loop ---- */

static void on_done(struct call *c, void *arg)
{
	struct shot *s = arg;

	s->a->code = c->code;
	snprintf(s->a->message, sizeof s->a->message, "%s", c->message);
	s->a->ns = clock_ns() - c->started;
	if (c->code == TENON_OK) {
		s->a->fault = result_fault(c->method->result, c->result, s->a->fault_at, sizeof s->a->fault_at);
		if (s->a->fault == NULL)
			print_object(&s->json, c->method->result, c->result, TENON_SPELL_NONFINITE);
	}
	if (s->out != NULL)
		stream_end(s->out, c->code);
	s->call = NULL;
	call_unref(c);
	sem_post(&s->done);
}

static void on_freed(struct call *c) { sem_post(&((struct shot *)c->door)->freed); }

static int on_content(struct call *c, struct tenon_span *span)
{
	const struct request *q = ((struct shot *)c->door)->q;

	if (!q->whole)
		*span = q->span;
	return TENON_OK;
}

static void refuse(struct shot *s, int code)
{
	s->a->code = code;
	snprintf(s->a->message, sizeof s->a->message, "the instance takes no calls");
	if (s->out != NULL)
		stream_end(s->out, code);
	sem_post(&s->done);
	sem_post(&s->freed);
}

static void submit(struct task *t)
{
	struct shot *s = LIST_ITEM(t, struct shot, task);
	int code;
	struct call *c = call_new(s->bus, s->method, &code);

	if (c == NULL) {
		refuse(s, code);
		return;
	}
	s->call = c;
	c->args = s->message;
	c->in = stream_ref(s->in);
	if (s->out != NULL)
		c->out = stream_ref(s->out);
	c->on_content = on_content;
	c->door = s;
	c->freed = on_freed;
	snprintf(c->pub.trace, sizeof c->pub.trace, "%032x", 1);
	c->pub.deadline = c->started + deadline_ms(s->q) * 1000000;
	call_submit(c, on_done, s);
}

static void leave(struct task *t)
{
	struct shot *s = LIST_ITEM(t, struct shot, leave);

	if (s->call != NULL)
		call_cancel(s->call, TENON_CANCELLED);
	stream_end(s->in, TENON_CANCELLED);
	if (s->out != NULL)
		stream_break(s->out, TENON_CANCELLED);
	sem_post(&s->left);
}

/* ---- the other threads ---- */

static void *take_bytes(void *arg)
{
	struct shot *s = arg;
	char part[16384];
	int64_t n;

	while ((n = stream_read(s->out, part, sizeof part)) > 0)
		buf_add(&s->bytes, part, (size_t)n);
	return NULL;
}

static bool wait_until(sem_t *sem, int64_t ms)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += ms % 1000 * 1000000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	while (sem_timedwait(sem, &until) != 0)
		if (errno != EINTR)
			return false;
	return true;
}

static bool decode(struct shot *s)
{
	const struct shape *shape = s->method->args;
	struct tenon_problem p = { 0 };

	s->message = arena_alloc(&s->arena, shape->table->size);
	if (s->message == NULL)
		abort();
	if (s->q->json == NULL) {
		if (s->q->message != NULL)
			memcpy(s->message, s->q->message, shape->table->size);
		else
			shape_blank(shape, s->message);
		return true;
	}
	struct tenon_json text = { s->q->json, strlen(s->q->json) };
	s->a->code = decode_json(shape, TENON_REFUSE_UNKNOWN | TENON_SPELL_NONFINITE, &s->arena, text, s->message, &p);
	snprintf(s->a->message, sizeof s->a->message, "%s", p.message != NULL ? p.message : "");
	return s->a->code == TENON_OK;
}

static void open_streams(struct shot *s)
{
	s->in = stream_new();
	s->out = s->method->row->flags & TENON_STREAM_OUT ? stream_new() : NULL;
	if (s->in == NULL || (s->method->row->flags & TENON_STREAM_OUT && s->out == NULL))
		abort();
	if (s->q->in_n > 0 && stream_offer(s->in, s->q->in, s->q->in_n) < s->q->in_n)
		abort(); /* cases send less than a window */
	if (!s->q->endless)
		stream_end(s->in, TENON_OK);
	if (s->out != NULL && pthread_create(&s->reader, NULL, take_bytes, s) != 0)
		abort();
}

/* until both sides let go of the call */
static bool await(struct shot *s, struct loop *door)
{
	int64_t deadline = deadline_ms(s->q);
	bool done = false;

	if (s->q->cancel_ms > 0 && !(done = wait_until(&s->done, s->q->cancel_ms))) {
		s->leave.run = leave;
		loop_post(door, &s->leave);
		wait_until(&s->left, deadline); /* the shot must outlive its task */
		deadline = 0;
	}
	done = done || wait_until(&s->done, deadline + GRACE_MS);
	return done && wait_until(&s->freed, s->a->code == TENON_DEADLINE_EXCEEDED || s->q->cancel_ms > 0 ? GRACE_MS : 1000);
}

static void shot_free(struct shot *s)
{
	if (s->out != NULL)
		pthread_join(s->reader, NULL);
	s->a->json = s->json.p == NULL ? NULL : (buf_addc(&s->json, '\0'), buf_take(&s->json));
	s->a->out_n = s->bytes.n;
	s->a->out = buf_take(&s->bytes);
	stream_unref(s->in);
	stream_unref(s->out);
	arena_free(&s->arena);
	sem_destroy(&s->done);
	sem_destroy(&s->freed);
	sem_destroy(&s->left);
	mem_free(s);
}

void shot_fire(struct bus *bus, struct loop *door, struct instance *in, const struct request *q, struct answer *a)
{
	struct shot *s = mem_zero(sizeof *s);

	*a = (struct answer){ .code = TENON_NO_ROUTE };
	if (s == NULL)
		abort();
	s->bus = bus;
	s->method = stage_method(in, q->method);
	s->q = q;
	s->a = a;
	arena_init(&s->arena, 0);
	if (s->method == NULL || !decode(s)) {
		arena_free(&s->arena);
		mem_free(s);
		return;
	}
	a->decoded = true;
	sem_init(&s->done, 0, 0);
	sem_init(&s->freed, 0, 0);
	sem_init(&s->left, 0, 0);
	open_streams(s);
	s->task.run = submit;
	loop_post(door, &s->task);
	if (await(s, door))
		shot_free(s);
	else
		a->stuck = true;
}

void answer_free(struct answer *a)
{
	mem_free(a->json);
	mem_free(a->out);
}
