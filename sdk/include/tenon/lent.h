/* SPDX-License-Identifier: Apache-2.0 */
/* lent - the host's functions as a plugin writes them: tenon_fail(c, ...) for c->host->fail(c, ...).
 *
 * Included by plugin.h. What each does, when it parks and what it returns stands at the slot in struct tenon_host. */
#ifndef TENON_LENT_H
#define TENON_LENT_H

#include <stdio.h>
#include <string.h>

/* leaves the handler with the code of the first thing that fails */
#define TRY(expr) \
	do { \
		int try_ = (expr); \
		if (try_ < 0) \
			return try_; \
	} while (0)

static inline TENON_PRINTF(3, 4) void tenon_log(struct tenon_call *c, int level, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	c->host->log(c->host, c, level, fmt, ap);
	va_end(ap);
}

static inline TENON_PRINTF(3, 4) void tenon_host_log(const struct tenon_host *h, int level, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	h->log(h, NULL, level, fmt, ap);
	va_end(ap);
}

static inline TENON_PRINTF(3, 4) int tenon_fail(struct tenon_call *c, int code, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	code = c->host->fail(c, code, fmt, ap);
	va_end(ap);
	return code;
}

static inline void *tenon_alloc(struct tenon_call *c, size_t n) { return c->host->alloc(c, n); }

static inline void *tenon_mark(struct tenon_call *c) { return c->host->mark(c); }
static inline void tenon_rewind(struct tenon_call *c, void *mark) { c->host->rewind(c, mark); }

static inline char *tenon_strndup(struct tenon_call *c, const char *s, size_t n)
{
	char *p = (char *)c->host->alloc(c, n + 1);
	if (p != NULL && n > 0)
		memcpy(p, s, n);
	return p;
}

/* text of the call's arena; NULL when out of memory */
static inline TENON_PRINTF(2, 3) char *tenon_printf(struct tenon_call *c, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	char *p = n < 0 ? NULL : (char *)c->host->alloc(c, (size_t)n + 1);
	if (p == NULL)
		return NULL;
	va_start(ap, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return p;
}

static inline const char *tenon_reason(const struct tenon_call *c) { return c->host->reason(c); }
static inline void tenon_forgive(struct tenon_call *c) { c->host->forgive(c); }
static inline bool tenon_cancelled(const struct tenon_call *c) { return c->host->cancelled(c); }
static inline int64_t tenon_now(struct tenon_call *c) { return c->host->now(); }
static inline int tenon_emit(struct tenon_call *c, const void *item) { return c->host->emit(c, item); }
static inline int tenon_sleep(struct tenon_call *c, int64_t ms) { return c->host->sleep(c, ms); }
static inline int tenon_spawn(const struct tenon_host *h, const char *name, int (*fn)(struct tenon_call *, void *), void *arg)
{
	bool lent = h->size >= offsetof(struct tenon_host, spawn) + sizeof h->spawn && h->spawn != NULL;
	return lent ? h->spawn(h, name, fn, arg) : TENON_UNSUPPORTED;
}
static inline int64_t tenon_read(struct tenon_call *c, void *p, size_t n) { return c->host->read(c, p, n); }
static inline int tenon_write(struct tenon_call *c, const void *p, size_t n) { return c->host->write(c, p, n); }

/* calls `method` of `instance`; the table names follow from the argument and result types: TENON_CALL(c, "sql", "tx",
 * sql_tx_args, &args, sql_tx_result, &out) */
#define TENON_CALL(c, instance, method, args_t, args, result_t, result) \
	((c)->host->call((c), (instance), (method), (args), &args_t##_table, (result), &result_t##_table))
#define TENON_RELAY(c, instance, method, args_t, args, result_t, result) \
	((c)->host->relay((c), (instance), (method), (args), &args_t##_table, (result), &result_t##_table))

/* does this host lend that slot? An older one ends before it. */
#define TENON_LENDS(h, slot) ((h)->size >= offsetof(struct tenon_host, slot) + sizeof (h)->slot && (h)->slot != NULL)

static inline void tenon_publish(struct tenon_call *c, const char *topic, const void *payload, const struct tenon_table *table)
{
	if (TENON_LENDS(c->host, publish))
		c->host->publish(c, topic, payload, table);
}

/* UNSUPPORTED on a host without events */
static inline int tenon_subscribe(const struct tenon_host *h, const char *pattern, int (*fn)(struct tenon_call *, const struct tenon_event *),
                                  const struct tenon_table *table)
{
	return TENON_LENDS(h, subscribe) ? h->subscribe(h, pattern, fn, table) : TENON_UNSUPPORTED;
}

/* TENON_PUBLISH(c, "tracking.run.finished", run_event, &event) */
#define TENON_PUBLISH(c, topic, type, payload) tenon_publish((c), (topic), (payload), &type##_table)

#endif
