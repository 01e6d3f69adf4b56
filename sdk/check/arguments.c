/* SPDX-License-Identifier: Apache-2.0 */
/* arguments - every method with good, missing, extra, wrong, extreme and huge arguments; and with a caller that leaves. */
#include "base/err.h"
#include "bus/bus.h"
#include "groups.h"
#include "stage.h"
#include "suite.h"
#include "trial.h"

#include <string.h>

struct run { struct stage *stage; struct instance *instance; const struct tenon_method *row; };

static const char stream[] = "some bytes that come with the call";

static void judge(const struct run *r, const struct trial *t, const struct answer *a)
{
	const char *fault = common_fault(r->instance, r->row->name, a);

	if (a->stuck)
		case_stuck("%s\narguments: %.300s", fault, t->json == NULL ? "(none)" : t->json);
	if (t->must_refuse)
		case_end(a->code == TENON_INVALID_ARGUMENT && !a->decoded, "it was answered %s: %s\nexpected: INVALID_ARGUMENT before the handler runs; look at the row's type, "
		         "flags and range\narguments: %.300s", error_name(a->code), a->message, t->json);
	else
		case_end(fault == NULL, "%s\nit answered %s: %s\narguments: %.300s", fault, error_name(a->code), a->message, t->json == NULL ? "(none)" : t->json);
}

static void try_one(const struct trial *t, void *arg)
{
	const struct run *r = arg;
	struct answer a;
	struct request q = { .method = r->row->name, .json = t->json, .whole = true };

	if (!case_begin("%s: %s", r->row->name, t->what))
		return;
	if (r->row->flags & TENON_STREAM_IN) {
		q.in = stream;
		q.in_n = sizeof stream - 1;
	}
	stage_call(r->stage, r->instance, &q, &a);
	judge(r, t, &a);
	answer_free(&a);
}

void group_arguments(void *arg)
{
	struct place *p = arg;
	struct run r;

	r.stage = common_open(p, &r.instance);
	for (r.row = p->subject->plugin->methods; r.row->name != NULL; r.row++) {
		try_one(&(struct trial){ .what = "a message in which nothing is set, from another plugin" }, &r);
		trial_each(stage_method(r.instance, r.row->name)->args, subject_args(p->subject, r.row->name), try_one, &r);
	}
	if (case_begin("it is ready behind all that")) {
		struct err e = { 0 };
		int rc = stage_ready(r.stage, r.instance, &e);
		case_end(rc == TENON_OK, "ready() answered %s: %s\nexpected: bad arguments of one caller do not harm the next", error_name(rc), e.text);
	}
	common_close(r.stage);
}

/* ---- a caller that leaves ---- */

static void leave(struct run *r, const struct subject *s, int after_ms)
{
	struct answer a;
	struct request q = { .method = r->row->name, .json = common_args(s, r->instance, r->row->name), .cancel_ms = after_ms, .whole = true, .deadline_ms = 60000 };

	if (r->row->flags & TENON_STREAM_IN) {
		q.in = stream;
		q.in_n = sizeof stream - 1;
		q.endless = true;
	}
	if (!case_begin("%s: its caller leaves after %d ms", r->row->name, after_ms))
		return;
	stage_call(r->stage, r->instance, &q, &a);
	if (a.stuck)
		case_stuck("it runs on %d ms later\nexpected: an end soon; ask tenon_cancelled() in loops, and give up when a function of the host answers CANCELLED", GRACE_MS);
	case_end(a.code <= 0 && a.code >= TENON_ERROR_LAST, "it returned %d", a.code);
	answer_free(&a);
}

void group_cancel(void *arg)
{
	struct place *p = arg;
	struct run r;

	r.stage = common_open(p, &r.instance);
	for (r.row = p->subject->plugin->methods; r.row->name != NULL; r.row++) {
		leave(&r, p->subject, 1);
		leave(&r, p->subject, 50);
	}
	common_close(r.stage);
}
