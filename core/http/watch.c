/* SPDX-License-Identifier: Apache-2.0 */
/* watch - a tap prints each event where it is published; the watcher's fiber sends what was printed. */
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

struct frame { struct node node; size_t n; char text[]; };

struct watcher {
	const char *workspace;
	int64_t epoch;                /* of the bus */
	pthread_mutex_t lock;         /* of what follows */
	struct list frames;
	size_t waiting, bytes;
	int64_t lost;                 /* before the first of them */
	bool sleeps;
	struct wait wait;
};

static atomic_int watchers;

/* ---- the publisher's side ---- */

static void print_event(struct buf *b, const struct watcher *w, const struct event *ev)
{
	buf_printf(b, "id: %lld-%lld\ndata: {\"topic\":\"%s\",\"instance\":", (long long)w->epoch, ev->serial, ev->topic);
	print_string(b, ev->instance->name);
	buf_printf(b, ",\"epoch\":%lld,\"seq\":%lld,\"time\":%lld,\"payload\":", (long long)ev->epoch, (long long)ev->seq, (long long)ev->time);
	print_object(b, ev->shape, ev->payload, TENON_SPELL_NONFINITE);
	buf_adds(b, "}\n\n");
}

static struct frame *pop(struct watcher *w)
{
	struct node *n = list_pop(&w->frames);
	if (n == NULL)
		return NULL;
	struct frame *f = LIST_ITEM(n, struct frame, node);
	w->waiting--;
	w->bytes -= f->n;
	return f;
}

static void push(struct watcher *w, struct frame *f)
{
	list_add(&w->frames, &f->node);
	w->waiting++;
	w->bytes += f->n;
	while (w->waiting > MOST_WAITING || (w->bytes > MOST_BYTES && w->waiting > 1)) {
		mem_free(pop(w));
		w->lost++;
	}
}

static void rouse(struct watcher *w)
{
	pthread_mutex_lock(&w->lock);
	bool wake = w->sleeps;
	w->sleeps = false;
	pthread_mutex_unlock(&w->lock);
	if (wake)
		wait_wake(&w->wait);
}

static void on_event(void *arg, const struct event *ev)
{
	struct watcher *w = arg;
	struct buf b = { 0 };

	if (strcmp(ev->workspace, w->workspace) != 0)
		return;
	print_event(&b, w, ev);
	struct frame *f = b.failed ? NULL : mem_alloc(sizeof *f + b.n);
	if (f != NULL) {
		*f = (struct frame){ .n = b.n };
		memcpy(f->text, b.p, b.n);
	}
	buf_free(&b);
	pthread_mutex_lock(&w->lock);
	if (f != NULL)
		push(w, f);
	else
		w->lost++;
	pthread_mutex_unlock(&w->lock);
	rouse(w);
}

/* ---- the watcher's side ---- */

static void on_tick(void *arg) { rouse(arg); }

/* until there is something to send, or time to look around */
static void sleep_for_more(struct watcher *w)
{
	pthread_mutex_lock(&w->lock);
	bool idle = w->waiting == 0 && w->lost == 0;
	if (idle) {
		wait_init(&w->wait);
		w->sleeps = true;
	}
	pthread_mutex_unlock(&w->lock);
	if (idle)
		wait_for(&w->wait);
}

static struct frame *next(struct watcher *w, int64_t *lost)
{
	pthread_mutex_lock(&w->lock);
	struct frame *f = pop(w);
	*lost = w->lost;
	w->lost = 0;
	pthread_mutex_unlock(&w->lock);
	return f;
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
		}
		if (rc == TENON_OK && f != NULL)
			rc = tenon_write(c, f->text, f->n);
		mem_free(f);
		TRY(rc);
	}
}

static int watch_on(struct tenon_call *c, struct watcher *w, int64_t heartbeat_ns)
{
	const struct event_hub *h = &((struct call *)c)->method->instance->bus->events;
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

static void watcher_close(struct watcher *w)
{
	while (!list_empty(&w->frames))
		mem_free(pop(w));
	pthread_mutex_destroy(&w->lock);
}

static int watch_topics(struct tenon_call *c, const struct watch_args *a)
{
	struct call *call = (struct call *)c;
	struct bus *b = call->method->instance->bus;
	struct watcher w = { .workspace = c->workspace, .epoch = b->events.epoch };

	pthread_mutex_init(&w.lock, NULL);
	list_init(&w.frames);
	struct tap *tap = event_tap(b, a->topic, on_event, &w);
	struct timer *tick = loop_every(loop_self(), TICK_MS, TICK_MS, on_tick, &w);
	int rc = tap == NULL || tick == NULL ? TENON_NO_MEMORY : TENON_OK;
	if (rc == TENON_OK) /* the first bytes: the client learns that it is connected */
		rc = send_text(c, is_behind(b, last_event_id(call, a), a->topic) ? "event: gap\ndata: {}\n\n" : QUIET);
	if (rc == TENON_OK)
		rc = watch_on(c, &w, a->heartbeat * 1000000000);
	if (tick != NULL)
		timer_stop(tick);
	event_untap(b, tap);
	watcher_close(&w);
	return rc;
}

static int watch(struct tenon_call *c, const struct watch_args *a, struct tenon_empty *out)
{
	(void)out;
	if (!event_pattern_ok(a->topic))
		return tenon_fail(c, TENON_INVALID_ARGUMENT, "topic: \"%s\" is neither a topic (tracking.run.finished) nor all of them below a word "
		                  "(tracking.*) or altogether (*)", a->topic);
	if (((struct call *)c)->out == NULL)
		return tenon_fail(c, TENON_UNSUPPORTED, "events can be watched from outside only; a plugin subscribes");
	if (atomic_fetch_add(&watchers, 1) >= MOST_WATCHERS) {
		atomic_fetch_sub(&watchers, 1);
		return tenon_fail(c, TENON_OVERLOADED, "%d watch events already", MOST_WATCHERS);
	}
	c->host->content(c, &(struct tenon_content){ .type = "text/event-stream", .size = -1, .mtime = -1 }, NULL);
	int rc = watch_topics(c, a);
	atomic_fetch_sub(&watchers, 1);
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

int watch_open(struct bus *b, struct loop *home, struct err *e)
{
	struct instance *in;
	int rc = bus_add(b, &events, "events", home, &in, e);

	if (rc == TENON_OK)
		atomic_store(&in->state, INSTANCE_STARTED);
	return rc;
}

void watch_drain(struct bus *b) { atomic_store(&b->events.closing, true); }
