/* SPDX-License-Identifier: Apache-2.0 */
/* plugin - all that a Tenon plugin includes: its descriptor, a call, and what the host lends.
 *
 * Model    A plugin is a shared object that exports one function, `tenon_plugin_v1` (TENON_EXPORT), which returns a
 *          static descriptor. An instance is a plugin plus its configuration; `create` makes its `self`. A method is
 *          a row; a call is one run of a method's handler on a fiber of its own: straight code that parks.
 * Threads  Handlers and lifecycle functions run on the instance's home loop, one at a time between two PARKS
 *          functions. Methods with a lane run on that lane's worker threads instead, where waiting really blocks.
 *          Host functions are called from the thread that the handler runs on, unless they say «any thread».
 * Memory   Arguments, result and tenon_alloc() memory belong to the call and end with it.
 * Linking  A plugin imports nothing from the core (it links with -z defs): everything comes through `call->host`,
 *          a table that only grows at its end. */
#ifndef TENON_PLUGIN_H
#define TENON_PLUGIN_H

#include <stdarg.h>
#include "error.h"
#include "row.h"

#define TENON_ABI 0 /* 0: free to change until declared frozen */
#define TENON_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))

struct tenon_host;
struct tenon_batch;
struct tenon_content;
struct tenon_problem;
struct tenon_event;

enum tenon_log_level { TENON_LOG_ERROR, TENON_LOG_WARN, TENON_LOG_INFO, TENON_LOG_DEBUG };

/* One call. Read only; lives until its handler has returned and its answer is taken. */
struct tenon_call {
	const struct tenon_host *host;
	void *self;                   /* what the instance's create() made */
	const char *method;           /* "tracking.log_metric" */
	const char *principal;        /* who asks: "anonymous" until identity knows better */
	const char *workspace;        /* the tenant; every row, key and event is stored with it */
	char trace[33], span[17];     /* W3C trace context, lower-case hex */
	int64_t deadline;             /* monotonic ns (host->clock); INT64_MAX = none */
};

/* What precedes the bytes of an answer that is a file or another stream. Unset members are NULL or < 0. Members
 * already set by an earlier tenon_content() of the same call (a service before its relay) stay. */
struct tenon_content {
	const char *type;     /* media type */
	const char *filename; /* makes it a download: Content-Disposition: attachment */
	const char *etag;     /* strong, without quotes */
	int64_t size;         /* bytes of the whole, -1 unknown */
	int64_t mtime;        /* unix seconds, -1 unknown */
};

/* The bytes that the asker wants of it: the whole, a range, or nothing (length 0: HEAD, 304, a bad range). */
struct tenon_span { int64_t offset, length; };

/* What the host lends. Append only; a slot that an older host lacks is NULL or past `size`.
 * PARKS = a preemption point: the fiber may park and other calls of the instance run meanwhile. */
struct tenon_host {
	uint32_t size, abi;

	/* any thread. `c` may be NULL outside of a call. */
	void (*log)(const struct tenon_host *, struct tenon_call *c, int level, const char *fmt, va_list);
	int64_t (*clock)(void);           /* monotonic ns, any thread */
	int64_t (*now)(void);             /* unix ms, any thread */
	void (*random)(void *, size_t);   /* cryptographic, any thread */

	/* zeroed memory of the call's arena, aligned for any type; NULL when out of memory */
	void *(*alloc)(struct tenon_call *, size_t);
	/* rewind gives back what was allocated since the mark, results of sub-calls included: for a handler that emits much, in
	 * portions. Where the items are being collected it keeps all. A NULL mark (out of memory) is fine. */
	void *(*mark)(struct tenon_call *);
	void (*rewind)(struct tenon_call *, void *mark);
	/* ends the call with an error: sets the message and returns `code`, for the handler to return. The last one counts. */
	int (*fail)(struct tenon_call *, int code, const char *fmt, va_list);
	/* the message that the last failed sub-call or tenon_fail() left; "" if none */
	const char *(*reason)(const struct tenon_call *);
	void (*forgive)(struct tenon_call *); /* drops it: the handler goes on */
	bool (*cancelled)(const struct tenon_call *); /* client gone or deadline over; any thread */

	/* PARKS. Calls `method` ("tx") of `instance` ("sql"). `args` and `result` are structs of the given tables, which
	 * must stay as they are until it returns; the bus translates if the callee was built with other layouts.
	 * Returns the callee's code; its message is then tenon_reason(). */
	int (*call)(struct tenon_call *, const char *instance, const char *method, const void *args, const struct tenon_table *,
	            void *result, const struct tenon_table *);
	/* PARKS. Runs fn(arg), which may block, on a worker of the instance's `lane`; returns its result. OVERLOADED when the
	 * lane's queue is full; fn did not run then. On a worker already it runs fn in place. */
	int (*offload)(struct tenon_call *, uint32_t lane, int (*fn)(void *arg), void *arg);
	int (*sleep)(struct tenon_call *, int64_t ms); /* PARKS. CANCELLED when the call ends first */

	/* PARKS when the reader is slow. Hands over one item of the result's EMIT field, a struct of its table. */
	int (*emit)(struct tenon_call *, const void *item);

	/* PARKS. Up to `n` bytes of the stream that came with the call; 0 = end, < 0 = error (CANCELLED: sender gone) */
	int64_t (*read)(struct tenon_call *, void *, size_t n);
	/* describes the answer's bytes; then only `span` of them is wanted. span NULL: more will be said by a relay's callee */
	int (*content)(struct tenon_call *, const struct tenon_content *, struct tenon_span *);
	int (*write)(struct tenon_call *, const void *, size_t n);                         /* PARKS */
	int (*write_file)(struct tenon_call *, int fd, int64_t offset, int64_t length);    /* takes the fd; sendfile */
	/* as call(), and hands the streams of this call to the callee: the service's last act on a blob */
	int (*relay)(struct tenon_call *, const char *instance, const char *method, const void *args, const struct tenon_table *,
	             void *result, const struct tenon_table *);

	/* Lanes. The next queued call of a batch method, or NULL when none is queued now; waits `wait_ns` for one. */
	struct tenon_call *(*batch_take)(struct tenon_batch *, int64_t wait_ns, const void **args, void **result);
	void (*batch_finish)(struct tenon_batch *, struct tenon_call *, int code);
	int (*worker)(const struct tenon_call *); /* index of the lane's worker thread that runs this, from 0 */

	/* counters and gauges of the instance, shown at /metrics as tenon_<interface>_<name>; any thread */
	void (*metric_add)(const struct tenon_host *, const char *name, double);
	void (*metric_set)(const struct tenon_host *, const char *name, double);

	/* about the instance that this table was lent to */
	const char *instance; /* "sql" */
	const char *data_dir; /* a directory of its own; made, mode 0700 */

	/* Home loop. Runs fn(call, arg) beside the caller, as a call of the instance's own: principal "system", no deadline, an arena of
	 * its own. From `start` on until the instance drains; then it is refused with UNAVAILABLE, and what runs learns of it: tenon_sleep
	 * ends early with CANCELLED, tenon_cancelled is true, and only calls to others that last longer than a few seconds are cut.
	 * `drain` is called when all have returned. What fn returns is logged if it is an error other than CANCELLED. `name` is a literal. */
	int (*spawn)(const struct tenon_host *, const char *name, int (*fn)(struct tenon_call *, void *arg), void *arg);

	/* Events (struct tenon_event). publish: any thread of the instance, a worker's too; `payload` is copied, never parks, never fails the
	 * handler: a topic that the descriptor does not declare is logged once and dropped. After the commit, please. */
	void (*publish)(struct tenon_call *, const char *topic, const void *payload, const struct tenon_table *);
	/* From create or start, again at each start: the same once more is fine. `pattern` is a topic, "tracking.*", or "*" for all. fn gets
	 * the payload in the layout of `table`, field by field by name; its fiber may park. < 0: the pattern or table is wrong (logged). */
	int (*subscribe)(const struct tenon_host *, const char *pattern, int (*fn)(struct tenon_call *, const struct tenon_event *),
	                 const struct tenon_table *);
};

/* Events: what happened, for whoever cares.
 *
 * A publisher declares its topics (struct tenon_topic, rows of its descriptor) and calls TENON_PUBLISH(c, topic, type, &message). It is
 * not held up by anybody: each subscription has a queue of its own, 1,024 events long, whose oldest is dropped when it is full.
 * So events are lossy by contract: `lost` > 0 says how many are missing before this one, and then, as after a change of `epoch`, the
 * subscriber asks for what it needs to know anew. Nothing may depend on an event alone; what must happen belongs in a transaction.
 * A subscription's function runs on a fiber of its instance's home loop, one event at a time and in order, as principal "system" in the
 * workspace of the event. What it returns is logged if it is < 0. It gets nothing before the instance has started, and nothing
 * once it drains: an event that it waits in is cancelled (tenon_cancelled). */
struct tenon_event {
	const char *topic;     /* "tracking.run.finished" */
	const char *workspace; /* of the call that published it */
	int64_t epoch;         /* changes with each start of the publishing instance */
	int64_t seq;           /* 1, 2, 3 ... per instance and topic */
	int64_t lost;          /* events of this subscription that were dropped right before it */
	int64_t time;          /* unix ms */
	const void *payload;   /* a struct of the subscription's table; ends with the event */
	const char *instance;  /* who published it */
};

/* Declares a topic: lower-case words with dots between them, at least two, the first the service's: "tracking.run.finished". */
struct tenon_topic {
	const char *name;
	const struct tenon_table *table; /* what its events carry */
	const char *doc;                 /* when it is published */
};

/* Who owns what. A method's permission names an entity by an argument; the service that owns such entities says what one belongs to,
 * and so on up to {"workspace", ...}, which *parent already is. `fn` runs as a call of the instance, on its home loop, in the caller's
 * workspace and for its principal: it may park, and fails with NOT_FOUND for an id that is not there. */
struct tenon_entity { const char *kind, *id; };
struct tenon_resolver {
	const char *field; /* arguments that name one, separated by spaces: "run_id run_ids" */
	const char *kind;  /* "run" */
	int (*fn)(struct tenon_call *, const char *id, struct tenon_entity *parent);
};

enum tenon_method_flag {
	TENON_WRITE      = 1 << 0, /* changes something: an admitted one is answered with its outcome, however late */
	TENON_IDEMPOTENT = 1 << 1, /* may be sent twice */
	TENON_STREAM_IN  = 1 << 2, /* takes the request's body as a stream (tenon_read), not as arguments */
	TENON_STREAM_OUT = 1 << 3, /* answers with a stream of bytes (tenon_content, tenon_write) */
	TENON_BLOCKING   = 1 << 4, /* runs on the workers of `lane` */
	TENON_PURE       = 1 << 5, /* takes microseconds and calls no PARKS function: it runs without a stack of its own */
	TENON_HIDDEN     = 1 << 6, /* for other plugins only: no route, no CLI verb, not listed */
};

/* A REST binding. `path` may have {name} for one segment, {name*} for the rest, (a|b) for alternatives:
 * "POST /(api|ajax-api)/2.0/mlflow/runs/log-metric". */
struct tenon_route { const char *dialect, *path; };

struct tenon_method {
	const char *name;                     /* "log_metric"; "tracking.log_metric" on the bus */
	uint32_t since;                       /* revision of the interface that brought it */
	uint32_t flags;                       /* enum tenon_method_flag */
	const struct tenon_table *args, *result;
	int (*handler)(struct tenon_call *, const void *args, void *result);
	int (*batch)(struct tenon_batch *, void *self); /* instead of handler, with BLOCKING: group work */
	uint32_t lane;                        /* BLOCKING: row of the descriptor's lanes */
	uint32_t deadline_ms;                 /* 0 = the host's default */
	const struct tenon_route *routes;     /* ends with path == NULL */
	const char *cli;                      /* CLI verb: "runs show RUN_ID"; NULL = only `tenon call` */
	const char *permission;               /* "edit@run_id": action @ the argument that names the entity (struct tenon_resolver); "create@workspace" */
	const char *errors;                   /* codes it may end with beside the general ones: "NOT_FOUND CONFLICT" */
	const char *doc;                      /* first sentence = summary */
};

/* Makes a handler with typed arguments fit the row: TENON_HANDLER(log_metric, struct log_metric_args, struct tenon_empty)
 * defines log_metric_handler, which calls log_metric(). In C++ an exception ends there, as a code (plugin.hpp). */
#ifdef __cplusplus
#define TENON_HANDLER(fn, args_t, result_t) \
	static int fn##_handler(struct tenon_call *c_, const void *a_, void *r_) \
	{ \
		return tenon::guard(c_, [&] { return fn(c_, static_cast<const args_t *>(a_), static_cast<result_t *>(r_)); }); \
	}
#define TENON_C extern "C"
#else
#define TENON_HANDLER(fn, args_t, result_t) \
	static int fn##_handler(struct tenon_call *c_, const void *a_, void *r_) \
	{ \
		return fn(c_, (const args_t *)a_, (result_t *)r_); \
	}
#define TENON_C
#endif

/* A pool of worker threads for BLOCKING methods. `queue` bounds the calls that wait; past it, OVERLOADED. */
struct tenon_lane { const char *name; uint32_t threads, queue; };

/* A dialect: how a family of REST routes spells what rows leave open. Dialect functions are pure; any thread. */
enum tenon_dialect_flag {
	TENON_REFUSE_UNKNOWN   = 1 << 0, /* a field that no row names is an error */
	TENON_EMPTY_IS_MISSING = 1 << 1, /* "" does not satisfy REQUIRED */
	TENON_CAMEL_NAMES      = 1 << 2, /* lowerCamelCase spellings of the names are understood too */
	TENON_LOOSE_NUMBERS    = 1 << 3, /* "5" is an integer, "NaN" a double, an enum may come as its number */
	TENON_QUERY_OR_BODY    = 1 << 4, /* GET without a query reads the body */
	TENON_SPELL_NONFINITE  = 1 << 5, /* NaN and infinities are spelled as strings, both ways; otherwise null */
};

enum tenon_kind { TENON_K_NONE, TENON_K_SYNTAX, TENON_K_DEPTH, TENON_K_UTF8, TENON_K_NUL, TENON_K_TYPE, TENON_K_MISSING,
	TENON_K_UNKNOWN, TENON_K_TWICE, TENON_K_GROUP, TENON_K_RANGE, TENON_K_LENGTH, TENON_K_ITEMS, TENON_K_PATTERN, TENON_K_ENUM };

/* What went wrong, for the dialect to word and for the door to send. */
struct tenon_problem {
	int code;                        /* enum tenon_error */
	const char *message;             /* what tenon_fail said, or what decode found in the core's own words */
	enum tenon_kind kind;            /* decoding: what was wrong with ... */
	const char *path;                /* ... "metrics[0].timestamp" ... */
	const struct tenon_field *field; /* ... its row (NULL: the body as a whole) ... */
	struct tenon_json raw;           /* ... and what stood there */
	const char *method, *trace;
	int status;                      /* HTTP status; the dialect may change it */
	const char *retry_after;         /* seconds, or NULL */
};

/* A request while it is decoded: the dialect may replace body or query, or set a problem. */
struct tenon_request {
	const char *verb, *path, *content_type;
	const char *query;               /* raw, without '?'; NULL if none */
	struct tenon_json body;
};

/* A decoded message as accept() sees it: row i of `table` stood as text `raw[i]` (p == NULL: absent; "null" stays). */
struct tenon_decoding {
	const struct tenon_table *table;
	const void *message;
	const struct tenon_json *raw;
	const struct tenon_json *name;   /* how row i was spelled there, without quotes */
	bool from_query;                 /* raw[i] is bare text, not JSON */
	struct tenon_problem *first;     /* first failure in the caller's order, kind NONE if none; decoding stopped there */
	void *(*alloc)(void *arena, size_t);
	void *arena;
};

struct tenon_dialect {
	uint32_t size, flags;
	const char *name;
	const struct tenon_table *error;                                   /* the body of an error answer */
	void (*word)(struct tenon_problem *, void *error, void *(*alloc)(void *arena, size_t), void *arena); /* fills it */
	const char *error_type;                                            /* its media type */
	bool (*preparse)(struct tenon_request *, struct tenon_problem *, void *(*alloc)(void *arena, size_t), void *arena);
	/* judges presence and types; NULL = every failure counts, REQUIRED means present and not null. False: refuse with
	 * the problem. Ranges, lengths and patterns are looked at afterwards, in the order of the rows. */
	bool (*accept)(const struct tenon_decoding *, struct tenon_problem *);
};

struct tenon_plugin {
	uint32_t size, abi;
	const char *name;        /* "sqlite"; its folder gives the interface: plugins/<interface>/<name> */
	const char *version, *interface, *licence, *doc;
	const struct tenon_table *config;       /* NULL: none */
	const struct tenon_method *methods;     /* ends with name == NULL */
	const struct tenon_lane *lanes;         /* ends with name == NULL; NULL: none */
	const struct tenon_dialect *const *dialects; /* ends with NULL; NULL: none */
	const char *needs;                      /* instances that must run before this one: "sql blob" */
	const char *builtin;                    /* name of the instance that exists without being configured; NULL: none */

	/* home loop, in this order; each may be NULL. create must not park; start, drain run on a fiber and may. */
	int  (*create)(const struct tenon_host *, const void *config, void **self, char *why, size_t why_size);
	int  (*start)(struct tenon_call *);
	int  (*drain)(struct tenon_call *);
	void (*destroy)(void *self);
	int  (*ready)(struct tenon_call *);     /* may it be sent work? fails with the reason; asked by /ready */

	const struct tenon_topic *topics;       /* what it publishes; ends with name == NULL; NULL: nothing */
	const struct tenon_resolver *resolvers; /* of the entities that it owns; ends with field == NULL; NULL: none */
	/* where it runs if the configuration does not say, of what comes with tenond: "process", or NULL: inline. What others bring
	 * runs in a process. */
	const char *placement;
};

#define TENON_EXPORT(descriptor) \
	TENON_C __attribute__((visibility("default"))) const struct tenon_plugin *tenon_plugin_v1(void); \
	TENON_C const struct tenon_plugin *tenon_plugin_v1(void) { return &(descriptor); } \
	struct tenon_plugin

#include "lent.h"
#ifdef __cplusplus
#include "plugin.hpp"
#endif
#endif
