/* SPDX-License-Identifier: Apache-2.0 */
/* host - each slot in the simplest way that keeps its contract. */
#include "host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

struct mock_chunk {
	struct mock_chunk *next;
	_Alignas(max_align_t) unsigned char bytes[];
};

static struct mock_call *call_of(struct tenon_call *c) { return (struct mock_call *)c; }

static struct mock *mock_of(const struct tenon_host *h) { return (struct mock *)h; }

/* ---- memory ---- */

void *mock_host_memory(struct mock_call *c, size_t n)
{
	struct mock_chunk *k = calloc(1, sizeof *k + n);

	if (k == NULL)
		return NULL;
	k->next = c->memory;
	c->memory = k;
	return k->bytes;
}

void mock_host_forget(struct mock_call *c)
{
	while (c->memory != NULL) {
		struct mock_chunk *k = c->memory;
		c->memory = k->next;
		free(k);
	}
}

static void *host_alloc(struct tenon_call *pub, size_t n)
{
	struct mock_call *c = call_of(pub);

	if (c->allocs == 0)
		return NULL;
	c->allocs -= c->allocs > 0;
	return mock_host_memory(c, n);
}

/* emitted items are collected here, and what they point to stays */
static void *host_mark(struct tenon_call *c)
{
	(void)c;
	return NULL;
}

static void host_rewind(struct tenon_call *c, void *mark)
{
	(void)c;
	(void)mark;
}

static bool add_bytes(struct mock_bytes *b, const void *p, size_t n)
{
	char *more = realloc(b->p, b->n + n + 1);

	if (more == NULL)
		return false;
	memcpy(more + b->n, p, n);
	b->p = more;
	b->n += n;
	b->p[b->n] = '\0';
	return true;
}

/* ---- time, chance, words ---- */

static int64_t host_clock(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t host_now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void host_random(void *p, size_t n)
{
	for (size_t got = 0; got < n;) {
		ssize_t r = getrandom((char *)p + got, n - got, 0);
		got += r > 0 ? (size_t)r : 0;
	}
}

static void host_log(const struct tenon_host *h, struct tenon_call *c, int level, const char *fmt, va_list ap)
{
	struct mock *m = mock_of(h);

	(void)c;
	(void)level;
	pthread_mutex_lock(&m->lock);
	vsnprintf(m->log, sizeof m->log, fmt, ap);
	pthread_mutex_unlock(&m->lock);
}

static int host_fail(struct tenon_call *c, int code, const char *fmt, va_list ap)
{
	vsnprintf(call_of(c)->message, sizeof call_of(c)->message, fmt, ap);
	return code;
}

static const char *host_reason(const struct tenon_call *c) { return ((const struct mock_call *)c)->message; }

static void host_forgive(struct tenon_call *c) { *call_of(c)->message = '\0'; }

static bool host_cancelled(const struct tenon_call *c)
{
	return ((const struct mock_call *)c)->cancelled || host_clock() > c->deadline;
}

static int host_sleep(struct tenon_call *c, int64_t ms)
{
	nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000 }, NULL);
	return host_cancelled(c) ? TENON_CANCELLED : TENON_OK;
}

/* ---- other plugins, other threads ---- */

/* a plugin that calls itself: what lives in the callee's arena lives in the caller's */
static int call_self(struct mock_call *from, const char *method, const void *args, void *result)
{
	struct mock_call *c = mock_call_new(from->mock, method);

	if (c == NULL)
		return tenon_fail(&from->pub, TENON_NO_ROUTE, "it has no method %s", method);
	int code = mock_run(c, args);
	memcpy(result, c->result, c->row->result->size);
	memcpy(from->message, c->message, sizeof from->message);
	struct mock_chunk **end = &from->memory;
	while (*end != NULL)
		end = &(*end)->next;
	*end = c->memory;
	c->memory = NULL;
	mock_call_free(c);
	return code;
}

static int host_call(struct tenon_call *c, const char *instance, const char *method, const void *args,
                     const struct tenon_table *args_table, void *result, const struct tenon_table *result_table)
{
	struct mock *m = call_of(c)->mock;

	(void)args_table;
	(void)result_table;
	if (strcmp(instance, m->host.instance) == 0)
		return call_self(call_of(c), method, args, result);
	if (m->answer == NULL)
		return tenon_fail(c, TENON_NO_ROUTE, "nobody answers to %s.%s", instance, method);
	return m->answer(c, &(struct mock_question){ instance, method, args, result }, m->answer_arg);
}

static int host_offload(struct tenon_call *c, uint32_t lane, int (*fn)(void *), void *arg)
{
	(void)c;
	(void)lane;
	return fn(arg);
}

static struct tenon_call *host_batch_take(struct tenon_batch *b, int64_t wait_ns, const void **args, void **result)
{
	(void)wait_ns; /* nobody adds to the queue meanwhile */
	if (b->at == b->n)
		return NULL;
	struct mock_call *c = b->calls[b->at++];
	*args = c->args;
	*result = c->result;
	return &c->pub;
}

static void host_batch_finish(struct tenon_batch *b, struct tenon_call *pub, int code)
{
	struct mock_call *c = call_of(pub);

	(void)b;
	if (c->finished)
		abort(); /* twice: the core would free it twice */
	c->code = code;
	if (c->mock->told != NULL)
		c->mock->told(c, c->mock->told_arg);
	c->finished = true;
}

static int host_worker(const struct tenon_call *c) { return ((const struct mock_call *)c)->worker; }

/* ---- streams ---- */

static int host_emit(struct tenon_call *pub, const void *item)
{
	struct mock_call *c = call_of(pub);
	const struct tenon_table *t = c->row->result;

	for (const struct tenon_field *f = t->fields; f < t->fields + t->n; f++)
		if (f->flags & TENON_EMIT)
			return add_bytes(&c->emitted, item, f->sub->size) ? TENON_OK : TENON_NO_MEMORY;
	return tenon_fail(pub, TENON_INTERNAL, "%s has no EMIT field", c->row->name);
}

static int64_t host_read(struct tenon_call *pub, void *p, size_t n)
{
	struct mock_call *c = call_of(pub);
	size_t left = c->in.n - c->in.at;

	if (left == 0)
		return c->in_error;
	n = n < left ? n : left;
	memcpy(p, c->in.p + c->in.at, n);
	c->in.at += n;
	return (int64_t)n;
}

static int host_content(struct tenon_call *pub, const struct tenon_content *content, struct tenon_span *span)
{
	struct mock_call *c = call_of(pub);

	c->content = *content;
	if (span != NULL)
		*span = c->whole ? (struct tenon_span){ 0, content->size } : c->wanted;
	return TENON_OK;
}

static int host_write(struct tenon_call *c, const void *p, size_t n)
{
	return add_bytes(&call_of(c)->out, p, n) ? TENON_OK : TENON_NO_MEMORY;
}

static int host_write_file(struct tenon_call *c, int fd, int64_t offset, int64_t length)
{
	char part[4096];
	int code = TENON_OK;

	while (length > 0 && code == TENON_OK) {
		ssize_t n = pread(fd, part, length < (int64_t)sizeof part ? (size_t)length : sizeof part, offset);
		code = n > 0 ? host_write(c, part, (size_t)n) : TENON_UNAVAILABLE;
		offset += n;
		length -= n;
	}
	close(fd);
	return code;
}

/* ---- metrics ---- */

static void metric(const struct tenon_host *h, const char *name, double add, double keep)
{
	struct mock *m = mock_of(h);
	int i = 0;

	pthread_mutex_lock(&m->lock);
	while (i < MOCK_METRICS && m->metrics[i].name != NULL && strcmp(m->metrics[i].name, name) != 0)
		i++;
	if (i < MOCK_METRICS) {
		m->metrics[i].name = name; /* names are literals */
		m->metrics[i].value = m->metrics[i].value * keep + add;
	}
	pthread_mutex_unlock(&m->lock);
}

static void host_metric_add(const struct tenon_host *h, const char *name, double x) { metric(h, name, x, 1); }

static void host_metric_set(const struct tenon_host *h, const char *name, double x) { metric(h, name, x, 0); }

double mock_metric(struct mock *m, const char *name)
{
	double value = 0;

	pthread_mutex_lock(&m->lock);
	for (int i = 0; i < MOCK_METRICS && m->metrics[i].name != NULL; i++)
		if (strcmp(m->metrics[i].name, name) == 0)
			value = m->metrics[i].value;
	pthread_mutex_unlock(&m->lock);
	return value;
}

const char *mock_log(struct mock *m) { return m->log; }

/* ---- lending ---- */

void mock_host_lend(struct mock *m, const char *dir)
{
	pthread_mutex_init(&m->lock, NULL);
	m->host = (struct tenon_host){
		.size = sizeof m->host, .abi = TENON_ABI,
		.log = host_log, .clock = host_clock, .now = host_now, .random = host_random,
		.alloc = host_alloc, .mark = host_mark, .rewind = host_rewind, .fail = host_fail, .reason = host_reason, .forgive = host_forgive, .cancelled = host_cancelled,
		.call = host_call, .offload = host_offload, .sleep = host_sleep, .emit = host_emit,
		.read = host_read, .content = host_content, .write = host_write, .write_file = host_write_file, .relay = host_call,
		.batch_take = host_batch_take, .batch_finish = host_batch_finish, .worker = host_worker,
		.metric_add = host_metric_add, .metric_set = host_metric_set,
		.instance = m->plugin->builtin != NULL ? m->plugin->builtin : m->plugin->name,
		.data_dir = dir,
	};
}

void mock_host_end(struct mock *m) { pthread_mutex_destroy(&m->lock); }
