/* SPDX-License-Identifier: Apache-2.0 */
/* shim - a wrapper for each slot that can fail or park, and for each handler. */
#include "shim.h"
#include "heap.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { METHODS_MOST = 256, BATCHES_MOST = 8 };

static struct tenon_host real;
static const struct tenon_plugin *plugin;
static int (*batches[BATCHES_MOST])(struct tenon_batch *, void *);

static atomic_long countdown;
static bool alloc_only_;
static _Atomic(const char *) failed;

void shim_fail_nth(long nth, bool alloc_only)
{
	alloc_only_ = alloc_only;
	atomic_store(&failed, NULL);
	atomic_store(&countdown, nth);
}

const char *shim_failed(void) { return atomic_load(&failed); }

static bool refuse(const char *slot, bool is_alloc)
{
	if (atomic_load_explicit(&countdown, memory_order_relaxed) == 0 || (alloc_only_ && !is_alloc) || atomic_fetch_sub(&countdown, 1) != 1)
		return false;
	atomic_store(&failed, slot);
	return true;
}

/* the host's code runs, then the plugin's again */
#define OUTSIDE(type, expr) __extension__ ({ heap_inside = false; type value_ = (expr); heap_inside = true; value_; })

/* ---- slots ---- */

static void *lent_alloc(struct tenon_call *c, size_t n) { return refuse("alloc", true) ? NULL : OUTSIDE(void *, real.alloc(c, n)); }

static int refusal(struct tenon_call *c, int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	real.fail(c, code, fmt, ap);
	va_end(ap);
	return code;
}

static int lent_fail(struct tenon_call *c, int code, const char *fmt, va_list ap) { return OUTSIDE(int, real.fail(c, code, fmt, ap)); }

static void lent_log(const struct tenon_host *h, struct tenon_call *c, int level, const char *fmt, va_list ap)
{
	heap_inside = false;
	real.log(h, c, level, fmt, ap);
	heap_inside = true;
}

static int lent_call(struct tenon_call *c, const char *instance, const char *method, const void *args, const struct tenon_table *at,
                     void *result, const struct tenon_table *rt)
{
	if (refuse("call", false))
		return refusal(c, TENON_UNAVAILABLE, "%s is down", instance);
	return OUTSIDE(int, real.call(c, instance, method, args, at, result, rt));
}

static int lent_relay(struct tenon_call *c, const char *instance, const char *method, const void *args, const struct tenon_table *at,
                      void *result, const struct tenon_table *rt)
{
	if (refuse("relay", false))
		return refusal(c, TENON_UNAVAILABLE, "%s is down", instance);
	return OUTSIDE(int, real.relay(c, instance, method, args, at, result, rt));
}

struct offloaded { int (*fn)(void *); void *arg; };

static int run_offloaded(void *arg)
{
	const struct offloaded *o = arg;
	bool before = heap_inside;

	heap_inside = true;
	int rc = o->fn(o->arg);
	heap_inside = before;
	return rc;
}

static int lent_offload(struct tenon_call *c, uint32_t lane, int (*fn)(void *), void *arg)
{
	struct offloaded o = { fn, arg };
	return refuse("offload", false) ? TENON_OVERLOADED : OUTSIDE(int, real.offload(c, lane, run_offloaded, &o));
}

static int lent_sleep(struct tenon_call *c, int64_t ms) { return refuse("sleep", false) ? TENON_CANCELLED : OUTSIDE(int, real.sleep(c, ms)); }

static int lent_emit(struct tenon_call *c, const void *item) { return refuse("emit", false) ? TENON_CANCELLED : OUTSIDE(int, real.emit(c, item)); }

static int64_t lent_read(struct tenon_call *c, void *p, size_t n)
{
	return refuse("read", false) ? TENON_CANCELLED : OUTSIDE(int64_t, real.read(c, p, n));
}

static int lent_content(struct tenon_call *c, const struct tenon_content *content, struct tenon_span *span)
{
	return refuse("content", false) ? refusal(c, TENON_CANCELLED, "the reader left") : OUTSIDE(int, real.content(c, content, span));
}

static int lent_write(struct tenon_call *c, const void *p, size_t n) { return refuse("write", false) ? TENON_CANCELLED : OUTSIDE(int, real.write(c, p, n)); }

static int lent_write_file(struct tenon_call *c, int fd, int64_t offset, int64_t length)
{
	if (!refuse("write_file", false))
		return OUTSIDE(int, real.write_file(c, fd, offset, length));
	close(fd); /* it takes the descriptor, whatever it answers */
	return TENON_CANCELLED;
}

static struct tenon_call *lent_take(struct tenon_batch *b, int64_t wait_ns, const void **args, void **result)
{
	return OUTSIDE(struct tenon_call *, real.batch_take(b, wait_ns, args, result));
}

static void lent_finish(struct tenon_batch *b, struct tenon_call *c, int code)
{
	heap_inside = false;
	real.batch_finish(b, c, code);
	heap_inside = true;
}

static void lent_metric_add(const struct tenon_host *h, const char *name, double x)
{
	heap_inside = false;
	real.metric_add(h, name, x);
	heap_inside = true;
}

static void lent_metric_set(const struct tenon_host *h, const char *name, double x)
{
	heap_inside = false;
	real.metric_set(h, name, x);
	heap_inside = true;
}

void shim_lend(struct tenon_host *h)
{
	real = *h;
	h->alloc = lent_alloc;
	h->fail = lent_fail;
	h->log = lent_log;
	h->call = lent_call;
	h->relay = lent_relay;
	h->offload = lent_offload;
	h->sleep = lent_sleep;
	h->emit = lent_emit;
	h->read = lent_read;
	h->content = lent_content;
	h->write = lent_write;
	h->write_file = lent_write_file;
	h->batch_take = lent_take;
	h->batch_finish = lent_finish;
	h->metric_add = lent_metric_add;
	h->metric_set = lent_metric_set;
}

/* ---- the plugin's functions ---- */

#define INSIDE(expr) __extension__ ({ heap_inside = true; int code_ = (expr); heap_inside = false; code_; })

static int run_handler(struct tenon_call *c, const void *args, void *result)
{
	const char *name = strchr(c->method, '.');
	const struct tenon_method *m = plugin->methods;

	name = name == NULL ? c->method : name + 1;
	while (strcmp(m->name, name) != 0)
		m++;
	return INSIDE(m->handler(c, args, result));
}

#define BATCH(i) static int batch_##i(struct tenon_batch *b, void *self) { return INSIDE(batches[i](b, self)); }
BATCH(0) BATCH(1) BATCH(2) BATCH(3) BATCH(4) BATCH(5) BATCH(6) BATCH(7)
static int (*const run_batch[BATCHES_MOST])(struct tenon_batch *, void *) = { batch_0, batch_1, batch_2, batch_3, batch_4, batch_5, batch_6, batch_7 };

static int create(const struct tenon_host *h, const void *config, void **self, char *why, size_t size)
{
	return INSIDE(plugin->create(h, config, self, why, size));
}
static int start(struct tenon_call *c) { return INSIDE(plugin->start(c)); }
static int drain(struct tenon_call *c) { return INSIDE(plugin->drain(c)); }
static int ready(struct tenon_call *c) { return INSIDE(plugin->ready(c)); }

const struct tenon_plugin *shim_plugin(const struct tenon_plugin *p)
{
	static struct tenon_method methods[METHODS_MOST];
	static struct tenon_plugin copy;
	size_t n = 0, batch = 0;

	if (plugin == p)
		return &copy;
	plugin = p;
	copy = *p;
	copy.methods = methods;
	for (const struct tenon_method *m = p->methods; m->name != NULL && n < METHODS_MOST - 1; m++, n++) {
		methods[n] = *m;
		if (m->handler != NULL)
			methods[n].handler = run_handler;
		if (m->batch == NULL || batch == BATCHES_MOST)
			continue;
		batches[batch] = m->batch;
		methods[n].batch = run_batch[batch++];
	}
	copy.create = p->create != NULL ? create : NULL;
	copy.start = p->start != NULL ? start : NULL;
	copy.drain = p->drain != NULL ? drain : NULL;
	copy.ready = p->ready != NULL ? ready : NULL;
	return &copy;
}
