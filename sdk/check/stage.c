/* SPDX-License-Identifier: Apache-2.0 */
/* stage - bus, loops and instances; their calls are in shot.c. */
#include "stage.h"
#include "base/err.h"
#include "base/list.h"
#include "base/mem.h"
#include "bus/call.h"
#include "conf/conf.h"
#include "loop/fiber.h"
#include "apart.h"
#include "plug/describe.h"
#include "plug/find.h"
#include "shim.h"
#include "shot.h"
#include "suite.h"

#include <dlfcn.h>
#include <errno.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { INSTANCES_MOST = 16, CONFS_MOST = 4096, ARENA_MOST = 256 << 20, LAST_NOTES_US = 100000 };

const char *const placement_names[PLACEMENTS] = { "inline", "thread", "process" };

struct stage {
	struct bus bus;
	struct subject *subject;
	struct loop *door, *far; /* far: home of instances in placement thread; NULL */
	pthread_t door_thread, far_thread;
	struct instance *instances[INSTANCES_MOST];
	struct supervisor *supervisors[INSTANCES_MOST]; /* placement process */
	char *names[INSTANCES_MOST];                    /* the bus borrows them */
	bool created[INSTANCES_MOST];
	bool apart;               /* placement process */
	struct hub *hub;
	size_t n;
};

/* ---- loading ---- */

const char *subject_load(struct subject *s)
{
	static char why[600];
	const struct tenon_plugin *(*describe)(void);

	if (s->plugin != NULL)
		return NULL;
	if (s->python != NULL) {
		struct err e = { 0 };
		const struct described *d = find_describe(s->path, NULL, s->python, &e);
		s->plugin = d == NULL ? NULL : d->plugin;
		return d != NULL ? NULL : (snprintf(why, sizeof why, "%s", e.text), why);
	}
	s->so = dlopen(s->path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	if (s->so == NULL)
		return snprintf(why, sizeof why, "%s", dlerror()), why;
	*(void **)&describe = dlsym(s->so, "tenon_plugin_v1");
	if (describe == NULL)
		return "it exports no tenon_plugin_v1: see TENON_EXPORT in <tenon/plugin.h>";
	s->plugin = describe();
	return s->plugin == NULL ? "tenon_plugin_v1 returned NULL" : NULL;
}

const char *subject_args(const struct subject *s, const char *method)
{
	size_t n = strlen(method);

	for (size_t i = s->n_args; i-- > 0;)
		if (strncmp(s->args[i], method, n) == 0 && s->args[i][n] == '=')
			return s->args[i] + n + 1;
	return NULL;
}

const char *stage_name(const struct subject *s) { return s->plugin->builtin != NULL ? s->plugin->builtin : s->plugin->name; }

/* ---- configuration ---- */

static struct conf *confs[CONFS_MOST];
static size_t n_confs;

void stage_forget_configs(void)
{
	while (n_confs > 0)
		conf_close(confs[--n_confs]);
}

int stage_config(const struct subject *s, const char *const *settings, size_t n, void **config, struct err *e)
{
	char text[SETTINGS_MOST][2048];
	const char *sets[SETTINGS_MOST];

	*config = NULL;
	if (s->plugin->config == NULL && n > 0)
		return err_set(e, TENON_INVALID_ARGUMENT, "%s: it has no settings", settings[0]);
	for (size_t i = 0; i < n && i < SETTINGS_MOST; i++) {
		if (snprintf(text[i], sizeof text[i], "instances.x.%s", settings[i]) >= (int)sizeof text[i])
			return err_set(e, TENON_TOO_LARGE, "setting %.40s...: too long", settings[i]);
		sets[i] = text[i];
	}
	if (n_confs == CONFS_MOST)
		return err_set(e, TENON_LIMIT_EXCEEDED, "too many configurations");
	int rc = conf_open(&confs[n_confs], NULL, sets, n, e);
	if (rc < 0)
		return rc;
	struct conf *conf = confs[n_confs++];
	if (s->plugin->config != NULL && (*config = mem_zero(s->plugin->config->size)) == NULL)
		return err_set(e, TENON_NO_MEMORY, "no memory");
	if (s->plugin->config != NULL)
		rc = conf_read(conf, "instances.x", s->plugin->config, *config, e);
	if (rc == TENON_OK)
		rc = conf_finish(conf, e);
	if (rc < 0) {
		mem_free(*config);
		*config = NULL;
	}
	return rc;
}

/* ---- loops ---- */

static void *run_loop(void *arg)
{
	call_sweep_start(arg);
	loop_run(arg);
	return NULL;
}

struct posted { struct task task; sem_t done; };

static void on_posted(struct task *t) { sem_post(&LIST_ITEM(t, struct posted, task)->done); }

/* until the loop runs: its thread has then set its signal handlers, and ours go over them */
static void wait_for_loop(struct loop *l)
{
	struct posted p = { .task = { .run = on_posted } };

	sem_init(&p.done, 0, 0);
	loop_post(l, &p.task);
	while (sem_wait(&p.done) != 0 && errno == EINTR)
		;
	sem_destroy(&p.done);
}

static int start_loop(struct loop **l, pthread_t *thread, unsigned number, struct err *e)
{
	int rc = loop_open(l, number, e);

	if (rc < 0)
		return rc;
	if (pthread_create(thread, NULL, run_loop, *l) != 0)
		return err_set(e, TENON_UNAVAILABLE, "no thread");
	wait_for_loop(*l);
	return TENON_OK;
}

static void stop_loop(struct loop *l, pthread_t thread)
{
	if (l == NULL)
		return;
	loop_stop(l);
	pthread_join(thread, NULL);
}

static void close_loop(struct loop *l)
{
	if (l != NULL)
		loop_close(l);
}

/* ---- lifecycle functions, on a fiber of the home loop ---- */

struct step {
	struct task task;
	struct instance *instance;
	int (*fn)(struct tenon_call *);
	const char *name;
	int code;
	char why[400];
	sem_t done;
};

static void step_run(void *arg)
{
	static const struct tenon_method row = { .name = "lifecycle", .args = &tenon_empty_table, .result = &tenon_empty_table };
	struct step *s = arg;
	struct method method = { .row = &row, .instance = s->instance, .emit_row = -1, .name = (char *)s->name };
	struct call c = { .method = &method, .root = &c, .message = "" };

	arena_init(&c.own_arena, ARENA_MOST);
	c.arena = &c.own_arena;
	c.pub = (struct tenon_call){ .host = &s->instance->host, .self = s->instance->self, .method = s->name,
	                             .principal = "system", .workspace = "default", .deadline = INT64_MAX };
	s->code = s->fn(&c.pub);
	snprintf(s->why, sizeof s->why, "%s", c.message);
	arena_free(&c.own_arena);
	sem_post(&s->done);
}

static void step_on_home(struct task *t)
{
	struct step *s = LIST_ITEM(t, struct step, task);

	int rc = fiber_start(loop_self(), STACK_HANDLER, s->name, step_run, s);
	if (rc == TENON_OK) /* it may have ended already */
		return;
	s->code = rc;
	sem_post(&s->done);
}

/* `s` is static: a step that does not end may still write to it */
static int run_step(struct instance *in, const char *name, int (*fn)(struct tenon_call *), struct err *e)
{
	static struct step s;
	struct timespec until;

	if (fn == NULL)
		return TENON_OK;
	s = (struct step){ .task = { .run = step_on_home }, .instance = in, .fn = fn, .name = name };
	sem_init(&s.done, 0, 0);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += STEP_MS / 1000;
	loop_post(in->home, &s.task);
	while (sem_timedwait(&s.done, &until) != 0)
		if (errno != EINTR)
			return err_set(e, TENON_DEADLINE_EXCEEDED, "%s did not end within %d s", name, STEP_MS / 1000);
	if (s.code < 0)
		err_set(e, s.code, "%s", s.why);
	return s.code;
}

/* ---- the same for functions of ours, on a fiber of the door's loop ---- */

struct errand { struct task task; int (*fn)(void *, struct err *); void *arg; struct err *e; int code; sem_t done; };

static void errand_run(void *arg)
{
	struct errand *x = arg;
	x->code = x->fn(x->arg, x->e);
	sem_post(&x->done);
}

static void errand_on_door(struct task *t)
{
	struct errand *x = LIST_ITEM(t, struct errand, task);

	int rc = fiber_start(loop_self(), STACK_SCRIPT, "check", errand_run, x);
	if (rc == TENON_OK) /* it may have ended already, and be gone */
		return;
	x->code = rc;
	sem_post(&x->done);
}

static int on_door(struct stage *st, int (*fn)(void *, struct err *), void *arg, struct err *e)
{
	struct errand x = { .task = { .run = errand_on_door }, .fn = fn, .arg = arg, .e = e };

	sem_init(&x.done, 0, 0);
	loop_post(st->door, &x.task);
	while (sem_wait(&x.done) != 0)
		;
	sem_destroy(&x.done);
	return x.code;
}

static int start_process(void *arg, struct err *e) { return apart_start(arg, e); }
static int stop_process(void *arg, struct err *e) { return (void)e, apart_stop(arg), TENON_OK; }
/* when the loop has ended: tasks that are on their way to it point into the hub */
static void close_hub(struct stage *st)
{
	for (size_t i = 0; i < st->n; i++)
		apart_free(st->supervisors[i]);
	if (st->hub != NULL)
		apart_close(st->hub);
}

int stage_ready(struct stage *st, struct instance *in, struct err *e)
{
	if (st->apart)
		return atomic_load(&in->state) == INSTANCE_STARTED ? TENON_OK : err_set(e, TENON_UNAVAILABLE, "%s", in->reason);
	return run_step(in, "ready", in->plugin->ready, e);
}

/* ---- instances ---- */

static int start_apart(struct stage *st, struct instance *in, const void *config, struct err *e)
{
	struct apart p = { .bus = &st->bus, .loop = st->door, .hub = st->hub, .subject = st->subject, .instance = in, .config = config };
	int rc = on_door(st, start_process, &p, e);

	st->hub = p.hub;
	st->supervisors[st->n - 1] = p.supervisor;
	if (rc == TENON_OK)
		atomic_store(&in->state, INSTANCE_STARTED);
	return rc;
}

static int start(struct stage *st, struct instance *in, void *config, bool apart, struct err *e)
{
	char why[400] = "", dir[4096];

	snprintf(dir, sizeof dir, "%s/%s", st->subject->dir, in->name);
	in->host.data_dir = mem_strdup(dir);
	if (in->host.data_dir == NULL || (mkdir(dir, 0700) != 0 && errno != EEXIST))
		return err_set(e, TENON_UNAVAILABLE, "%s: %s", dir, strerror(errno));
	if (apart)
		return start_apart(st, in, config, e);
	int rc = in->plugin->create == NULL ? TENON_OK : in->plugin->create(&in->host, config, &in->self, why, sizeof why);
	if (rc < 0)
		return err_set(e, rc, "%s", why);
	st->created[st->n - 1] = true;
	rc = bus_start_lanes(in, e);
	if (rc == TENON_OK)
		rc = run_step(in, "start", in->plugin->start, e);
	if (rc == TENON_OK)
		atomic_store(&in->state, INSTANCE_STARTED);
	return rc;
}

/* a name stays taken on the bus: each use of one is a new one there */
static int add(struct stage *st, const struct tenon_plugin *p, const char *name, struct loop *home, struct instance **in, struct err *e)
{
	if (st->n == INSTANCES_MOST)
		return err_set(e, TENON_LIMIT_EXCEEDED, "too many instances");
	char *kept = mem_strdup(name);
	int rc = kept == NULL ? TENON_NO_MEMORY : bus_add(&st->bus, p, kept, home, in, e);
	st->names[st->n] = kept;
	if (rc < 0)
		return rc;
	st->created[st->n] = false;
	st->instances[st->n++] = *in;
	return TENON_OK;
}

int stage_add(struct stage *st, const char *name, const char *const *settings, size_t n, struct instance **in, struct err *e)
{
	void *config = NULL;

	if (settings == NULL) {
		settings = st->subject->settings;
		n = st->subject->n_settings;
	}
	*in = NULL;
	int rc = stage_config(st->subject, settings, n, &config, e);
	if (rc == TENON_OK)
		rc = add(st, st->apart ? st->subject->plugin : shim_plugin(st->subject->plugin), name, st->far != NULL ? st->far : st->door, in, e);
	if (rc == TENON_OK) {
		if (!st->apart)
			shim_lend(&(*in)->host);
		rc = start(st, *in, config, st->apart, e);
	}
	mem_free(config);
	return rc;
}

static bool end(struct stage *st, size_t i)
{
	struct instance *in = st->instances[i];
	struct err e = { 0 };

	if (in == NULL)
		return true;
	if (st->supervisors[i] != NULL) {
		on_door(st, stop_process, st->supervisors[i], &e);
		st->instances[i] = NULL;
		return true;
	}
	bool runs = atomic_load(&in->state) == INSTANCE_STARTED;
	atomic_store(&in->state, INSTANCE_STOPPED);
	if (runs && run_step(in, "drain", in->plugin->drain, &e) == TENON_DEADLINE_EXCEEDED)
		return false;
	bus_stop_lanes(in);
	if (st->created[i] && in->plugin->destroy != NULL)
		in->plugin->destroy(in->self);
	mem_free((char *)in->host.data_dir);
	in->host.data_dir = NULL;
	st->instances[i] = NULL;
	return true;
}

bool stage_remove(struct stage *st, struct instance *in)
{
	for (size_t i = 0; i < st->n; i++)
		if (st->instances[i] == in)
			return end(st, i);
	return true;
}

struct method *stage_method(struct instance *in, const char *name) { return map_get(&in->methods, name); }

/* ---- what it needs ---- */

static int add_need(struct stage *st, const char *name, const struct tenon_plugin *p, struct err *e)
{
	struct subject other = { .plugin = p };
	struct instance *in;
	void *config = NULL;

	int rc = stage_config(&other, NULL, 0, &config, e);
	if (rc == TENON_OK)
		rc = add(st, p, name, st->door, &in, e);
	if (rc == TENON_OK)
		rc = start(st, in, config, false, e);
	mem_free(config);
	return rc < 0 ? err_prefix(e, "%s, beside it", name) : TENON_OK;
}

static int add_given(struct stage *st, struct err *e)
{
	int rc = TENON_OK;

	for (size_t i = 0; i < st->subject->n_needs && rc == TENON_OK; i++) {
		struct subject other = { 0 };
		char name[64];
		const char *equals = strchr(st->subject->needs[i], '=');
		if (equals == NULL)
			return err_set(e, TENON_INVALID_ARGUMENT, "--with %s: NAME=FILE.so is meant", st->subject->needs[i]);
		snprintf(name, sizeof name, "%.*s", (int)(equals - st->subject->needs[i]), st->subject->needs[i]);
		other.path = equals + 1;
		const char *fault = subject_load(&other);
		rc = fault != NULL ? err_set(e, TENON_INVALID_ARGUMENT, "--with %s: %s", name, fault) : add_need(st, name, other.plugin, e);
	}
	return rc;
}

int stage_open(struct stage **out, struct subject *s, enum placement place, struct err *e)
{
	struct stage *st = mem_zero(sizeof *st);

	*out = st;
	if (st == NULL)
		return err_set(e, TENON_NO_MEMORY, "no memory");
	st->subject = s;
	st->apart = place == PLACE_PROCESS;
	bus_init(&st->bus);
	st->bus.deadline_ms = CALL_MS;
	st->bus.most_calls = 10000;
	st->bus.arena_limit = ARENA_MOST;
	int rc = start_loop(&st->door, &st->door_thread, 0, e);
	if (rc == TENON_OK && place == PLACE_THREAD)
		rc = start_loop(&st->far, &st->far_thread, 1, e);
	suite_catch_crashes();
	return rc == TENON_OK ? add_given(st, e) : rc;
}

bool stage_close(struct stage *st)
{
	for (size_t i = st->n; i-- > 0;)
		if (!end(st, i))
			return false;
	if (st->hub != NULL) { /* what nng says of pipes that are gone must find the loop: a note that comes later is lost memory */
		usleep(LAST_NOTES_US);
		wait_for_loop(st->door);
	}
	stop_loop(st->far, st->far_thread);
	stop_loop(st->door, st->door_thread);
	close_hub(st);
	close_loop(st->far);
	close_loop(st->door);
	bus_free(&st->bus);
	for (size_t i = 0; i < st->n; i++)
		mem_free(st->names[i]);
	mem_free(st);
	stage_forget_configs();
	return true;
}

void stage_call(struct stage *st, struct instance *in, const struct request *q, struct answer *a) { shot_fire(&st->bus, st->door, in, q, a); }
