/* SPDX-License-Identifier: Apache-2.0 */
/* cases - the stories of an interface, told to an instance of the plugin; a story that fails names the step. */
#include "base/err.h"
#include "bus/bus.h"
#include "contract.h"
#include "groups.h"
#include "stage.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>

/* NULL, or what the answer should have been */
static const char *step_fault(const struct step *s, const struct answer *a)
{
	static char text[1500];
	const char *json = a->json != NULL ? a->json : "";

	if (a->code != s->code)
		return snprintf(text, sizeof text, "it answered %s: %s\nexpected: %s", error_name(a->code), a->message, error_name(s->code)), text;
	if (s->has != NULL && strstr(json, s->has) == NULL)
		return snprintf(text, sizeof text, "it answered %.600s\nexpected in it: %s", json, s->has), text;
	if (s->lacks != NULL && (strstr(json, s->lacks) != NULL || strstr(a->message, s->lacks) != NULL))
		return snprintf(text, sizeof text, "it answered %.600s %.200s\nexpected without: %s", json, a->message, s->lacks), text;
	if (s->out != NULL && (a->out_n != strlen(s->out) || memcmp(a->out, s->out, a->out_n) != 0))
		return snprintf(text, sizeof text, "it answered with %zu bytes: %.*s\nexpected: %s", a->out_n, (int)(a->out_n < 200 ? a->out_n : 200),
		                a->out != NULL ? a->out : "", s->out), text;
	return NULL;
}

/* true: as it must be */
static bool run_step(struct stage *st, struct instance *in, const struct step *s, const char **fault)
{
	struct answer a;
	struct request q = { .method = s->method, .json = s->json, .in = s->in, .in_n = s->in != NULL ? strlen(s->in) : 0, .whole = s->length == 0,
	                     .span = { s->offset, s->length } };

	case_at("%s %.300s", s->method, s->json);
	stage_call(st, in, &q, &a);
	*fault = common_fault(in, s->method, &a);
	if (a.stuck)
		case_stuck("%s %.300s\n%s", s->method, s->json, *fault);
	if (*fault == NULL || a.code != s->code)
		*fault = step_fault(s, &a);
	answer_free(&a);
	return *fault == NULL;
}

static const struct step *tell(struct stage *st, struct instance *in, const struct step *s)
{
	const char *fault = NULL;
	const struct step *bad = NULL;
	bool wanted = case_begin("%s", s->story);

	do {
		if (bad == NULL && !run_step(st, in, s, &fault))
			bad = s;
		s++;
	} while (s->method != NULL && s->story == NULL);
	if (wanted)
		case_end(bad == NULL, "%s %s\n%s", bad == NULL ? "" : bad->method, bad == NULL ? "" : bad->json, fault);
	return s;
}

void group_meaning(void *arg)
{
	struct place *p = arg;
	const struct contract *c = subject_load(p->subject) == NULL ? contract_of(p->subject->plugin->interface) : NULL;
	struct instance *in;

	if (c == NULL || c->steps == NULL)
		return;
	struct stage *st = common_open(p, &in);
	for (const struct step *s = c->steps; s->method != NULL;)
		s = tell(st, in, s);
	common_close(st);
}
