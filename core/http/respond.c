/* SPDX-License-Identifier: Apache-2.0 */
/* respond - libmicrohttpd's responses. */
#include "respond.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "bus/call.h"
#include "gzip.h"
#include "header.h"
#include "wire/print.h"

#include <microhttpd.h>
#include <stdio.h>
#include <string.h>

enum { STREAM_BLOCK = 64 << 10 };

static void take_response(struct request *r, int status, struct MHD_Response *response, int64_t bytes)
{
	respond_drop(r);
	r->response = response;
	r->status = (unsigned)status;
	r->answer_bytes = bytes;
}

void respond_header(struct request *r, const char *name, const char *value)
{
	if (r->response != NULL)
		MHD_add_response_header(r->response, name, value);
}

struct MHD_Response *respond_shared(const char *type, const char *text)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(strlen(text), (void *)text, MHD_RESPMEM_PERSISTENT);
	if (response != NULL)
		MHD_add_response_header(response, "Content-Type", type);
	return response;
}

void respond_text(struct request *r, int status, const char *type, const char *text)
{
	take_response(r, status, respond_shared(type, text), (int64_t)strlen(text));
}

/* in place of `b`, if it is worth it and the client takes it */
static bool pack(const struct request *r, struct buf *b)
{
	struct buf packed = { 0 };
	int64_t least = r->server->door->conf.gzip_min;
	struct gzip *g = NULL;

	if (least == 0 || (int64_t)b->n < least || r->headers.accept_encoding == NULL || !header_accepts(r->headers.accept_encoding, "gzip") ||
	    (g = gzip_open()) == NULL)
		return false;
	bool ok = gzip_add(g, b->p, b->n, true, &packed) && !packed.failed;
	gzip_close(g);
	if (!ok) {
		buf_free(&packed);
		return false;
	}
	buf_free(b);
	*b = packed;
	return true;
}

void respond_buf(struct request *r, int status, const char *type, struct buf *b)
{
	bool packed = pack(r, b);
	struct MHD_Response *response =
		b->failed ? NULL : MHD_create_response_from_buffer_with_free_callback(b->n, b->p == NULL ? (void *)"" : b->p, b->p == NULL ? NULL : mem_free);

	if (response == NULL)
		buf_free(b);
	take_response(r, status, response, (int64_t)b->n);
	*b = (struct buf){ 0 };
	respond_header(r, "Content-Type", type);
	if (packed) {
		respond_header(r, "Content-Encoding", "gzip");
		respond_header(r, "Vary", "Accept-Encoding");
	}
}

/* ---- errors ---- */

/* behind the rest of a long body nobody would see it: then past libmicrohttpd, which closes the connection after that */
static void send_problem(struct request *r, const struct tenon_problem *p, struct buf *body)
{
	const char *type = r->dialect->row->error_type;

	if (!request_is_midway(r)) {
		respond_buf(r, p->status, type, body);
		if (p->retry_after != NULL)
			respond_header(r, "Retry-After", p->retry_after);
		return;
	}
	buf_addc(body, '\0');
	r->status = (unsigned)p->status;
	connection_linger(r->connection);
	if (!body->failed)
		refusal_send(r->connection->fd, p->status, p->retry_after, type, body->p);
	buf_free(body);
}

void respond_problem(struct request *r, struct tenon_problem *p)
{
	const struct tenon_dialect *d = r->dialect->row;
	const struct shape *shape = r->dialect->error;
	struct arena memory;
	struct buf body = { 0 };
	char wait[16];

	snprintf(wait, sizeof wait, "%lld", (long long)r->server->door->conf.retry_after);
	p->method = r->call != NULL ? r->call->pub.method : r->match.route != NULL && r->match.route->method != NULL ? r->match.route->method->name : "";
	p->trace = r->trace;
	if (p->status == 0)
		p->status = error_status(p->code);
	if (p->retry_after == NULL && (p->status == 429 || p->status == 503))
		p->retry_after = wait;
	arena_init(&memory, 0);
	void *error = arena_alloc(&memory, shape->table->size);
	if (error != NULL) {
		memcpy(error, shape->blank, shape->table->size);
		d->word(p, error, arena_alloc_fn, &memory);
		print_object(&body, shape, error, d->flags);
		send_problem(r, p, &body);
	}
	if (p->status >= 500)
		log_line(p->status == 503 ? LOG_WARN : LOG_ERROR, "http", r->trace, "%s %s: %d %s: %s", verb_name(r->verb), r->path, p->status,
		         error_name(p->code), p->message);
	arena_free(&memory);
}

void respond_error(struct request *r, int code, int status, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	respond_problem(r, &(struct tenon_problem){ .code = code, .status = status, .message = text });
}

void respond_call_error(struct request *r)
{
	const struct call *c = r->call;
	respond_problem(r, &(struct tenon_problem){ .code = c->code, .message = *c->message != '\0' ? c->message : error_text(c->code) });
}

/* ---- results ---- */

void respond_result(struct request *r)
{
	struct buf body = { 0 };

	buf_reserve(&body, 512);
	print_object(&body, r->call->method->result, r->call->result, r->dialect->row->flags);
	respond_buf(r, 200, "application/json", &body);
}

static ssize_t on_pump(void *arg, uint64_t at, char *to, size_t room)
{
	struct request *r = arg;
	ssize_t n = outflow_pump(r, to, room);

	(void)at;
	if (n == 0 && r->connection != NULL)
		connection_park(r->connection);
	return n >= 0 ? n : n == -1 ? MHD_CONTENT_READER_END_OF_STREAM : MHD_CONTENT_READER_END_WITH_ERROR;
}

static void on_stream_free(void *arg) { request_unref(arg); }

void respond_stream(struct request *r, int status, int64_t length)
{
	struct MHD_Response *response =
		MHD_create_response_from_callback(length < 0 ? MHD_SIZE_UNKNOWN : (uint64_t)length, STREAM_BLOCK, on_pump, request_ref(r), on_stream_free);

	if (response == NULL)
		request_unref(r);
	take_response(r, status, response, length);
}

void respond_file(struct request *r, int status, int fd, int64_t offset, int64_t length)
{
	take_response(r, status, MHD_create_response_from_fd_at_offset64((uint64_t)length, fd, (uint64_t)offset), length);
}

void respond_drop(struct request *r)
{
	if (r->response != NULL && r->response != r->server->door->health)
		MHD_destroy_response(r->response);
	r->response = NULL;
}

/* ---- sending ---- */

static void add_cors(struct request *r)
{
	const struct cors *c = &r->server->door->cors;
	const char *origin = r->headers.origin;

	if (origin == NULL || !cors_origin_allowed(c, origin))
		return;
	respond_header(r, "Access-Control-Allow-Origin", c->any_origin ? "*" : origin);
	if (!c->any_origin) {
		respond_header(r, "Access-Control-Allow-Credentials", "true");
		respond_header(r, "Vary", "Origin");
	}
	respond_header(r, "Access-Control-Expose-Headers", "*");
}

static void add_common(struct request *r)
{
	const struct door *d = r->server->door;
	char parent[] = "00-00000000000000000000000000000000-0000000000000000-00";

	memcpy(parent + 3, r->trace, 32);
	memcpy(parent + 36, r->span, 16);
	memcpy(parent + 53, r->flags, 2);
	respond_header(r, "X-Content-Type-Options", "nosniff");
	if (*d->conf.frame_options != '\0' && strcmp(d->conf.frame_options, "NONE") != 0)
		respond_header(r, "X-Frame-Options", d->conf.frame_options);
	respond_header(r, "traceparent", parent);
	respond_header(r, "X-Request-Id", r->trace);
	add_cors(r);
	if (atomic_load_explicit(&d->draining, memory_order_relaxed))
		respond_header(r, "Connection", "close");
}

bool respond_send(struct request *r)
{
	struct door *d = r->server->door;
	struct MHD_Response *response = r->response;

	if (response == NULL)
		return false;
	if (response != d->health)
		add_common(r);
	atomic_fetch_add_explicit(&d->answers[r->status / 100 < 6 ? r->status / 100 : 5], 1, memory_order_relaxed);
	r->stage = STAGE_SENDING;
	r->response = NULL;
	enum MHD_Result queued = MHD_queue_response(r->connection->mhd, r->status, response);
	if (response != d->health)
		MHD_destroy_response(response);
	return queued == MHD_YES;
}
