/* SPDX-License-Identifier: Apache-2.0 */
/* tenon - the core as tenond composes it, without its door: one loop, the echo plugin under a placement, and a caller.
 *
 * Model    The caller is an instance of this program's own whose method calls echo.echo until time is over; so many of its calls
 *          run at once. The first echo is waited for before anything is counted. Of a stream the reader is a fiber.
 * Threads  the loop runs on the main thread; what is placed in a thread has its own. */
#include "config.h"

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "bench.h"
#include "bus/call.h"
#include "bus/peer.h"
#include "bus/stream.h"
#include "conf/conf.h"
#include "echo.h"
#include "loop/fiber.h"
#include "loop/loop.h"
#include "plug/find.h"
#include "plug/life.h"

#include <libgen.h>
#include <limits.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LOOK_EVERY = 16, BLOCKS = 5, BLOCK_CALLS = 400000, IDLE_MS = 1000, CALLERS_MOST = 4096 };

struct rig {
	const char *work;
	long number;
	double seconds;
	struct bus bus;
	struct loop *loop;
	struct life *life;
	struct conf *conf;
	struct map found;
	struct instance *caller, *echo;
	char dir[64];
	long callers, calls;          /* that run; that were answered since it was warm */
	int64_t start, warm, began, end, ended;
	int status;
};

static struct rig rig; /* the caller's handlers have nothing else to know it by */

static void stop(int status);

static void fail(const char *what, const char *why)
{
	fprintf(stderr, "tenon %s: %s: %s\n", rig.work, what, why);
	stop(1);
}

/* ---- the caller ---- */

static int call_echo(struct tenon_call *c)
{
	static const char body[ECHO_BYTES] = "0123456789abcde";
	struct echo_args a = { .has.body = 1, .body = { body, sizeof body } };
	struct echo_result out = { 0 };

	int rc = TENON_CALL(c, "echo", "echo", echo_args, &a, echo_result, &out);
	return rc == TENON_OK && out.body.n != ECHO_BYTES ? TENON_INTERNAL : rc;
}

/* is there time for more? counts from when it is warm */
static bool goes_on(void)
{
	int64_t now = clock_ns();

	if (rig.began == 0 && now > rig.warm) {
		rig.began = now;
		rig.calls = 0;
	}
	if (rig.ended == 0 && now > rig.end)
		rig.ended = now;
	return rig.ended == 0;
}

static int many(struct tenon_call *c, const struct tenon_empty *a, struct tenon_empty *out)
{
	(void)a;
	(void)out;
	while (goes_on()) {
		void *mark = tenon_mark(c);
		for (int i = 0; i < LOOK_EVERY; i++, rig.calls += rig.ended == 0)
			TRY(call_echo(c));
		tenon_rewind(c, mark);
	}
	return TENON_OK;
}
TENON_HANDLER(many, struct tenon_empty, struct tenon_empty)

/* ns of an inline call less those of a direct one, in turn; the least disturbed block of each */
static int added(struct tenon_call *c, const struct tenon_empty *a, struct tenon_empty *out)
{
	double direct = 1e9, called = 1e9;

	(void)a;
	(void)out;
	for (int i = 0; i < BLOCKS; i++) {
		double ns = direct_ns();
		direct = ns < direct ? ns : direct;
		int64_t began = clock_ns();
		for (int k = 0; k < BLOCK_CALLS; k++)
			TRY(call_echo(c));
		ns = (double)(clock_ns() - began) / BLOCK_CALLS;
		called = ns < called ? ns : called;
	}
	printf("%.3f\n", called - direct);
	return TENON_OK;
}
TENON_HANDLER(added, struct tenon_empty, struct tenon_empty)

static int once(struct tenon_call *c, const struct tenon_empty *a, struct tenon_empty *out)
{
	(void)a;
	(void)out;
	return call_echo(c);
}
TENON_HANDLER(once, struct tenon_empty, struct tenon_empty)

#define METHOD(fn) { .name = #fn, .since = 1, .args = &tenon_empty_table, .result = &tenon_empty_table, .handler = fn##_handler, \
	.deadline_ms = 3600000, .permission = "read", .doc = "Calls echo." }
static const struct tenon_method methods[] = { METHOD(many), METHOD(added), METHOD(once), { 0 } };
static const struct tenon_plugin caller = {
	.size = sizeof caller, .abi = TENON_ABI, .name = "caller", .version = "1", .interface = "bench", .licence = "Apache-2.0",
	.doc = "Calls echo.", .methods = methods,
};

static bool submit(const char *instance, const char *method, void (*done)(struct call *, void *), struct call **out)
{
	int code = TENON_NO_ROUTE;
	struct method *m = bus_method(&rig.bus, instance, method);
	struct call *c = m == NULL ? NULL : call_new(&rig.bus, m, &code);

	if (c == NULL)
		return fail(method, error_text(code)), false;
	if (out != NULL)
		*out = c;
	else
		call_submit(c, done, NULL);
	return true;
}

/* ---- works ---- */

static void on_many(struct call *c, void *arg)
{
	(void)arg;
	if (c->code < 0)
		fail("call", c->message);
	call_unref(c);
	if (--rig.callers > 0 || rig.status != 0)
		return;
	printf("%.1f\n", (double)rig.calls * 1e9 / (double)(rig.ended - rig.began));
	stop(0);
}

static void begin_many(void)
{
	rig.warm = clock_ns() + WARM_MS * 1000000LL;
	rig.end = rig.warm + (int64_t)(rig.seconds * 1e9);
	rig.callers = rig.number;
	for (long i = 0; i < rig.number && rig.status == 0; i++)
		submit("caller", "many", on_many, NULL);
}

static void on_added(struct call *c, void *arg)
{
	int code = c->code;
	(void)arg;
	call_unref(c);
	stop(code < 0);
}

static void begin_added(void) { submit("caller", "added", on_added, NULL); }

static double megabytes(int pid, const char *file, const char *row)
{
	char path[64], line[200];
	double kb = -1;

	snprintf(path, sizeof path, "/proc/%d/%s", pid, file);
	FILE *f = fopen(path, "r");
	while (f != NULL && fgets(line, sizeof line, f) != NULL)
		if (strncmp(line, row, strlen(row)) == 0)
			kb = atof(line + strlen(row));
	if (f != NULL)
		fclose(f);
	if (kb < 0)
		fail(path, "cannot be read: is this run as another user than the host's?");
	return kb * 1024 / 1e6;
}

static int host_pid(void)
{
	struct remote *r = rig.echo->remote;
	struct node *n = r == NULL || list_empty(&r->peers) ? NULL : r->peers.head.next;
	return n == NULL ? -1 : LIST_ITEM(n, struct peer, node)->pid;
}

static void tell_idle(void *arg)
{
	(void)arg;
	printf("%.3f\n", megabytes(host_pid(), "smaps_rollup", "Pss:"));
	stop(0);
}

static void begin_idle(void) { loop_every(rig.loop, IDLE_MS, 0, tell_idle, NULL); }

static void begin_start(void)
{
	printf("%.3f\n", (double)(clock_ns() - rig.start) / 1e6);
	stop(0);
}

static double held(void) { return megabytes((int)getpid(), "status", "VmRSS:") + megabytes(host_pid(), "status", "VmRSS:"); }

static void on_poured(struct call *c, void *arg)
{
	(void)arg;
	if (c->code < 0)
		fail("stream", c->message);
	stream_end(c->out, c->code);
	call_unref(c);
}

static void read_stream(void *arg)
{
	static char part[ECHO_PART];
	struct stream *s = arg;
	int64_t total = (int64_t)rig.number * 1000000, got = 0, n, began = clock_ns();
	double quarter = 0;

	while ((n = stream_read(s, part, sizeof part)) > 0) {
		got += n;
		if (quarter == 0 && got > total / 4)
			quarter = held();
	}
	double took = (double)(clock_ns() - began) / 1e9, grown = held() - quarter;
	stream_unref(s);
	if (got != total)
		fail("stream", "it ended early");
	else
		printf("%.3f\n", strcmp(rig.work, "growth") == 0 ? (grown > 0 ? grown : 0) : (double)total / 1e6 / took);
	stop(rig.status);
}

static void begin_stream(void)
{
	struct call *c;

	if (!submit("echo", "pour", NULL, &c))
		return;
	struct pour_args *a = arena_alloc(c->arena, sizeof *a); /* by name: in a process its layout is another */
	struct stream *s = stream_new();
	const struct tenon_table *t = c->method->row->args;
	void *args = arena_alloc(c->arena, t->size);
	if (a == NULL || s == NULL || args == NULL)
		abort();
	*(uint64_t *)args = 1;
	*(int64_t *)((char *)args + t->fields[0].offset) = (int64_t)rig.number * 1000000;
	c->args = args;
	c->out = stream_ref(s);
	call_submit(c, on_poured, NULL);
	if (fiber_start(rig.loop, STACK_HANDLER, "read", read_stream, s) < 0)
		abort();
}

static const struct work { const char *name, *placement; void (*begin)(void); } works[] = {
	{ "inline", "inline", begin_many }, { "thread", "thread", begin_many }, { "process", "process", begin_many },
	{ "added", "inline", begin_added }, { "stream", "process", begin_stream }, { "growth", "process", begin_stream },
	{ "start", "process", begin_start }, { "idle", "process", begin_idle },
};

/* ---- composing ---- */

static const struct work *work_of(void)
{
	for (size_t i = 0; i < sizeof works / sizeof *works; i++)
		if (strcmp(works[i].name, rig.work) == 0)
			return &works[i];
	return NULL;
}

static void on_stopped(void *arg)
{
	(void)arg;
	loop_stop(rig.loop);
}

static void stop_now(void *arg)
{
	(void)arg;
	life_stop(rig.life, on_stopped, NULL);
}

static void stop(int status)
{
	if (rig.status == 0)
		rig.status = status;
	loop_every(rig.loop, 0, 0, stop_now, NULL);
}

static void begin_work(void *arg)
{
	(void)arg;
	if (rig.status == 0)
		work_of()->begin();
}

static void on_first(struct call *c, void *arg)
{
	(void)arg;
	if (c->code < 0)
		fail("first call", c->message);
	call_unref(c);
	begin_work(NULL);
}

static void on_started(void *arg)
{
	(void)arg;
	if (atomic_load(&rig.echo->state) != INSTANCE_STARTED)
		fail("echo", rig.echo->reason);
	else
		submit("caller", "once", on_first, NULL);
}

static void begin(void *arg)
{
	(void)arg;
	rig.start = clock_ns();
	life_start(rig.life, on_started, NULL);
}

static int compose(const char *placement, struct err *e)
{
	char self[PATH_MAX], dir[PATH_MAX + 32], set[64];
	const char *sets[] = { "instances.echo.plugin=bench/echo", set };
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);

	self[n < 0 ? 0 : n] = '\0';
	snprintf(dir, sizeof dir, "%s/bench/plugins", dirname(self));
	snprintf(set, sizeof set, "instances.echo.placement=%s", placement);
	snprintf(rig.dir, sizeof rig.dir, "/tmp/tenon-bench-XXXXXX");
	if (mkdtemp(rig.dir) == NULL)
		return err_set(e, TENON_UNAVAILABLE, "cannot make a folder in /tmp");
	bus_init(&rig.bus);
	int rc = conf_open(&rig.conf, NULL, sets, 2, e);
	if (rc == TENON_OK)
		rc = loop_open(&rig.loop, 0, e);
	if (rc == TENON_OK) /* in a process it is a third party's: only described here */
		rc = find_plugins(&rig.found, &(struct find_conf){ &(struct find_dir){ dir, strcmp(placement, "process") != 0 }, 1, "python3", { 0 } }, e);
	if (rc == TENON_OK)
		rc = life_open(&rig.life, &rig.bus, rig.conf, &rig.found, rig.loop, rig.dir, e);
	if (rc == TENON_OK)
		rc = bus_add(&rig.bus, &caller, "caller", rig.loop, &rig.caller, e);
	if (rc == TENON_OK)
		atomic_store(&rig.caller->state, INSTANCE_STARTED);
	rig.echo = bus_instance(&rig.bus, "echo");
	return rc;
}

static void clean_up(void)
{
	char path[200];

	life_close(rig.life);
	snprintf(path, sizeof path, "%s/echo", rig.dir);
	rmdir(path);
	rmdir(rig.dir);
}

int side_tenon(const char *work, long number, double seconds)
{
	struct err e = { 0 };

	rig.work = work;
	rig.number = number;
	rig.seconds = seconds;
	if (work_of() == NULL || number < 0 || number > 1000000 || (work_of()->begin == begin_many && (number < 1 || number > CALLERS_MOST)))
		return fprintf(stderr, "tenon %s %ld: no such work\n", work, number), -1;
	mallopt(M_ARENA_MAX, 2); /* as tenond */
	mallopt(M_MMAP_THRESHOLD, 2 << 20);
	mallopt(M_TRIM_THRESHOLD, 4 << 20);
	log_setup(LOG_WARN, LOG_TEXT);
	if (compose(work_of()->placement, &e) < 0)
		return fprintf(stderr, "tenon %s: %s\n", work, *e.text != '\0' ? e.text : error_text(e.code)), -1;
	call_sweep_start(rig.loop);
	loop_every(rig.loop, 0, 0, begin, NULL);
	loop_run(rig.loop);
	clean_up();
	return rig.status == 0 ? 0 : -1;
}
