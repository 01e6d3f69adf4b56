/* SPDX-License-Identifier: Apache-2.0 */
/* loop - unit tests of core/loop: tasks across threads, timers, fibers, their stacks, and exceptions that park. */
#include "base/err.h"
#include "base/list.h"
#include "loop/fiber.h"
#include "loop/loop.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

static struct loop *loop;

/* ---- tasks ---- */

enum { SENDERS = 4, EACH = 20000 };
struct sent { struct task task; int from, number; };
static struct sent sent[SENDERS][EACH];
static int last_of[SENDERS], received;

static void receive(struct task *t)
{
	struct sent *s = LIST_ITEM(t, struct sent, task);
	if (s->number != last_of[s->from] + 1)
		last_of[s->from] = -1000000; /* out of order: never comes right again */
	last_of[s->from]++;
	if (++received == SENDERS * EACH)
		loop_stop(loop);
}

static void *send_all(void *arg)
{
	int from = (int)(intptr_t)arg;
	for (int i = 0; i < EACH; i++) {
		sent[from][i] = (struct sent){ { NULL, receive }, from, i + 1 };
		loop_post(loop, &sent[from][i].task);
	}
	return NULL;
}

static void tasks_of_four_threads_arrive_in_order(void **state)
{
	pthread_t threads[SENDERS];

	(void)state;
	assert_int_equal(loop_open(&loop, 0, NULL), TENON_OK);
	for (intptr_t i = 0; i < SENDERS; i++)
		pthread_create(&threads[i], NULL, send_all, (void *)i);
	loop_run(loop);
	for (int i = 0; i < SENDERS; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(last_of[i], EACH);
	}
	loop_close(loop);
}

/* ---- fibers ---- */

enum { MANY = 2000, ROUNDS = 5 };
static struct fiber *parked[MANY];
static int n_parked, finished;

static void park_some(void *arg)
{
	volatile char deep[8192];

	memset((char *)deep, (int)(intptr_t)arg & 0xff, sizeof deep);
	for (int i = 0; i < ROUNDS; i++) {
		errno = (int)(intptr_t)arg;
		parked[n_parked++] = fiber_self();
		fiber_park();
		assert_int_equal(errno, (int)(intptr_t)arg); /* errno is the fiber's own */
	}
	assert_int_equal(deep[100], (char)((intptr_t)arg & 0xff));
	finished++;
}

static bool wake_all(void *arg)
{
	int n = n_parked;

	(void)arg;
	n_parked = 0;
	for (int i = n; i-- > 0;)
		fiber_wake(parked[i]);
	if (finished == MANY)
		loop_stop(loop);
	return n > 0;
}

static void many_fibers_park_and_go_on(void **state)
{
	(void)state;
	assert_int_equal(loop_open(&loop, 0, NULL), TENON_OK);
	for (intptr_t i = 1; i <= MANY; i++)
		assert_int_equal(fiber_start(loop, STACK_HANDLER, "test", park_some, (void *)i), TENON_OK);
	assert_int_equal(fiber_count(), MANY);
	loop_hook(loop, wake_all, NULL);
	loop_run(loop);
	assert_int_equal(finished, MANY);
	assert_int_equal(fiber_count(), 0);
	loop_close(loop);
}

static struct fiber *child_of;
static int order[8], n_order;

static void child(void *arg) { (void)arg; order[n_order++] = 2; }

static void parent(void *arg)
{
	(void)arg;
	order[n_order++] = 1;
	fiber_start(loop, STACK_HANDLER, "child", child, NULL); /* fibers do not nest: its turn comes */
	order[n_order++] = 3;
	child_of = fiber_self();
}

static bool stop_when_done(void *arg)
{
	(void)arg;
	if (n_order == 3)
		loop_stop(loop);
	return false;
}

static void a_fiber_started_from_a_fiber_waits_for_its_turn(void **state)
{
	(void)state;
	n_order = 0;
	assert_int_equal(loop_open(&loop, 0, NULL), TENON_OK);
	loop_hook(loop, stop_when_done, NULL);
	fiber_start(loop, STACK_HANDLER, "parent", parent, NULL);
	loop_run(loop);
	assert_int_equal(order[0], 1);
	assert_int_equal(order[1], 3);
	assert_int_equal(order[2], 2);
	loop_close(loop);
}

/* ---- timers ---- */

static int fired;
static struct timer *repeating;

static void fire_once(void *arg) { fired += (int)(intptr_t)arg; }

static void fire_often(void *arg)
{
	(void)arg;
	if (++fired < 105)
		return;
	timer_stop(repeating);
	loop_stop(loop);
}

static void timers_fire_once_or_often(void **state)
{
	(void)state;
	assert_int_equal(loop_open(&loop, 0, NULL), TENON_OK);
	assert_non_null(loop_every(loop, 0, 0, fire_once, (void *)(intptr_t)100));
	repeating = loop_every(loop, 5, 2, fire_often, NULL);
	loop_run(loop);
	assert_int_equal(fired, 105);
	loop_close(loop);
}

/* ---- a stack that runs over (ASan would report it itself) ---- */
#ifndef __SANITIZE_ADDRESS__

static int eat(int depth)
{
	volatile char room[2048];
	memset((char *)room, depth, sizeof room);
	return depth == 0 ? room[0] : eat(depth - 1) + room[1];
}

static void overflow(void *arg) { *(volatile int *)arg = eat(100000); }

static void a_stack_overflow_names_the_method(void **state)
{
	char text[300] = "";
	int pipes[2], status, result;

	(void)state;
	assert_int_equal(pipe(pipes), 0);
	pid_t pid = fork();
	if (pid == 0) {
		dup2(pipes[1], STDERR_FILENO);
		signal(SIGSEGV, SIG_DFL); /* cmocka's would take it */
		loop_open(&loop, 0, NULL);
		fiber_thread_start();
		fiber_start(loop, STACK_HANDLER, "tracking.deep", overflow, &result);
		_exit(0);
	}
	close(pipes[1]);
	waitpid(pid, &status, 0);
	assert_true(read(pipes[0], text, sizeof text - 1) > 0);
	close(pipes[0]);
	assert_true(WIFSIGNALED(status));
	assert_non_null(strstr(text, "the stack of a fiber ran over in tracking.deep"));
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tasks_of_four_threads_arrive_in_order), cmocka_unit_test(many_fibers_park_and_go_on),
		cmocka_unit_test(a_fiber_started_from_a_fiber_waits_for_its_turn), cmocka_unit_test(timers_fire_once_or_often),
#ifndef __SANITIZE_ADDRESS__
		cmocka_unit_test(a_stack_overflow_names_the_method),
#endif
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
