/* SPDX-License-Identifier: Apache-2.0 */
/* outflow - the handler's side (content, emit) runs on the handler's thread, the rest on the loop.
 *
 *	EMIT:    item --print--> buf --longer than emit_buffer--> [gzip] --> stream --> pump --> client
 *	bytes:   stream_write, stream_write_file --------------------------> stream --> pump, or sendfile
 *
 * The stream wakes the loop by a task; many wake-ups are one. What is left in `buf` when the call ends follows the stream. */
#include "outflow.h"
#include "base/err.h"
#include "base/log.h"
#include "bus/call.h"
#include "bus/stream.h"
#include "content.h"
#include "gzip.h"
#include "header.h"
#include "respond.h"
#include "wire/print.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- the handler's side ---- */

static int outflow_content(struct call *c, struct tenon_span *span)
{
	struct outflow *o = &((struct request *)c->door)->out;

	o->status = content_decide(&o->conditions, &c->content, &o->span);
	o->described = true;
	*span = o->span;
	return TENON_OK;
}

/* what is in the buffer goes to the stream, packed if the client likes; parks while the window is full */
static int flush(struct call *c, struct outflow *o)
{
	struct buf packed = { 0 }, *out = &o->buf;
	int rc = TENON_OK;

	if (!o->flowing) {
		o->gzip = o->packs ? gzip_open() : NULL;
		o->packs = o->gzip != NULL;
		o->flowing = true;
	}
	if (o->gzip != NULL) {
		out = &packed;
		if (!gzip_add(o->gzip, o->buf.p, o->buf.n, false, &packed))
			rc = TENON_NO_MEMORY;
	}
	if (o->buf.failed || out->failed)
		rc = TENON_NO_MEMORY;
	if (rc == TENON_OK && out->n > 0)
		rc = stream_write(c->out, out->p, out->n);
	o->buf.n = 0;
	buf_free(&packed);
	return rc;
}

static int outflow_emit(struct call *c, const void *item)
{
	struct request *r = c->door;
	struct outflow *o = &r->out;
	const struct shape *shape = c->method->result;
	int row = c->method->emit_row;

	if (call_is_cancelled(c))
		return TENON_CANCELLED;
	if (!o->begun)
		print_head(&o->buf, shape, row);
	print_item(&o->buf, shape, row, item, !o->begun, r->dialect->row->flags);
	o->begun = true;
	if (r->http10 || (int64_t)o->buf.n < r->server->door->conf.emit_buffer) /* HTTP/1.0 cannot tell a broken answer from a whole one */
		return o->buf.failed ? TENON_NO_MEMORY : TENON_OK;
	return flush(c, o);
}

void outflow_stir(void *arg)
{
	struct request *r = arg;

	if (atomic_exchange(&r->out.posted, true))
		return;
	request_ref(r);
	loop_post(r->server->loop, &r->out.task);
}

/* ---- the loop's side ---- */

static void on_stir(struct task *);

static int copy_conditions(struct request *r)
{
	const struct headers *h = &r->headers;
	struct conditions *c = &r->out.conditions;
	const char *from[] = { h->if_none_match, h->if_modified_since, h->if_range, h->range, h->last_event_id };
	const char **to[] = { &c->if_none_match, &c->if_modified_since, &c->if_range, &c->range, &c->last_event_id };

	c->head = r->verb == HEAD;
	for (int i = 0; i < 5; i++)
		if (from[i] != NULL && (*to[i] = arena_text(r->call->arena, from[i], strlen(from[i]))) == NULL)
			return TENON_NO_MEMORY;
	return TENON_OK;
}

int outflow_open(struct request *r)
{
	struct call *c = r->call;

	r->out.task.run = on_stir;
	if (c->method->emit_row >= 0) {
		r->out.packs = r->server->door->conf.gzip_min > 0 && r->headers.accept_encoding != NULL &&
		               header_accepts(r->headers.accept_encoding, "gzip");
		c->on_emit = outflow_emit;
	} else if (!(c->method->row->flags & TENON_STREAM_OUT)) {
		return TENON_OK;
	}
	if ((c->out = stream_new()) == NULL)
		return TENON_NO_MEMORY;
	stream_notify(c->out, outflow_stir, NULL, r);
	if (c->method->emit_row >= 0)
		return TENON_OK;
	c->on_content = outflow_content;
	return copy_conditions(r);
}

void outflow_free(struct outflow *o)
{
	buf_free(&o->buf);
	gzip_close(o->gzip);
}

/* the headers that describe a file */
static void describe(struct request *r)
{
	const struct tenon_content *t = &r->call->content;
	struct buf text = { 0 };
	char date[HEADER_DATE];

	respond_header(r, "Content-Type", t->type != NULL ? t->type : "application/octet-stream");
	if (!r->out.described)
		return;
	respond_header(r, "Accept-Ranges", "bytes");
	if (t->filename != NULL) {
		content_disposition(&text, t->filename);
		buf_addc(&text, '\0');
		respond_header(r, "Content-Disposition", text.failed ? "attachment" : text.p);
		text.n = 0;
	}
	if (t->etag != NULL) {
		buf_printf(&text, "\"%s\"", t->etag);
		buf_addc(&text, '\0');
		respond_header(r, "ETag", text.failed ? "" : text.p);
		text.n = 0;
	}
	if (t->mtime >= 0) {
		header_print_date(t->mtime, date);
		respond_header(r, "Last-Modified", date);
	}
	if (r->out.status == 206)
		buf_printf(&text, "bytes %lld-%lld/%lld", (long long)r->out.span.offset, (long long)(r->out.span.offset + r->out.span.length - 1), (long long)t->size);
	else if (r->out.status == 416)
		buf_printf(&text, "bytes */%lld", (long long)t->size);
	buf_addc(&text, '\0');
	if (text.n > 1 && !text.failed)
		respond_header(r, "Content-Range", text.p);
	buf_free(&text);
}

/* a file that is the whole of what is wanted: the kernel sends it */
static bool start_file(struct request *r, const struct stream_peek *peek)
{
	if (peek->fd < 0 || !r->out.described || (int64_t)peek->n != r->out.span.length || r->verb == HEAD)
		return false;
	int fd = fcntl(peek->fd, F_DUPFD_CLOEXEC, 0);
	if (fd < 0)
		return false;
	int64_t offset = peek->offset;
	size_t n = peek->n;
	stream_skip(r->call->out, n);
	respond_file(r, r->out.status, fd, offset, (int64_t)n);
	return true;
}

static void start_bytes(struct request *r)
{
	struct stream_peek peek;
	bool more = stream_peek(r->call->out, &peek) == STREAM_MORE;
	int status = r->out.described ? r->out.status : 200;
	int64_t length = !r->out.described || r->call->content.size < 0 ? -1 : status == 416 ? 0 : r->verb == HEAD ? r->call->content.size : r->out.span.length;

	if (!more || !start_file(r, &peek))
		respond_stream(r, status, length);
	describe(r);
}

static void start_list(struct request *r)
{
	respond_stream(r, 200, -1);
	respond_header(r, "Content-Type", "application/json");
	if (r->out.packs) {
		respond_header(r, "Content-Encoding", "gzip");
		respond_header(r, "Vary", "Accept-Encoding");
	}
}

static void on_stir(struct task *t)
{
	struct outflow *o = (struct outflow *)(void *)((char *)t - offsetof(struct outflow, task));
	struct request *r = (struct request *)(void *)((char *)o - offsetof(struct request, out));
	struct connection *c = r->connection;
	struct stream_peek peek;

	atomic_store(&o->posted, false);
	if (c != NULL && c->parked && r->stage == STAGE_RUNNING && !r->done && r->call->out != NULL &&
	    stream_peek(r->call->out, &peek) == STREAM_MORE) {
		if (o->flowing)
			start_list(r);
		else
			start_bytes(r);
		if (!respond_send(r))
			shutdown(c->fd, SHUT_RDWR);
		connection_unpark(c);
	} else if (c != NULL && (r->stage == STAGE_UPLOAD || r->stage == STAGE_SENDING)) {
		connection_unpark(c);
	}
	request_unref(r);
}

/* what is left of a list: the rest of its items, and the fields behind them */
static int close_list(struct request *r)
{
	struct outflow *o = &r->out;
	const struct call *c = r->call;
	struct buf packed = { 0 };

	const struct shape *shape = c->method->result;
	int row = c->method->emit_row;
	bool keeps = shape->columns[row].field->flags & TENON_KEEP;

	if (!o->begun && keeps)
		print_head(&o->buf, shape, row);
	if (o->begun || keeps)
		print_tail(&o->buf, shape, c->result, row, r->dialect->row->flags);
	else
		print_object(&o->buf, shape, c->result, r->dialect->row->flags); /* an empty list is left out, as everywhere */
	if (o->gzip != NULL) {
		if (!gzip_add(o->gzip, o->buf.p, o->buf.n, true, &packed))
			packed.failed = true;
		buf_free(&o->buf);
		o->buf = packed;
	}
	return o->buf.failed ? TENON_NO_MEMORY : TENON_OK;
}

static void end_stream(struct request *r, int code)
{
	if (code < 0)
		stream_break(r->call->out, code); /* a handler may still write: it learns of it */
	else
		stream_end(r->call->out, TENON_OK);
}

bool outflow_answer(struct request *r)
{
	struct call *c = r->call;
	struct stream_peek peek;

	if (c->code < 0) {
		if (c->out != NULL)
			stream_break(c->out, c->code);
		return false;
	}
	if (c->method->emit_row >= 0) {
		int rc = close_list(r);
		if (!r->out.flowing) {
			respond_buf(r, 200, "application/json", &r->out.buf);
			return true;
		}
		end_stream(r, rc);
		start_list(r);
		return true;
	}
	if (c->out == NULL || (!r->out.described && stream_peek(c->out, &peek) != STREAM_MORE))
		return false;
	start_bytes(r);
	end_stream(r, TENON_OK);
	return true;
}

void outflow_finish(struct request *r)
{
	int code = r->call->code;

	if (r->call->out == NULL)
		return;
	if (code < 0 && code != TENON_CANCELLED)
		log_line(LOG_ERROR, "http", r->trace, "%s %s broke off: %s: %s", verb_name(r->verb), r->path, error_name(code), r->call->message);
	if (code >= 0 && r->out.flowing)
		code = close_list(r);
	end_stream(r, code);
}

void outflow_lost(struct request *r)
{
	if (r->call != NULL && r->call->out != NULL)
		stream_break(r->call->out, TENON_CANCELLED);
}

static ssize_t take(struct stream *s, const struct stream_peek *peek, char *to, size_t room)
{
	size_t n = peek->n < room ? peek->n : room;

	if (peek->fd < 0) {
		memcpy(to, peek->p, n);
	} else {
		ssize_t got = pread(peek->fd, to, n, peek->offset);
		if (got <= 0)
			return -2; /* the file shrank, or cannot be read */
		n = (size_t)got;
	}
	stream_skip(s, n);
	return (ssize_t)n;
}

ssize_t outflow_pump(struct request *r, char *to, size_t room)
{
	struct outflow *o = &r->out;
	struct stream_peek peek;

	switch (r->call == NULL ? STREAM_FAILED : stream_peek(r->call->out, &peek)) {
	case STREAM_MORE:
		return take(r->call->out, &peek, to, room);
	case STREAM_EMPTY:
		return 0;
	case STREAM_FAILED:
		return -2;
	case STREAM_ENDED:
		break;
	}
	size_t n = o->buf.n - o->sent < room ? o->buf.n - o->sent : room;
	if (n == 0)
		return -1;
	memcpy(to, o->buf.p + o->sent, n);
	o->sent += n;
	return (ssize_t)n;
}
