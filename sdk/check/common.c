/* SPDX-License-Identifier: Apache-2.0 */
/* common - what several groups do. */
#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"
#include "bus/bus.h"
#include "groups.h"
#include "stage.h"
#include "suite.h"
#include "trial.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

struct stage *common_open(const struct place *p, struct instance **in)
{
	struct err e = { 0 };
	struct stage *st;
	const char *fault = subject_load(p->subject);

	if (fault != NULL) {
		case_begin("it can be loaded");
		case_last("%s", fault);
	}
	if (stage_open(&st, p->subject, p->placement, &e) < 0 || stage_add(st, stage_name(p->subject), NULL, 0, in, &e) < 0) {
		case_begin("an instance starts");
		case_last("it answered %s: %s\nexpected: an instance that works with the settings given; --config NAME=VALUE gives others,\n"
		          "--with NAME=FILE.so gives it an instance that it needs", error_name(e.code), *e.text != '\0' ? e.text : "without a reason");
	}
	return st;
}

void common_close(struct stage *st)
{
	bool told = case_begin("it drains and stops");

	if (!stage_close(st))
		case_last("drain() or a worker did not end\nexpected: an end within 5 s; look at tenon_cancelled() in loops");
	if (told)
		case_good();
}

/* codes that need no mention in a row's `errors` */
static const int general[] = { TENON_INVALID_ARGUMENT, TENON_UNAUTHENTICATED, TENON_PERMISSION_DENIED, TENON_TOO_LARGE, TENON_LIMIT_EXCEEDED,
	TENON_OVERLOADED, TENON_UNAVAILABLE, TENON_DEADLINE_EXCEEDED, TENON_CANCELLED, TENON_UNSUPPORTED, TENON_NO_MEMORY, TENON_INTERNAL, TENON_NO_ROUTE };

static bool is_general(int code)
{
	for (size_t i = 0; i < sizeof general / sizeof *general; i++)
		if (general[i] == code)
			return true;
	return false;
}

const char *common_fault(const struct instance *in, const char *method, const struct answer *a)
{
	static char text[600];
	const struct method *m = map_get(&in->methods, method);
	const char *name = error_name(a->code);

	if (a->stuck)
		return "it runs on, 2 s behind its deadline or its caller's leave\nexpected: an end; ask tenon_cancelled() in loops, and bound whatever blocks";
	if (a->code == TENON_UNAVAILABLE && strstr(a->message, "its process ended while it worked on this") != NULL) /* peer.c says so */
		return "it ended the process that it runs in\nexpected: a code; a crash costs all calls that the process has";
	if (a->code > 0)
		return snprintf(text, sizeof text, "it returned %d\nexpected: 0 or a negative code of <tenon/error.h>", a->code), text;
	if (a->code < TENON_ERROR_LAST)
		return snprintf(text, sizeof text, "it returned %d, which is no code of <tenon/error.h>", a->code), text;
	if (a->code == TENON_DEADLINE_EXCEEDED)
		return "it did not end within its 3 s\nexpected: an end, or a row with a deadline_ms of its own and good arguments by --args";
	if (a->code == TENON_OK && a->fault != NULL)
		return snprintf(text, sizeof text, "its result: %s %s", a->fault_at, a->fault), text;
	if (a->code < 0 && a->decoded && !is_general(a->code) && !text_has_word(m->row->errors != NULL ? m->row->errors : "", name, strlen(name)))
		return snprintf(text, sizeof text, "it ended with %s, which its row does not list\ndo: .errors = \"%s%s%s\"", name,
		                m->row->errors != NULL ? m->row->errors : "", m->row->errors != NULL ? " " : "", name), text;
	return NULL;
}

const char *common_args(const struct subject *s, struct instance *in, const char *method)
{
	static struct buf b;
	const char *given = subject_args(s, method);

	if (given != NULL)
		return given;
	b.n = 0;
	trial_good(&b, stage_method(in, method)->args, false, -1, NULL);
	buf_addc(&b, '\0');
	return b.p;
}

static int entries(const char *folder)
{
	DIR *d = opendir(folder);
	int n = 0;

	while (d != NULL && readdir(d) != NULL)
		n++;
	if (d != NULL)
		closedir(d);
	return n;
}

int common_fds(void) { return entries("/proc/self/fd"); }

int common_threads(void) { return entries("/proc/self/task"); }
