/* SPDX-License-Identifier: Apache-2.0 */
/* preflight - statuses and headers as MLflow's server gives them (through starlette's CORS middleware). */
#include "preflight.h"
#include "respond.h"

#include <string.h>

void preflight_verbs(unsigned allowed, char out[80])
{
	*out = '\0';
	if (allowed & 1u << GET)
		allowed |= 1u << HEAD;
	allowed |= 1u << OPTIONS;
	for (int v = 0; v < VERBS; v++) {
		if (!(allowed & 1u << v))
			continue;
		if (*out != '\0')
			strcat(out, ", ");
		strcat(out, verb_name((enum verb)v)); /* all of them together have 49 bytes */
	}
}

static bool answer_browser(struct request *r)
{
	const struct cors *c = &r->server->door->cors;
	bool verb = verb_of(r->headers.request_method) < VERBS && verb_of(r->headers.request_method) != HEAD;

	if (!cors_origin_allowed(c, r->headers.origin) || !verb) {
		respond_text(r, 400, "text/plain; charset=utf-8", verb ? "Disallowed CORS origin" : "Disallowed CORS method");
		return true;
	}
	respond_text(r, 200, "text/plain; charset=utf-8", "OK");
	respond_header(r, "Access-Control-Allow-Methods", "GET, POST, PUT, DELETE, OPTIONS, PATCH");
	respond_header(r, "Access-Control-Max-Age", "600");
	if (r->headers.request_headers != NULL)
		respond_header(r, "Access-Control-Allow-Headers", r->headers.request_headers);
	return true;
}

bool preflight_answer(struct request *r, int found)
{
	char allow[80];

	if (r->headers.origin != NULL && r->headers.request_method != NULL)
		return answer_browser(r);
	if (found != TENON_NOT_ALLOWED)
		return false;
	preflight_verbs(r->match.allowed, allow);
	respond_text(r, 204, "text/plain; charset=utf-8", "");
	respond_header(r, "Allow", allow);
	return true;
}
