/* SPDX-License-Identifier: Apache-2.0 */
/* supervisor - one list of hosts, old and new; each is a small machine driven by three events: said, ended, timer. */
#include "supervisor.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "bus/bus.h"
#include "bus/frame.h"
#include "bus/peer.h"
#include "bus/wait.h"
#include "find.h"
#include "launch.h"
#include "loop/loop.h"
#include "loop/process.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { BACKOFF_MS = 100, BACKOFF_MOST_MS = 10000, QUIET_NS = 60, SHORT_LIFE_MS = 1000, IDLE_POLL_MS = 200 };

enum host_state { HOST_OFF, HOST_STARTING, HOST_SERVING, HOST_STOPPING, HOST_WAITING };
static const char *const state_names[] = { "off", "starting", "serving", "stopping", "waiting" };

struct host {
	struct node node;
	struct supervisor *s;
	int generation;
	enum host_state state;
	struct process *process;
	struct peer *peer;
	struct timer *timer;          /* of the state: too late, or time to try again */
	int64_t served;               /* ns: since when; 0 = it did not */
	int short_lives;              /* in a row */
	char fault[120];              /* what it was killed for; "" */
};

/* waits until a generation serves; 0: until all are gone */
struct waiter { struct wait wait; int generation, code; };

struct supervisor {
	struct remote remote;
	struct supervisor_spec spec;
	char *path, *kind, *may_call;
	char host_path[4096];         /* of tenon-host */
	struct list hosts;
	int generation;
	int64_t crashes;
	int64_t crashed;              /* ns: the last time */
	int64_t calls, worked;        /* idleness: calls answered, and when that changed */
	struct timer *idle;
	struct waiter *waiter;        /* start, replace or stop; NULL: nobody */
	char why[400];
};

static int start_host(struct host *);

static const char *name_of(const struct host *h) { return h->s->spec.instance->name; }

/* ---- who waits ---- */

static bool is_waited_for(const struct supervisor *s, int generation) { return s->waiter != NULL && s->waiter->generation == generation; }

static void wake(struct supervisor *s, int code)
{
	struct waiter *w = s->waiter;
	if (w == NULL)
		return;
	s->waiter = NULL;
	w->code = code;
	wait_wake(&w->wait);
}

static int wait_for_hosts(struct supervisor *s, int generation)
{
	struct waiter w = { .generation = generation };

	wait_init(&w.wait);
	s->waiter = &w;
	wait_for(&w.wait);
	return w.code;
}

static size_t count(const struct supervisor *s, enum host_state state)
{
	size_t n = 0;
	LIST_EACH(&s->hosts, it, after)
		n += LIST_ITEM(it, struct host, node)->state == state;
	return n;
}

static bool all_gone(const struct supervisor *s)
{
	return count(s, HOST_STARTING) + count(s, HOST_SERVING) + count(s, HOST_STOPPING) == 0;
}

/* ---- a host's states ---- */

static void set_state(struct host *h, enum host_state state, int64_t ms, void (*late)(void *))
{
	timer_stop(h->timer);
	h->timer = NULL;
	h->state = state;
	if (late != NULL)
		h->timer = loop_every(loop_self(), ms, ms, late, h); /* repeats: so it is stopped, never freed by itself */
}

static void let_go(struct host *h)
{
	peer_forget(h->peer); /* first: what it still reads may be a fault of the process */
	process_free(h->process);
	h->peer = NULL;
	h->process = NULL;
}

static void host_free(struct host *h)
{
	timer_stop(h->timer);
	let_go(h);
	node_take(&h->node);
	mem_free(h);
}

static void drop_dead(struct supervisor *s)
{
	LIST_EACH(&s->hosts, n, after)
		if (LIST_ITEM(n, struct host, node)->state == HOST_OFF)
			host_free(LIST_ITEM(n, struct host, node));
}

static void kill_host(void *arg)
{
	struct host *h = arg;
	const char *what = h->state == HOST_STARTING ? "start" : "stop";

	log_line(LOG_ERROR, name_of(h), NULL, "its process %d does not %s in time and is ended", process_pid(h->process), what);
	if (h->s->why[0] == '\0') /* otherwise it failed to start, and fails to end */
		snprintf(h->s->why, sizeof h->s->why, "it does not %s in time (process.%s_timeout)", what, what);
	process_kill(h->process, SIGKILL);
}

static void stop_host(struct host *h)
{
	switch (h->state) {
	case HOST_SERVING:
		set_state(h, HOST_STOPPING, h->s->spec.limits.stop_timeout + 1, kill_host);
		peer_order(h->peer, ORDER_DRAIN | ORDER_STOP);
		break;
	case HOST_STARTING:
		set_state(h, HOST_STOPPING, 0, NULL);
		process_kill(h->process, SIGKILL);
		break;
	case HOST_WAITING:
		set_state(h, HOST_OFF, 0, NULL);
		break;
	case HOST_OFF: case HOST_STOPPING:
		break;
	}
}

/* ---- failing ---- */

static void stop_all(struct supervisor *s)
{
	LIST_EACH(&s->hosts, n, after)
		stop_host(LIST_ITEM(n, struct host, node));
}

static void give_up(struct supervisor *s)
{
	struct instance *in = s->spec.instance;

	snprintf(in->reason, sizeof in->reason, "%s", s->why);
	remote_refuse(&s->remote, s->why);
	stop_all(s);
	s->crashes = 0;
	s->spec.failed(s->spec.arg);
}

static void try_again(void *arg)
{
	struct host *h = arg;
	if (start_host(h) < 0)
		set_state(h, HOST_WAITING, BACKOFF_MOST_MS, try_again);
}

static void on_crash(struct host *h)
{
	struct supervisor *s = h->s;
	int64_t now = clock_ns();

	s->crashes = now - s->crashed > (int64_t)QUIET_NS * 1000000000 ? 1 : s->crashes + 1;
	s->crashed = now;
	if (s->crashes > s->spec.limits.crashes * s->spec.limits.replicas) {
		char last[300];
		snprintf(last, sizeof last, "%.299s", s->why);
		snprintf(s->why, sizeof s->why, "quarantined: its processes keep dying; the last one %s", last);
		set_state(h, HOST_OFF, 0, NULL);
		give_up(s);
		return;
	}
	h->short_lives = h->served != 0 && now - h->served > (int64_t)SHORT_LIFE_MS * 1000000 ? 1 : h->short_lives + 1;
	int64_t ms = (int64_t)BACKOFF_MS << (h->short_lives < 8 ? h->short_lives - 1 : 7);
	set_state(h, HOST_WAITING, ms < BACKOFF_MOST_MS ? ms : BACKOFF_MOST_MS, try_again);
}

/* ---- events ---- */

static void on_output(void *arg, const char *line, size_t n) { launch_heard(name_of(arg), line, n); }

static void stop_others(struct supervisor *s)
{
	LIST_EACH(&s->hosts, n, after) {
		struct host *h = LIST_ITEM(n, struct host, node);
		if (h->generation == s->generation)
			continue;
		stop_host(h);
		if (h->state == HOST_OFF)
			host_free(h);
	}
}

static void on_state(void *arg, int code, const char *why)
{
	struct host *h = arg;
	struct supervisor *s = h->s;

	if (h->state != HOST_STARTING)
		return;
	if (code < 0) {
		snprintf(s->why, sizeof s->why, "%s", why);
		set_state(h, HOST_STARTING, s->spec.limits.stop_timeout + 1, kill_host); /* it ends now */
		return;
	}
	set_state(h, HOST_SERVING, 0, NULL);
	h->served = clock_ns();
	remote_refuse(&s->remote, NULL);
	s->worked = clock_ns();
	if (h->generation == s->generation)
		stop_others(s);
	if (is_waited_for(s, h->generation))
		wake(s, TENON_OK);
}

static void on_lost(void *arg)
{
	struct host *h = arg;
	process_kill(h->process, SIGKILL); /* a host that left the bus has nothing more to do */
}

static void on_fault(void *arg, const char *what)
{
	struct host *h = arg;
	if (h->fault[0] != '\0')
		return;
	snprintf(h->fault, sizeof h->fault, "%s", what);
	log_line(LOG_ERROR, name_of(h), NULL, "its process %d %s and is ended", process_pid(h->process), what);
	process_kill(h->process, SIGKILL);
}

static const struct peer_events events = { on_state, on_lost, on_fault };

static void say_how_it_ended(struct host *h, int status, int signo)
{
	struct supervisor *s = h->s;

	if (signo == SIGKILL && h->fault[0] != '\0')
		snprintf(s->why, sizeof s->why, "%s and was ended", h->fault);
	else if (signo != 0)
		snprintf(s->why, sizeof s->why, "was ended by SIG%s", sigabbrev_np(signo) != NULL ? sigabbrev_np(signo) : "?");
	else
		snprintf(s->why, sizeof s->why, "ended by itself with status %d", status);
}

static void on_ended(void *arg, int status, int signo)
{
	struct host *h = arg;
	struct supervisor *s = h->s;
	enum host_state was = h->state;
	bool awaited = is_waited_for(s, h->generation);

	let_go(h);
	if (was == HOST_SERVING || (was == HOST_STARTING && s->why[0] == '\0'))
		say_how_it_ended(h, status, signo);
	set_state(h, HOST_OFF, 0, NULL);
	if (was == HOST_STARTING) {
		log_line(LOG_ERROR, name_of(h), NULL, "its process did not start: %s", s->why);
		if (!awaited)
			on_crash(h);
	} else if (was == HOST_SERVING) {
		log_line(LOG_ERROR, name_of(h), NULL, "its process %s", s->why);
		on_crash(h);
	} else if (h->generation != s->generation) {
		host_free(h);
	}
	if (awaited && was != HOST_SERVING) /* it did not come to serve, or was stopped before anybody saw it */
		wake(s, TENON_UNAVAILABLE);
	if (is_waited_for(s, 0) && all_gone(s))
		wake(s, TENON_OK);
}

/* ---- starting ---- */

static int start_host(struct host *h)
{
	struct supervisor *s = h->s;
	struct launch l = { .spec = &s->spec, .path = s->path, .kind = s->kind, .program = s->host_path, .output = on_output,
	                    .ended = on_ended, .arg = h };
	struct err e = { 0 };

	s->why[0] = h->fault[0] = '\0';
	h->served = 0;
	int rc = launch(&l, &e);
	h->process = l.process;
	if (rc == TENON_OK && (h->peer = peer_expect(&s->remote, l.token, process_pid(h->process), &events, h)) == NULL)
		rc = TENON_NO_MEMORY;
	if (rc == TENON_OK)
		rc = peer_attach(h->peer, l.duct, (size_t)s->spec.limits.lanes);
	else if (l.duct >= 0)
		close(l.duct);
	if (rc < 0) {
		snprintf(s->why, sizeof s->why, "%.399s", *e.text != '\0' ? e.text : error_text(rc));
		log_line(LOG_ERROR, name_of(h), NULL, "no process: %s", s->why);
		return rc;
	}
	h->peer->hang_ms = s->spec.limits.hang;
	set_state(h, HOST_STARTING, s->spec.limits.start_timeout, kill_host);
	return TENON_OK;
}

static int start_generation(struct supervisor *s, int64_t hosts)
{
	int rc = TENON_OK;

	for (int64_t i = 0; i < hosts && rc == TENON_OK; i++) {
		struct host *h = mem_zero(sizeof *h);
		if (h == NULL)
			return TENON_NO_MEMORY;
		h->s = s;
		h->generation = s->generation;
		list_add(&s->hosts, &h->node);
		rc = start_host(h);
	}
	return rc;
}

/* a call waits and nobody serves */
static void on_wanted(void *arg)
{
	struct supervisor *s = arg;
	if (count(s, HOST_STARTING) + count(s, HOST_WAITING) + count(s, HOST_SERVING) > 0)
		return; /* one comes, or one that was lost is on its way to be started again */
	drop_dead(s);
	if (start_generation(s, s->spec.limits.replicas) < 0)
		give_up(s);
}

static void end_if_idle(void *arg)
{
	struct supervisor *s = arg;
	int64_t calls = 0;

	LIST_EACH(&s->hosts, n, after)
		if (LIST_ITEM(n, struct host, node)->peer != NULL)
			calls += LIST_ITEM(n, struct host, node)->peer->calls;
	if (calls != s->calls || remote_is_busy(&s->remote)) {
		s->calls = calls;
		s->worked = clock_ns();
	} else if (s->waiter == NULL && count(s, HOST_SERVING) > 0 && clock_ns() - s->worked > s->spec.limits.idle * 1000000) {
		stop_all(s);
	}
}

static const char BUSY[] = "it is being started, replaced or stopped already";

int supervisor_start(struct supervisor *s, char *why, size_t size)
{
	if (s->waiter != NULL)
		return snprintf(why, size, "%s", BUSY), TENON_OVERLOADED;
	drop_dead(s);
	remote_refuse(&s->remote, NULL);
	s->generation++;
	if (s->spec.limits.idle > 0 && s->idle == NULL)
		s->idle = loop_every(loop_self(), IDLE_POLL_MS, IDLE_POLL_MS, end_if_idle, s);
	int rc = start_generation(s, s->spec.lazy ? 1 : s->spec.limits.replicas);
	if (rc == TENON_OK)
		rc = wait_for_hosts(s, s->generation);
	if (rc == TENON_OK && s->spec.lazy) /* it can be created: that is all there was to know before its first call */
		stop_all(s);
	if (rc < 0) {
		snprintf(why, size, "%s", s->why);
		stop_all(s); /* its other replicas: whoever asked tries all of it again */
	}
	return rc;
}

int supervisor_replace(struct supervisor *s, const char *path, struct buf *config, char *why, size_t size)
{
	char *old_path = s->path, *new_path = mem_strdup(path);
	struct buf old_config = s->spec.config;

	if (new_path == NULL || s->waiter != NULL) {
		snprintf(why, size, "%s", s->waiter != NULL ? BUSY : "no memory");
		mem_free(new_path);
		buf_free(config);
		return TENON_OVERLOADED;
	}
	s->path = new_path;
	s->spec.config = *config;
	*config = (struct buf){ 0 };
	s->generation++;
	bool none = s->spec.lazy && count(s, HOST_SERVING) + count(s, HOST_STARTING) + count(s, HOST_WAITING) == 0; /* and none is wanted */
	int rc = none ? TENON_OK : start_generation(s, s->spec.limits.replicas);
	if (rc == TENON_OK && !none)
		rc = wait_for_hosts(s, s->generation);
	if (rc < 0) { /* the old generation is the right one again */
		snprintf(why, size, "%s", s->why);
		s->generation--;
		stop_others(s);
		s->path = old_path;
		old_path = new_path;
		struct buf new_config = s->spec.config;
		s->spec.config = old_config;
		old_config = new_config;
	}
	mem_free(old_path);
	buf_free(&old_config);
	return rc;
}

/* ---- life ---- */

int supervisor_new(struct supervisor **out, struct supervisor_spec *spec, struct err *e)
{
	struct supervisor *s = mem_zero(sizeof *s);

	if (s == NULL)
		return err_set(e, TENON_NO_MEMORY, "no memory");
	*out = s;
	s->spec = *spec;
	spec->config = (struct buf){ 0 };
	list_init(&s->hosts);
	s->path = mem_strdup(spec->path);
	s->kind = mem_strdup(spec->kind);
	s->may_call = mem_strdup(spec->limits.may_call == NULL ? "" : spec->limits.may_call);
	if (s->path == NULL || s->kind == NULL || s->may_call == NULL)
		return err_set(e, TENON_NO_MEMORY, "no memory");
	find_host_program(s->host_path);
	remote_open(&s->remote, spec->hub, spec->instance, (size_t)spec->limits.queue);
	s->remote.may_call = s->may_call;
	s->remote.rate = spec->limits.rate;
	s->remote.wanted = on_wanted;
	s->remote.arg = s;
	spec->instance->remote = &s->remote;
	return TENON_OK;
}

void supervisor_stop(struct supervisor *s)
{
	timer_stop(s->idle);
	s->idle = NULL;
	remote_refuse(&s->remote, "it was stopped");
	snprintf(s->why, sizeof s->why, "it was stopped meanwhile");
	wake(s, TENON_UNAVAILABLE);
	stop_all(s);
	if (!all_gone(s))
		wait_for_hosts(s, 0);
}

void supervisor_free(struct supervisor *s)
{
	if (s == NULL)
		return;
	LIST_EACH(&s->hosts, n, after)
		host_free(LIST_ITEM(n, struct host, node));
	if (s->remote.hub != NULL)
		remote_close(&s->remote);
	if (s->spec.config.p != NULL)
		explicit_bzero(s->spec.config.p, s->spec.config.n);
	buf_free(&s->spec.config);
	mem_free(s->path);
	mem_free(s->kind);
	mem_free(s->may_call);
	mem_free(s);
}

size_t supervisor_status(const struct supervisor *s, struct host_status *out, size_t most)
{
	size_t n = 0;
	LIST_EACH(&s->hosts, it, after) {
		const struct host *h = LIST_ITEM(it, struct host, node);
		if (n < most && h->state != HOST_OFF)
			out[n++] = (struct host_status){ .pid = h->process == NULL ? 0 : process_pid(h->process), .generation = h->generation,
			                                 .state = state_names[h->state], .in_flight = h->peer == NULL ? 0 : h->peer->in_flight,
			                                 .calls = h->peer == NULL ? 0 : h->peer->calls };
	}
	return n;
}
