/* SPDX-License-Identifier: Apache-2.0 */
/* query - reads: a whole result into the call's arena, and the statement is closed before the caller sees a row. */
#include "rows.h"
#include "store.h"

static int reader_of(struct store *s, struct tenon_call *c, struct conn **out)
{
	struct conn *r = &s->readers[c->host->worker(c) % READERS];

	*out = r;
	return r->db != NULL ? TENON_OK : conn_open(r, s, c);
}

int store_query(struct tenon_call *c, const void *args, void *result)
{
	const struct sql_query_args *a = args;
	struct sql_step step = { .sql = a->sql, .params = a->params };
	struct conn *r;
	size_t runs = 0;

	TRY(reader_of(c->self, c, &r));
	r->running = c;
	int code = rows_run(r, c, &step, result, &runs);
	r->running = NULL;
	return code;
}
