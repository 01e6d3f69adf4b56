/* SPDX-License-Identifier: Apache-2.0 */
/* request - from the headers to a call, and from the call's end to its answer.
 *
 * An answer that is known before the body has come waits for a short body to pass, so that the connection stays good; before a
 * long one it is sent at once, and the connection closes gently. Once part of a body was taken libmicrohttpd can answer only
 * behind the rest: a long rest is answered past it. */
#include "request.h"
#include "admission.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "body.h"
#include "bus/call.h"
#include "bus/stream.h"
#include "operation.h"
#include "preflight.h"
#include "respond.h"
#include "wire/decode.h"

#include <stdio.h>
#include <string.h>

/* ---- the thing itself ---- */

struct request *request_new(struct connection *c, const char *target)
{
	size_t n = strlen(target);
	struct request *r = mem_zero(sizeof *r + n + 1);

	if (r == NULL)
		return NULL;
	memcpy(r->text, target, n);
	r->path = r->text;
	r->target_length = n;
	char *query = strchr(r->text, '?');
	if (query != NULL) {
		*query = '\0';
		r->query = query + 1;
	}
	r->connection = c;
	r->server = c->server;
	r->dialect = c->server->door->routes.native;
	r->started = clock_ns();
	r->answer_bytes = -1;
	atomic_store(&r->refs, 1);
	atomic_fetch_add_explicit(&c->server->requests, 1, memory_order_relaxed);
	return r;
}

struct request *request_ref(struct request *r)
{
	atomic_fetch_add(&r->refs, 1);
	return r;
}

void request_unref(struct request *r)
{
	if (atomic_fetch_sub(&r->refs, 1) != 1)
		return;
	body_free(r);
	outflow_free(&r->out);
	mem_free(r);
}

/* ---- an answer before the body has come ---- */

enum { SWALLOW_MOST = 256 << 10 };

static bool body_is_short(const struct request *r)
{
	return r->headers.length >= 0 && r->headers.length - r->received <= SWALLOW_MOST;
}

bool request_is_midway(const struct request *r)
{
	return r->received > 0 && (r->stage == STAGE_BODY || r->stage == STAGE_UPLOAD) && !body_is_short(r);
}

static bool settle(struct request *r)
{
	if (r->response == NULL)
		return false;
	if (r->headers.length == 0 || (body_is_short(r) && r->headers.expect == NULL)) {
		r->stage = STAGE_SWALLOW;
		return true;
	}
	connection_linger(r->connection);
	return respond_send(r);
}

static bool refuse(struct request *r, enum refusal why, int code, int status, const char *text)
{
	refusal_count(r->server->door, why);
	respond_error(r, code, status, "%s", text);
	return settle(r);
}

/* Part of the body was taken. Without a response the answer went past libmicrohttpd already (respond_problem). */
static bool settle_midway(struct request *r)
{
	r->stage = STAGE_SWALLOW;
	return r->response != NULL;
}

/* ---- the headers are there ---- */

static bool start_upload(struct request *r);

bool request_begin(struct request *r, const char *method, const char *target, const char *version)
{
	r->verb = verb_of(method);
	r->http10 = strcmp(version, "HTTP/1.0") == 0;
	if (!admission_form(r, method, target, version))
		return admission_room(r) && respond_send(r);
	if (!admission_room(r))
		return false;
	if (!admission_site(r))
		return settle(r);
	int rc = route_find(&r->server->door->routes, r->verb, r->path, &r->match);
	r->dialect = r->match.dialect;
	if (r->verb == OPTIONS && preflight_answer(r, rc))
		return settle(r);
	if (rc == TENON_NOT_ALLOWED) {
		char allow[80];
		respond_error(r, rc, 0, "%s is not allowed here", method);
		preflight_verbs(r->match.allowed, allow);
		respond_header(r, "Allow", allow);
		return settle(r);
	}
	if (rc < 0) {
		respond_error(r, rc, 0, "nothing answers to %s %s", method, r->path);
		return settle(r);
	}
	if (r->match.route->operation != NULL) {
		r->stage = STAGE_BODY;
		return r->headers.length >= 0 && body_is_short(r) ? true : refuse(r, REFUSED_max_body, TENON_TOO_LARGE, 0, "no body is expected here");
	}
	if (!admission_body(r))
		return settle(r);
	r->stage = STAGE_BODY;
	if (r->match.route->method->row->flags & TENON_STREAM_IN)
		return start_upload(r);
	return true;
}

/* ---- the call ---- */

static void on_call_freed(struct call *c) { request_unref(c->door); }

static void release_call(struct request *r)
{
	struct call *c = r->call;
	r->call = NULL;
	if (c != NULL)
		call_unref(c);
}

static void on_done(struct call *c, void *arg)
{
	struct request *r = arg;

	r->done = true;
	if (r->connection == NULL) { /* the client left long ago */
		r->call = NULL;
		call_unref(c);
	} else if (r->connection->parked || r->stage == STAGE_SENDING) {
		list_add(&r->server->finished, &r->node);
		server_run_soon(r->server);
	}
}

static bool make_call(struct request *r)
{
	int code;
	struct method *m = r->match.route->method;
	struct call *c = call_new(r->server->door->bus, m, &code);

	if (c == NULL) {
		bool down = code == TENON_UNAVAILABLE && *m->instance->reason != '\0';
		respond_error(r, code, 0, "%s%s%s", code == TENON_OVERLOADED ? "too many calls at once (most_calls)" : m->instance->name,
		              code == TENON_OVERLOADED ? "" : down ? ": " : " is not running", down ? m->instance->reason : "");
		return false;
	}
	memcpy(c->pub.trace, r->trace, sizeof c->pub.trace);
	memcpy(c->pub.span, r->span, sizeof c->pub.span);
	c->door = request_ref(r);
	c->freed = on_call_freed;
	r->call = c;
	return true;
}

/* The values of the path; a bad one is a problem with its name. */
static int read_vars(struct request *r, struct tenon_pair *vars, struct tenon_problem *p)
{
	const struct route *route = r->match.route;

	for (size_t i = 0; i < route->n_params; i++) {
		struct segment raw = route_value(&r->match, i, r->call->arena);
		vars[i].key = route->params[i];
		vars[i].value = raw.p == NULL ? NULL : decode_text(r->call->arena, raw.p, raw.n, false, &p->kind);
		if (vars[i].value != NULL)
			continue;
		p->code = p->kind == TENON_K_NONE ? TENON_NO_MEMORY : TENON_INVALID_ARGUMENT;
		p->path = vars[i].key;
		p->message = p->kind == TENON_K_NONE ? "out of memory" : "it is not UTF-8 text";
		return p->code;
	}
	return TENON_OK;
}

/* a body that is nested too deep: decoding does not know whose bound that is */
static void name_depth(struct request *r, struct tenon_problem *p)
{
	size_t room = strlen(p->message) + 64;
	char *message = arena_alloc(r->call->arena, room);

	refusal_count(r->server->door, REFUSED_json_depth);
	if (message == NULL)
		return;
	snprintf(message, room, "%s (http.json_depth: %lld)", p->message, (long long)r->server->door->conf.json_depth);
	p->message = message;
}

/* Arguments from path and query, and from the body unless that is a stream. */
static bool decode(struct request *r, bool with_body)
{
	struct call *c = r->call;
	struct tenon_problem problem = { .method = c->pub.method, .trace = r->trace };
	struct tenon_pair vars[ROUTE_PARAMS];
	struct tenon_request asked = { .verb = with_body && r->verb != HEAD ? verb_name(r->verb) : "GET", .path = r->path, .query = r->query,
	                               .content_type = r->headers.content_type };
	void *args = arena_alloc(c->arena, c->method->row->args->size);

	if (with_body)
		asked.body = (struct tenon_json){ r->body.n == 0 ? "" : r->body.p, r->body.n };
	int rc = args == NULL ? TENON_NO_MEMORY : read_vars(r, vars, &problem);
	if (rc == TENON_OK)
		rc = decode_request_deep(c->method->args, r->dialect->row, c->arena, &asked, vars, r->match.route->n_params, args, &problem,
		                         (int)r->server->door->conf.json_depth);
	if (rc == TENON_OK) {
		c->args = args;
		return true;
	}
	problem.code = problem.code == 0 ? rc : problem.code;
	if (problem.message == NULL)
		problem.message = error_text(problem.code);
	if (problem.kind == TENON_K_DEPTH && problem.raw.p != NULL) /* of brackets, not of messages: those have a fixed bound */
		name_depth(r, &problem);
	respond_problem(r, &problem);
	release_call(r);
	return false;
}

static bool answer(struct request *r)
{
	if (r->call == NULL || outflow_answer(r)) /* without one: an operation, which made its answer */
		return respond_send(r);
	if (r->call->code < 0)
		respond_call_error(r);
	else
		respond_result(r);
	release_call(r);
	return respond_send(r);
}

static bool submit(struct request *r)
{
	if (!make_call(r) || !decode(r, true))
		return respond_send(r);
	if (outflow_open(r) < 0) {
		respond_error(r, TENON_NO_MEMORY, 0, "%s", error_text(TENON_NO_MEMORY));
		release_call(r);
		return respond_send(r);
	}
	call_submit(r->call, on_done, r);
	if (r->done)
		return answer(r);
	connection_park(r->connection);
	return true;
}

static bool start_upload(struct request *r)
{
	if (!make_call(r) || !decode(r, false))
		return settle(r);
	r->call->in = stream_new();
	if (r->call->in == NULL || outflow_open(r) < 0) {
		release_call(r);
		respond_error(r, TENON_NO_MEMORY, 0, "%s", error_text(TENON_NO_MEMORY));
		return settle(r);
	}
	stream_notify(r->call->in, NULL, outflow_stir, r);
	r->stage = STAGE_UPLOAD;
	call_submit(r->call, on_done, r);
	if (!r->done || r->call->code >= 0)
		return true;
	respond_call_error(r);
	release_call(r);
	return settle(r);
}

/* ---- the body ---- */

/* the call ended before its body did: if it failed, there is no use in the rest */
static bool upload_over(struct request *r, size_t *n)
{
	r->received += (int64_t)*n;
	*n = 0;
	if (r->call->code >= 0)
		return true; /* the rest passes by */
	respond_call_error(r);
	release_call(r);
	return settle_midway(r);
}

static bool upload(struct request *r, const char *p, size_t *n)
{
	size_t took;

	if (r->done)
		return upload_over(r, n);
	/* until it takes nothing: only then will it say that there is room again */
	while (*n > 0 && (took = stream_offer(r->call->in, p, *n)) > 0) {
		p += took;
		*n -= took;
		r->received += (int64_t)took;
	}
	if (*n > 0)
		connection_park(r->connection);
	return true;
}

bool request_body(struct request *r, const char *p, size_t *n)
{
	if (r->stage == STAGE_UPLOAD)
		return upload(r, p, n);
	size_t got = *n;
	*n = 0;
	r->received += (int64_t)got;
	if (r->stage != STAGE_BODY || body_add(r, p, got))
		return true;
	return settle_midway(r);
}

bool request_complete(struct request *r)
{
	switch (r->stage) {
	case STAGE_SWALLOW:
		return respond_send(r);
	case STAGE_UPLOAD:
		stream_end(r->call->in, TENON_OK);
		r->stage = STAGE_RUNNING;
		if (r->done)
			return answer(r);
		connection_park(r->connection);
		return true;
	case STAGE_BODY:
		r->stage = STAGE_RUNNING;
		break;
	default: /* it was answered, and yet there is no response: nothing can come of it */
		return false;
	}
	if (r->match.route->operation != NULL)
		return operation_run(r);
	if (!body_end(r))
		return respond_send(r);
	return submit(r);
}

/* ---- the end ---- */

void request_finish(struct request *r)
{
	struct connection *c = r->connection;

	node_take(&r->node);
	if (r->stage == STAGE_RUNNING && !answer(r))
		shutdown(c->fd, SHUT_RDWR);
	else if (r->stage == STAGE_SENDING && r->call != NULL)
		outflow_finish(r);
	connection_unpark(c);
}

static void log_access(const struct request *r, bool complete)
{
	if (!log_wants(LOG_DEBUG))
		return;
	log_line(LOG_DEBUG, "http", r->trace, "%s %s %u %lld bytes %.3f ms%s", verb_name(r->verb), r->path, r->status, (long long)r->answer_bytes,
	         (double)(clock_ns() - r->started) / 1e6, complete ? "" : " (the client left)");
}

void request_lost(struct request *r, bool complete)
{
	struct call *c = r->call;

	node_take(&r->node);
	r->connection->request = NULL;
	r->connection = NULL;
	body_release(r);
	respond_drop(r);
	log_access(r, complete);
	if (!complete)
		atomic_fetch_add_explicit(&r->server->door->left, 1, memory_order_relaxed);
	if (c != NULL) {
		if (r->stage == STAGE_UPLOAD)
			stream_break(c->in, TENON_CANCELLED); /* what is queued is dropped: the handler learns of it at once */
		outflow_lost(r);
		if (!r->done)
			call_cancel(c, TENON_CANCELLED);
		else
			release_call(r);
	}
	atomic_fetch_sub_explicit(&r->server->requests, 1, memory_order_relaxed);
	request_unref(r);
}
