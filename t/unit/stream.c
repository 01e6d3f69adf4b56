/* SPDX-License-Identifier: Apache-2.0 */
/* stream - unit tests of bus/stream: windows, ends, breaks, files, between threads. */
#include "bus/stream.h"
#include "base/mem.h"
#include <tenon/error.h>

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

enum { TOTAL = 40 << 20 };

static void *write_all(void *arg)
{
	struct stream *s = arg;
	char part[70000];
	unsigned seed = 1;

	for (int done = 0; done < TOTAL;) {
		int n = (int)(seed % sizeof part) + 1;
		seed = seed * 1103515245 + 12345;
		n = n < TOTAL - done ? n : TOTAL - done;
		for (int i = 0; i < n; i++)
			part[i] = (char)(done + i);
		if (stream_write(s, part, (size_t)n) != TENON_OK)
			break;
		done += n;
	}
	stream_end(s, TENON_OK);
	stream_unref(s);
	return NULL;
}

static void bytes_arrive_in_order_between_threads(void **state)
{
	struct stream *s = stream_new();
	pthread_t writer;
	char got[33333];
	int64_t n, at = 0;

	(void)state;
	pthread_create(&writer, NULL, write_all, stream_ref(s));
	while ((n = stream_read(s, got, sizeof got)) > 0)
		for (int64_t i = 0; i < n; i++, at++)
			if (got[i] != (char)at)
				fail_msg("byte %lld is wrong", (long long)at);
	assert_int_equal(n, 0);
	assert_int_equal(at, TOTAL);
	pthread_join(writer, NULL);
	stream_unref(s);
}

static void a_reader_that_leaves_frees_its_writer(void **state)
{
	struct stream *s = stream_new();
	pthread_t writer;
	char got[1000];

	(void)state;
	pthread_create(&writer, NULL, write_all, stream_ref(s));
	assert_true(stream_read(s, got, sizeof got) > 0);
	stream_break(s, TENON_CANCELLED);
	pthread_join(writer, NULL); /* does not hang */
	assert_int_equal(stream_write(s, "x", 1), TENON_CANCELLED);
	stream_unref(s);
}

static void an_error_at_the_end_reaches_the_reader(void **state)
{
	struct stream *s = stream_new();
	char got[10];

	(void)state;
	assert_int_equal(stream_write(s, "abc", 3), TENON_OK);
	stream_end(s, TENON_STORAGE_FULL);
	stream_end(s, TENON_OK); /* the first end counts */
	assert_int_equal(stream_read(s, got, sizeof got), 3);
	assert_int_equal(stream_read(s, got, sizeof got), TENON_STORAGE_FULL);
	stream_unref(s);
}

static int readable, writable;
static void on_readable(void *arg) { (void)arg; readable++; }
static void on_writable(void *arg) { (void)arg; writable++; }

static void a_door_offers_and_peeks_without_waiting(void **state)
{
	struct stream *s = stream_new();
	struct stream_peek p;
	char *big = calloc(1, STREAM_WINDOW * 2);

	(void)state;
	stream_notify(s, on_readable, on_writable, NULL);
	assert_int_equal(stream_peek(s, &p), STREAM_EMPTY);
	assert_int_equal(stream_offer(s, big, STREAM_WINDOW * 2), STREAM_WINDOW);
	assert_int_equal(stream_offer(s, big, 10), 0);
	assert_int_equal(readable, 1);
	assert_int_equal(stream_peek(s, &p), STREAM_MORE);
	stream_skip(s, p.n / 2);
	assert_int_equal(writable, 1);
	stream_skip(s, p.n - p.n / 2);
	stream_end(s, TENON_OK);
	assert_int_equal(stream_peek(s, &p), STREAM_ENDED);
	free(big);
	stream_unref(s);
}

static void files_travel_as_descriptors(void **state)
{
	struct stream *s = stream_new();
	struct stream_peek p;
	char name[] = "/tmp/tenon-stream-XXXXXX", got[16] = "";
	int fd = mkstemp(name);

	(void)state;
	assert_int_equal(write(fd, "0123456789", 10), 10);
	unlink(name);
	assert_int_equal(stream_write_file(s, fd, 2, 5), TENON_OK);
	stream_end(s, TENON_OK);
	assert_int_equal(stream_peek(s, &p), STREAM_MORE);
	assert_int_equal(p.fd, fd);
	assert_int_equal(stream_read(s, got, 3), 3);
	assert_memory_equal(got, "234", 3);
	assert_int_equal(stream_read(s, got, 10), 2);
	assert_memory_equal(got, "56", 2);
	assert_int_equal(stream_read(s, got, 10), 0);
	assert_int_equal(fcntl(fd, F_GETFD), -1); /* closed with its chunk */
	stream_unref(s);
}

static void no_memory_loses_nothing_silently(void **state)
{
	(void)state;
	mem_fail_nth(1);
	assert_null(stream_new());
	struct stream *s = stream_new();
	mem_fail_nth(1);
	assert_int_equal(stream_write(s, "x", 1), TENON_NO_MEMORY);
	int fd = open("/dev/null", O_RDONLY);
	mem_fail_nth(1);
	assert_int_equal(stream_write_file(s, fd, 0, 1), TENON_NO_MEMORY);
	mem_fail_nth(0);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
	stream_unref(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_arrive_in_order_between_threads), cmocka_unit_test(a_reader_that_leaves_frees_its_writer),
		cmocka_unit_test(an_error_at_the_end_reaches_the_reader), cmocka_unit_test(a_door_offers_and_peeks_without_waiting),
		cmocka_unit_test(files_travel_as_descriptors), cmocka_unit_test(no_memory_loses_nothing_silently),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
