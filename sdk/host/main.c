/* SPDX-License-Identifier: Apache-2.0 */
/* main - tenon-host: one instance of one plugin, in a process of its own.
 *
 *	tenon-host               started by tenond: what to host comes on fd 3, calls come over the bus
 *	tenon-host --describe F  prints the description of the plugin at F, and ends
 *	tenon-host --describe F PYTHON  the same of a plugin in Python; what is hosted with an interpreter goes the same way (python.h)
 *
 * Model    read what to host; shut itself in (sandbox.h); only then load the plugin. Greet, create, start, say so, serve. An
 *          order to drain: no new calls; to stop: wait for those that run, drain the plugin, end.
 * Threads  the loop runs here.
 * Failure  what goes wrong before the bus is reached goes to stderr, which tenond logs under the instance's name; afterwards it
 *          is told over the bus. The core's end is this process's end. */
#include "config.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "bus/background.h"
#include "bus/bus.h"
#include "bus/call.h"
#include "bus/courier.h"
#include "bus/frame.h"
#include "bus/subscription.h"
#include "bus/uplink.h"
#include "crash.h"
#include "loop/fiber.h"
#include "loop/loop.h"
#include "plug/describe.h"
#include "plug/find.h"
#include "plug/hosting.h"
#include "plug/step.h"
#include "python.h"
#include "sandbox.h"
#include "wire/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef __SANITIZE_ADDRESS__ /* its shadow takes terabytes of address space */
#define MEMORY_LIMIT(bytes) ((void)(bytes), 0)
#else
#define MEMORY_LIMIT(bytes) (bytes)
#endif

enum { HELLO_FD = 3, IDLE_POLL_MS = 10 };

struct host {
	struct hosting conf;
	struct arena memory;         /* of conf and the configuration */
	const struct tenon_plugin *plugin;
	struct bus bus;
	struct loop *loop;
	struct instance *instance;
	struct uplink *uplink;
	struct courier *courier;
	int duct;                    /* -1: none */
	bool created, stopping;
	int status;
};

/* ---- what to host ---- */

static int read_hosting(struct host *h, struct err *e)
{
	struct buf b = { 0 };
	struct tenon_problem problem = { 0 };
	const struct shape *shape;
	ssize_t n = 1;

	while (n > 0 && buf_reserve(&b, 65536) && (n = read(HELLO_FD, b.p + b.n, b.room - b.n)) > 0)
		b.n += (size_t)n;
	if (n != 0 || b.n == 0) {
		buf_free(&b);
		return err_set(e, TENON_INVALID_ARGUMENT, "it is started by tenond, which says on descriptor %d what to host", HELLO_FD);
	}
	struct unpack in = { (unsigned char *)b.p, (unsigned char *)b.p + b.n };
	int rc = shape_get(&hosting_table, &shape, e);
	if (rc == TENON_OK && (rc = unpack_message(shape, &h->memory, &in, 0, &h->conf, &problem)) < 0)
		err_set(e, rc, "what tenond said cannot be read: %s", problem.message);
	explicit_bzero(b.p, b.n);
	buf_free(&b);
	return rc;
}

/* the duct came as stdin, where the plugin would find it: to where the hello was. An interpreter has no use for it, and reads that again */
static int take_duct(struct host *h, struct err *e)
{
	int null = -1;

	h->duct = -1;
	if (!h->conf.duct)
		return TENON_OK;
	if ((h->duct = dup3(STDIN_FILENO, HELLO_FD, O_CLOEXEC)) < 0)
		return err_set(e, TENON_UNAVAILABLE, "the line that calls come by: %s", strerror(errno));
	if ((null = open("/dev/null", O_RDWR | O_CLOEXEC)) < 0 || dup2(null, STDIN_FILENO) < 0)
		return err_set(e, TENON_UNAVAILABLE, "no /dev/null: %s", strerror(errno));
	return close(null), TENON_OK;
}

static int shut_in(struct host *h, struct err *e)
{
	const struct hosting *c = &h->conf;
	struct sandbox_limits limits = { .memory = MEMORY_LIMIT(c->memory), .cpu_seconds = c->cpu_seconds, .open_files = c->open_files,
	                                 .processes = c->threads, .uid = (int)c->uid, .gid = (int)c->gid, .writable_dir = c->data_dir, .parent = (int)c->parent,
	                                 .seccomp = c->seccomp, .exec = c->exec, .become = *c->python != '\0' };
	return sandbox_enter(&limits, e);
}

/* ---- the instance ---- */

static int read_config(struct host *h, void **config, struct err *e)
{
	const struct tenon_table *table = h->plugin->config;
	struct unpack in = { h->conf.config.p, (const unsigned char *)h->conf.config.p + h->conf.config.n };
	struct tenon_problem problem = { 0 };
	const struct shape *shape;

	*config = NULL;
	if (table == NULL)
		return TENON_OK;
	if (shape_get(table, &shape, e) < 0 || (*config = arena_alloc(&h->memory, table->size)) == NULL)
		return err_set(e, TENON_NO_MEMORY, "no memory for the configuration");
	int rc = unpack_message(shape, &h->memory, &in, 0, *config, &problem);
	return rc < 0 ? err_set(e, rc, "configuration: %s", problem.message) : TENON_OK;
}

static int create(struct host *h, struct err *e)
{
	char why[400] = "";
	void *config;

	int rc = read_config(h, &config, e);
	if (rc == TENON_OK)
		rc = bus_add(&h->bus, h->plugin, h->conf.instance, h->loop, &h->instance, e);
	if (rc < 0)
		return rc;
	h->instance->host.data_dir = mem_strdup(h->conf.data_dir);
	if (h->plugin->create != NULL && (rc = h->plugin->create(&h->instance->host, config, &h->instance->self, why, sizeof why)) < 0)
		return err_set(e, rc, "%s", *why != '\0' ? why : error_text(rc));
	h->created = true;
	return bus_start_lanes(h->instance, e);
}

static int start(struct host *h, struct err *e)
{
	int rc = create(h, e);
	char why[400] = "";

	if (rc < 0)
		return rc;
	h->courier = courier_new(h->uplink, h->instance);
	rc = step_run(h->instance, "start", h->plugin->start, why, sizeof why);
	if (rc < 0)
		return err_set(e, rc, "%s", why);
	atomic_store(&h->instance->state, INSTANCE_STARTED);
	subscription_start(h->instance);
	return TENON_OK;
}

/* ---- the end ---- */

static void end(struct host *h)
{
	char why[400];

	atomic_store(&h->instance->state, INSTANCE_DRAINING);
	subscription_stop(h->instance);
	step_run(h->instance, "end", background_end, why, sizeof why);
	if (step_run(h->instance, "drain", h->plugin->drain, why, sizeof why) < 0)
		log_warn("drain: %s", why);
	loop_stop(h->loop);
}

static void end_when_idle(void *arg);

static void end_on_fiber(void *arg)
{
	struct host *h = arg;
	if (fiber_start(h->loop, STACK_HANDLER, "stop", (void (*)(void *))end, h) < 0)
		loop_stop(h->loop);
}

static void end_when_idle(void *arg)
{
	struct host *h = arg;
	if (h->instance != NULL && !uplink_is_idle(h->uplink))
		loop_every(h->loop, IDLE_POLL_MS, 0, end_when_idle, h);
	else
		end_on_fiber(h);
}

static void on_order(void *arg, int flags)
{
	struct host *h = arg;
	if (!(flags & ORDER_STOP) || h->stopping)
		return;
	h->stopping = true;
	end_when_idle(h);
}

static void on_lost(void *arg)
{
	(void)arg;
	_exit(0); /* tenond ended; what is acknowledged is durable */
}

/* ---- serving ---- */

static void begin(void *arg)
{
	struct host *h = arg;
	struct uplink_conf conf = { .address = h->conf.address, .token = h->conf.token, .duct = h->duct, .lanes = (int)h->conf.lanes,
	                            .ordered = on_order, .lost = on_lost, .arg = h };
	struct err e = { 0 };

	int rc = uplink_open(&h->uplink, &h->bus, h->loop, &conf, &e);
	if (rc < 0) {
		log_error("%s", e.text);
		h->status = 1;
		loop_stop(h->loop);
		return;
	}
	rc = start(h, &e);
	if (uplink_state(h->uplink, rc, e.text) < 0 || rc < 0) {
		h->status = 1;
		loop_stop(h->loop);
		return;
	}
	courier_listen(h->courier);
	uplink_serve(h->uplink, h->instance);
}

static void begin_on_fiber(void *arg)
{
	struct host *h = arg;
	fiber_start(h->loop, STACK_HANDLER, "start", begin, h);
}

static int serve(struct host *h, struct err *e)
{
	int rc = loop_open(&h->loop, 0, e);

	if (rc < 0)
		return rc;
	bus_init(&h->bus);
	h->bus.deadline_ms = INT64_MAX / 2000000;
	if (h->conf.call_memory > 0)
		h->bus.arena_limit = (size_t)h->conf.call_memory;
	call_sweep_start(h->loop);
	if (loop_every(h->loop, 0, 0, begin_on_fiber, h) == NULL)
		return err_set(e, TENON_NO_MEMORY, "no memory");
	loop_run(h->loop);
	if (h->instance != NULL)
		bus_stop_lanes(h->instance);
	if (h->created && h->plugin->destroy != NULL)
		h->plugin->destroy(h->instance->self);
	return TENON_OK;
}

/* the interpreter reads from the same descriptor what to host */
static int become_python(struct host *h, struct err *e)
{
	const char *argv[] = { h->conf.path, NULL };

	if (lseek(HELLO_FD, 0, SEEK_SET) != 0)
		return err_set(e, TENON_UNAVAILABLE, "what to host cannot be read twice");
	return python_become(h->conf.python, h->conf.data_dir, h->conf.exec || !h->conf.seccomp, argv, e);
}

static int host(struct host *h, struct err *e)
{
	int rc = read_hosting(h, e);

	if (rc < 0)
		return rc;
	log_setup((int)h->conf.log_level, LOG_RELAYED);
	if (*h->conf.python == '\0') { /* the interpreter does both itself */
		close(HELLO_FD);
		if ((rc = take_duct(h, e)) < 0)
			return rc;
	}
	if ((rc = shut_in(h, e)) < 0)
		return err_prefix(e, "sandbox");
	if (*h->conf.python != '\0')
		return become_python(h, e);
	if ((h->plugin = find_open(h->conf.path, h->conf.kind, e)) == NULL)
		return e->code;
	return serve(h, e);
}

/* ---- describing ---- */

static int describe(const char *path, const char *python, struct err *e)
{
	struct sandbox_limits limits = { .memory = MEMORY_LIMIT((int64_t)1 << 30), .cpu_seconds = 10, .open_files = 64, .processes = 0, .uid = -1, .gid = -1, .seccomp = true,
	                                 .become = python != NULL };
	const char *argv[] = { "--describe", path, NULL };
	struct buf b = { 0 };
	int rc = sandbox_enter(&limits, e);

	if (rc < 0)
		return err_prefix(e, "sandbox");
	if (python != NULL)
		return python_become(python, NULL, false, argv, e);
	const struct tenon_plugin *p = find_open(path, NULL, e);
	if (p == NULL)
		return e->code;
	if ((rc = describe_pack(&b, p, e)) == TENON_OK && (fwrite(b.p, 1, b.n, stdout) != b.n || fflush(stdout) != 0))
		rc = err_set(e, TENON_UNAVAILABLE, "cannot write the description");
	buf_free(&b);
	return rc;
}

int main(int argc, char **argv)
{
	static struct host h;
	struct err e = { 0 };
	int rc;

	signal(SIGPIPE, SIG_IGN);
	mallopt(M_ARENA_MAX, 2);
	crash_watch();
	if ((argc == 3 || argc == 4) && strcmp(argv[1], "--describe") == 0)
		rc = describe(argv[2], argv[3], &e);
	else
		rc = host(&h, &e);
	if (rc < 0)
		fprintf(stderr, "tenon-host: %s\n", *e.text != '\0' ? e.text : error_text(rc));
	fflush(NULL);
	_exit(rc < 0 ? 1 : h.status); /* nng's threads are not waited for */
}
