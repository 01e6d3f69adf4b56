/* SPDX-License-Identifier: Apache-2.0 */
/* background - a call, its method and its row in one piece of memory, in the instance's list while it runs. */
#include "background.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "call.h"
#include "loop/fiber.h"
#include "wait.h"

enum { GRACE_MS = 3000, POLL_MS = 5 };

struct background {
	struct call call;
	struct method method;
	struct tenon_method row;
	struct node node;
	struct wait asleep;
	struct timer *alarm;          /* NULL: it does not sleep */
	int (*fn)(struct tenon_call *, void *);
	void *arg;
};

static void run(void *arg)
{
	struct background *b = arg;
	const struct instance *in = b->method.instance;

	int rc = b->fn(&b->call.pub, b->arg);
	if (rc < 0 && rc != TENON_CANCELLED)
		log_line(LOG_WARN, in->name, NULL, "%s: %s", b->row.name, *b->call.message != '\0' ? b->call.message : error_text(rc));
	node_take(&b->node);
	arena_free(&b->call.own_arena);
	mem_free(b);
}

/* ---- sleeping: a timer for all of it, for a poller sleeps most of its life ---- */

static void wake(void *arg)
{
	struct background *b = arg;
	b->alarm = NULL;
	wait_wake(&b->asleep);
}

static bool is_over(struct background *b) { return atomic_load(&b->call.ending) || call_is_cancelled(&b->call); }

static int sleep_whole(struct call *c, int64_t ms)
{
	struct background *b = LIST_ITEM(c, struct background, call);

	if (ms > 0 && !is_over(b)) {
		wait_init(&b->asleep);
		b->alarm = loop_every(loop_self(), ms, 0, wake, b);
		if (b->alarm == NULL)
			return TENON_NO_MEMORY;
		wait_for(&b->asleep);
	}
	return is_over(b) ? TENON_CANCELLED : TENON_OK;
}

static void tell(struct background *b, bool cut)
{
	atomic_store(&b->call.ending, true);
	if (cut)
		call_cancel(&b->call, TENON_CANCELLED);
	if (b->alarm != NULL) {
		timer_stop(b->alarm);
		wake(b);
	}
}

/* ---- beginning and ending ---- */

static void fill(struct background *b, struct instance *in, const char *name)
{
	b->row = (struct tenon_method){ .name = name, .args = &tenon_empty_table, .result = &tenon_empty_table };
	b->method = (struct method){ .row = &b->row, .instance = in, .emit_row = -1, .name = (char *)name };
	b->call.method = &b->method;
	b->call.root = &b->call;
	b->call.message = "";
	b->call.sleep = sleep_whole;
	b->call.started = clock_ns();
	b->call.arena = &b->call.own_arena;
	b->call.content = (struct tenon_content){ .size = -1, .mtime = -1 };
	b->call.pub = (struct tenon_call){ .host = &in->host, .self = in->self, .method = name, .principal = "system",
	                                   .workspace = "default", .deadline = INT64_MAX };
	arena_init(&b->call.own_arena, in->bus->arena_limit);
}

int background_spawn(struct instance *in, const char *name, int (*fn)(struct tenon_call *, void *), void *arg)
{
	if (in->home != loop_self())
		return TENON_INTERNAL;
	if (in->background_ends)
		return TENON_UNAVAILABLE;
	struct background *b = mem_zero(sizeof *b);
	if (b == NULL)
		return TENON_NO_MEMORY;
	fill(b, in, name);
	b->fn = fn;
	b->arg = arg;
	list_add(&in->background, &b->node);
	int rc = fiber_start(in->home, STACK_HANDLER, name, run, b);
	if (rc < 0) {
		node_take(&b->node);
		arena_free(&b->call.own_arena);
		mem_free(b);
	}
	return rc;
}

int background_end(struct tenon_call *c)
{
	struct instance *in = (struct instance *)c->host;
	int64_t cut = clock_ns() + (int64_t)GRACE_MS * 1000000;

	in->background_ends = true;
	while (!list_empty(&in->background)) {
		LIST_EACH(&in->background, n, after)
			tell(LIST_ITEM(n, struct background, node), clock_ns() > cut);
		c->host->sleep(c, POLL_MS);
	}
	return TENON_OK;
}
