/* SPDX-License-Identifier: Apache-2.0 */
/* serve - what a host asks for while it works on a call: its streams, its content, its items, calls to other instances.
 *
 * Whatever may have to wait for a client runs on a fiber. A fiber that wakes asks for its slot again: the call may have ended
 * meanwhile, and then only the line is left to be answered. */
#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"
#include "call.h"
#include "loop/fiber.h"
#include "peer.h"
#include "stream.h"
#include "wire/pack.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void gone(struct hub_line *l) { hub_answer_ok(l, TENON_CANCELLED, "there is no such call"); }

/* ---- bytes of the answer: parts in their order, one fiber a call ---- */

static int write_part(struct hub_line *l, struct stream *out)
{
	const void *p;
	size_t n;

	if (!frame_bytes(&l->frame, &p, &n) || n > FRAME_PART_MOST)
		return TENON_INVALID_ARGUMENT;
	return out == NULL ? TENON_INTERNAL : stream_write(out, p, n);
}

static struct hub_line *due_part(struct slot *s)
{
	LIST_EACH(&s->parts, n, after) {
		struct hub_line *l = LIST_ITEM(n, struct hub_line, node);
		if (l->seq != s->next)
			continue;
		node_take(n);
		return l;
	}
	return NULL;
}

static void write_parts(void *arg)
{
	struct hub_line *first = arg, *l;
	struct peer *p = first->peer;
	int64_t id = first->id;
	struct slot *s = &p->slots[id & (PEER_LANES - 1)];
	struct stream *out = s->call->out == NULL ? NULL : stream_ref(s->call->out);

	p->refs++;
	s->writing = true;
	while (peer_slot(p, id) != NULL && (l = due_part(s)) != NULL) {
		s->next++;
		int code = write_part(l, out);
		hub_answer_ok(l, code, code < 0 ? "the reader is gone" : "");
	}
	s->writing = false;
	stream_unref(out);
	peer_unref(p);
}

void serve_part(struct hub_line *l)
{
	l->id = frame_i64(&l->frame);
	l->seq = frame_i64(&l->frame);
	struct slot *s = peer_slot(l->peer, l->id);

	if (s == NULL || l->frame.bad || l->seq < s->next || l->seq > s->next + PEER_PARKED_MOST) {
		gone(l);
		return;
	}
	s->answering = true;
	list_add(&s->parts, &l->node);
	if (s->writing || l->seq != s->next)
		return;
	if (fiber_start(l->hub->loop, STACK_HANDLER, "stream from a host", write_parts, l) < 0) {
		node_take(&l->node);
		hub_answer_ok(l, TENON_OVERLOADED, "no room for another fiber");
	}
}

/* ---- bytes of the request ---- */

/* Waits for the first, and takes what else is there: a door queues what comes in small pieces, and each answer costs a round trip. */
static int64_t read_what_is_there(struct stream *in, char *p, size_t most)
{
	struct stream_peek peek;
	int64_t n = stream_read(in, p, most);

	while (n > 0 && (size_t)n < most && stream_peek(in, &peek) == STREAM_MORE) {
		int64_t more = stream_read(in, p + n, most - (size_t)n);
		if (more <= 0)
			break; /* it failed: the next read says so */
		n += more;
	}
	return n;
}

static void read_part(void *arg)
{
	struct hub_line *l = arg;
	struct peer *p = l->peer;
	struct slot *s = &p->slots[l->id & (PEER_LANES - 1)];
	struct stream *in = s->call->in == NULL ? NULL : stream_ref(s->call->in);
	size_t most = (size_t)l->seq;
	char *part = mem_alloc(most);

	s->reading = true;
	int64_t n = part == NULL ? TENON_NO_MEMORY : in == NULL ? 0 : read_what_is_there(in, part, most);
	s->reading = false;
	struct buf *b = hub_begin(l->hub, FRAME_BYTES, 2);
	pack_i64(b, n < 0 ? n : TENON_OK);
	pack_bin(b, part, n < 0 ? 0 : (size_t)n);
	hub_answer(l);
	mem_free(part);
	stream_unref(in);
}

void serve_read(struct hub_line *l)
{
	l->id = frame_i64(&l->frame);
	l->seq = frame_i64(&l->frame); /* at most so many */
	struct slot *s = peer_slot(l->peer, l->id);

	if (s == NULL || s->reading || l->frame.bad || l->seq < 1 || l->seq > FRAME_PART_MOST) {
		gone(l);
		return;
	}
	hub_forget(l);
	s->answering = true; /* what was read cannot be read again by another host */
	if (fiber_start(l->hub->loop, STACK_HANDLER, "stream to a host", read_part, l) < 0)
		hub_answer_ok(l, TENON_OVERLOADED, "no room for another fiber");
}

/* ---- what precedes the bytes ---- */

static const char *text_or_null(const char *s) { return *s == '\0' ? NULL : s; }

void serve_content(struct hub_line *l)
{
	struct frame *f = &l->frame;
	struct slot *s = peer_slot(l->peer, frame_i64(f));
	struct tenon_content content = { 0 };
	struct tenon_span span = { 0 };

	if (s == NULL || s->busy) { /* busy: another thread may use its arena */
		gone(l);
		return;
	}
	bool wanted = frame_i64(f) != 0;
	content.type = text_or_null(frame_text(f, s->call->arena));
	content.filename = text_or_null(frame_text(f, s->call->arena));
	content.etag = text_or_null(frame_text(f, s->call->arena));
	content.size = frame_i64(f);
	content.mtime = frame_i64(f);
	s->answering = true;
	int code = f->bad ? TENON_INVALID_ARGUMENT : call_content(s->call, &content, wanted ? &span : NULL);
	struct buf *b = hub_begin(l->hub, FRAME_SPAN, 4);
	pack_i64(b, code);
	pack_str(b, code < 0 ? s->call->message : "");
	pack_i64(b, span.offset);
	pack_i64(b, span.length);
	hub_answer(l);
}

/* ---- items of an EMIT field ---- */

static int emit_item(struct call *c, struct frame *f)
{
	const struct shape *shape = c->method->result->columns[c->method->emit_row].sub;
	struct tenon_problem problem = { 0 };
	void *mark = c->on_emit != NULL ? arena_mark(c->arena) : NULL; /* a door has printed it when emit returns */
	void *item = arena_alloc(c->arena, shape->table->size);
	int rc = item == NULL ? TENON_NO_MEMORY : unpack_message(shape, c->arena, &f->in, UNPACK_TRUSTED, item, &problem);

	if (rc == TENON_OK)
		rc = call_emit(c, item);
	arena_rewind(c->arena, mark);
	return rc;
}

static void emit_items(void *arg)
{
	struct hub_line *l = arg;
	int rc = TENON_OK;
	uint32_t n;

	if (!frame_array(&l->frame, &n))
		rc = TENON_INVALID_ARGUMENT;
	for (uint32_t i = 0; i < n && rc == TENON_OK; i++) {
		struct slot *s = peer_slot(l->peer, l->id);
		rc = s == NULL ? TENON_CANCELLED : emit_item(s->call, &l->frame);
	}
	slot_end(l->peer, l->id);
	hub_answer_ok(l, rc, rc < 0 ? error_text(rc) : "");
}

void serve_items(struct hub_line *l)
{
	l->id = frame_i64(&l->frame);
	struct slot *s = peer_slot(l->peer, l->id);

	if (s == NULL || s->call->method->emit_row < 0 || s->call->method->result->columns[s->call->method->emit_row].sub == NULL) {
		gone(l);
		return;
	}
	s->answering = true;
	if (!slot_begin(s))
		peer_refuse(l, TENON_INVALID_ARGUMENT, "sends two frames of items at a time");
	else if (fiber_start(l->hub->loop, STACK_HANDLER, "items from a host", emit_items, l) < 0) {
		slot_end(l->peer, l->id);
		hub_answer_ok(l, TENON_OVERLOADED, "no room for another fiber");
	}
}

/* ---- calls to other instances ---- */

static void answer_up(struct hub_line *l, int code, const char *text, struct call *c)
{
	struct buf *b = hub_begin(l->hub, FRAME_ANSWER, code < 0 ? 2 : 3);
	pack_i64(b, code);
	pack_str(b, code < 0 ? text : "");
	if (code >= 0)
		pack_message(b, c->method->result, c->result);
	if (!b->failed && b->n <= FRAME_MOST) {
		hub_answer(l);
		return;
	}
	hub_begin(l->hub, FRAME_ANSWER, 2);
	pack_i64(b, b->failed ? TENON_NO_MEMORY : TENON_TOO_LARGE);
	pack_str(b, "the answer is too large for a host");
	hub_answer(l);
}

static void up_done(struct call *c, void *arg)
{
	struct hub_line *l = arg;

	node_take(&l->up_node);
	if (c->on_content != NULL)
		slot_end(l->peer, l->id);
	answer_up(l, c->code, c->message, c);
	if (l->parent != NULL)
		call_unref(l->parent);
	l->parent = l->up = NULL;
	call_unref(c);
}

static void refuse_up(struct hub_line *l, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static void refuse_up(struct hub_line *l, int code, const char *fmt, ...)
{
	char text[600];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	answer_up(l, code, text, NULL);
}

/* A plugin calls what it says it needs, itself, and what the configuration allows it. */
bool peer_may_call(const struct peer *p, const char *instance)
{
	const struct remote *r = p->remote;
	size_t n = strlen(instance);
	return strcmp(r->may_call, "*") == 0 || strcmp(r->instance->name, instance) == 0 ||
	       text_has_word(r->instance->plugin->needs, instance, n) || text_has_word(r->may_call, instance, n);
}

/* the answer's head goes to the call that the streams belong to */
static int content_of_parent(struct call *c, struct tenon_span *span)
{
	struct call *root = c->door;
	struct tenon_content *to = &root->content;

	to->type = to->type != NULL || c->content.type == NULL ? to->type : arena_text(root->arena, c->content.type, strlen(c->content.type));
	to->filename = to->filename != NULL || c->content.filename == NULL ? to->filename
		: arena_text(root->arena, c->content.filename, strlen(c->content.filename));
	to->etag = to->etag != NULL || c->content.etag == NULL ? to->etag : arena_text(root->arena, c->content.etag, strlen(c->content.etag));
	to->size = to->size < 0 ? c->content.size : to->size;
	to->mtime = to->mtime < 0 ? c->content.mtime : to->mtime;
	return root->on_content == NULL ? TENON_OK : root->on_content(root, span);
}

/* what it has of the call that the host is at work on: who asks, how long, and for a relay the streams */
static void inherit(struct call *c, struct call *parent, bool relay)
{
	c->pub.principal = arena_text(c->arena, parent->pub.principal, strlen(parent->pub.principal));
	c->pub.workspace = arena_text(c->arena, parent->pub.workspace, strlen(parent->pub.workspace));
	memcpy(c->pub.trace, parent->pub.trace, sizeof c->pub.trace);
	memcpy(c->pub.span, parent->pub.span, sizeof c->pub.span);
	if (parent->pub.deadline < c->pub.deadline)
		c->pub.deadline = parent->pub.deadline;
	if (!relay)
		return;
	c->in = parent->root->in == NULL ? NULL : stream_ref(parent->root->in);
	c->out = parent->root->out == NULL ? NULL : stream_ref(parent->root->out);
	c->door = parent->root;
	c->on_content = content_of_parent;
}

static struct method *find_target(struct hub_line *l, const char *instance, const char *method)
{
	struct method *m = bus_method(l->hub->bus, instance, method);

	if (m == NULL)
		refuse_up(l, TENON_NO_ROUTE, "%s.%s is not there", instance, method);
	else if (!peer_may_call(l->peer, instance))
		refuse_up(l, TENON_PERMISSION_DENIED, "%s may not call %s: it is not among the `needs` of its plugin, nor in may_call of its "
		            "configuration", l->peer->remote->instance->name, instance);
	else
		return m;
	return NULL;
}

void serve_up(struct hub_line *l)
{
	struct frame *f = &l->frame;
	struct slot *s = peer_slot(l->peer, l->id = frame_i64(f));
	const char *instance = frame_text(f, &l->hub->scratch), *method = frame_text(f, &l->hub->scratch);
	bool relay = frame_i64(f) != 0;
	int64_t ms = frame_i64(f);
	struct tenon_problem problem = { 0 };
	struct method *m = f->bad ? NULL : find_target(l, instance, method);
	int code;
	void *args;

	if (m == NULL) {
		if (f->bad)
			answer_up(l, TENON_INVALID_ARGUMENT, "a frame that cannot be read", NULL);
		return;
	}
	if (s == NULL && l->id != 0) {
		refuse_up(l, TENON_CANCELLED, "the call that this belongs to has ended");
		return;
	}
	relay = relay && s != NULL && s->call->root->counted;
	if (relay && s->busy) {
		refuse_up(l, TENON_INVALID_ARGUMENT, "one relayed call at a time");
		return;
	}
	struct call *c = call_new(l->hub->bus, m, &code);
	if (c == NULL) {
		refuse_up(l, code, "%s is not running", instance);
		return;
	}
	if (ms > 0 && ms < INT32_MAX && clock_ns() + ms * 1000000 < c->pub.deadline)
		c->pub.deadline = clock_ns() + ms * 1000000;
	if (s != NULL)
		inherit(c, s->call, relay);
	else
		c->pub.principal = "plugin";
	if (c->on_content != NULL) /* it uses its parent's streams: it ends when its handler does, and is cancelled with the parent */
		c->pub.deadline = INT64_MAX;
	code = (args = arena_alloc(c->arena, m->row->args->size)) == NULL ? TENON_NO_MEMORY
		: !frame_next(f) ? TENON_INVALID_ARGUMENT : unpack_message(m->args, c->arena, &f->in, 0, args, &problem);
	if (code < 0) {
		refuse_up(l, code, "%s.%s: %s", instance, method, problem.message == NULL ? error_text(code) : problem.message);
		call_unref(c);
		return;
	}
	c->args = args;
	hub_forget(l);
	l->up = c;
	l->parent = s != NULL && s->call->root->counted ? s->call->root : NULL;
	if (l->parent != NULL)
		call_ref(l->parent);
	if (c->on_content != NULL) {
		s->answering = true; /* its streams are in use, and read or written in part: not to be done twice */
		slot_begin(s);
	}
	list_add(&l->hub->ups, &l->up_node);
	call_submit(c, up_done, l);
}
