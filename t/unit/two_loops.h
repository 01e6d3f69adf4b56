/* SPDX-License-Identifier: Apache-2.0 */
/* two_loops - a bus with a loop that the test runs and another that runs on a thread of its own. For one source of a program. */
#ifndef UNIT_TWO_LOOPS_H
#define UNIT_TWO_LOOPS_H

#include "bus/bus.h"
#include "loop/loop.h"

#include <pthread.h>
#include <tenon/error.h>

static struct bus bus;
static struct loop *loop, *far;
static pthread_t far_thread;

static void *run_far(void *arg)
{
	(void)arg;
	loop_run(far);
	return NULL;
}

static void two_loops_open(void)
{
	bus_init(&bus);
	assert_int_equal(loop_open(&loop, 0, NULL), TENON_OK);
	assert_int_equal(loop_open(&far, 1, NULL), TENON_OK);
}

/* when the instances are there */
static void two_loops_run(void) { pthread_create(&far_thread, NULL, run_far, NULL); }

static int two_loops_close(void **state)
{
	(void)state;
	MAP_EACH(&bus.instances, s)
		bus_stop_lanes(s->value);
	loop_stop(far);
	pthread_join(far_thread, NULL);
	bus_free(&bus);
	loop_close(far);
	loop_close(loop);
	return 0;
}

#endif
