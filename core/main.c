/* SPDX-License-Identifier: Apache-2.0 */
/* main - composes tenond: options, configuration, plugins, loops, door; starts them in order and stops them in reverse.
 *
 * Model    Whatever can be wrong is found before anything is opened: options, then the configuration, then the plugins'
 *          own sections. The data folder is locked, the address bound, the instances started, and only then connections
 *          are taken. SIGTERM: no new connections, calls in flight finish, instances drain, the loops end.
 * Threads  loop 0 runs here; further loops (`loops` > 1) have a thread each. */
#include "config.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "bus/call.h"
#include "conf/conf.h"
#include "http/door.h"
#include "loop/loop.h"
#include "options.h"
#include "plug/find.h"
#include "plug/life.h"
#include "plug/wish.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_LOOPS = 64, DRAIN_POLL_MS = 20 };

static const struct tenon_name log_levels[] = { { "error", LOG_ERROR }, { "warn", LOG_WARN }, { "info", LOG_INFO }, { "debug", LOG_DEBUG }, { 0 } };
static const struct tenon_name trust_levels[] = { { "any", TRUST_ANY }, { "listed", TRUST_LISTED }, { "shipped", TRUST_SHIPPED }, { 0 } };
static const struct tenon_name log_formats[] = { { "text", LOG_TEXT }, { "json", LOG_JSON }, { 0 } };

#define LOG_CONF(F, S) \
	F(S, int64_t, level, .type = TENON_ENUM, .names = log_levels, .dflt = "info", .doc = "the chattiest lines that are written") \
	F(S, int64_t, format, .type = TENON_ENUM, .names = log_formats, .dflt = "text", .doc = "text for people, json for machines")
TENON_MESSAGE(log_conf, LOG_CONF);

#define CORE_CONF(F, S) \
	F(S, const char *, listen, .dflt = "127.0.0.1:5500", .doc = "address and port to serve; port 0 = a free one, printed") \
	F(S, const char *, data, .dflt = "tenon-data", .doc = "folder that keeps everything; made if missing, mode 0700, locked") \
	F(S, int64_t, loops, .dflt = "1", .range = "1..64", .doc = "event loops, a thread each") \
	F(S, struct tenon_strs, plugin_dirs, .doc = "further folders with plugins, looked through first") \
	F(S, const char *, python, .doc = "the interpreter of plugins in Python, of an environment that has tenon-plugin; empty = the first python3 of PATH") \
	F(S, int64_t, trust, .type = TENON_ENUM, .names = trust_levels, .dflt = "any", \
	  .doc = "which plugins of plugin_dirs are run: any, listed (trusted_plugins), or shipped: none but those that come with tenond") \
	F(S, struct tenon_strs, trusted_plugins, .doc = "SHA-256 of the files that `trust: listed` admits, 64 hex digits each (sha256sum)") \
	F(S, int64_t, deadline, .dflt = "30000", .range = "1..", .label = "ms", .doc = "how long a call may take whose method says nothing else") \
	F(S, int64_t, drain, .dflt = "10000", .range = "0..", .label = "ms", .doc = "how long SIGTERM waits for calls in flight") \
	F(S, int64_t, most_calls, .dflt = "10000", .range = "1..", .doc = "calls at once; more are answered OVERLOADED") \
	F(S, int64_t, call_memory, .dflt = "268435456", .range = "65536..", .label = "bytes", .doc = "memory that one call may take") \
	F(S, bool, core_dumps, .dflt = "false", .doc = "may the kernel write a crashed tenond to disk, and a debugger of its user attach? Secrets with it") \
	F(S, struct log_conf, log, TENON_SUB(log_conf), .doc = "what is logged, and how")
TENON_MESSAGE(core_conf, CORE_CONF);

struct daemon {
	const struct options *options;
	struct core_conf conf;
	struct door_config http;
	struct conf *file;
	struct map found;
	struct trust trust;
	char copies[PATH_MAX];        /* of plugins that were verified */
	struct bus bus;
	struct loop *loops[MOST_LOOPS];
	pthread_t threads[MOST_LOOPS];
	size_t n_loops;
	struct life *life;
	struct door *door;
	int lock;
	bool stopping;
	int64_t stop_at;
	int status;
	char data[PATH_MAX];
};

/* ---- the data folder ---- */

static int lock_data_dir(struct daemon *d, struct err *e)
{
	char path[PATH_MAX], owner[32] = "";

	if (mkdir(d->conf.data, 0700) != 0 && errno != EEXIST)
		return err_set(e, TENON_UNAVAILABLE, "cannot make the data folder %s: %s", d->conf.data, strerror(errno));
	if (snprintf(path, sizeof path, "%s/lock", d->conf.data) >= (int)sizeof path)
		return err_set(e, TENON_INVALID_ARGUMENT, "data: the path is too long");
	d->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (d->lock < 0)
		return err_set(e, TENON_UNAVAILABLE, "cannot write to the data folder %s: %s", d->conf.data, strerror(errno));
	if (flock(d->lock, LOCK_EX | LOCK_NB) != 0) {
		ssize_t n = read(d->lock, owner, sizeof owner - 1);
		owner[n > 0 ? n : 0] = '\0';
		owner[strcspn(owner, "\n")] = '\0';
		return err_set(e, TENON_UNAVAILABLE, "the data folder %s is in use by another tenond (process %s): stop it, or give this one "
		               "another --data", d->conf.data, *owner != '\0' ? owner : "unknown");
	}
	if (realpath(d->conf.data, d->data) == NULL)
		return err_set(e, TENON_UNAVAILABLE, "the data folder %s: %s", d->conf.data, strerror(errno));
	d->conf.data = d->data; /* whole: a plugin's process has another working folder */
	if (ftruncate(d->lock, 0) != 0 || dprintf(d->lock, "%d\n", (int)getpid()) < 0)
		return err_set(e, TENON_UNAVAILABLE, "cannot write to the data folder %s: %s", d->conf.data, strerror(errno));
	return TENON_OK;
}

/* ---- reading what there is to know ---- */

static int read_conf(struct daemon *d, const struct options *o, struct err *e)
{
	int rc = conf_open(&d->file, o->config, o->sets, o->n_sets, e);
	if (rc == TENON_OK)
		rc = conf_read(d->file, "", &core_conf_table, &d->conf, e);
	if (rc == TENON_OK)
		rc = conf_read(d->file, "http", &door_config_table, &d->http, e);
	return rc;
}

static int find(struct daemon *d, bool only_check, struct err *e)
{
	enum { DIRS_MOST = 16 };
	static char rooms[FIND_DEFAULTS][4096];
	struct find_dir dirs[DIRS_MOST + FIND_DEFAULTS];
	size_t n = 0;

	for (size_t i = 0; i < d->conf.plugin_dirs.n && n < DIRS_MOST; i++)
		dirs[n++] = (struct find_dir){ d->conf.plugin_dirs.v[i], false };
	find_default_dirs(&dirs[n], rooms);
	n += FIND_DEFAULTS;
	snprintf(d->copies, sizeof d->copies, "%s/plugins", d->conf.data);
	d->trust = (struct trust){ (enum trust_level)d->conf.trust, d->conf.trusted_plugins.v, d->conf.trusted_plugins.n, only_check ? NULL : d->copies };
	int rc = find_plugins(&d->found, &(struct find_conf){ dirs, n, d->conf.python, d->trust }, e);
	return rc == TENON_OK && d->found.n == 0
		? err_set(e, TENON_NOT_FOUND, "no plugins in %s or %s; set plugin_dirs", rooms[0], rooms[1]) : rc;
}

static int open_parts(struct daemon *d, bool only_check, struct err *e)
{
	int rc = find(d, only_check, e);

	bus_init(&d->bus);
	d->bus.deadline_ms = d->conf.deadline;
	d->bus.most_calls = (size_t)d->conf.most_calls;
	d->bus.arena_limit = (size_t)d->conf.call_memory;
	for (; rc == TENON_OK && d->n_loops < (only_check ? 1 : (size_t)d->conf.loops); d->n_loops++)
		rc = loop_open(&d->loops[d->n_loops], (unsigned)d->n_loops, e);
	if (rc == TENON_OK)
		rc = life_open(&d->life, &d->bus, d->file, &d->found, d->loops[0], only_check ? NULL : d->conf.data, e);
	return rc == TENON_OK ? conf_finish(d->file, e) : rc;
}

/* ---- stopping ---- */

static void on_stopped(void *arg)
{
	struct daemon *d = arg;
	for (size_t i = d->n_loops; i-- > 0;)
		loop_stop(d->loops[i]);
}

static void wait_drained(void *arg)
{
	struct daemon *d = arg;
	size_t active = door_active(d->door);

	if (active > 0 && clock_ns() < d->stop_at) {
		loop_every(d->loops[0], DRAIN_POLL_MS, 0, wait_drained, d);
		return;
	}
	if (active > 0)
		log_warn("%zu calls did not finish within %lld ms", active, (long long)d->conf.drain);
	life_stop(d->life, on_stopped, d);
}

static void begin_stop(struct daemon *d)
{
	if (d->stopping)
		return;
	d->stopping = true;
	d->stop_at = clock_ns() + d->conf.drain * 1000000;
	door_drain(d->door);
	wait_drained(d);
}

static void on_signal(void *arg, int signo)
{
	struct daemon *d = arg;
	if (d->stopping) {
		log_warn("second signal: ending at once");
		_exit(128 + signo);
	}
	log_info("stopping (%s)", signo == SIGTERM ? "SIGTERM" : "SIGINT");
	begin_stop(d);
}

/* ---- starting ---- */

static void *run_loop(void *arg)
{
	struct daemon *d = ((void **)arg)[0];
	struct loop *l = ((void **)arg)[1];
	struct err e = { 0 };

	mem_free(arg);
	if (call_sweep_start(l) < 0 || door_start(d->door, l, &e) < 0) {
		log_error("loop %u: %s", loop_number(l), e.text);
		return NULL;
	}
	loop_run(l);
	return NULL;
}

static int start_loop(struct daemon *d, size_t i)
{
	void **arg = mem_alloc(2 * sizeof *arg);
	if (arg == NULL)
		return TENON_NO_MEMORY;
	arg[0] = d;
	arg[1] = d->loops[i];
	return pthread_create(&d->threads[i], NULL, run_loop, arg) == 0 ? TENON_OK : TENON_UNAVAILABLE;
}

static void on_started(void *arg)
{
	struct daemon *d = arg;
	struct err e = { 0 };
	char host[256];
	int rc = TENON_OK;

	if (d->stopping)
		return;
	for (size_t i = 1; i < d->n_loops && rc == TENON_OK; i++)
		rc = start_loop(d, i);
	if (rc == TENON_OK)
		rc = door_start(d->door, d->loops[0], &e);
	if (rc < 0) {
		log_error("cannot serve: %s", *e.text != '\0' ? e.text : error_text(rc));
		d->status = 1;
		begin_stop(d);
		return;
	}
	snprintf(host, sizeof host, "%s", d->conf.listen);
	char *colon = strrchr(host, ':');
	if (colon != NULL)
		*colon = '\0';
	printf("tenond: listening on http://%s:%u\n", host, door_port(d->door));
	fflush(stdout);
}

static void begin_start(void *arg)
{
	struct daemon *d = arg;
	life_start(d->life, on_started, d);
}

static int ready(void *arg, struct buf *why)
{
	struct daemon *d = arg;
	if (d->stopping) {
		buf_adds(why, "tenond: stopping\n");
		return TENON_UNAVAILABLE;
	}
	return life_ready(d->life, why);
}

/* as it is now; sections are read in the order that the short form of --set needs */
static int reread(void *arg, struct conf **out, struct err *e)
{
	struct daemon *d = arg;
	struct core_conf core = { 0 };
	struct door_config http = { 0 };

	int rc = conf_open(out, d->options->config, d->options->sets, d->options->n_sets, e);
	if (rc == TENON_OK)
		rc = conf_read(*out, "", &core_conf_table, &core, e);
	return rc == TENON_OK ? conf_read(*out, "http", &door_config_table, &http, e) : rc;
}

static int serve(struct daemon *d, struct err *e)
{
	int rc = lock_data_dir(d, e);

	if (rc == TENON_OK)
		rc = open_parts(d, false, e);
	if (rc == TENON_OK)
		rc = door_open(&d->door, &d->http, d->conf.listen, &d->bus, d->loops, d->n_loops, e);
	if (rc < 0)
		return rc;
	door_on_ready(d->door, ready, d);
	life_on_reread(d->life, reread, d);
	life_on_reload(d->life, &d->trust);
	call_sweep_start(d->loops[0]);
	loop_signals(d->loops[0], on_signal, d);
	if (loop_every(d->loops[0], 0, 0, begin_start, d) == NULL)
		return err_set(e, TENON_NO_MEMORY, "no memory");
	loop_run(d->loops[0]);
	for (size_t i = 1; i < d->n_loops; i++)
		if (d->threads[i] != 0)
			pthread_join(d->threads[i], NULL);
	return TENON_OK;
}

static void close_all(struct daemon *d)
{
	if (d->door != NULL)
		door_close(d->door);
	life_close(d->life);
	for (size_t i = 0; i < d->n_loops; i++)
		loop_close(d->loops[i]);
	find_free(&d->found);
	conf_close(d->file);
	if (d->lock > 0)
		close(d->lock);
}

/* ---- what is printed instead of serving ---- */

static int print_out(struct buf *b)
{
	bool good = fwrite(b->p, 1, b->n, stdout) == b->n && fflush(stdout) == 0;
	buf_free(b);
	return good ? 0 : TENON_UNAVAILABLE;
}

static int print_config(struct daemon *d)
{
	struct buf b = { 0 };
	conf_print(d->file, &b);
	return print_out(&b);
}

static int print_config_doc(struct daemon *d)
{
	struct buf b = { 0 };

	conf_doc(&b, "core", &core_conf_table);
	conf_doc(&b, "http", &door_config_table);
	conf_doc(&b, "every instance", &instance_conf_table);
	MAP_EACH(&d->found, s) {
		const struct found *f = s->value;
		if (f->plugin->config != NULL)
			conf_doc(&b, f->kind, f->plugin->config);
	}
	return print_out(&b);
}

static int only_look(struct daemon *d, const struct options *o, struct err *e)
{
	int rc = open_parts(d, true, e);
	if (rc < 0)
		return rc;
	if (o->what == PRINT_CONFIG)
		return print_config(d);
	if (o->what == PRINT_CONFIG_DOC)
		return print_config_doc(d);
	printf("the configuration is fine\n");
	return 0;
}

int main(int argc, char **argv)
{
	static struct options o; /* --set values are borrowed for the life of the process */
	static struct daemon d;
	struct err e = { 0 };

	if (options_read(&o, argc, argv) != 0)
		return 2;
	if (o.what == PRINT_HELP)
		return options_help(), 0;
	if (o.what == PRINT_VERSION)
		return puts("tenond " PACKAGE_VERSION), 0;
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a file size limit is an error of write(2), not an end */
	mallopt(M_ARENA_MAX, 2);
	mallopt(M_MMAP_THRESHOLD, 2 << 20); /* the largest chunk of an arena comes from the heap and goes back to it */
	mallopt(M_TRIM_THRESHOLD, 4 << 20);
	d.options = &o;
	int rc = read_conf(&d, &o, &e);
	if (rc == TENON_OK) {
		log_setup((int)d.conf.log.level, (enum log_format)d.conf.log.format);
		prctl(PR_SET_DUMPABLE, d.conf.core_dumps, 0, 0, 0); /* 0: a plugin of the same user cannot read the core through /proc */
		rc = o.what == RUN ? serve(&d, &e) : only_look(&d, &o, &e);
	}
	if (rc < 0)
		fprintf(stderr, "tenond: %s\n", *e.text != '\0' ? e.text : error_text(rc));
	close_all(&d);
	return rc < 0 ? 1 : d.status;
}
