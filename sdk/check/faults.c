/* SPDX-License-Identifier: Apache-2.0 */
/* faults - the Nth allocation fails, the Nth function of the host fails: for N = 1, 2, ... until a call gets by without. */
#include "base/err.h"
#include "bus/bus.h"
#include "groups.h"
#include "heap.h"
#include "shim.h"
#include "stage.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>

enum { NTH_MOST = 300 };

struct fault {
	const char *what;            /* "malloc" */
	void (*arm)(long nth);
	bool (*fired)(void);
	bool memory;                 /* then NO_MEMORY is the only failure that may come of it */
};

static void arm_slot(long nth) { shim_fail_nth(nth, false); }
static void arm_alloc(long nth) { shim_fail_nth(nth, true); }
static bool slot_fired(void) { return shim_failed() != NULL; }

static const struct fault faults_of_memory[] = {
	{ "the %ldth allocation of the call's memory (host->alloc)", arm_alloc, slot_fired, true },
	{ "the %ldth malloc", heap_fail_nth, heap_failed, true },
};
static const struct fault faults_of_host[] = { { "the %ldth function of the host that can fail", arm_slot, slot_fired, false } };

struct run { struct stage *stage; struct instance *instance; const struct subject *subject; };

static const char stream[] = "some bytes that come with the call";

static void one_call(const struct run *r, const struct tenon_method *m, struct answer *a)
{
	struct request q = { .method = m->name, .json = common_args(r->subject, r->instance, m->name), .whole = true };

	if (m->flags & TENON_STREAM_IN) {
		q.in = stream;
		q.in_n = sizeof stream - 1;
	}
	stage_call(r->stage, r->instance, &q, a);
}

/* a library may hide that it was memory; what counts is that the caller learns to try again */
static bool means_later(int code) { return code == TENON_NO_MEMORY || code == TENON_UNAVAILABLE || code == TENON_OVERLOADED; }

/* `without`: what the same call ends with when nothing fails */
static const char *judge(const struct run *r, const struct tenon_method *m, const struct fault *f, const struct answer *a, int without)
{
	const char *fault = common_fault(r->instance, m->name, a);

	if (fault != NULL || !f->memory)
		return fault;
	return a->code == TENON_OK || a->code == without || means_later(a->code)
		? NULL : "expected: NO_MEMORY, or success where it can do without; UNAVAILABLE where a library hides the cause";
}

/* every N; false: one of them had a bad end, which the case tells */
static bool every_nth(const struct run *r, const struct tenon_method *m, const struct fault *f, int without, long *n)
{
	struct answer a;
	char at[200];

	for (*n = 1; *n <= NTH_MOST; ++*n) {
		snprintf(at, sizeof at, f->what, *n); /* the formats are ours */
		case_at("%s fails, in %s", at, m->name);
		f->arm(*n);
		one_call(r, m, &a);
		bool fired = f->fired();
		f->arm(0);
		const char *fault = judge(r, m, f, &a, without);
		if (a.stuck)
			case_stuck("%s fails: %s", at, fault);
		if (fault != NULL)
			case_end(false, "%s fails%s%s: it answered %s: %s\n%s", at, shim_failed() != NULL ? ": " : "", shim_failed() != NULL ? shim_failed() : "",
			         error_name(a.code), a.message, fault);
		answer_free(&a);
		if (fault != NULL || !fired)
			return fault == NULL;
	}
	return true;
}

static void try_method(const struct run *r, const struct tenon_method *m, const struct fault *f)
{
	struct answer a;
	long n;

	if (!case_begin("%s: %s fails, for N = 1, 2, ...", m->name, f->memory ? (f->arm == heap_fail_nth ? "the Nth malloc" : "the Nth host->alloc") : "the Nth host function"))
		return;
	one_call(r, m, &a);
	answer_free(&a);
	one_call(r, m, &a); /* what it keeps from the first time on is there now */
	int without = a.code;
	answer_free(&a);
	int fds = common_fds();
	if (!every_nth(r, m, f, without, &n))
		return;
	one_call(r, m, &a);
	case_end(common_fault(r->instance, m->name, &a) == NULL && common_fds() <= fds, "after %ld failures it answers %s: %s; %d descriptors were left open\n"
	         "expected: it works on, and closes what it opened also when it fails", n - 1, error_name(a.code), a.message, common_fds() - fds);
	answer_free(&a);
}

static void run_all(const struct place *p, const struct fault *f, size_t n)
{
	struct run r = { .subject = p->subject };

	r.stage = common_open(p, &r.instance);
	for (const struct tenon_method *m = p->subject->plugin->methods; m->name != NULL; m++)
		for (size_t i = 0; i < n; i++)
			if (f[i].arm != heap_fail_nth || heap_works())
				try_method(&r, m, &f[i]);
	common_close(r.stage);
}

/* ---- starting without memory ---- */

static void try_start(const struct place *p)
{
	struct err e;
	struct instance *in;

	if (!heap_works() || !case_begin("create and start: the Nth malloc fails, for N = 1, 2, ..."))
		return;
	for (long n = 1; n <= NTH_MOST; n++) {
		struct stage *st;
		e = (struct err){ 0 };
		case_at("the %ldth malloc fails, in create() or start()", n);
		if (subject_load(p->subject) != NULL || stage_open(&st, p->subject, p->placement, &e) < 0)
			case_last("%s", e.text);
		heap_fail_nth(n);
		int rc = stage_add(st, stage_name(p->subject), NULL, 0, &in, &e);
		bool fired = heap_failed();
		heap_fail_nth(0);
		if (rc < 0 && !means_later(rc))
			case_last("the %ldth malloc fails: it answered %s: %s\nexpected: NO_MEMORY, or an instance that works", n, error_name(rc), e.text);
		if (!stage_close(st))
			case_last("the %ldth malloc fails: drain() or a worker did not end", n);
		if (!fired)
			break;
	}
	case_good();
}

void group_memory(void *arg)
{
	try_start(arg);
	run_all(arg, faults_of_memory, sizeof faults_of_memory / sizeof *faults_of_memory);
}

void group_host(void *arg) { run_all(arg, faults_of_host, sizeof faults_of_host / sizeof *faults_of_host); }
