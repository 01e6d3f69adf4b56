/* SPDX-License-Identifier: Apache-2.0 */
/* call - streams go to transfer; the rest are questions whose answers may come in pages. */
#include "call.h"
#include "args.h"
#include "base/arena.h"
#include "body.h"
#include "catalogue.h"
#include "exits.h"
#include "http.h"
#include "show.h"
#include "talk.h"
#include "transfer.h"
#include "wire/json.h"

#include <string.h>

#define PAGE_ITEMS "1000"

struct asking {
	const struct remote *remote;
	const struct method *method;
	const struct args *args;
	struct arena *arena;
	struct show show;
	const char *token; /* of the next page; NULL before the first, "" behind the last */
};

static int ask(struct asking *k)
{
	struct buf body = { 0 };
	struct answer got = { 0 };
	int rc = body_json(&body, k->method, k->args, k->token);

	if (rc == EXIT_OK)
		rc = http_ask(k->remote, k->method->path, body.p, &got);
	if (rc == EXIT_OK) {
		struct json j = json_over(got.body.p, got.body.n);
		struct tenon_json result = json_skip(&j);
		if (json_type_of(result) != JSON_OBJECT || !json_done(&j))
			rc = complain(EXIT_SERVER, "%s: the answer of %s is no JSON object", k->remote->url, k->method->name);
		else
			rc = show_page(&k->show, result);
		k->token = member_text(result, "next_page_token", k->arena);
	}
	buf_free(&got.body);
	buf_free(&body);
	return rc;
}

static int ask_pages(struct asking *k, bool all)
{
	int rc;

	do {
		const char *before = k->token;
		rc = ask(k);
		if (rc == EXIT_OK && before != NULL && strcmp(before, k->token) == 0)
			rc = complain(EXIT_SERVER, "%s: %s answers with the same page again", k->remote->url, k->method->name);
	} while (rc == EXIT_OK && all && *k->token != '\0');
	return rc;
}

/* A method that pages and leaves the size to the caller is asked for pages of PAGE_ITEMS. */
static void choose_page(const struct method *m, struct args *args)
{
	const struct arg *size = method_arg(m, "max_results");

	if (size == NULL || *size->dflt != '\0' || method_arg(m, "page_token") == NULL)
		return;
	for (size_t i = 0; i < args->n; i++)
		if (args->v[i].arg == size)
			return;
	args->v[args->n++] = (struct given){ size, PAGE_ITEMS, false }; /* args_read left room for one */
}

int call_run(const struct remote *r, const struct method *m, struct args *args, const struct options *o, struct arena *a)
{
	struct asking k = { .remote = r, .method = m, .args = args, .arena = a };
	int rc = body_files(args, a);

	if (rc != EXIT_OK)
		return rc;
	if (m->gives_stream)
		return transfer_get(r, m, args, o, a);
	if (m->takes_stream)
		return transfer_put(r, m, args, o);
	choose_page(m, args);
	show_begin(&k.show, o, m);
	rc = ask_pages(&k, o->all);
	if (rc == EXIT_OK)
		rc = show_end(&k.show);
	if (rc == EXIT_OK && *k.token != '\0')
		say("there is more: --all follows the pages, --page-token %s asks for the next", k.token);
	show_free(&k.show);
	return rc;
}
