/* SPDX-License-Identifier: Apache-2.0 */
/* door - composes: limits, dialects, routes, listeners, a server for each loop. */
#include "door.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "bus/bus.h"
#include "dialect.h"
#include "operation.h"
#include "peers.h"
#include "respond.h"
#include "watch.h"

#include <microhttpd.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

TENON_TABLE(, door_config, DOOR_CONFIG);

/* ---- routes ---- */

static int add_native(struct door *d, struct method *m, char pattern[300], struct err *e)
{
	struct route what = { .dialect = d->routes.native, .method = m };

	if (snprintf(pattern, 300, "POST /api/v1/%s/%s", m->instance->name, m->row->name) >= 300)
		return err_set(e, TENON_INVALID_ARGUMENT, "the name of %s is too long", m->name);
	return route_add(&d->routes, pattern, &what, e);
}

static int add_method(struct door *d, struct method *m, struct err *e)
{
	char native[300];
	int rc = add_native(d, m, native, e);

	for (const struct tenon_route *row = m->row->routes; rc == TENON_OK && row != NULL && row->path != NULL; row++) {
		struct route what = { .dialect = map_get(&d->dialects, row->dialect != NULL ? row->dialect : "native"), .method = m };
		if (what.dialect == NULL) { /* the plugin that brings it was left out; the rest runs on */
			log_error("%s: no plugin brings the dialect \"%s\"; nothing answers to %s", m->name, row->dialect, row->path);
			continue;
		}
		if (what.dialect == d->routes.native && strcmp(row->path, native) == 0)
			continue; /* it is there already, and may be said */
		rc = route_add(&d->routes, row->path, &what, e);
		if (rc < 0)
			err_prefix(e, "%s", m->name);
	}
	return rc;
}

static int add_routes(struct door *d, struct err *e)
{
	int rc = TENON_OK;

	for (size_t i = 0; i < n_operations && rc == TENON_OK; i++)
		rc = route_add(&d->routes, operations[i].route, &(struct route){ .dialect = d->routes.native, .operation = &operations[i] }, e);
	MAP_EACH(&d->bus->instances, s) {
		struct instance *in = s->value;
		MAP_EACH(&in->methods, t) {
			struct method *m = t->value;
			if (rc == TENON_OK && !(m->row->flags & TENON_HIDDEN))
				rc = add_method(d, m, e);
		}
	}
	return rc;
}

/* ---- opening ---- */

/* each connection is a descriptor: as many as the administrator allows at all */
static void fit_descriptors(struct door *d)
{
	enum { OTHERS = 256 };
	struct rlimit l;

	if (getrlimit(RLIMIT_NOFILE, &l) != 0)
		return;
	l.rlim_cur = l.rlim_max;
	setrlimit(RLIMIT_NOFILE, &l);
	getrlimit(RLIMIT_NOFILE, &l);
	if (l.rlim_cur == RLIM_INFINITY || (int64_t)l.rlim_cur >= d->conf.max_connections + OTHERS)
		return;
	d->conf.max_connections = l.rlim_cur > 2 * OTHERS ? (int64_t)l.rlim_cur - OTHERS : (int64_t)l.rlim_cur / 2;
	log_info("at most %lld connections: only %llu files may be open (ulimit -n)", (long long)d->conf.max_connections, (unsigned long long)l.rlim_cur);
}

int door_open(struct door **out, const struct door_config *conf, const char *listen, struct bus *bus, struct loop *const *loops,
              size_t n_loops, struct err *e)
{
	struct door *d = mem_zero(sizeof *d);

	*out = d;
	if (d == NULL || (d->servers = mem_zero(n_loops * sizeof *d->servers)) == NULL)
		return err_set(e, TENON_NO_MEMORY, "no memory for the door");
	d->conf = *conf;
	d->bus = bus;
	d->n_servers = n_loops;
	d->started_ms = clock_unix_ms();
	pthread_mutex_init(&d->openapi_lock, NULL);
	for (size_t i = 0; i < n_loops; i++) {
		d->servers[i].door = d;
		d->servers[i].loop = loops[i];
	}
	cors_init(&d->cors, &d->conf.allowed_hosts, &d->conf.cors_origins);
	int rc = watch_open(&d->watch, bus, loops[0], e);
	if (rc == TENON_OK)
		rc = dialects_open(&d->dialects, bus, e);
	if (rc < 0)
		return rc;
	routes_init(&d->routes, map_get(&d->dialects, "native"));
	if (d->conf.max_connections_per_ip > 0 && (d->peers = peers_new()) == NULL)
		return err_set(e, TENON_NO_MEMORY, "no memory for the door");
	d->health = respond_shared("text/plain; charset=utf-8", "OK");
	fit_descriptors(d);
	rc = add_routes(d, e);
	return rc < 0 ? rc : listen_on(d, listen, e);
}

void door_on_ready(struct door *d, int (*ready)(void *, struct buf *), void *arg)
{
	d->ready = ready;
	d->ready_arg = arg;
}

int door_start(struct door *d, struct loop *loop, struct err *e)
{
	for (size_t i = 0; i < d->n_servers; i++) {
		if (d->servers[i].loop != loop)
			continue;
		int rc = server_start(&d->servers[i], e);
		if (rc == TENON_OK && i == 0)
			listeners_start(d, loop);
		return rc;
	}
	return err_set(e, TENON_INTERNAL, "a loop that the door was not opened with");
}

unsigned door_port(const struct door *d) { return d->port; }

/* ---- stopping ---- */

void door_drain(struct door *d)
{
	atomic_store(&d->draining, true);
	watch_drain(d->watch);
	listeners_stop(d);
	for (size_t i = 0; i < d->n_servers; i++)
		server_drain(&d->servers[i]);
}

size_t door_active(const struct door *d)
{
	size_t n = 0;
	for (size_t i = 0; i < d->n_servers; i++)
		n += atomic_load_explicit(&d->servers[i].requests, memory_order_relaxed);
	return n;
}

void door_close(struct door *d)
{
	if (d == NULL)
		return;
	listeners_stop(d);
	for (size_t i = 0; d->servers != NULL && i < d->n_servers; i++)
		server_stop(&d->servers[i]);
	if (d->health != NULL)
		MHD_destroy_response(d->health);
	watch_close(d->watch);
	routes_free(&d->routes);
	dialects_close(&d->dialects);
	peers_free(d->peers);
	mem_free(d->openapi);
	mem_free(d->servers);
	pthread_mutex_destroy(&d->openapi_lock);
	mem_free(d);
}
