/* SPDX-License-Identifier: Apache-2.0 */
/* native - the core's own dialect: strict JSON, and errors that say what to do next.
 *
 * Source   RFC 9457 (problem details); `code`, `next` and `trace_id` are members of ours. */
#include "dialect.h"
#include "base/err.h"

#include <stdio.h>
#include <string.h>

#define PROBLEM_BODY(F, S) \
	F(S, const char *, type, .flags = TENON_KEEP, .doc = "names the kind of problem") \
	F(S, const char *, title, .flags = TENON_KEEP, .doc = "what the code means") \
	F(S, int64_t, status, .flags = TENON_KEEP, .doc = "the HTTP status again") \
	F(S, const char *, detail, .flags = TENON_KEEP, .doc = "what was wrong here") \
	F(S, const char *, code, .flags = TENON_KEEP, .doc = "for programs; it never changes") \
	F(S, const char *, next, .flags = TENON_KEEP, .doc = "what to do about it") \
	F(S, const char *, trace_id, .flags = TENON_KEEP, .doc = "finds the request in logs and traces")
TENON_MESSAGE(problem_body, PROBLEM_BODY);

static const struct { int code; const char *next; } hints[] = {
	{ TENON_INVALID_ARGUMENT, "correct the request; /openapi.json says what each argument must be" },
	{ TENON_NOT_FOUND, "check the name or id, or list what there is" },
	{ TENON_ALREADY_EXISTS, "choose another name, or use the one that is there" },
	{ TENON_FAILED_PRECONDITION, "look at its state, change that first" },
	{ TENON_CONFLICT, "read it again, then repeat the change" },
	{ TENON_UNAUTHENTICATED, "send credentials" },
	{ TENON_PERMISSION_DENIED, "ask its owner or an administrator for access" },
	{ TENON_TOO_LARGE, "send less at once, or have the limit raised (docs/configuration.md)" },
	{ TENON_LIMIT_EXCEEDED, "wait as long as Retry-After says, then try again" },
	{ TENON_OVERLOADED, "wait as long as Retry-After says, then try again" },
	{ TENON_UNAVAILABLE, "/ready says which part is down; try again after Retry-After" },
	{ TENON_DEADLINE_EXCEEDED, "ask for less at once, or have the deadline raised (docs/configuration.md)" },
	{ TENON_UNSUPPORTED, "use another way; this server cannot do it" },
	{ TENON_STORAGE_FULL, "make room on the server's disk, then try again" },
	{ TENON_NO_MEMORY, "ask for less at once, then try again" },
	{ TENON_NO_ROUTE, "/openapi.json lists the paths" },
	{ TENON_NOT_ALLOWED, "use a method that the Allow header lists" },
};

static const char *next_step(int code)
{
	for (size_t i = 0; i < sizeof hints / sizeof *hints; i++)
		if (hints[i].code == code)
			return hints[i].next;
	return "report it with the trace id; the server's log has the cause";
}

/* "metrics[0].key: it is required: ..." */
static const char *detail(const struct tenon_problem *p, void *(*alloc)(void *, size_t), void *arena)
{
	if (p->path == NULL || *p->path == '\0')
		return p->message;
	size_t n = strlen(p->path) + strlen(p->message) + 3;
	char *text = alloc(arena, n);
	if (text == NULL)
		return p->message;
	snprintf(text, n, "%s: %s", p->path, p->message);
	return text;
}

static void word(struct tenon_problem *p, void *error, void *(*alloc)(void *, size_t), void *arena)
{
	struct problem_body *b = error;

	*b = (struct problem_body){ .type = "about:blank", .title = error_text(p->code), .status = p->status, .detail = detail(p, alloc, arena),
	                            .code = error_name(p->code), .next = next_step(p->code), .trace_id = p->trace };
	memset(&b->has, 0xFF, sizeof b->has);
}

const struct tenon_dialect native_dialect = {
	.size = sizeof(struct tenon_dialect), 
	.flags = TENON_REFUSE_UNKNOWN | TENON_SPELL_NONFINITE, .name = "native", .error = &problem_body_table,
	.word = word, .error_type = "application/problem+json",
};
