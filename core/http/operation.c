/* SPDX-License-Identifier: Apache-2.0 */
/* operation - the table, and the short ones. */
#include "operation.h"
#include "base/mem.h"
#include "loop/fiber.h"
#include "respond.h"

#include <pthread.h>
#include <string.h>

#define TEXT "text/plain; charset=utf-8"
#define METRICS "text/plain; version=0.0.4; charset=utf-8"

/* the answer that monitors and load balancers ask for all the time is made once; a page of another origin gets one of its own */
static void health(struct request *r)
{
	if (r->headers.origin != NULL) {
		respond_text(r, 200, TEXT, "OK");
		return;
	}
	r->response = r->server->door->health;
	r->status = 200;
	r->answer_bytes = 2;
}

static void ready(struct request *r)
{
	struct door *d = r->server->door;
	struct buf why = { 0 };
	int rc = d->ready == NULL ? TENON_OK : d->ready(d->ready_arg, &why);

	if (rc == TENON_OK) {
		buf_free(&why);
		respond_text(r, 200, TEXT, "ready\n");
		return;
	}
	respond_buf(r, 503, TEXT, &why);
	respond_header(r, "Retry-After", "1");
}

static void version(struct request *r) { respond_text(r, 200, TEXT, r->server->door->conf.version); }

static void metrics(struct request *r)
{
	struct buf b = { 0 };
	metrics_print(r->server->door, &b);
	respond_buf(r, 200, METRICS, &b);
}

static void methods(struct request *r)
{
	struct buf b = { 0 };
	methods_print(r->server->door, &b);
	respond_buf(r, 200, "application/json", &b);
}

/* made once: the rows do not change while the process lives */
static void openapi(struct request *r)
{
	struct door *d = r->server->door;
	struct buf b = { 0 };

	pthread_mutex_lock(&d->openapi_lock);
	if (d->openapi == NULL) {
		openapi_print(d, &b);
		d->openapi = buf_take(&b);
	}
	pthread_mutex_unlock(&d->openapi_lock);
	if (d->openapi != NULL)
		buf_adds(&b, d->openapi);
	else
		b.failed = true;
	respond_buf(r, 200, "application/json", &b);
}

const struct operation operations[] = {
	{ "GET /health", "Alive: the process runs and answers.", TEXT, "OK", health, false },
	{ "GET /ready", "Ready: every part works; otherwise 503 and a line for each that does not.", TEXT, "ready\n", ready, true },
	{ "GET /version", "The version of the API that is spoken; clients switch features by it.", TEXT, "3.11.1", version, false },
	{ "GET /metrics", "Metrics in Prometheus' text format.", METRICS, "tenon_up 1\n", metrics, false },
	{ "GET /openapi.json", "This document.", "application/json", NULL, openapi, false },
	{ "GET /api/v1/methods", "Every method with its arguments, results and command line.", "application/json", NULL, methods, false },
};
const size_t n_operations = sizeof operations / sizeof *operations;

static void on_fiber(void *arg)
{
	struct request *r = arg;

	r->match.route->operation->answer(r);
	r->done = true;
	/* a parked client is never lost before its answer */
	if (r->connection->parked) {
		list_add(&r->server->finished, &r->node);
		server_run_soon(r->server);
	}
}

bool operation_run(struct request *r)
{
	if (!r->match.route->operation->parks) {
		r->match.route->operation->answer(r);
		return respond_send(r);
	}
	if (fiber_start(r->server->loop, STACK_HANDLER, r->match.route->operation->route, on_fiber, r) < 0) {
		respond_error(r, TENON_OVERLOADED, 0, "no room for another fiber");
		return respond_send(r);
	}
	if (r->done)
		return respond_send(r);
	connection_park(r->connection);
	return true;
}
