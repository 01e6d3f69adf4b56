/* SPDX-License-Identifier: Apache-2.0 */
/* life - the lifecycle functions run on a fiber of the instance's home loop, one instance after another. */
#include "life.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "bus/access.h"
#include "bus/background.h"
#include "bus/call.h"
#include "bus/hub.h"
#include "bus/subscription.h"
#include "conf/conf.h"
#include "find.h"
#include "member.h"
#include "loop/fiber.h"
#include "loop/loop.h"
#include "step.h"
#include "supervisor.h"
#include "wish.h"
#include "wire/pack.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RETRY_FIRST_MS = 1000, RETRY_MOST_MS = 30000, READY_MS = 2000 };

static const struct tenon_plugin *plugin_of(const struct wish *w) { return w->found->plugin; }

/* ---- creating ---- */

static int make_data_dir(struct life *l, struct instance *in, struct err *e)
{
	size_t size = strlen(l->data_dir) + strlen(in->name) + 2;
	char *dir = mem_alloc(size);

	if (dir == NULL)
		return err_set(e, TENON_NO_MEMORY, "no memory");
	snprintf(dir, size, "%s/%s", l->data_dir, in->name);
	in->host.data_dir = dir;
	if (mkdir(dir, 0700) != 0 && errno != EEXIST)
		return err_set(e, TENON_UNAVAILABLE, "cannot make the folder %s: %s", dir, strerror(errno));
	return TENON_OK;
}

static void *run_own_loop(void *arg)
{
	struct loop *l = arg;
	call_sweep_start(l);
	loop_run(l);
	return NULL;
}

static int read_config(struct conf *conf, const char *path, const struct tenon_plugin *p, void **config, struct err *e)
{
	*config = NULL;
	if (p->config == NULL)
		return TENON_OK;
	*config = mem_zero(p->config->size);
	return *config == NULL ? err_set(e, TENON_NO_MEMORY, "no memory") : conf_read(conf, path, p->config, *config, e);
}

/* ---- creating ---- */

static int create_here(struct member *m, const struct tenon_plugin *p, const void *config, struct err *e)
{
	char why[400] = "";

	if (p->create != NULL) {
		int rc = p->create(&m->instance->host, config, &m->instance->self, why, sizeof why);
		if (rc < 0)
			return err_set(e, rc, "%s \"%s\": %s", p->name, m->name, *why != '\0' ? why : error_text(rc));
	}
	m->created = true;
	return TENON_OK;
}

/* in the data folder, or in one of its own where that has too long a name for a socket */
static int open_hub(struct life *l, struct err *e)
{
	char path[100];

	if (l->hub != NULL)
		return TENON_OK;
	if (snprintf(path, sizeof path, "%s/bus", l->data_dir) >= 90) {
		snprintf(l->hub_dir, sizeof l->hub_dir, "/tmp/tenon-XXXXXX");
		if (mkdtemp(l->hub_dir) == NULL)
			return err_set(e, TENON_UNAVAILABLE, "cannot make a folder for the bus in /tmp: %s", strerror(errno));
		snprintf(path, sizeof path, "%s/bus", l->hub_dir);
	}
	return hub_open(&l->hub, l->bus, l->loop, path, e);
}

static void on_given_up(void *arg);

static int create_processes(struct life *l, struct member *m, const struct wish *w, const void *config, struct err *e)
{
	const struct tenon_plugin *p = plugin_of(w);
	struct supervisor_spec spec = { .instance = m->instance, .limits = w->conf.process, .path = w->found->path, .kind = w->found->kind,
	                                .python = w->found->python, .failed = on_given_up, .arg = m };
	const struct shape *shape;

	if (w->found->dialects)
		return err_set(e, TENON_UNSUPPORTED, "instances.%s: %s brings a dialect, which the door calls: its placement is inline or thread",
		               m->name, w->found->kind);
	int rc = open_hub(l, e);
	if (rc == TENON_OK && p->config != NULL && (rc = shape_get(p->config, &shape, e)) == TENON_OK)
		pack_message(&spec.config, shape, config);
	spec.hub = l->hub;
	spec.lazy = w->found->lazy;
	if (rc == TENON_OK)
		rc = supervisor_new(&m->supervisor, &spec, e);
	buf_free(&spec.config);
	return rc;
}

static int place(struct life *l, struct member *m, const struct wish *w, const void *config, struct err *e)
{
	enum placement placement = wish_placement(w);
	int rc = TENON_OK;

	if (placement != PLACE_PROCESS && (rc = find_load(w->found, e)) < 0)
		return rc;
	if (placement == PLACE_THREAD)
		rc = loop_open(&m->own_loop, (unsigned)l->n, e);
	if (rc == TENON_OK)
		rc = bus_add(l->bus, plugin_of(w), m->name, m->own_loop != NULL ? m->own_loop : l->loop, &m->instance, e);
	if (rc == TENON_OK)
		rc = make_data_dir(l, m->instance, e);
	if (rc < 0)
		return rc;
	if (placement != PLACE_PROCESS && !w->found->shipped)
		log_line(LOG_WARN, m->name, NULL, "tainted: %s is a third party's and runs in the core", w->found->kind);
	return placement == PLACE_PROCESS ? create_processes(l, m, w, config, e) : create_here(m, plugin_of(w), config, e);
}

static int create(struct life *l, struct conf *conf, const struct wish *w, struct err *e)
{
	char path[300];
	void *config = NULL;

	if (l->n == MOST_INSTANCES)
		return err_set(e, TENON_LIMIT_EXCEEDED, "more than %d instances", MOST_INSTANCES);
	struct member *m = &l->members[l->n];
	m->life = l;
	m->found = w->found;
	m->version = plugin_of(w)->version;
	m->name = mem_strdup(w->name);
	if (m->name == NULL)
		return err_set(e, TENON_NO_MEMORY, "no memory");
	l->n++;
	snprintf(path, sizeof path, "instances.%s", w->name);
	int rc = read_config(conf, path, plugin_of(w), &config, e);
	if (rc == TENON_OK) /* without data it is only checked */
		rc = l->data_dir == NULL ? bus_add(l->bus, plugin_of(w), m->name, l->loop, &m->instance, e) : place(l, m, w, config, e);
	mem_free(config);
	return rc;
}

static bool needs_met(const struct wish *w, const struct wish *all, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!all[i].taken && &all[i] != w && text_has_word(plugin_of(w)->needs, all[i].name, strlen(all[i].name)))
			return false;
	return true;
}

int life_open(struct life **out, struct bus *bus, struct conf *conf, const struct map *found, struct loop *loop,
              const char *data_dir, struct err *e)
{
	struct wish *wishes = mem_zero(MOST_INSTANCES * sizeof *wishes);
	struct life *l = mem_zero(sizeof *l);
	size_t n = 0;

	if (wishes == NULL || l == NULL) {
		mem_free(wishes);
		mem_free(l);
		return err_set(e, TENON_NO_MEMORY, "no memory");
	}
	l->bus = bus;
	l->loop = loop;
	l->data_dir = data_dir;
	l->retry_ms = RETRY_FIRST_MS;
	*out = l;
	int rc = wish_collect(conf, found, wishes, &n, e);
	for (bool progress = true; progress && rc == TENON_OK;) {
		progress = false;
		for (size_t i = 0; i < n && rc == TENON_OK; i++) {
			if (wishes[i].taken || !needs_met(&wishes[i], wishes, n))
				continue;
			wishes[i].taken = progress = true;
			rc = create(l, conf, &wishes[i], e);
		}
	}
	for (size_t i = 0; i < n && rc == TENON_OK; i++)
		if (!wishes[i].taken)
			rc = err_set(e, TENON_INVALID_ARGUMENT, "instance %s: its needs (%s) form a circle", wishes[i].name, plugin_of(&wishes[i])->needs);
	if (rc == TENON_OK)
		rc = admin_open(l, e);
	if (rc == TENON_OK)
		rc = access_bind(bus, e);
	mem_free(wishes);
	return rc;
}

/* ---- starting ---- */

static bool needs_run(struct life *l, struct instance *in)
{
	for (size_t i = 0; i < l->n; i++) {
		struct instance *other = l->members[i].instance;
		if (other == in || !text_has_word(in->plugin->needs, other->name, strlen(other->name)))
			continue;
		if (atomic_load(&other->state) != INSTANCE_STARTED) {
			snprintf(in->reason, sizeof in->reason, "it needs %s, which does not run", other->name);
			return false;
		}
	}
	return true;
}

static int start_member(struct life *l, struct member *m)
{
	struct instance *in = m->instance;
	struct err e = { 0 };

	if (!needs_run(l, in))
		return TENON_UNAVAILABLE;
	if (m->own_loop != NULL && m->thread == 0 && pthread_create(&m->thread, NULL, run_own_loop, m->own_loop) != 0)
		return snprintf(in->reason, sizeof in->reason, "no thread for it"), TENON_UNAVAILABLE;
	if (m->supervisor != NULL)
		return supervisor_start(m->supervisor, in->reason, sizeof in->reason);
	int rc = bus_start_lanes(in, &e);
	if (rc < 0)
		return snprintf(in->reason, sizeof in->reason, "%s", e.text), rc;
	event_epoch(in);
	rc = step_run(in, "start", in->plugin->start, in->reason, sizeof in->reason);
	if (rc == TENON_OK)
		in->reason[0] = '\0';
	return rc;
}

int life_start_one(struct life *l, struct member *m)
{
	struct instance *in = m->instance;
	int rc = start_member(l, m);

	atomic_store(&in->state, rc < 0 ? INSTANCE_FAILED : INSTANCE_STARTED);
	if (rc == TENON_OK) {
		subscription_start(in);
		log_line(LOG_INFO, in->name, NULL, "started (%s/%s %s)", in->plugin->interface, in->plugin->name, m->version);
	} else {
		log_line(LOG_ERROR, in->name, NULL, "did not start: %s; trying again in %lld s", in->reason, (long long)l->retry_ms / 1000);
	}
	return rc;
}

static size_t start_all(struct life *l)
{
	size_t failed = 0;

	for (size_t i = 0; i < l->n && !l->stopping; i++) {
		struct member *m = &l->members[i];
		if (atomic_load(&m->instance->state) != INSTANCE_STARTED && !m->stopped)
			failed += life_start_one(l, m) < 0;
	}
	return failed;
}

static void retry(void *arg);

static void try_later(struct life *l)
{
	if (l->retry != NULL || l->stopping)
		return;
	l->retry = loop_every(l->loop, l->retry_ms, 0, retry, l);
	l->retry_ms = l->retry_ms * 2 < RETRY_MOST_MS ? l->retry_ms * 2 : RETRY_MOST_MS;
}

/* a supervisor's: its processes keep dying */
static void on_given_up(void *arg)
{
	struct member *m = arg;
	atomic_store(&m->instance->state, INSTANCE_FAILED);
	log_line(LOG_ERROR, m->name, NULL, "%s; trying again in %lld s", m->instance->reason, (long long)m->life->retry_ms / 1000);
	if (m->life->starting)
		m->life->again = true;
	else
		try_later(m->life);
}

static void start_fiber(void *arg)
{
	struct life *l = arg;

	l->again = false;
	bool failed = start_all(l) > 0;
	l->starting = false;
	if (failed || l->again)
		try_later(l);
	else
		l->retry_ms = RETRY_FIRST_MS;
	if (l->started != NULL) {
		void (*started)(void *) = l->started;
		l->started = NULL;
		started(l->started_arg);
	}
}

static void start_instances(struct life *l)
{
	l->starting = true;
	if (fiber_start(l->loop, STACK_HANDLER, "start", start_fiber, l) < 0) {
		l->starting = false;
		try_later(l);
	}
}

static void retry(void *arg)
{
	struct life *l = arg;
	l->retry = NULL;
	if (!l->stopping)
		start_instances(l);
}

void life_start(struct life *l, void (*done)(void *), void *arg)
{
	l->started = done;
	l->started_arg = arg;
	start_instances(l);
}

void life_on_reload(struct life *l, const struct trust *t) { l->trust = t; }

void life_on_reread(struct life *l, int (*reread)(void *, struct conf **, struct err *), void *arg)
{
	l->reread = reread;
	l->reread_arg = arg;
}

/* where its processes are; one that is lazy and has none is not started for it */
static int ask_ready(struct tenon_call *c)
{
	const struct instance *in = ((struct call *)c)->method->instance;
	struct tenon_empty none = { 0 };

	if (list_empty(&in->remote->peers))
		return TENON_OK;
	c->deadline = c->host->clock() + READY_MS * 1000000LL;
	return TENON_CALL(c, in->name, BUS_READY, tenon_empty, &none, tenon_empty, &none);
}

int life_ready(struct life *l, struct buf *why)
{
	int rc = TENON_OK;

	for (size_t i = 0; i < l->n; i++) {
		struct instance *in = l->members[i].instance;
		char reason[400] = "";
		int one = TENON_OK;
		if (atomic_load(&in->state) != INSTANCE_STARTED) {
			one = TENON_UNAVAILABLE;
			snprintf(reason, sizeof reason, "%.399s", *in->reason != '\0' ? in->reason : "not started");
		} else {
			one = step_run(in, "ready", in->remote != NULL ? ask_ready : in->plugin->ready, reason, sizeof reason);
		}
		if (one < 0)
			buf_printf(why, "%s: %s\n", in->name, reason);
		rc = one < 0 ? TENON_UNAVAILABLE : rc;
	}
	return rc;
}

/* ---- stopping ---- */

void life_stop_one(struct life *l, struct member *m)
{
	struct instance *in = m->instance;
	char why[400];

	(void)l;
	atomic_store(&in->state, INSTANCE_DRAINING);
	subscription_stop(in);
	step_run(in, "end", background_end, why, sizeof why);
	if (m->supervisor != NULL)
		supervisor_stop(m->supervisor);
	else if (step_run(in, "drain", in->plugin->drain, why, sizeof why) < 0)
		log_line(LOG_WARN, in->name, NULL, "drain: %s", why);
	atomic_store(&in->state, INSTANCE_STOPPED);
}

static void stop_fiber(void *arg)
{
	struct life *l = arg;

	for (size_t i = l->n; i-- > 0;)
		if (atomic_load(&l->members[i].instance->state) == INSTANCE_STARTED || l->members[i].supervisor != NULL) /* or it starts */
			life_stop_one(l, &l->members[i]);
	l->stopped(l->stopped_arg);
}

void life_stop(struct life *l, void (*done)(void *), void *arg)
{
	l->stopping = true;
	l->stopped = done;
	l->stopped_arg = arg;
	if (fiber_start(l->loop, STACK_HANDLER, "stop", stop_fiber, l) < 0)
		done(arg);
}

void life_close(struct life *l)
{
	if (l == NULL)
		return;
	if (l->admin != NULL)
		bus_stop_lanes(l->admin);
	for (size_t i = l->n; i-- > 0;) {
		struct member *m = &l->members[i];
		supervisor_free(m->supervisor);
		if (m->instance != NULL)
			bus_stop_lanes(m->instance);
		if (m->thread != 0) {
			loop_stop(m->own_loop);
			pthread_join(m->thread, NULL);
		}
		if (m->created && m->instance->plugin->destroy != NULL)
			m->instance->plugin->destroy(m->instance->self);
		if (m->own_loop != NULL)
			loop_close(m->own_loop);
	}
	hub_close(l->hub);
	if (l->hub_dir[0] != '\0')
		rmdir(l->hub_dir);
	bus_free(l->bus);
	for (size_t i = 0; i < l->n; i++)
		mem_free(l->members[i].name);
	mem_free(l);
}
