/* SPDX-License-Identifier: Apache-2.0 */
/* step - a call without a door: nobody decodes its arguments or prints its result. */
#include "step.h"
#include "base/err.h"
#include "bus/call.h"
#include "bus/wait.h"
#include "loop/fiber.h"

#include <stdio.h>

struct step {
	struct task task;
	struct wait waiter;
	struct instance *instance;
	int (*fn)(struct tenon_call *);
	const char *name;
	int code;
	char why[400];
};

static void run_here(void *arg)
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

static void run_and_wake(void *arg)
{
	struct step *s = arg;
	run_here(s);
	wait_wake(&s->waiter);
}

static void on_home(struct task *t)
{
	struct step *s = LIST_ITEM(t, struct step, task);
	int rc = fiber_start(loop_self(), STACK_HANDLER, s->name, run_and_wake, s);

	if (rc == TENON_OK) /* it may have ended already, with a code of its own, and be gone */
		return;
	s->code = rc;
	wait_wake(&s->waiter);
}

int step_run(struct instance *in, const char *name, int (*fn)(struct tenon_call *), char *why, size_t size)
{
	struct step s = { .instance = in, .fn = fn, .name = name };

	if (fn == NULL)
		return TENON_OK;
	if (in->home == loop_self()) {
		run_here(&s);
	} else {
		wait_init(&s.waiter);
		s.task.run = on_home;
		loop_post(in->home, &s.task);
		wait_for(&s.waiter);
	}
	if (s.code < 0)
		snprintf(why, size, "%s", s.why);
	return s.code;
}
