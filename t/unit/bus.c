/* SPDX-License-Identifier: Apache-2.0 */
/* bus - unit tests of calls: inline, on lanes, in batches, on a loop of their own, cancelled, too late, of another layout. */
#include "base/err.h"
#include "bus/background.h"
#include "bus/call.h"
#include "bus/lane.h"
#include "loop/fiber.h"
#include "loop/loop.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "two_loops.h"

#define NUMBER(F, S) F(S, int64_t, n, .dflt = "0") F(S, const char *, text)
TENON_MESSAGE(number, NUMBER);
/* the same to the eye of another build: other order, another field */
#define NUMBER_TOO(F, S) F(S, double, weight) F(S, const char *, text) F(S, int64_t, n, .dflt = "0")
TENON_MESSAGE(number_too, NUMBER_TOO);
#define ITEMS(F, S) F(S, int64_t, total) F(S, struct number_list, items, TENON_MANY(number), .flags = TENON_EMIT)
TENON_MESSAGE(items, ITEMS);

/* ---- a store: blocking methods, one in batches ---- */

static int groups, largest;

static int double_it(struct tenon_call *c, const struct number *a, struct number *out)
{
	(void)c;
	out->has.n = 1;
	out->n = a->n * 2;
	return a->n < 0 ? tenon_fail(c, TENON_INVALID_ARGUMENT, "%lld is below zero", (long long)a->n) : TENON_OK;
}
TENON_HANDLER(double_it, struct number, struct number)

static int slow(struct tenon_call *c, const struct number *a, struct number *out)
{
	(void)out;
	for (int64_t i = 0; i < a->n && !tenon_cancelled(c); i++)
		usleep(1000);
	return tenon_cancelled(c) ? TENON_CANCELLED : TENON_OK;
}
TENON_HANDLER(slow, struct number, struct number)

static int count_batch(struct tenon_batch *b, void *self)
{
	const struct tenon_host *h = *(const struct tenon_host **)self;
	struct tenon_call *calls[64];
	const void *args;
	void *result;
	int n = 0;

	while (n < 64 && (calls[n] = h->batch_take(b, n == 0 ? 0 : 2000000, &args, &result)) != NULL) {
		((struct number *)result)->n = ((const struct number *)args)->n + 1;
		((struct number *)result)->has.n = 1;
		n++;
	}
	groups++;
	largest = n > largest ? n : largest;
	for (int i = 0; i < n; i++)
		h->batch_finish(b, calls[i], TENON_OK);
	return TENON_OK;
}

static const struct tenon_lane lanes[] = { { "work", 2, 100 }, { "batch", 1, 1000 }, { "narrow", 1, 2 }, { 0 } };
static const struct tenon_method store_methods[] = {
	{ .name = "double", .flags = TENON_BLOCKING, .args = &number_table, .result = &number_table, .handler = double_it_handler, .permission = "-" },
	{ .name = "slow", .flags = TENON_BLOCKING, .lane = 2, .args = &number_table, .result = &number_table, .handler = slow_handler, .permission = "-",
	  .deadline_ms = 100 },
	{ .name = "count", .flags = TENON_BLOCKING | TENON_WRITE, .lane = 1, .args = &number_table, .result = &number_table, .batch = count_batch,
	  .permission = "-" },
	{ 0 },
};
static const struct tenon_plugin store = { .size = sizeof store, .name = "store", .interface = "test", .version = "1", .methods = store_methods, .lanes = lanes };

/* ---- a service that calls it, with the tables of another build ---- */

static int ask(struct tenon_call *c, const struct number *a, struct number *out)
{
	struct number_too args = { .has = { .n = 1, .text = 1 }, .n = a->n, .text = "x" }, result;

	TRY(TENON_CALL(c, "store", "double", number_too, &args, number_too, &result));
	out->has.n = 1;
	out->n = result.n + 1;
	return TENON_OK;
}
TENON_HANDLER(ask, struct number, struct number)

static int count(struct tenon_call *c, const struct number *a, struct number *out)
{
	return TENON_CALL(c, "store", "count", number, a, number, out);
}
TENON_HANDLER(count, struct number, struct number)

static int list(struct tenon_call *c, const struct number *a, struct items *out)
{
	for (int64_t i = 0; i < a->n; i++) {
		struct number item = { .has = { .n = 1 }, .n = i };
		TRY(tenon_emit(c, &item));
	}
	out->has.total = 1;
	out->total = a->n;
	return TENON_OK;
}
TENON_HANDLER(list, struct number, struct items)

static int gather(struct tenon_call *c, const struct number *a, struct number *out)
{
	struct items items = { .has = { 0 } };

	TRY(TENON_CALL(c, "service", "list", number, a, items, &items));
	for (size_t i = 0; i < items.items.n; i++)
		out->n += items.items.v[i].n;
	out->has.n = 1;
	return items.total == (int64_t)items.items.n ? TENON_OK : TENON_INTERNAL;
}
TENON_HANDLER(gather, struct number, struct number)

static int nap(struct tenon_call *c, const struct number *a, struct number *out)
{
	(void)out;
	return tenon_sleep(c, a->n);
}
TENON_HANDLER(nap, struct number, struct number)

static int set_true(void *arg) { *(int *)arg = loop_self() == NULL; return TENON_OK; }
static int away(struct tenon_call *c, const struct number *a, struct number *out)
{
	int elsewhere = 0;

	(void)a;
	TRY(c->host->offload(c, 0, set_true, &elsewhere));
	out->has.n = 1;
	out->n = elsewhere;
	return TENON_OK;
}
TENON_HANDLER(away, struct number, struct number)

static int missing(struct tenon_call *c, const struct number *a, struct number *out)
{
	return TENON_CALL(c, "nobody", "here", number, a, number, out);
}
TENON_HANDLER(missing, struct number, struct number)

/* n calls in the background, all of them told to end: those that are even note it in the store, the odd ones are in the middle of something long */
static int resting;
static int rest(struct tenon_call *c, void *arg)
{
	struct number a = { .has = { .n = 1 }, .n = 10000, .text = "" }, result;
	int *noted = arg, code;

	if (resting++ % 2) {
		code = TENON_CALL(c, "store", "slow", number, &a, number, &result);
		*noted += code == TENON_CANCELLED ? 1000 : 0;
	} else if (tenon_sleep(c, 60000) == TENON_CANCELLED && tenon_cancelled(c)) {
		a.n = 1;
		*noted += TENON_CALL(c, "store", "double", number, &a, number, &result) == TENON_OK ? (int)result.n : 0;
	}
	return *c->principal == 's' ? TENON_CANCELLED : TENON_INTERNAL;
}

static int drain(struct tenon_call *c, const struct number *a, struct number *out)
{
	int noted = 0;

	for (int64_t i = 0; i < a->n; i++)
		TRY(tenon_spawn(c->host, "rest", rest, &noted));
	TRY(tenon_sleep(c, 20));
	int began = resting;
	TRY(background_end(c));
	out->has.n = 1;
	out->n = noted + 100 * began;
	return tenon_spawn(c->host, "rest", rest, &noted) == TENON_UNAVAILABLE ? TENON_OK : TENON_INTERNAL;
}
TENON_HANDLER(drain, struct number, struct number)

static const struct tenon_lane service_lanes[] = { { "away", 1, 10 }, { 0 } };
#define M(fn, result_t) { .name = #fn, .args = &number_table, .result = &result_t##_table, .handler = fn##_handler, .permission = "-" }
static const struct tenon_method service_methods[] = {
	M(ask, number), M(count, number), M(list, items), M(gather, number), M(nap, number), M(away, number), M(missing, number), M(drain, number), { 0 },
};
static const struct tenon_plugin service = { .size = sizeof service, .name = "service", .interface = "test", .version = "1", .methods = service_methods,
                                             .lanes = service_lanes };

/* ---- the rig ---- */

static const struct tenon_host *store_host;

static void add(const struct tenon_plugin *p, const char *name, struct loop *home)
{
	struct instance *in;
	struct err e = { 0 };

	if (bus_add(&bus, p, name, home, &in, &e) < 0 || bus_start_lanes(in, &e) < 0)
		fail_msg("%s", e.text);
	if (p == &store) {
		store_host = &in->host;
		in->self = &store_host;
	}
	atomic_store(&in->state, INSTANCE_STARTED);
}

static int set_up(void **state)
{
	(void)state;
	two_loops_open();
	add(&store, "store", loop);
	add(&service, "service", loop);
	add(&service, "faraway", far);
	two_loops_run();
	return 0;
}

enum { MOST = 200 };
static struct { int code; int64_t n; char message[200]; } answers[MOST];
static int answered, expected;

static void on_done(struct call *c, void *arg)
{
	int i = (int)(intptr_t)arg;

	answers[i].code = c->code;
	answers[i].n = ((struct number *)c->result)->n;
	snprintf(answers[i].message, sizeof answers[i].message, "%s", c->message);
	if (++answered == expected)
		loop_stop(loop);
}

struct wish { const char *method; int64_t n; };
static struct wish wishes[MOST];
static struct call *calls[MOST];

static void submit_all(struct task *t)
{
	(void)t;
	call_sweep_start(loop);
	for (int i = 0; i < expected; i++) {
		int code;
		calls[i] = call_new(&bus, bus_find(&bus, wishes[i].method), &code);
		assert_non_null(calls[i]);
		struct number *a = arena_alloc(calls[i]->arena, sizeof *a);
		*a = (struct number){ .has = { .n = 1 }, .n = wishes[i].n, .text = "" };
		calls[i]->args = a;
		call_submit(calls[i], on_done, (void *)(intptr_t)i);
	}
}

static void run_all(int n)
{
	static struct task task = { .run = submit_all };

	memset(answers, 0, sizeof answers);
	answered = 0;
	expected = n;
	loop_post(loop, &task);
	loop_run(loop);
	for (int i = 0; i < n; i++)
		call_unref(calls[i]);
	loop_close(loop); /* a loop that was stopped is not run again */
	assert_int_equal(loop_open(&loop, 0, NULL), TENON_OK);
	bus_instance(&bus, "store")->home = bus_instance(&bus, "service")->home = loop;
}

static void a_handler_calls_a_blocking_one_of_another_layout(void **state)
{
	(void)state;
	wishes[0] = (struct wish){ "service.ask", 21 };
	wishes[1] = (struct wish){ "service.ask", -1 };
	wishes[2] = (struct wish){ "faraway.ask", 4 };
	wishes[3] = (struct wish){ "store.double", 5 };
	run_all(4);
	assert_int_equal(answers[0].n, 43);
	assert_int_equal(answers[1].code, TENON_INVALID_ARGUMENT);
	assert_string_equal(answers[1].message, "-1 is below zero");
	assert_int_equal(answers[2].n, 9);
	assert_int_equal(answers[3].n, 10);
}

static void many_calls_share_a_batch(void **state)
{
	(void)state;
	groups = largest = 0;
	for (int i = 0; i < 100; i++)
		wishes[i] = (struct wish){ i % 2 ? "faraway.count" : "service.count", i };
	run_all(100);
	for (int i = 0; i < 100; i++) {
		assert_int_equal(answers[i].code, TENON_OK);
		assert_int_equal(answers[i].n, i + 1);
	}
	assert_true(groups < 60);
	assert_true(largest > 1);
}

static void emitted_items_reach_a_caller_as_an_array(void **state)
{
	(void)state;
	wishes[0] = (struct wish){ "service.gather", 100 };
	run_all(1);
	assert_int_equal(answers[0].code, TENON_OK);
	assert_int_equal(answers[0].n, 4950);
}

static void work_is_offloaded_to_a_lane(void **state)
{
	(void)state;
	wishes[0] = (struct wish){ "service.away", 0 };
	wishes[1] = (struct wish){ "faraway.away", 0 };
	run_all(2);
	assert_int_equal(answers[0].n, 1);
	assert_int_equal(answers[1].n, 1);
}

static void who_is_not_there_is_named(void **state)
{
	(void)state;
	wishes[0] = (struct wish){ "service.missing", 0 };
	run_all(1);
	assert_int_equal(answers[0].code, TENON_NO_ROUTE);
	assert_string_equal(answers[0].message, "service.missing calls nobody.here, which is not there");
}

static void a_full_queue_says_so_and_reads_end_at_their_deadline(void **state)
{
	int overloaded = 0, late = 0;

	(void)state;
	for (int i = 0; i < 8; i++)
		wishes[i] = (struct wish){ "store.slow", 10000 };
	run_all(8);
	for (int i = 0; i < 8; i++) {
		overloaded += answers[i].code == TENON_OVERLOADED;
		late += answers[i].code == TENON_DEADLINE_EXCEEDED;
	}
	assert_true(overloaded >= 5 && overloaded <= 6);
	assert_int_equal(late, 8 - overloaded);
	assert_non_null(strstr(answers[7].message, "the queue narrow of store is full"));
}

static void cancel_first(void *arg) { (void)arg; call_cancel(calls[0], TENON_CANCELLED); }
static void cancel_soon(struct task *t)
{
	(void)t;
	loop_every(loop, 20, 0, cancel_first, NULL);
}

static void a_sleeper_wakes_when_it_is_cancelled(void **state)
{
	static struct task task = { .run = cancel_soon };

	(void)state;
	wishes[0] = (struct wish){ "service.nap", 20000 };
	wishes[1] = (struct wish){ "service.nap", 30 };
	loop_post(loop, &task);
	run_all(2);
	assert_int_equal(answers[0].code, TENON_CANCELLED);
	assert_int_equal(answers[1].code, TENON_OK);
}

static void background_calls_end_with_their_instance(void **state)
{
	(void)state;
	resting = 0;
	wishes[0] = (struct wish){ "service.drain", 1 };
	wishes[1] = (struct wish){ "faraway.drain", 0 };
	run_all(2);
	assert_int_equal(answers[0].code, TENON_OK);
	assert_int_equal(answers[0].n, 102); /* it began, it was told, and could still call */
	assert_int_equal(answers[1].code, TENON_OK);
	bus_instance(&bus, "service")->background_ends = false;
	resting = 0;
	wishes[0] = (struct wish){ "service.drain", 2 };
	run_all(1);
	assert_int_equal(answers[0].n, 1202); /* the one that was in a long call was cut */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_handler_calls_a_blocking_one_of_another_layout), cmocka_unit_test(many_calls_share_a_batch),
		cmocka_unit_test(emitted_items_reach_a_caller_as_an_array), cmocka_unit_test(work_is_offloaded_to_a_lane),
		cmocka_unit_test(who_is_not_there_is_named), cmocka_unit_test(a_full_queue_says_so_and_reads_end_at_their_deadline),
		cmocka_unit_test(a_sleeper_wakes_when_it_is_cancelled), cmocka_unit_test(background_calls_end_with_their_instance),
	};
	return cmocka_run_group_tests(tests, set_up, two_loops_close);
}
