/* SPDX-License-Identifier: Apache-2.0 */
/* watch - one tap for all: an event is printed once, where it is published; the watchers' fibers send it. */
#include "watch.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "bus/call.h"
#include "bus/event.h"
#include "bus/wait.h"
#include "request.h"
#include "wire/print.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_WATCHERS = 256, MOST_WAITING = 1024, MOST_BYTES = 4 << 20, TICK_MS = 250 };

#define QUIET ": nothing new\n\n" /* as long as a transfer must be that libcurl does not take for stuck */

#define WATCH_ARGS(F, S) \
	F(S, const char *, topic, .dflt = "*", .range = "1..200", .doc = "which: tracking.run.finished, tracking.* or *") \
	F(S, int64_t, heartbeat, .dflt = "15", .range = "1..60", .label = "seconds", .doc = "seconds between signs of life while nothing happens") \
	F(S, const char *, last_event_id, .doc = "the last id that was seen, as the header Last-Event-ID: was there anything since?")
TENON_MESSAGE(watch_args, WATCH_ARGS);

/* an event as it is sent, shared by all who watch it */
struct frame { size_t refs, n; char text[]; };

struct watch {
	struct bus *bus;
	struct tap *tap;
	pthread_mutex_t lock;         /* of what follows, the watchers and their frames */
	struct list watchers;
	size_t n;
};

struct watcher {
	struct node node;
	struct watch *watch;
	const char *pattern, *workspace;
	struct frame *frames[MOST_WAITING]; /* a ring: `waiting` of them from `first` */
	size_t first, waiting, bytes;
	int64_t lost;                 /* before the first of them */
	bool sleeps;
	struct wait wait;
};

/* ---- the publisher's side ---- */

static struct frame *print_event(const struct watch *w, const struct event *ev)
{
	struct buf b = { 0 };

	buf_printf(&b, "id: %lld-%lld\ndata: {\"topic\":\"%s\",\"instance\":", (long long)w->bus->events.epoch, ev->serial, ev->topic);
	print_string(&b, ev->instance->name);
	buf_printf(&b, ",\"epoch\":%lld,\"seq\":%lld,\"time\":%lld,\"payload\":", (long long)ev->epoch, (long long)ev->seq, (long long)ev->time);
	print_object(&b, ev->shape, ev->payload, TENON_SPELL_NONFINITE);
	buf_adds(&b, "}\n\n");
	struct frame *f = b.failed ? NULL : mem_alloc(sizeof *f + b.n);
	if (f != NULL) {
		*f = (struct frame){ .refs = 1, .n = b.n };
		memcpy(f->text, b.p, b.n);
	}
	buf_free(&b);
	return f;
}

/* under the lock, as all that counts references */
static void frame_unref(struct frame *f)
{
	if (f != NULL && --f->refs == 0)
		mem_free(f);
}

static struct frame *pop(struct watcher *w)
{
	if (w->waiting == 0)
		return NULL;
	struct frame *f = w->frames[w->first];
	w->first = (w->first + 1) % MOST_WAITING;
	w->waiting--;
	w->bytes -= f->n;
	return f;
}

static void push(struct watcher *w, struct frame *f)
{
	if (f == NULL) {
		w->lost++;
		return;
	}
	while (w->waiting == MOST_WAITING || (w->waiting > 0 && w->bytes + f->n > MOST_BYTES)) {
		frame_unref(pop(w));
		w->lost++;
	}
	w->frames[(w->first + w->waiting++) % MOST_WAITING] = f;
	w->bytes += f->n;
	f->refs++;
}

/* under the lock: a watcher leaves with it held, so it is still there */
static void rouse(struct watcher *w)
{
	if (!w->sleeps)
		return;
	w->sleeps = false;
	wait_wake(&w->wait);
}

static void on_event(void *arg, const struct event *ev)
{
	struct watch *watch = arg;
	struct frame *f = NULL;
	bool printed = false;

	pthread_mutex_lock(&watch->lock);
	LIST_EACH(&watch->watchers, n, after) {
		struct watcher *w = LIST_ITEM(n, struct watcher, node);
		if (strcmp(ev->workspace, w->workspace) != 0 || !event_matches(w->pattern, ev->topic))
			continue;
		if (!printed)
			f = print_event(watch, ev);
		printed = true;
		push(w, f);
		rouse(w);
	}
	frame_unref(f);
	pthread_mutex_unlock(&watch->lock);
}

/* ---- the watcher's side ---- */

static void on_tick(void *arg)
{
	struct watcher *w = arg;
	pthread_mutex_lock(&w->watch->lock);
	rouse(w);
	pthread_mutex_unlock(&w->watch->lock);
}

/* until there is something to send, or time to look around */
static void sleep_for_more(struct watcher *w)
{
	pthread_mutex_lock(&w->watch->lock);
	bool idle = w->waiting == 0 && w->lost == 0;
	if (idle) {
		wait_init(&w->wait);
		w->sleeps = true;
	}
	pthread_mutex_unlock(&w->watch->lock);
	if (idle)
		wait_for(&w->wait);
}

static struct frame *next(struct watcher *w, int64_t *lost)
{
	pthread_mutex_lock(&w->watch->lock);
	struct frame *f = pop(w);
	*lost = w->lost;
	w->lost = 0;
	pthread_mutex_unlock(&w->watch->lock);
	return f;
}

static void release(struct watcher *w, struct frame *f)
{
	pthread_mutex_lock(&w->watch->lock);
	frame_unref(f);
	pthread_mutex_unlock(&w->watch->lock);
}

static int send_text(struct tenon_call *c, const char *text) { return tenon_write(c, text, strlen(text)); }

/* sends all that waits; *sent: was there anything? */
static int send_waiting(struct tenon_call *c, struct watcher *w, bool *sent)
{
	int64_t lost;

	for (;;) {
		struct frame *f = next(w, &lost);
		int rc = TENON_OK;
		if (f == NULL && lost == 0)
			return TENON_OK;
		*sent = true;
		if (lost > 0) {
			char gap[80];
			snprintf(gap, sizeof gap, "event: gap\ndata: {\"lost\":%lld}\n\n", (long long)lost);
			rc = send_text(c, gap);
			c->host->metric_add(c->host, "watch_lost_total", (double)lost);
		}
		if (rc == TENON_OK && f != NULL)
			rc = tenon_write(c, f->text, f->n);
		release(w, f);
		TRY(rc);
	}
}

static int watch_on(struct tenon_call *c, struct watcher *w, int64_t heartbeat_ns)
{
	const struct event_hub *h = &w->watch->bus->events;
	int64_t last = clock_ns();

	while (!atomic_load(&h->closing)) {
		bool sent = false;
		if (tenon_cancelled(c))
			return TENON_CANCELLED;
		TRY(send_waiting(c, w, &sent));
		if (!sent && clock_ns() - last >= heartbeat_ns) {
			TRY(send_text(c, QUIET));
			sent = true;
		}
		last = sent ? clock_ns() : last;
		sleep_for_more(w);
	}
	return TENON_OK;
}

/* what it saw last, by argument or header, was the newest? "" = it says nothing */
static bool is_behind(const struct bus *b, const char *id, const char *pattern)
{
	char *end;

	if (*id == '\0')
		return false;
	long long epoch = strtoll(id, &end, 10), serial = *end == '-' ? strtoll(end + 1, &end, 10) : -1;
	return *end != '\0' || epoch != b->events.epoch || serial < 0 || event_since((struct bus *)b, pattern, serial);
}

static const char *last_event_id(const struct call *c, const struct watch_args *a)
{
	const struct request *r = c->root->door;
	if (*a->last_event_id != '\0' || r == NULL || r->out.conditions.last_event_id == NULL)
		return a->last_event_id;
	return r->out.conditions.last_event_id;
}

/* It is listed before it looks whether it missed something: nothing falls between. OVERLOADED, NO_MEMORY. */
static int join(struct tenon_call *c, const char *pattern, struct watcher **out)
{
	struct watch *watch = c->self;
	struct watcher *w = mem_zero(sizeof *w);

	if (w == NULL)
		return TENON_NO_MEMORY;
	*w = (struct watcher){ .watch = watch, .pattern = pattern, .workspace = c->workspace };
	pthread_mutex_lock(&watch->lock);
	bool room = watch->n < MOST_WATCHERS;
	if (room) {
		list_add(&watch->watchers, &w->node);
		watch->n++;
	}
	pthread_mutex_unlock(&watch->lock);
	*out = w;
	if (room)
		return TENON_OK;
	mem_free(w);
	return tenon_fail(c, TENON_OVERLOADED, "%d watch events already", MOST_WATCHERS);
}

static void leave(struct watcher *w)
{
	pthread_mutex_lock(&w->watch->lock);
	node_take(&w->node);
	w->watch->n--;
	while (w->waiting > 0)
		frame_unref(pop(w));
	pthread_mutex_unlock(&w->watch->lock);
	mem_free(w);
}

static int watch(struct tenon_call *c, const struct watch_args *a, struct tenon_empty *out)
{
	struct call *call = (struct call *)c;
	struct watcher *w;

	(void)out;
	if (!event_pattern_ok(a->topic))
		return tenon_fail(c, TENON_INVALID_ARGUMENT, "topic: \"%s\" is neither a topic (tracking.run.finished) nor all of them below a word "
		                  "(tracking.*) or altogether (*)", a->topic);
	if (call->out == NULL)
		return tenon_fail(c, TENON_UNSUPPORTED, "events can be watched from outside only; a plugin subscribes");
	TRY(join(c, a->topic, &w));
	struct timer *tick = loop_every(loop_self(), TICK_MS, TICK_MS, on_tick, w);
	c->host->content(c, &(struct tenon_content){ .type = "text/event-stream", .size = -1, .mtime = -1 }, NULL);
	int rc = tick == NULL ? TENON_NO_MEMORY : TENON_OK;
	if (rc == TENON_OK) /* the first bytes: the client learns that it is connected */
		rc = send_text(c, is_behind(w->watch->bus, last_event_id(call, a), a->topic) ? "event: gap\ndata: {}\n\n" : QUIET);
	if (rc == TENON_OK)
		rc = watch_on(c, w, a->heartbeat * 1000000000);
	if (tick != NULL)
		timer_stop(tick);
	leave(w);
	return rc;
}
TENON_HANDLER(watch, struct watch_args, struct tenon_empty)

/* ---- the instance ---- */

static const struct tenon_route routes[] = { { "native", "GET /api/v1/events" }, { 0 } };
static const struct tenon_method methods[] = {
	{ .name = "watch", .since = 1, .flags = TENON_IDEMPOTENT | TENON_STREAM_OUT, .args = &watch_args_table, .result = &tenon_empty_table,
	  .handler = watch_handler, .routes = routes, .cli = "events watch TOPIC", .permission = "read@workspace", .errors = "OVERLOADED",
	  .doc = "Sends events as they happen, as Server-Sent Events, until the client leaves." },
	{ 0 },
};
static const struct tenon_plugin events = {
	.size = sizeof events, .abi = TENON_ABI, .name = "events", .version = "0.1", .interface = "core", .licence = "Apache-2.0",
	.doc = "What happens, for whoever watches.", .methods = methods,
};

int watch_open(struct watch **out, struct bus *b, struct loop *home, struct err *e)
{
	struct watch *w = *out = mem_zero(sizeof *w);
	struct instance *in;

	if (w == NULL)
		return err_set(e, TENON_NO_MEMORY, "no memory for watchers");
	w->bus = b;
	pthread_mutex_init(&w->lock, NULL);
	list_init(&w->watchers);
	int rc = bus_add(b, &events, "events", home, &in, e);
	if (rc < 0)
		return rc;
	in->self = w;
	if ((w->tap = event_tap(b, "*", on_event, w)) == NULL)
		return err_set(e, TENON_NO_MEMORY, "no memory for watchers");
	atomic_store(&in->state, INSTANCE_STARTED);
	return TENON_OK;
}

void watch_drain(struct watch *w) { atomic_store(&w->bus->events.closing, true); }

void watch_close(struct watch *w)
{
	if (w == NULL)
		return;
	event_untap(w->bus, w->tap);
	pthread_mutex_destroy(&w->lock);
	mem_free(w);
}
