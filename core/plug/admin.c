/* SPDX-License-Identifier: Apache-2.0 */
/* admin - the instance «plugins»: what runs, where, how busy it is; reload, drain and start.
 *
 * Model    Methods like any other, so REST, OpenAPI, the command line and scripts have them. A reload describes the file anew, reads
 *          the configuration anew, starts a generation beside the old one, and swaps: no call fails. Rows that others were
 *          built on (methods and their messages) may not change under a running daemon: such an upgrade is refused.
 * Threads  loop 0. */
#include "base/err.h"
#include "base/mem.h"
#include "bus/call.h"
#include "conf/conf.h"
#include "describe.h"
#include "find.h"
#include "life.h"
#include "member.h"
#include "wire/pack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HOSTS_SHOWN = 128 };

/* ---- messages ---- */

#define PROCESS_ROW(F, S) \
	F(S, const char *, instance) \
	F(S, int64_t, pid) \
	F(S, int64_t, generation, .doc = "grows with each reload") \
	F(S, const char *, state, .doc = "starting, serving, stopping, waiting") \
	F(S, int64_t, running, .doc = "calls that it works on") \
	F(S, int64_t, calls, .doc = "that it answered") \
	F(S, int64_t, memory, .label = "bytes", .doc = "resident") \
	F(S, double, cpu, .label = "s", .doc = "processor time so far")
TENON_MESSAGE(process_row, PROCESS_ROW);

#define INSTANCE_ROW(F, S) \
	F(S, const char *, instance) \
	F(S, const char *, plugin, .doc = "<interface>/<vendor>") \
	F(S, const char *, version) \
	F(S, const char *, placement, .doc = "inline, thread, process") \
	F(S, const char *, state, .doc = "created, started, draining, stopped, failed") \
	F(S, const char *, reason, .doc = "why it failed") \
	F(S, bool, tainted, .doc = "a third party's code that runs in the core") \
	F(S, int64_t, running, .doc = "calls now") \
	F(S, int64_t, calls, .doc = "ended so far") \
	F(S, int64_t, errors, .doc = "of these, that failed") \
	F(S, double, latency, .label = "ms", .doc = "mean, of all calls so far") \
	F(S, int64_t, processes)
TENON_MESSAGE(instance_row, INSTANCE_ROW);
#define LS_RESULT(F, S) \
	F(S, struct instance_row_list, instances, TENON_MANY(instance_row), .flags = TENON_KEEP)
TENON_MESSAGE(ls_result, LS_RESULT);

#define TOP_RESULT(F, S) \
	F(S, struct process_row_list, processes, TENON_MANY(process_row), .flags = TENON_KEEP)
TENON_MESSAGE(top_result, TOP_RESULT);

#define WHICH(F, S) \
	F(S, const char *, instance, .flags = TENON_REQUIRED, .doc = "its name")
TENON_MESSAGE(which, WHICH);

#define METHOD_ROW(F, S) \
	F(S, const char *, name) \
	F(S, const char *, doc) \
	F(S, const char *, cli) \
	F(S, const char *, permission)
TENON_MESSAGE(method_row, METHOD_ROW);
#define DESCRIBE_RESULT(F, S) \
	F(S, struct instance_row, instance, TENON_SUB(instance_row)) \
	F(S, const char *, doc) \
	F(S, const char *, licence) \
	F(S, const char *, needs) \
	F(S, const char *, file) \
	F(S, struct process_row_list, processes, TENON_MANY(process_row)) \
	F(S, struct method_row_list, methods, TENON_MANY(method_row))
TENON_MESSAGE(describe_result, DESCRIBE_RESULT);

#define RELOAD_ARGS(F, S) \
	F(S, const char *, instance, .flags = TENON_REQUIRED, .doc = "its name") \
	F(S, const char *, file, .doc = "another file of the folder in which the plugin lies; absent: the same one, read again")
TENON_MESSAGE(reload_args, RELOAD_ARGS);
#define RELOAD_RESULT(F, S) \
	F(S, const char *, version, .doc = "that serves now") \
	F(S, int64_t, generation)
TENON_MESSAGE(reload_result, RELOAD_RESULT);

/* ---- looking ---- */

#define PUT(m, row, value_) ((m)->row = (value_), (m)->has.row = 1)

static const char *const states[] = { "created", "started", "draining", "stopped", "failed" };

static void put_calls(struct instance *in, struct instance_row *row)
{
	unsigned long long sum_ns = 0, calls = 0, good = 0;
	int64_t running = 0;

	MAP_EACH(&in->methods, s) {
		struct method *m = s->value;
		for (int i = 0; i < METER_CODES; i++)
			calls += atomic_load(&m->meter.outcome[i]);
		good += atomic_load(&m->meter.outcome[0]);
		sum_ns += atomic_load(&m->meter.sum_ns);
		running += atomic_load(&m->meter.running);
	}
	PUT(row, running, running);
	PUT(row, calls, (int64_t)calls);
	PUT(row, errors, (int64_t)(calls - good));
	if (calls > 0)
		PUT(row, latency, (double)sum_ns / 1e6 / (double)calls);
}

static void put_instance(struct tenon_call *c, struct member *m, struct instance_row *row)
{
	struct host_status hosts[HOSTS_SHOWN];
	struct instance *in = m->instance;
	enum instance_state state = atomic_load(&in->state);

	PUT(row, instance, in->name);
	PUT(row, plugin, m->found->kind);
	PUT(row, version, m->version);
	PUT(row, placement, m->supervisor != NULL ? "process" : m->own_loop != NULL ? "thread" : "inline");
	PUT(row, state, states[state]);
	if (state == INSTANCE_FAILED)
		PUT(row, reason, tenon_printf(c, "%s", in->reason));
	if (m->supervisor == NULL && !m->found->shipped)
		PUT(row, tainted, true);
	put_calls(in, row);
	if (m->supervisor != NULL)
		PUT(row, processes, (int64_t)supervisor_status(m->supervisor, hosts, HOSTS_SHOWN));
}

static int ls(struct tenon_call *c, const struct tenon_empty *a, struct ls_result *out)
{
	struct life *l = c->self;

	(void)a;
	out->instances.v = tenon_alloc(c, l->n * sizeof *out->instances.v);
	if (out->instances.v == NULL)
		return TENON_NO_MEMORY;
	out->has.instances = 1;
	for (size_t i = 0; i < l->n; i++)
		put_instance(c, &l->members[i], &out->instances.v[out->instances.n++]);
	return TENON_OK;
}
TENON_HANDLER(ls, struct tenon_empty, struct ls_result)

/* what /proc says of a process; zeros when it is gone */
static void look_at_process(int pid, int64_t *memory, double *cpu)
{
	char path[64];
	long pages = 0;
	unsigned long user = 0, system = 0;

	snprintf(path, sizeof path, "/proc/%d/statm", pid);
	FILE *f = fopen(path, "re");
	if (f == NULL || fscanf(f, "%*s %ld", &pages) != 1)
		pages = 0;
	if (f != NULL)
		fclose(f);
	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	f = fopen(path, "re");
	/* the name in brackets is tenon-host, without blanks */
	if (f == NULL || fscanf(f, "%*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %lu %lu", &user, &system) != 2)
		user = system = 0;
	if (f != NULL)
		fclose(f);
	*memory = pages * sysconf(_SC_PAGESIZE);
	*cpu = (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

/* the processes of a member, behind the `n` rows that are there */
static int add_processes(struct tenon_call *c, const struct member *m, struct process_row_list *out)
{
	struct host_status hosts[HOSTS_SHOWN];
	size_t n = m->supervisor == NULL ? 0 : supervisor_status(m->supervisor, hosts, HOSTS_SHOWN);
	struct process_row *v = tenon_alloc(c, (out->n + n) * sizeof *v);

	if (v == NULL)
		return TENON_NO_MEMORY;
	if (out->n > 0)
		memcpy(v, out->v, out->n * sizeof *v);
	out->v = v;
	for (size_t i = 0; i < n; i++) {
		struct process_row *row = &v[out->n++];
		*row = (struct process_row){ .instance = m->instance->name, .pid = hosts[i].pid, .generation = hosts[i].generation,
		                             .state = hosts[i].state, .running = (int64_t)hosts[i].in_flight, .calls = hosts[i].calls };
		look_at_process(hosts[i].pid, &row->memory, &row->cpu);
		memset(&row->has, 0xff, sizeof row->has);
	}
	return TENON_OK;
}

static int top(struct tenon_call *c, const struct tenon_empty *a, struct top_result *out)
{
	struct life *l = c->self;

	(void)a;
	out->has.processes = 1;
	for (size_t i = 0; i < l->n; i++)
		TRY(add_processes(c, &l->members[i], &out->processes));
	return TENON_OK;
}
TENON_HANDLER(top, struct tenon_empty, struct top_result)

static int find_member(struct tenon_call *c, const char *name, struct member **out)
{
	struct life *l = c->self;

	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->members[i].instance->name, name) == 0) {
			*out = &l->members[i];
			return TENON_OK;
		}
	return tenon_fail(c, TENON_NOT_FOUND, "there is no instance \"%s\": see `tenon plugin ls`", name);
}

static int describe(struct tenon_call *c, const struct which *a, struct describe_result *out)
{
	struct member *m;

	TRY(find_member(c, a->instance, &m));
	const struct tenon_plugin *p = m->instance->plugin;
	size_t n = 0;
	while (p->methods[n].name != NULL)
		n++;
	out->methods.v = tenon_alloc(c, (n + 1) * sizeof *out->methods.v);
	if (out->methods.v == NULL)
		return TENON_NO_MEMORY;
	put_instance(c, m, &out->instance);
	out->has.instance = out->has.methods = 1;
	PUT(out, doc, p->doc == NULL ? "" : p->doc);
	PUT(out, licence, p->licence == NULL ? "" : p->licence);
	PUT(out, needs, p->needs == NULL ? "" : p->needs);
	PUT(out, file, m->found->origin);
	for (size_t i = 0; i < n; i++) {
		struct method_row *row = &out->methods.v[out->methods.n];
		if (p->methods[i].flags & TENON_HIDDEN)
			continue;
		out->methods.n++;
		PUT(row, name, p->methods[i].name);
		PUT(row, doc, p->methods[i].doc == NULL ? "" : p->methods[i].doc);
		PUT(row, cli, p->methods[i].cli == NULL ? "" : p->methods[i].cli);
		PUT(row, permission, p->methods[i].permission == NULL ? "" : p->methods[i].permission);
	}
	TRY(add_processes(c, m, &out->processes));
	out->has.processes = out->processes.n > 0;
	return TENON_OK;
}
TENON_HANDLER(describe, struct which, struct describe_result)

/* ---- changing ---- */

/* `left`: rows that may still be compared. A table may hold itself, or others that hold it: what is too much is not the same. */
static bool same_table(const struct tenon_table *a, const struct tenon_table *b, unsigned *left)
{
	if (a->n != b->n || *left < a->n)
		return false;
	*left -= a->n;
	for (uint32_t i = 0; i < a->n; i++) {
		const struct tenon_field *f = &a->fields[i], *g = &b->fields[i];
		if (strcmp(f->name, g->name) != 0 || f->type != g->type || f->card != g->card)
			return false;
		if (f->sub != NULL && g->sub != NULL && f->sub != a && !same_table(f->sub, g->sub, left))
			return false;
	}
	return true;
}

static bool same_rows(const struct tenon_table *a, const struct tenon_table *b)
{
	unsigned left = 100000;
	return same_table(a, b, &left);
}

static const struct tenon_method *method_named(const struct tenon_plugin *p, const char *name)
{
	for (const struct tenon_method *m = p->methods; m->name != NULL; m++)
		if (strcmp(m->name, name) == 0)
			return m;
	return NULL;
}

/* doors were made from the rows that there were: they must be there still, and nothing new can be reached */
static int check_rows(struct tenon_call *c, const struct tenon_plugin *old, const struct tenon_plugin *new)
{
	for (const struct tenon_method *m = old->methods; m->name != NULL; m++) {
		const struct tenon_method *n = method_named(new, m->name);
		if (n == NULL || !same_rows(m->args, n->args) || !same_rows(m->result, n->result) ||
		    (m->flags & ~(uint32_t)TENON_BLOCKING) != (n->flags & ~(uint32_t)TENON_BLOCKING))
			return tenon_fail(c, TENON_FAILED_PRECONDITION, "version %s changes the method %s: restart tenond for it", new->version, m->name);
	}
	for (const struct tenon_method *n = new->methods; n->name != NULL; n++)
		if (method_named(old, n->name) == NULL)
			return tenon_fail(c, TENON_FAILED_PRECONDITION, "version %s brings the method %s: restart tenond for it", new->version, n->name);
	return TENON_OK;
}

static int read_config(struct tenon_call *c, struct life *l, const char *name, const struct tenon_table *table, struct buf *out)
{
	const struct shape *shape;
	struct conf *conf = NULL;
	struct err e = { 0 };
	char path[300];
	int rc;

	if (table == NULL)
		return TENON_OK;
	void *config = tenon_alloc(c, table->size);
	if (config == NULL || l->reread == NULL)
		return config == NULL ? TENON_NO_MEMORY : tenon_fail(c, TENON_UNSUPPORTED, "the configuration cannot be read again");
	snprintf(path, sizeof path, "instances.%s", name);
	if ((rc = l->reread(l->reread_arg, &conf, &e)) == TENON_OK && (rc = conf_read(conf, path, table, config, &e)) == TENON_OK &&
	    (rc = shape_get(table, &shape, &e)) == TENON_OK)
		pack_message(out, shape, config);
	conf_close(conf);
	return rc < 0 ? tenon_fail(c, rc, "%s", e.text) : out->failed ? TENON_NO_MEMORY : TENON_OK;
}

static int find_file(struct tenon_call *c, const struct member *m, const char *file, char path[4096])
{
	const char *slash = strrchr(m->found->origin, '/');

	if (*file == '\0')
		return snprintf(path, 4096, "%s", m->found->origin) < 4096 ? TENON_OK : TENON_INTERNAL;
	if (strchr(file, '/') != NULL || *file == '.')
		return tenon_fail(c, TENON_INVALID_ARGUMENT, "file: \"%s\" is no name of a file beside %s", file, m->found->origin);
	return snprintf(path, 4096, "%.*s/%s", (int)(slash - m->found->origin), m->found->origin, file) < 4096 ? TENON_OK : TENON_TOO_LARGE;
}

/* a process is asked, and waited for: on a worker */
struct look {
	const struct trust *trust;       /* NULL: the file came with tenond */
	const char *origin, *kind, *python;
	char path[4096];                 /* what is to be loaded */
	const struct described *found;
	struct err e;
};

static int look(void *arg)
{
	struct look *l = arg;
	static const struct trust all = { 0 };

	if (trust_admit(l->trust == NULL ? &all : l->trust, l->origin, l->path, &l->e) == TENON_OK)
		l->found = find_describe(l->path, l->kind, l->python, &l->e);
	return l->found == NULL ? l->e.code : TENON_OK;
}

static int64_t newest_generation(const struct supervisor *s)
{
	struct host_status hosts[HOSTS_SHOWN];
	size_t n = supervisor_status(s, hosts, HOSTS_SHOWN);
	int64_t newest = 0;

	for (size_t i = 0; i < n; i++)
		newest = hosts[i].generation > newest ? hosts[i].generation : newest;
	return newest;
}

static int reload(struct tenon_call *c, const struct reload_args *a, struct reload_result *out)
{
	struct buf config = { 0 };
	char path[4096], why[400] = "";
	struct member *m;

	TRY(find_member(c, a->instance, &m));
	if (m->supervisor == NULL)
		return tenon_fail(c, TENON_FAILED_PRECONDITION, "%s runs in the core, which never unloads code: restart tenond, or give it placement: process",
		                  a->instance);
	if (m->stopped)
		return tenon_fail(c, TENON_FAILED_PRECONDITION, "%s was drained: start it first", a->instance);
	TRY(find_file(c, m, a->file, path));
	bool came_with_us = m->found->shipped && *a->file == '\0';
	struct look l = { .trust = came_with_us ? NULL : m->life->trust, .origin = path, .kind = m->found->kind, .python = m->found->python };
	int rc = c->host->offload(c, 0, look, &l);
	if (rc < 0)
		return tenon_fail(c, rc, "%s: %s", path, *l.e.text != '\0' ? l.e.text : error_text(rc));
	const struct described *d = l.found;
	TRY(check_rows(c, m->instance->plugin, d->plugin));
	TRY(read_config(c, c->self, a->instance, d->plugin->config, &config));
	rc = supervisor_replace(m->supervisor, l.path, &config, why, sizeof why);
	if (rc < 0)
		return tenon_fail(c, rc, "%s%s", m->stopped ? "" : "the old generation goes on: ", why);
	m->version = d->plugin->version;
	PUT(out, version, m->version);
	PUT(out, generation, newest_generation(m->supervisor));
	tenon_log(c, TENON_LOG_INFO, "%s was reloaded (%s %s)", a->instance, path, m->version);
	return TENON_OK;
}
TENON_HANDLER(reload, struct reload_args, struct reload_result)

static int drain(struct tenon_call *c, const struct which *a, struct tenon_empty *out)
{
	struct member *m;

	(void)out;
	TRY(find_member(c, a->instance, &m));
	if (atomic_load(&m->instance->state) != INSTANCE_STARTED)
		return tenon_fail(c, TENON_FAILED_PRECONDITION, "%s does not run", a->instance);
	m->stopped = true;
	life_stop_one(c->self, m);
	snprintf(m->instance->reason, sizeof m->instance->reason, "it was drained by hand");
	tenon_log(c, TENON_LOG_INFO, "%s was drained", a->instance);
	return TENON_OK;
}
TENON_HANDLER(drain, struct which, struct tenon_empty)

static int start(struct tenon_call *c, const struct which *a, struct tenon_empty *out)
{
	struct member *m;

	(void)out;
	TRY(find_member(c, a->instance, &m));
	if (atomic_load(&m->instance->state) == INSTANCE_STARTED)
		return tenon_fail(c, TENON_FAILED_PRECONDITION, "%s runs", a->instance);
	if (m->supervisor == NULL)
		return tenon_fail(c, TENON_FAILED_PRECONDITION, "%s runs in the core and was stopped for good: restart tenond", a->instance);
	m->stopped = false;
	int rc = life_start_one(c->self, m);
	return rc < 0 ? tenon_fail(c, rc, "%s", m->instance->reason) : TENON_OK;
}
TENON_HANDLER(start, struct which, struct tenon_empty)

/* ---- the instance ---- */

#define ROW(fn, args_t, result_t) .name = #fn, .since = 1, .args = &args_t##_table, .result = &result_t##_table, .handler = fn##_handler
static const struct tenon_method methods[] = {
	{ ROW(ls, tenon_empty, ls_result), .flags = TENON_IDEMPOTENT, .cli = "plugin ls", .permission = "admin",
	  .doc = "Lists the instances: which plugin, where it runs, how it is." },
	{ ROW(top, tenon_empty, top_result), .flags = TENON_IDEMPOTENT, .cli = "plugin top", .permission = "admin",
	  .doc = "Lists the processes of plugins: calls, memory, processor time." },
	{ ROW(describe, which, describe_result), .flags = TENON_IDEMPOTENT, .cli = "plugin describe INSTANCE", .permission = "admin",
	  .errors = "NOT_FOUND", .doc = "Shows one instance with its methods and processes." },
	{ ROW(reload, reload_args, reload_result), .flags = TENON_WRITE, .cli = "plugin reload INSTANCE", .permission = "admin",
	  .errors = "NOT_FOUND FAILED_PRECONDITION UNAVAILABLE", .deadline_ms = 60000,
	  .doc = "Starts an instance anew beside itself, from its configuration and file as they are now, and swaps; no call fails." },
	{ ROW(drain, which, tenon_empty), .flags = TENON_WRITE, .cli = "plugin drain INSTANCE", .permission = "admin",
	  .errors = "NOT_FOUND FAILED_PRECONDITION", .deadline_ms = 60000, .doc = "Lets an instance finish what it has, and stops it." },
	{ ROW(start, which, tenon_empty), .flags = TENON_WRITE, .cli = "plugin start INSTANCE", .permission = "admin",
	  .errors = "NOT_FOUND FAILED_PRECONDITION UNAVAILABLE", .deadline_ms = 60000, .doc = "Starts an instance that was drained, or that failed." },
	{ 0 },
};
static const struct tenon_lane lanes[] = { { "describe", 1, 8 }, { 0 } };
static const struct tenon_plugin plugins = {
	.size = sizeof plugins, .abi = TENON_ABI, .name = "plugins", .version = "0.1", .interface = "core", .licence = "Apache-2.0",
	.doc = "The plugins themselves.", .methods = methods, .lanes = lanes,
};

int admin_open(struct life *l, struct err *e)
{
	int rc = bus_add(l->bus, &plugins, "plugins", l->loop, &l->admin, e);

	if (rc < 0)
		return rc;
	l->admin->self = l;
	atomic_store(&l->admin->state, INSTANCE_STARTED);
	return l->data_dir == NULL ? TENON_OK : bus_start_lanes(l->admin, e);
}
