/* SPDX-License-Identifier: Apache-2.0 */
/* call - one run of a method, from a door or from another plugin's handler.
 *
 * Model    A door makes a root call (call_new), decodes the arguments into its arena, submits it, and is told when it is
 *          done. A handler's call to another plugin is a child: it shares the root's arena, deadline and cancel, lives on
 *          the caller's stack, and the caller waits for it, so nothing is copied and nothing outlives its owner.
 * Threads  `done` runs on the loop that submitted. A handler runs on a fiber of the instance's home loop, or on a
 *          worker of a lane. One thread at a time touches the arena.
 * Ownership  door and bus each hold a root: whoever lets go last frees it. A door that stopped waiting (deadline of a
 *          read) frees nothing under a handler that still runs.
 * Failure  code < 0 and a message in `message`. */
#ifndef BUS_CALL_H
#define BUS_CALL_H

#include "base/arena.h"
#include "base/list.h"
#include "bus.h"
#include "loop/loop.h"

struct stream;
struct wait;

struct call {
	struct tenon_call pub;        /* first: what the handler sees */
	struct method *method;
	struct call *root, *parent;
	const void *args;             /* structs of the method's own tables */
	void *result;
	struct arena *arena, own_arena;
	int code;
	const char *message;          /* why it failed; "" */
	int64_t started;              /* ns */

	struct loop *reply_to;        /* where `done` runs */
	void (*done)(struct call *, void *arg);
	void *done_arg;
	struct wait *waiter;          /* child: the caller waits here instead */
	struct task task;             /* on its way to the home loop, or back */
	struct node node;             /* in a lane's queue */
	int worker;                   /* of the lane, that runs it */
	int tries;                    /* hosts that lost it */
	int (*offloaded)(void *arg);  /* instead of a handler: a function of the caller's, for a worker */
	void *offload_arg;
	int (*sleep)(struct call *, int64_t ms); /* on its fiber, instead of in slices: a background call, which is woken when it is to end */
	atomic_bool ending;           /* a background call whose instance drains: it, and not its children, is to end */

	/* roots */
	atomic_int refs;
	atomic_int cancelled;         /* code, 0 = no */
	struct node active;           /* in the deadline sweep of reply_to */
	bool answered;                /* done was called */
	bool counted;                 /* made by call_new, so it may be held: call_ref */
	int64_t remote_id;            /* in a host: what the core calls it; 0 = none of the core's */
	struct stream *in, *out;      /* the bytes that came with it and that it answers with; may be NULL */
	struct tenon_content content; /* of `out` */
	void *collected;              /* what was emitted, for a caller in the core */
	int (*on_content)(struct call *, struct tenon_span *); /* the door says what it wants of it; any thread */
	int (*on_emit)(struct call *, const void *item);       /* the door prints an item of the EMIT field; any thread */
	/* a host has no streams: its door asks the core for each part; any thread, waits. write_file takes the fd */
	int64_t (*on_read)(struct call *, void *, size_t n);
	int (*on_write)(struct call *, const void *, size_t n);
	void *door;                   /* the door's own */
	void (*freed)(struct call *); /* the door lets go of it too; any thread */
};

struct call *call_new(struct bus *, struct method *, int *code); /* OVERLOADED, UNAVAILABLE (instance not started) */
/* Runs it. `done` may be called before this returns. */
void call_submit(struct call *, void (*done)(struct call *, void *arg), void *arg);
void call_cancel(struct call *, int code);   /* any thread; a handler that asks learns of it */
void call_ref(struct call *);                /* a counted root */
void call_unref(struct call *);

/* From inside handler `from`: runs `method` of `instance` to its end. Waits. */
struct call_target { const char *instance, *method; const struct tenon_table *args, *result; };
int call_child(struct call *from, const struct call_target *, const void *args, void *result, bool relay);
/* From inside `from`: runs fn(arg) on a worker of its instance's lane. Waits. */
int call_offload(struct call *from, uint32_t lane, int (*fn)(void *), void *arg);

/* an item of the EMIT field: to the door, or into the array that the field is. Waits. */
int  call_emit(struct call *, const void *item);
/* what precedes the answer's bytes; `span` (NULL: more is to be said by another) becomes what is wanted of them */
int  call_content(struct call *, const struct tenon_content *, struct tenon_span *span);

/* a read that made progress: its time begins anew */
void call_extend(struct call *root);

/* ends a call that ran: counts it, answers it. Lanes and call.c only. */
void call_finish(struct call *, int code);
int  call_fail(struct call *, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
int  call_vfail(struct call *, int code, const char *fmt, va_list);
bool call_is_cancelled(const struct call *);

/* starts the sweep that ends reads at their deadline; on each loop that submits */
int call_sweep_start(struct loop *);

#endif
