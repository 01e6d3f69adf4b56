/* SPDX-License-Identifier: Apache-2.0 */
/* supervisor - the processes of one instance: started, watched, started again, replaced, stopped.
 *
 *	OFF --start--> STARTING --says that it runs--> SERVING --ordered--> STOPPING --> OFF
 *	                   |  fails, or takes too long     | dies, hangs
 *	                   v                               v
 *	              start fails                  WAITING (backoff) --> STARTING, or quarantine: the instance fails
 *
 * Model    Replicas of a generation share the instance's calls. Another generation (a new configuration, a new file) starts
 *          beside the old one; once it serves the old one finishes what it has and goes, so no call fails.
 * Threads  loop 0, start and stop on a fiber of it.
 * Failure  A host that cannot start says why; one that dies costs the calls that it had. Of one that dies again and again
 *          in its first minute the instance fails, until it is tried again. */
#ifndef PLUG_SUPERVISOR_H
#define PLUG_SUPERVISOR_H

#include "base/buf.h"
#include "bus/remote.h"
#include "hosting.h"

struct err;
struct hub;
struct instance;
struct supervisor;

#define PROCESS_CONF(F, S) \
	F(S, int64_t, replicas, .dflt = "1", .range = "1..64", .doc = "processes that share the calls") \
	F(S, int64_t, lanes, .dflt = "64", .range = "1..256", .doc = "calls at once in each") \
	F(S, int64_t, queue, .dflt = "1024", .range = "1..", .doc = "calls that wait for a free lane; more are answered OVERLOADED") \
	F(S, int64_t, rate, .dflt = "0", .range = "0..", .label = "calls/s", .doc = "calls that are taken, a second's worth at once; more are answered OVERLOADED. 0 = no limit") \
	F(S, int64_t, memory, .dflt = "2147483648", .range = "0..", .label = "bytes", .doc = "memory of each; 0 = no limit") \
	F(S, int64_t, cpu_seconds, .dflt = "0", .range = "0..", .label = "s", .doc = "processor time in all, then it is ended; 0 = no limit") \
	F(S, int64_t, open_files, .dflt = "256", .range = "16..", .doc = "descriptors of each") \
	F(S, int64_t, threads, .dflt = "256", .range = "16..", .doc = "threads of each") \
	F(S, int64_t, uid, .dflt = "-1", .doc = "user to run as, where tenond may change it; -1 = its own") \
	F(S, int64_t, gid, .dflt = "-1", .doc = "group to run as; -1 = tenond's own") \
	F(S, bool, seccomp, .dflt = "true", .doc = "refuse system calls that no plugin needs") \
	F(S, bool, exec, .doc = "it may start programs") \
	F(S, const char *, may_call, .doc = "instances that it may call beside those that the plugin says it needs; * = any") \
	F(S, int64_t, idle, .dflt = "0", .range = "0..", .label = "ms", .doc = "ends a process that had no call for so long; 0 = never") \
	F(S, int64_t, crashes, .dflt = "5", .range = "1..", .doc = "deaths of each, less than a minute apart, that are borne; one more and the instance fails") \
	F(S, int64_t, hang, .dflt = "5000", .range = "0..", .label = "ms", .doc = "one that does not come for orders so long hangs, and is ended; 0 = never") \
	F(S, int64_t, start_timeout, .dflt = "10000", .range = "1..", .label = "ms", .doc = "how long it may take to start") \
	F(S, int64_t, stop_timeout, .dflt = "10000", .range = "0..", .label = "ms", .doc = "how long it may take to stop, then it is ended")
TENON_STRUCT(process_conf, PROCESS_CONF);
extern const struct tenon_table process_conf_table;

struct supervisor_spec {
	struct hub *hub;
	struct instance *instance;
	struct process_conf limits;  /* its strings are copied */
	const char *path, *kind;     /* of the plugin */
	const char *python;          /* the interpreter that runs it; NULL: none. Borrowed as long as it lives */
	struct buf config;           /* packed; taken */
	bool lazy;                   /* no process until the first call */
	void (*failed)(void *arg);   /* the instance's reason says why; it takes no more calls */
	void *arg;
};

int  supervisor_new(struct supervisor **, struct supervisor_spec *, struct err *); /* sets instance->remote */
int  supervisor_start(struct supervisor *, char *why, size_t size); /* waits until one serves, or why none can */
void supervisor_stop(struct supervisor *);                          /* waits until all are gone */
void supervisor_free(struct supervisor *);

/* A new generation in place of this one, from another file or configuration (taken). On failure the old one goes on. */
int  supervisor_replace(struct supervisor *, const char *path, struct buf *config, char *why, size_t size);

struct host_status { int pid, generation; const char *state; size_t in_flight; int64_t calls; };
size_t supervisor_status(const struct supervisor *, struct host_status *, size_t most);

#endif
