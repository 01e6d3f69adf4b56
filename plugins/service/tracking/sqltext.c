/* SPDX-License-Identifier: Apache-2.0 */
/* sqltext - text and parameters grow in the call's arena. */
#include "sqltext.h"

struct sqltext sqltext_of(struct tenon_call *c) { return (struct sqltext){ .text = pytext_of(c) }; }

void sqltext_add(struct sqltext *q, const char *piece)
{
	size_t before = q->text.n;
	pytext_add(&q->text, piece);
	q->failed |= q->text.n - before != strlen(piece);
}

void sqltext_put_n(struct sqltext *q, const char *piece, const struct sql_value *v, size_t n)
{
	sqltext_add(q, piece);
	if (q->room - q->n < n) {
		size_t room = (q->n + n) * 2;
		struct sql_value *more = q->text.alloc(q->text.arena, room * sizeof *more);
		if (more == NULL) {
			q->failed = true;
			return;
		}
		if (q->n > 0)
			memcpy(more, q->params, q->n * sizeof *more);
		q->params = more;
		q->room = room;
	}
	memcpy(q->params + q->n, v, n * sizeof *v);
	q->n += n;
}

void sqltext_list(struct sqltext *q, const struct sql_value *v, size_t n)
{
	static const size_t sizes[] = { 1, 4, 16, 64, 128, 256, 512, 1024, 2048, 4096, 8192, SQLTEXT_LIST_MOST };
	size_t size = 0;

	q->failed |= n > SQLTEXT_LIST_MOST;
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes && size < n; i++)
		size = sizes[i];
	for (size_t i = 0; i < size; i++)
		sqltext_put(q, i > 0 ? ", ?" : "?", v[i < n ? i : n - 1]);
}

void sqltext_append(struct sqltext *q, const struct sqltext *more)
{
	sqltext_put_n(q, pytext_text(&more->text), more->params, more->n);
	q->failed |= more->failed;
}

int sqltext_run(struct tenon_call *c, const char *store, struct sql_rows *rows, const struct sqltext *q)
{
	if (q->failed)
		return tenon_fail(c, TENON_NO_MEMORY, "no memory for a query");
	return sql_query_n(c, store, rows, pytext_text(&q->text), q->params, q->n);
}
