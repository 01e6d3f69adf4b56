/* SPDX-License-Identifier: Apache-2.0 */
/* call - submitting, running, finishing. */
#include "call.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "lane.h"
#include "loop/fiber.h"
#include "remote.h"
#include "stream.h"
#include "uplink.h"
#include "wait.h"
#include "wire/shape.h"
#include "wire/translate.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

enum { SWEEP_MS = 100, GRACE_NS = 1000000000 };
static _Thread_local struct list active;

/* ---- making and freeing ---- */

static int admit(const struct bus *b, const struct instance *in)
{
	if ((size_t)atomic_load(&b->calls) >= b->most_calls)
		return TENON_OVERLOADED;
	enum instance_state state = atomic_load(&in->state);
	return state == INSTANCE_STARTED ? TENON_OK : TENON_UNAVAILABLE;
}

static int64_t deadline_of(const struct method *m, int64_t from)
{
	int64_t ms = m->row->deadline_ms > 0 ? m->row->deadline_ms : m->instance->bus->deadline_ms;
	bool streams = m->row->flags & (TENON_STREAM_IN | TENON_STREAM_OUT);
	return streams && m->row->deadline_ms == 0 ? INT64_MAX : from + ms * 1000000;
}

struct call *call_new(struct bus *b, struct method *m, int *code)
{
	if ((*code = admit(b, m->instance)) < 0)
		return NULL;
	*code = TENON_NO_MEMORY;
	struct call *c = mem_zero(sizeof *c);
	if (c == NULL)
		return NULL;
	arena_init(&c->own_arena, b->arena_limit);
	c->arena = &c->own_arena;
	c->result = arena_alloc(c->arena, m->row->result->size);
	if (c->result == NULL) {
		arena_free(&c->own_arena);
		mem_free(c);
		return NULL;
	}
	*code = TENON_OK;
	c->method = m;
	c->root = c;
	c->message = "";
	c->pub = (struct tenon_call){ .host = &m->instance->host, .self = m->instance->self, .method = m->name,
	                              .principal = "anonymous", .workspace = "default" };
	c->started = clock_ns();
	c->pub.deadline = deadline_of(m, c->started);
	c->content = (struct tenon_content){ .size = -1, .mtime = -1 };
	atomic_store(&c->refs, 1);
	c->counted = true;
	atomic_fetch_add(&b->calls, 1);
	return c;
}

void call_ref(struct call *c) { atomic_fetch_add(&c->refs, 1); }

void call_unref(struct call *c)
{
	if (atomic_fetch_sub(&c->refs, 1) != 1)
		return;
	atomic_fetch_sub(&c->method->instance->bus->calls, 1);
	if (c->freed != NULL)
		c->freed(c);
	stream_unref(c->in);
	stream_unref(c->out);
	arena_free(&c->own_arena);
	mem_free(c);
}

/* ---- failing, cancelling ---- */

int call_vfail(struct call *c, int code, const char *fmt, va_list ap)
{
	char text[1024];
	va_list again;

	va_copy(again, ap);
	int n = vsnprintf(text, sizeof text, fmt, ap);
	bool fits = n >= 0 && (size_t)n < sizeof text;
	char *whole = n < 0 ? NULL : fits ? arena_text(c->arena, text, (size_t)n) : arena_alloc(c->arena, (size_t)n + 1);
	if (whole != NULL && !fits) /* a text longer than most is printed again, into memory of its own */
		vsnprintf(whole, (size_t)n + 1, fmt, again);
	va_end(again);
	if (n >= 0)
		c->message = whole != NULL ? whole : "";
	return code;
}

int call_fail(struct call *c, int code, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	code = call_vfail(c, code, fmt, ap);
	va_end(ap);
	return code;
}

void call_cancel(struct call *c, int code)
{
	int none = 0;
	atomic_compare_exchange_strong(&c->root->cancelled, &none, code);
}

bool call_is_cancelled(const struct call *c)
{
	return atomic_load_explicit(&c->root->cancelled, memory_order_relaxed) != 0 || clock_ns() > c->pub.deadline;
}

/* ---- finishing ---- */

static void answer(struct call *c)
{
	if (c->answered)
		return;
	c->answered = true;
	node_take(&c->active);
	c->done(c, c->done_arg);
}

static void on_answer(struct task *t)
{
	struct call *c = LIST_ITEM(t, struct call, task);
	answer(c);
	call_unref(c);
}

void call_finish(struct call *c, int code)
{
	int cancelled = atomic_load_explicit(&c->root->cancelled, memory_order_relaxed);

	if (code == TENON_CANCELLED && cancelled == 0 && clock_ns() > c->pub.deadline)
		code = TENON_DEADLINE_EXCEEDED; /* the handler saw it before the sweep did */
	else if (code == TENON_CANCELLED && cancelled != 0)
		code = cancelled;
	if (code < 0 && *c->message == '\0')
		c->message = error_text(code);
	meter_note(&c->method->meter, code, clock_ns() - c->started);
	atomic_fetch_sub_explicit(&c->method->meter.running, 1, memory_order_relaxed);
	c->code = code;
	if (c->waiter != NULL) {
		wait_wake(c->waiter);
	} else if (c->reply_to == loop_self()) {
		on_answer(&c->task);
	} else {
		c->task.run = on_answer;
		loop_post(c->reply_to, &c->task);
	}
}

/* ---- running ---- */

static void run_handler(void *arg)
{
	struct call *c = arg;
	call_finish(c, c->method->row->handler(&c->pub, c->args, c->result));
}

static void push(struct call *c)
{
	int rc = lane_push(c->method->instance->lanes[c->method->row->lane], c);
	if (rc < 0)
		call_finish(c, rc);
}

/* A caller from outside is asked about first, if anybody decides. What plugins call on its behalf is theirs to answer for. */
static bool is_guarded(const struct call *c) { return c->method->instance->bus->decide != NULL && c->root == c; }

static void ask_and_run(void *arg)
{
	struct call *c = arg;
	int rc = access_check(c);

	if (rc < 0)
		call_finish(c, rc);
	else if (c->method->instance->remote != NULL)
		remote_submit(c->method->instance->remote, c);
	else if (c->method->row->flags & TENON_BLOCKING)
		push(c);
	else
		run_handler(c);
}

static void start_fiber(struct call *c)
{
	if (c->method->row->flags & TENON_PURE && !is_guarded(c)) { /* it parks nowhere: no stack of its own */
		run_handler(c);
		return;
	}
	if (fiber_start(loop_self(), STACK_HANDLER, c->method->name, is_guarded(c) ? ask_and_run : run_handler, c) < 0)
		call_finish(c, call_fail(c, TENON_OVERLOADED, "no room for another fiber"));
}

static void start(struct call *c)
{
	struct remote *r = c->method->instance->remote;
	if (r != NULL && !is_guarded(c))
		remote_submit(r, c);
	else
		start_fiber(c);
}

static void on_home(struct task *t) { start(LIST_ITEM(t, struct call, task)); }

static void run(struct call *c)
{
	struct instance *in = c->method->instance;

	atomic_fetch_add_explicit(&c->method->meter.running, 1, memory_order_relaxed);
	if (c->method->row->flags & TENON_BLOCKING && in->remote == NULL && !is_guarded(c)) {
		push(c);
	} else if (in->home == loop_self()) {
		start(c);
	} else {
		c->task.run = on_home;
		loop_post(in->home, &c->task);
	}
}

void call_submit(struct call *c, void (*done)(struct call *, void *), void *arg)
{
	c->done = done;
	c->done_arg = arg;
	c->reply_to = loop_self();
	if (active.head.next != NULL && c->pub.deadline != INT64_MAX)
		list_add(&active, &c->active);
	atomic_fetch_add(&c->refs, 1);
	run(c);
}

/* ---- what a handler answers beside its result ---- */

/* a caller in the core gets the items as the array that the field is */
static int collect(struct call *c, const void *item)
{
	const struct tenon_field *f = &c->method->row->result->fields[c->method->emit_row];
	struct { char *v; size_t n; } *list = (void *)((char *)c->result + f->offset);
	size_t size = f->sub->size;
	/* room for a power of two: what an item points to lies behind the array, so that it moves */
	bool full = list->v != c->collected || (list->n & (list->n - 1)) == 0;
	char *v = full ? arena_grow(c->arena, list->v, list->n * size, (list->n > 0 ? 2 * list->n : 1) * size) : list->v;

	if (v == NULL)
		return TENON_NO_MEMORY;
	memcpy(v + list->n * size, item, size);
	list->v = c->collected = v;
	list->n++;
	((uint64_t *)c->result)[c->method->emit_row / 64] |= (uint64_t)1 << (c->method->emit_row % 64);
	return TENON_OK;
}

int call_emit(struct call *c, const void *item)
{
	if (c->method->emit_row < 0)
		return call_fail(c, TENON_INTERNAL, "%s has no EMIT field", c->method->name);
	int rc = c->on_emit != NULL ? c->on_emit(c, item) : collect(c, item);
	if (rc == TENON_OK)
		call_extend(c->root); /* a read whose reader takes what it gets is not late, however much it is */
	return rc;
}

int call_content(struct call *c, const struct tenon_content *content, struct tenon_span *span)
{
	struct call *root = c->root;
	struct tenon_content *kept = &root->content;
	struct tenon_span whole = { 0, content->size };

	if (kept->type == NULL)
		kept->type = content->type;
	if (kept->filename == NULL)
		kept->filename = content->filename;
	if (kept->etag == NULL)
		kept->etag = content->etag;
	if (kept->size < 0)
		kept->size = content->size;
	if (kept->mtime < 0)
		kept->mtime = content->mtime;
	if (span == NULL)
		return TENON_OK; /* a service before its relay */
	*span = whole;
	return root->on_content == NULL ? TENON_OK : root->on_content(root, span);
}

/* ---- children ---- */

/* Are the caller's structs of the callee's layout? Pointers first: a plugin that calls itself, or met before. */
static int same_layout(const struct tenon_table *theirs, const struct shape *ours, const struct shape **shape, struct err *e)
{
	if (theirs == ours->table)
		return 1;
	int rc = shape_get(theirs, shape, e);
	return rc < 0 ? rc : (*shape)->digest == ours->digest;
}

static int run_child(struct call *c, bool relay)
{
	struct method *m = c->method;
	struct wait w;

	if (relay) {
		c->in = c->root->in;
		c->out = c->root->out;
	}
	bool here = !(m->row->flags & TENON_BLOCKING) && m->instance->remote == NULL && m->instance->home == loop_self();
	if (here && fiber_self() != NULL) {
		atomic_fetch_add_explicit(&m->meter.running, 1, memory_order_relaxed);
		int code = m->row->handler(&c->pub, c->args, c->result);
		atomic_fetch_sub_explicit(&m->meter.running, 1, memory_order_relaxed);
		meter_note(&m->meter, code, clock_ns() - c->started);
		return code;
	}
	wait_init(&w);
	c->waiter = &w;
	run(c);
	wait_for(&w);
	return c->code;
}

int call_child(struct call *from, const struct call_target *t, const void *args, void *result, bool relay)
{
	struct method *m = bus_method(from->method->instance->bus, t->instance, t->method);
	struct err e = { 0 };
	const struct shape *args_shape = NULL, *result_shape = NULL;

	if (fiber_self() == NULL && loop_self() != NULL)
		return call_fail(from, TENON_INTERNAL, "%s is PURE, so it may not call %s.%s", from->method->name, t->instance, t->method);
	if (m == NULL && from->method->instance->bus->uplink != NULL)
		return uplink_call(from->method->instance->bus->uplink, from, t, args, result, relay);
	if (m == NULL)
		return call_fail(from, TENON_NO_ROUTE, "%s calls %s.%s, which is not there", from->method->name, t->instance, t->method);
	if (atomic_load(&m->instance->state) != INSTANCE_STARTED)
		return call_fail(from, TENON_UNAVAILABLE, "%s is not running: %s", t->instance, m->instance->reason);
	struct call c = { .method = m, .root = from->root, .parent = from, .arena = from->arena, .message = "", .args = args,
	                  .result = result, .started = clock_ns(), .pub = from->pub };
	c.pub.host = &m->instance->host;
	c.pub.self = m->instance->self;
	c.pub.method = m->name;
	int same_args = same_layout(t->args, m->args, &args_shape, &e);
	int same_result = same_layout(t->result, m->result, &result_shape, &e);
	if (same_args < 0 || same_result < 0)
		return call_fail(from, e.code, "%s", e.text);
	if (!same_args) {
		void *theirs = arena_alloc(from->arena, m->row->args->size);
		int rc = theirs == NULL ? TENON_NO_MEMORY : translate(args_shape, args, m->args, theirs, from->arena);
		if (rc < 0)
			return rc;
		c.args = theirs;
	}
	if (!same_result && (c.result = arena_alloc(from->arena, m->row->result->size)) == NULL)
		return TENON_NO_MEMORY;
	int code = run_child(&c, relay);
	if (code >= 0 && !same_result)
		code = translate(m->result, c.result, result_shape, result, from->arena);
	if (code < 0)
		from->message = *c.message != '\0' ? c.message : error_text(code);
	return code;
}

int call_offload(struct call *from, uint32_t lane, int (*fn)(void *), void *arg)
{
	struct instance *in = from->method->instance;
	struct call c = { .method = from->method, .root = from->root, .parent = from, .arena = from->arena, .message = "",
	                  .offloaded = fn, .offload_arg = arg };
	struct wait w;

	if (fiber_self() == NULL)
		return fn(arg);
	if (lane >= in->n_lanes)
		return call_fail(from, TENON_INTERNAL, "%s has no lane %u", in->name, lane);
	wait_init(&w);
	c.waiter = &w;
	int rc = lane_push(in->lanes[lane], &c);
	if (rc < 0) {
		from->message = c.message;
		return rc;
	}
	wait_for(&w);
	return c.code;
}

/* ---- deadlines ---- */

void call_extend(struct call *root)
{
	if (root->method != NULL && root->reply_to != NULL)
		root->pub.deadline = deadline_of(root->method, clock_ns());
}

static void sweep(void *arg)
{
	int64_t now = clock_ns();

	(void)arg;
	LIST_EACH(&active, n, after) {
		struct call *c = LIST_ITEM(n, struct call, active);
		if (now < c->pub.deadline || c->method->row->flags & TENON_WRITE)
			continue;
		call_cancel(c, TENON_DEADLINE_EXCEEDED);
		if (now < c->pub.deadline + GRACE_NS)
			continue;
		log_line(LOG_WARN, c->method->instance->name, c->pub.trace, "%s still runs 1 s after its deadline", c->method->name);
		c->code = TENON_DEADLINE_EXCEEDED;
		answer(c);
	}
}

int call_sweep_start(struct loop *l)
{
	list_init(&active);
	return loop_every(l, SWEEP_MS, SWEEP_MS, sweep, NULL) == NULL ? TENON_NO_MEMORY : TENON_OK;
}
