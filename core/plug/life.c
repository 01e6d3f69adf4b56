/* SPDX-License-Identifier: Apache-2.0 */
/* life - the lifecycle functions run on a fiber of the instance's home loop, one instance after another. */
#include "life.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "bus/background.h"
#include "bus/call.h"
#include "bus/wait.h"
#include "conf/conf.h"
#include "find.h"
#include "loop/fiber.h"
#include "loop/loop.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MOST_INSTANCES = 256, RETRY_FIRST_MS = 1000, RETRY_MOST_MS = 30000 };

enum placement { PLACE_INLINE, PLACE_THREAD };
static const struct tenon_name placements[] = { { "inline", PLACE_INLINE }, { "thread", PLACE_THREAD }, { 0 } };

#define INSTANCE_CONF(F, S) \
	F(S, const char *, plugin, .doc = "which plugin it is: <interface>/<vendor>; the built-in instances know theirs") \
	F(S, int64_t, placement, .type = TENON_ENUM, .names = placements, .dflt = "inline", \
	  .doc = "inline: on the main loop; thread: on a loop and thread of its own")
TENON_STRUCT(instance_conf, INSTANCE_CONF);
TENON_TABLE(, instance_conf, INSTANCE_CONF);

struct member {
	struct instance *instance;
	struct loop *own_loop;        /* placement thread */
	pthread_t thread;
	char *name;
	bool created;
};

struct life {
	struct bus *bus;
	struct loop *loop;
	const char *data_dir;
	struct member members[MOST_INSTANCES]; /* in the order in which they start */
	size_t n;
	int64_t retry_ms;
	bool stopping;
	void (*done)(void *);
	void *done_arg;
};

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

static int create(struct life *l, struct conf *conf, const char *name, const struct tenon_plugin *p, int64_t placement, struct err *e)
{
	char path[300], why[400] = "";
	void *config = NULL;

	if (l->n == MOST_INSTANCES)
		return err_set(e, TENON_LIMIT_EXCEEDED, "more than %d instances", MOST_INSTANCES);
	struct member *m = &l->members[l->n];
	m->name = mem_strdup(name);
	if (m->name == NULL)
		return err_set(e, TENON_NO_MEMORY, "no memory");
	l->n++;
	snprintf(path, sizeof path, "instances.%s", name);
	int rc = read_config(conf, path, p, &config, e);
	if (l->data_dir == NULL) /* only checking */
		placement = PLACE_INLINE;
	if (rc == TENON_OK && placement == PLACE_THREAD)
		rc = loop_open(&m->own_loop, (unsigned)l->n, e);
	if (rc == TENON_OK)
		rc = bus_add(l->bus, p, m->name, m->own_loop != NULL ? m->own_loop : l->loop, &m->instance, e);
	if (rc == TENON_OK && l->data_dir != NULL)
		rc = make_data_dir(l, m->instance, e);
	if (rc == TENON_OK && l->data_dir != NULL && p->create != NULL) {
		rc = p->create(&m->instance->host, config, &m->instance->self, why, sizeof why);
		if (rc < 0)
			err_set(e, rc, "%s \"%s\": %s", p->name, name, *why != '\0' ? why : error_text(rc));
	}
	m->created = rc == TENON_OK && l->data_dir != NULL;
	mem_free(config);
	return rc;
}

/* ---- which instances, in which order ---- */

struct wish { const char *name; const struct tenon_plugin *plugin; int64_t placement; bool taken; };

static const struct tenon_plugin *builtin_of(const struct map *found, const char *name)
{
	MAP_EACH(found, s) {
		const struct found *f = s->value;
		if (f->plugin->builtin != NULL && strcmp(f->plugin->builtin, name) == 0)
			return f->plugin;
	}
	return NULL;
}

static int unknown_kind(const struct map *found, const char *name, const char *kind, struct err *e)
{
	const char *kinds[MOST_INSTANCES];
	size_t n = 0;

	MAP_EACH(found, s)
		if (n < MOST_INSTANCES)
			kinds[n++] = s->key;
	const char *near = text_nearest(kind, kinds, n);
	return err_set(e, TENON_NOT_FOUND, "instances.%s.plugin: no plugin \"%s\" was found%s%s%s", name, kind,
	               near != NULL ? "; did you mean \"" : "", near != NULL ? near : "", near != NULL ? "\"?" : "");
}

static int wish_from_conf(struct conf *conf, const struct map *found, const char *name, struct wish *w, struct err *e)
{
	struct instance_conf ic = { 0 };
	char path[300], where[300];

	snprintf(path, sizeof path, "instances.%s", name);
	int rc = conf_read(conf, path, &instance_conf_table, &ic, e);
	if (rc < 0)
		return rc;
	*w = (struct wish){ .name = name, .placement = ic.placement };
	if (*ic.plugin == '\0') {
		w->plugin = builtin_of(found, name);
		if (w->plugin != NULL)
			return TENON_OK;
		conf_where(conf, path, where, sizeof where);
		return err_set(e, TENON_INVALID_ARGUMENT, "%s: instances.%s: no plugin that was found brings an instance of this name: say which "
		               "`plugin:` it is, or look at plugin_dirs", where, name);
	}
	const struct found *f = map_get(found, ic.plugin);
	if (f == NULL) {
		conf_where(conf, path, where, sizeof where);
		unknown_kind(found, name, ic.plugin, e);
		return err_prefix(e, "%s", where);
	}
	w->plugin = f->plugin;
	return TENON_OK;
}

static int add_wish(struct conf *conf, const struct map *found, const char *name, struct wish *wishes, size_t *n, struct err *e)
{
	for (size_t k = 0; k < *n; k++)
		if (strcmp(wishes[k].name, name) == 0)
			return TENON_OK;
	if (*n == MOST_INSTANCES)
		return err_set(e, TENON_LIMIT_EXCEEDED, "more than %d instances", MOST_INSTANCES);
	return wish_from_conf(conf, found, name, &wishes[(*n)++], e);
}

/* those of the configuration, then the built-in ones that it does not mention */
static int collect_wishes(struct conf *conf, const struct map *found, struct wish *wishes, size_t *n, struct err *e)
{
	const char *names[MOST_INSTANCES];
	size_t named = conf_children(conf, "instances", names, MOST_INSTANCES);
	int rc = TENON_OK;

	for (size_t i = 0; i < named && rc == TENON_OK; i++)
		rc = add_wish(conf, found, names[i], wishes, n, e);
	MAP_EACH(found, s) {
		const struct found *f = s->value;
		if (rc == TENON_OK && f->plugin->builtin != NULL)
			rc = add_wish(conf, found, f->plugin->builtin, wishes, n, e);
	}
	return rc;
}

static bool needs_met(const struct wish *w, const struct wish *all, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!all[i].taken && &all[i] != w && text_has_word(w->plugin->needs, all[i].name, strlen(all[i].name)))
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
	int rc = collect_wishes(conf, found, wishes, &n, e);
	for (bool progress = true; progress && rc == TENON_OK;) {
		progress = false;
		for (size_t i = 0; i < n && rc == TENON_OK; i++) {
			if (wishes[i].taken || !needs_met(&wishes[i], wishes, n))
				continue;
			wishes[i].taken = progress = true;
			rc = create(l, conf, wishes[i].name, wishes[i].plugin, wishes[i].placement, e);
		}
	}
	for (size_t i = 0; i < n && rc == TENON_OK; i++)
		if (!wishes[i].taken)
			rc = err_set(e, TENON_INVALID_ARGUMENT, "instance %s: its needs (%s) form a circle", wishes[i].name, wishes[i].plugin->needs);
	mem_free(wishes);
	return rc;
}

/* ---- steps: one lifecycle function of one instance, on its home loop ---- */

struct step {
	struct task task;
	struct wait waiter;
	struct instance *instance;
	int (*fn)(struct tenon_call *);
	const char *name;
	int code;
	char why[400];
};

static void step_run(void *arg)
{
	struct step *s = arg;
	static const struct tenon_method row = { .name = "lifecycle", .args = &tenon_empty_table, .result = &tenon_empty_table };
	struct method method = { .row = &row, .instance = s->instance, .emit_row = -1, .name = (char *)s->name };
	struct call c = { .method = &method, .root = &c, .message = "", .code = 0 };

	arena_init(&c.own_arena, s->instance->bus->arena_limit);
	c.arena = &c.own_arena;
	c.pub = (struct tenon_call){ .host = &s->instance->host, .self = s->instance->self, .method = s->name,
	                             .principal = "system", .workspace = "default", .deadline = INT64_MAX };
	s->code = s->fn(&c.pub);
	snprintf(s->why, sizeof s->why, "%s", *c.message != '\0' ? c.message : error_text(s->code));
	arena_free(&c.own_arena);
}

static void step_run_and_wake(void *arg)
{
	struct step *s = arg;
	step_run(s);
	wait_wake(&s->waiter);
}

static void step_on_home(struct task *t)
{
	struct step *s = LIST_ITEM(t, struct step, task);
	s->code = fiber_start(loop_self(), STACK_HANDLER, s->name, step_run_and_wake, s);
	if (s->code < 0)
		wait_wake(&s->waiter);
}

static int run_step(struct instance *in, const char *name, int (*fn)(struct tenon_call *), char *why, size_t size)
{
	struct step s = { .instance = in, .fn = fn, .name = name };

	if (fn == NULL)
		return TENON_OK;
	if (in->home == loop_self()) {
		step_run(&s);
	} else {
		wait_init(&s.waiter);
		s.task.run = step_on_home;
		loop_post(in->home, &s.task);
		wait_for(&s.waiter);
	}
	if (s.code < 0)
		snprintf(why, size, "%s", s.why);
	return s.code;
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
	int rc = bus_start_lanes(in, &e);
	if (rc < 0)
		return snprintf(in->reason, sizeof in->reason, "%s", e.text), rc;
	rc = run_step(in, "start", in->plugin->start, in->reason, sizeof in->reason);
	if (rc == TENON_OK)
		in->reason[0] = '\0';
	return rc;
}

static size_t start_all(struct life *l)
{
	size_t failed = 0;

	for (size_t i = 0; i < l->n && !l->stopping; i++) {
		struct instance *in = l->members[i].instance;
		if (atomic_load(&in->state) == INSTANCE_STARTED)
			continue;
		int rc = start_member(l, &l->members[i]);
		atomic_store(&in->state, rc < 0 ? INSTANCE_FAILED : INSTANCE_STARTED);
		if (rc == TENON_OK)
			log_line(LOG_INFO, in->name, NULL, "started (%s/%s %s)", in->plugin->interface, in->plugin->name, in->plugin->version);
		else
			log_line(LOG_ERROR, in->name, NULL, "did not start: %s; trying again in %lld s", in->reason, (long long)l->retry_ms / 1000);
		failed += rc < 0;
	}
	return failed;
}

static void start_fiber(void *arg);

static void retry(void *arg)
{
	struct life *l = arg;
	if (!l->stopping)
		fiber_start(l->loop, STACK_HANDLER, "start", start_fiber, l);
}

static void start_fiber(void *arg)
{
	struct life *l = arg;

	if (start_all(l) > 0 && !l->stopping) {
		loop_every(l->loop, l->retry_ms, 0, retry, l);
		l->retry_ms = l->retry_ms * 2 < RETRY_MOST_MS ? l->retry_ms * 2 : RETRY_MOST_MS;
	}
	if (l->done != NULL) {
		void (*done)(void *) = l->done;
		l->done = NULL;
		done(l->done_arg);
	}
}

void life_start(struct life *l, void (*done)(void *), void *arg)
{
	l->done = done;
	l->done_arg = arg;
	fiber_start(l->loop, STACK_HANDLER, "start", start_fiber, l);
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
			one = run_step(in, "ready", in->plugin->ready, reason, sizeof reason);
		}
		if (one < 0)
			buf_printf(why, "%s: %s\n", in->name, reason);
		rc = one < 0 ? TENON_UNAVAILABLE : rc;
	}
	return rc;
}

/* ---- stopping ---- */

static void stop_fiber(void *arg)
{
	struct life *l = arg;
	char why[400];

	for (size_t i = l->n; i-- > 0;) {
		struct instance *in = l->members[i].instance;
		if (atomic_load(&in->state) != INSTANCE_STARTED)
			continue;
		atomic_store(&in->state, INSTANCE_DRAINING);
		run_step(in, "end", background_end, why, sizeof why);
		if (run_step(in, "drain", in->plugin->drain, why, sizeof why) < 0)
			log_line(LOG_WARN, in->name, NULL, "drain: %s", why);
		atomic_store(&in->state, INSTANCE_STOPPED);
	}
	l->done(l->done_arg);
}

void life_stop(struct life *l, void (*done)(void *), void *arg)
{
	l->stopping = true;
	l->done = done;
	l->done_arg = arg;
	if (fiber_start(l->loop, STACK_HANDLER, "stop", stop_fiber, l) < 0)
		done(arg);
}

void life_close(struct life *l)
{
	if (l == NULL)
		return;
	for (size_t i = l->n; i-- > 0;) {
		struct member *m = &l->members[i];
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
	bus_free(l->bus);
	for (size_t i = 0; i < l->n; i++)
		mem_free(l->members[i].name);
	mem_free(l);
}
