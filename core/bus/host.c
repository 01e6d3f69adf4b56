/* SPDX-License-Identifier: Apache-2.0 */
/* host - what the core lends to plugins (struct tenon_host): thin, each slot a line or two over call, stream, lane. */
#include "bus.h"
#include "background.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "call.h"
#include "event.h"
#include "lane.h"
#include "loop/fiber.h"
#include "stream.h"
#include "subscription.h"
#include "wait.h"
#include "wire/translate.h"

#include <sys/random.h>
#include <time.h>
#include <unistd.h>

static struct call *call_of(struct tenon_call *c) { return (struct call *)c; }

static struct instance *instance_of(const struct tenon_host *h) { return (struct instance *)h; }

static void host_log(const struct tenon_host *h, struct tenon_call *c, int level, const char *fmt, va_list ap)
{
	log_vline(level, h->instance, c == NULL ? NULL : c->trace, fmt, ap);
}

static void host_random(void *p, size_t n)
{
	for (size_t got = 0; got < n;) {
		ssize_t r = getrandom((char *)p + got, n - got, 0);
		got += r > 0 ? (size_t)r : 0;
	}
}

static void *host_alloc(struct tenon_call *c, size_t n) { return arena_alloc(call_of(c)->arena, n); }

static void *host_mark(struct tenon_call *c) { return arena_mark(call_of(c)->arena); }

/* Only a door has printed what was emitted; another caller's array points into the arena. */
static void host_rewind(struct tenon_call *c, void *mark)
{
	if (call_of(c)->on_emit != NULL)
		arena_rewind(call_of(c)->arena, mark);
}

static int host_fail(struct tenon_call *c, int code, const char *fmt, va_list ap) { return call_vfail(call_of(c), code, fmt, ap); }

static const char *host_reason(const struct tenon_call *c) { return ((const struct call *)c)->message; }

static void host_forgive(struct tenon_call *c) { call_of(c)->message = ""; }

static bool host_cancelled(const struct tenon_call *pub)
{
	const struct call *c = (const struct call *)pub;
	return atomic_load_explicit(&c->ending, memory_order_relaxed) || call_is_cancelled(c);
}

static int host_call(struct tenon_call *c, const char *instance, const char *method, const void *args,
                     const struct tenon_table *args_table, void *result, const struct tenon_table *result_table)
{
	return call_child(call_of(c), &(struct call_target){ instance, method, args_table, result_table }, args, result, false);
}

static int host_relay(struct tenon_call *c, const char *instance, const char *method, const void *args,
                      const struct tenon_table *args_table, void *result, const struct tenon_table *result_table)
{
	return call_child(call_of(c), &(struct call_target){ instance, method, args_table, result_table }, args, result, true);
}

static int host_offload(struct tenon_call *c, uint32_t lane, int (*fn)(void *), void *arg)
{
	return call_offload(call_of(c), lane, fn, arg);
}

static void wake(void *arg) { wait_wake(arg); }

/* in slices, so that a cancelled call sleeps no longer than one of them */
static int host_sleep(struct tenon_call *c, int64_t ms)
{
	enum { SLICE_MS = 50 };

	if (call_of(c)->sleep != NULL && fiber_self() != NULL)
		return call_of(c)->sleep(call_of(c), ms);
	for (; ms > 0 && !host_cancelled(c); ms -= SLICE_MS) {
		int64_t slice = ms < SLICE_MS ? ms : SLICE_MS;
		if (fiber_self() == NULL) {
			nanosleep(&(struct timespec){ 0, (long)slice * 1000000 }, NULL);
			continue;
		}
		struct wait w;
		wait_init(&w);
		if (loop_every(loop_self(), slice, 0, wake, &w) == NULL)
			return TENON_NO_MEMORY;
		wait_for(&w);
	}
	return host_cancelled(c) ? TENON_CANCELLED : TENON_OK;
}

static int host_emit(struct tenon_call *c, const void *item) { return call_emit(call_of(c), item); }

static int64_t host_read(struct tenon_call *pub, void *p, size_t n)
{
	struct call *c = call_of(pub);
	if (c->root->on_read != NULL)
		return c->root->on_read(c->root, p, n);
	return c->in == NULL ? 0 : stream_read(c->in, p, n);
}

static int host_content(struct tenon_call *c, const struct tenon_content *content, struct tenon_span *span)
{
	return call_content(call_of(c), content, span);
}

static int host_write(struct tenon_call *pub, const void *p, size_t n)
{
	struct call *c = call_of(pub);
	if (c->root->on_write != NULL)
		return c->root->on_write(c->root, p, n);
	return c->out == NULL ? call_fail(c, TENON_INTERNAL, "%s was called without a place for its bytes", c->method->name)
	                      : stream_write(c->out, p, n);
}

/* no descriptor leaves a host */
static int write_file_in_parts(struct call *root, int fd, int64_t offset, int64_t length)
{
	enum { PART = 64 << 10 };
	char *part = mem_alloc(PART);
	int rc = part == NULL ? TENON_NO_MEMORY : TENON_OK;

	while (rc == TENON_OK && length > 0) {
		ssize_t n = pread(fd, part, length < PART ? (size_t)length : PART, offset);
		rc = n <= 0 ? TENON_DATA_LOSS : root->on_write(root, part, (size_t)n);
		offset += n;
		length -= n;
	}
	mem_free(part);
	close(fd);
	return rc;
}

static int host_write_file(struct tenon_call *pub, int fd, int64_t offset, int64_t length)
{
	struct call *c = call_of(pub);
	if (c->root->on_write != NULL)
		return write_file_in_parts(c->root, fd, offset, length);
	if (c->out != NULL)
		return stream_write_file(c->out, fd, offset, length);
	close(fd);
	return call_fail(c, TENON_INTERNAL, "%s was called without a place for its bytes", c->method->name);
}

static void host_batch_finish(struct tenon_batch *b, struct tenon_call *c, int code)
{
	(void)b;
	call_finish(call_of(c), code);
}

static int host_worker(const struct tenon_call *c) { return ((const struct call *)c)->worker; }

static void gauge(const struct tenon_host *h, const char *name, double add, double keep)
{
	struct instance *in = instance_of(h);

	pthread_mutex_lock(&in->gauge_lock);
	double *g = map_get(&in->gauges, name);
	if (g == NULL && (g = mem_zero(sizeof *g)) != NULL && map_put(&in->gauges, name, g) != TENON_OK) {
		mem_free(g);
		g = NULL;
	}
	if (g != NULL)
		*g = *g * keep + add;
	pthread_mutex_unlock(&in->gauge_lock);
}

static void host_metric_add(const struct tenon_host *h, const char *name, double x) { gauge(h, name, x, 1); }

static void host_metric_set(const struct tenon_host *h, const char *name, double x) { gauge(h, name, x, 0); }

static int host_spawn(const struct tenon_host *h, const char *name, int (*fn)(struct tenon_call *, void *), void *arg)
{
	return background_spawn(instance_of(h), name, fn, arg);
}

void host_lend(struct tenon_host *h)
{
	*h = (struct tenon_host){
		.size = sizeof *h, .abi = TENON_ABI,
		.log = host_log, .clock = clock_ns, .now = clock_unix_ms, .random = host_random,
		.alloc = host_alloc, .mark = host_mark, .rewind = host_rewind, .fail = host_fail, .reason = host_reason, .forgive = host_forgive, .cancelled = host_cancelled,
		.call = host_call, .offload = host_offload, .sleep = host_sleep, .emit = host_emit,
		.read = host_read, .content = host_content, .write = host_write, .write_file = host_write_file, .relay = host_relay,
		.batch_take = lane_batch_take, .batch_finish = host_batch_finish, .worker = host_worker,
		.metric_add = host_metric_add, .metric_set = host_metric_set, .spawn = host_spawn,
		.publish = event_publish, .subscribe = subscription_add,
	};
}
