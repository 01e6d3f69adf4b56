/* SPDX-License-Identifier: Apache-2.0 */
/* mock - a host for one instance of a plugin, so that a plugin is tested without the core.
 *
 *	mock_open(&m, tenon_plugin_v1(), dir, (const char *[]){ "cache_kib=64", NULL }, why, sizeof why);
 *	struct mock_call *c = mock_call_new(m, "query");
 *	code = mock_run(c, &args);          // c->result, c->message
 *
 * Model    A call runs at once, on the thread that runs it: nothing parks, offload() runs in place. A batch method gets
 *          the calls of mock_run_all() as its queue. Streams come from memory and go to memory. What the plugin calls is
 *          answered by the test's own function.
 * Threads  a mock may be used by several, a call by one.
 * Ownership  all that a call points to lives until mock_call_free. */
#ifndef TENON_MOCK_H
#define TENON_MOCK_H

#include <tenon/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

struct mock;
struct mock_chunk;

struct mock_bytes { char *p; size_t n, at; };

struct mock_call {
	struct tenon_call pub;        /* first; a test may set deadline, principal, workspace */
	struct mock *mock;
	const struct tenon_method *row;
	const void *args;             /* for mock_run_all; mock_run sets it */
	void *result;
	int code;
	char message[1024];           /* why it failed; "" */
	bool finished, cancelled;
	int worker;                   /* of the lane: what host->worker() says */
	int64_t allocs;               /* host->alloc gives so many times, then no more; < 0: no limit */

	struct mock_bytes in, out;    /* `in` is borrowed from the test */
	int in_error;                 /* what the stream ends with instead of an end; 0 */
	bool whole;                   /* all of the content is wanted; set unless the test clears it and sets `wanted` */
	struct tenon_span wanted;
	struct tenon_content content;
	struct mock_bytes emitted;    /* items of the EMIT field, one after another */
	struct mock_chunk *memory;
};

/* Creates and starts. `settings`: "name=value", ends with NULL; others have their defaults. `why` is never empty after a
 * failure. The folder `dir` is the test's. */
int  mock_open(struct mock **, const struct tenon_plugin *, const char *dir, const char *const *settings, char *why, size_t why_size);
void mock_close(struct mock *);  /* drains and destroys */
int  mock_ready(struct mock *, char *why, size_t why_size);
void *mock_self(const struct mock *);

struct mock_call *mock_call_new(struct mock *, const char *method); /* NULL: no such method */
void mock_call_free(struct mock_call *);
int  mock_run(struct mock_call *, const void *args);                /* returns its code */
/* of one method, all queued before the first runs; each ends with its own code */
void mock_run_all(struct mock_call *const *, size_t n);

/* answers what the plugin calls or relays, unless it calls itself; without it such calls are NO_ROUTE */
struct mock_question { const char *instance, *method; const void *args; void *result; };
void mock_on_call(struct mock *, int (*answer)(struct tenon_call *, const struct mock_question *, void *arg), void *arg);
/* is told when a call of a batch is finished, before it is */
void mock_on_finish(struct mock *, void (*)(struct mock_call *, void *arg), void *arg);

double mock_metric(struct mock *, const char *name);                /* 0 if it was never touched */
const char *mock_log(struct mock *);                                /* the last line logged; "" */

#ifdef __cplusplus
}
#endif
#endif
