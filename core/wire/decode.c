/* SPDX-License-Identifier: Apache-2.0 */
/* decode - the order of things: preparse, text, path, judgement, rules. */
#include "decode.h"
#include "base/arena.h"
#include "decoder.h"

#include <string.h>
#include <strings.h>

static bool is_form(const struct tenon_request *rq)
{
	static const char form[] = "application/x-www-form-urlencoded";
	size_t n = sizeof form - 1;
	const char *type = rq->content_type, *p = rq->body.n > 0 ? rq->body.p : "", *end = p + rq->body.n;

	if (type == NULL || strncasecmp(type, form, n) != 0 || (type[n] != '\0' && type[n] != ';' && type[n] != ' '))
		return false;
	while (p < end && (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n'))
		p++;
	return p == end || *p != '{'; /* `curl -d '{...}'` sends JSON under this name */
}

static bool reads_query(const struct decoder *d, const struct tenon_request *rq)
{
	bool query = rq->query != NULL && *rq->query != '\0';

	if (strcmp(rq->verb, "GET") == 0 || strcmp(rq->verb, "HEAD") == 0)
		return query || !(d->flags & TENON_QUERY_OR_BODY);
	return strcmp(rq->verb, "DELETE") == 0 && query && rq->body.n == 0 && !(d->flags & TENON_QUERY_OR_BODY);
}

static int read_text(struct decoder *d, const struct tenon_request *rq, void *out)
{
	if (reads_query(d, rq))
		return decoder_query(d, rq->query == NULL ? "" : rq->query, rq->query == NULL ? 0 : strlen(rq->query), out);
	if (rq->body.n == 0)
		return TENON_OK;
	if (is_form(rq))
		return decoder_query(d, rq->body.p, rq->body.n, out);
	d->j = json_over(rq->body.p, rq->body.n);
	d->j.most_depth = d->depth;
	d->j.loose = d->flags & TENON_LOOSE_NUMBERS;
	int rc = decoder_walk(d, out);
	if (d->j.fault != TENON_K_NONE) { /* nothing of a broken body counts */
		shape_blank(d->shape, out);
		memset(d->raw, 0, d->shape->table->n * sizeof *d->raw);
		memset(d->name, 0, d->shape->table->n * sizeof *d->name);
	}
	return rc;
}

/* what the dialect says of it, or the plain rule */
static int judge(struct decoder *d, const struct tenon_dialect *dialect, void *out)
{
	struct tenon_problem first = *d->problem;
	struct tenon_decoding seen = { .table = d->shape->table, .message = out, .raw = d->raw, .name = d->name, .from_query = d->bare, .first = &first,
	                               .alloc = arena_alloc_fn, .arena = d->arena };

	if (dialect == NULL || dialect->accept == NULL)
		return first.code < 0 ? first.code : decoder_require(d, d->shape, out, true);
	decoder_forget(d);
	if (dialect->accept(&seen, d->problem)) {
		decoder_forget(d);
		d->stopped = first.code < 0;
		return TENON_OK;
	}
	if (d->problem->code >= 0)
		d->problem->code = TENON_INVALID_ARGUMENT;
	return d->problem->code;
}

static int finish(struct decoder *d, const struct tenon_dialect *dialect, void *out)
{
	int rc = judge(d, dialect, out);

	if (rc == TENON_OK)
		rc = decoder_require(d, d->shape, out, false);
	return rc == TENON_OK ? decoder_check(d, d->shape, out) : rc;
}

static int begin(struct decoder *d, void *out)
{
	decoder_forget(d);
	shape_blank(d->shape, out);
	d->raw = arena_alloc(d->arena, (d->shape->table->n + 1) * sizeof *d->raw);
	d->name = arena_alloc(d->arena, (d->shape->table->n + 1) * sizeof *d->name);
	return d->raw == NULL || d->name == NULL ? decoder_fail_memory(d) : TENON_OK;
}

int decode_request_deep(const struct shape *s, const struct tenon_dialect *dialect, struct arena *a, struct tenon_request *rq,
                        const struct tenon_pair *vars, size_t nvars, void *out, struct tenon_problem *p, int depth)
{
	struct decoder d = { .shape = s, .flags = dialect == NULL ? TENON_REFUSE_UNKNOWN : dialect->flags, .arena = a, .problem = p, .depth = depth };
	int rc = begin(&d, out);

	if (rc < 0)
		return rc;
	if (dialect != NULL && dialect->preparse != NULL && !dialect->preparse(rq, p, arena_alloc_fn, a))
		return p->code < 0 ? p->code : (p->code = TENON_INVALID_ARGUMENT);
	rc = read_text(&d, rq, out);
	for (size_t i = 0; i < nvars && rc != TENON_NO_MEMORY; i++) {
		rc = decoder_variable(&d, &vars[i], out); /* also behind a failure, which stays the first */
		if (rc == TENON_INTERNAL)
			return rc;
	}
	return rc == TENON_NO_MEMORY ? rc : finish(&d, dialect, out);
}

int decode_request(const struct shape *s, const struct tenon_dialect *dialect, struct arena *a, struct tenon_request *rq,
                   const struct tenon_pair *vars, size_t nvars, void *out, struct tenon_problem *p)
{
	return decode_request_deep(s, dialect, a, rq, vars, nvars, out, p, JSON_DEPTH);
}

int decode_json(const struct shape *s, unsigned flags, struct arena *a, struct tenon_json text, void *out, struct tenon_problem *p)
{
	struct tenon_dialect plain = { .size = sizeof plain, .flags = flags, .name = "json" };
	struct tenon_request rq = { .verb = "POST", .path = "", .body = text };

	return decode_request(s, &plain, a, &rq, NULL, 0, out, p);
}
