/* SPDX-License-Identifier: Apache-2.0 */
/* spelling - an array by number. The numbers that a call misses are sorted, made unique and asked for together. */
#include "spelling.h"
#include "sqltext.h"
#include "tracking.h"

#include <stdlib.h>

enum { IDS_MAX = 1 << 17, BYTES_MAX = 16 << 20, ASK = 512 };

void spelling_free(struct spelling *s)
{
	for (size_t i = 0; i < s->room; i++)
		free(s->texts[i]);
	free(s->texts);
}

static const char *known(const struct spelling *s, int64_t id)
{
	return id > 0 && (uint64_t)id < s->room ? s->texts[id] : NULL;
}

/* keeps the text if there is room; what does not fit is no failure */
static void keep(struct spelling *s, int64_t id, const char *text)
{
	size_t n = strlen(text);

	if (id <= 0 || id >= IDS_MAX || s->bytes + n > BYTES_MAX)
		return;
	if ((uint64_t)id >= s->room) {
		size_t room = 256;
		while (room <= (uint64_t)id)
			room *= 2;
		char **texts = realloc(s->texts, room * sizeof *texts);
		if (texts == NULL)
			return;
		memset(texts + s->room, 0, (room - s->room) * sizeof *texts);
		s->texts = texts;
		s->room = room;
	}
	if (s->texts[id] == NULL && (s->texts[id] = strdup(text)) != NULL)
		s->bytes += n;
}

static int by_id(const void *a, const void *b)
{
	const struct spelled_word *x = a, *y = b;
	return (x->id > y->id) - (x->id < y->id);
}

/* the numbers of the column that the table does not hold, each once, in order */
static int find_missing(struct tenon_call *c, const struct sql_rows *rows, size_t column, struct spelled *s)
{
	size_t n = 0, count = sql_count(rows);

	for (size_t i = 0; i < count; i++) {
		int64_t id = sql_i64(rows, i, column);
		if (known(s->table, id) != NULL || (n > 0 && s->words[n - 1].id == id))
			continue;
		if (s->words == NULL && (s->words = tenon_alloc(c, count * sizeof *s->words)) == NULL)
			return tenon_fail(c, TENON_NO_MEMORY, "no memory for the names of %zu values", count);
		s->words[n++] = (struct spelled_word){ id, "" };
	}
	if (n > 0)
		qsort(s->words, n, sizeof *s->words, by_id);
	for (size_t i = 0; i < n; i++)
		if (s->n == 0 || s->words[s->n - 1].id != s->words[i].id)
			s->words[s->n++] = s->words[i];
	return TENON_OK;
}

static int ask(struct tenon_call *c, struct spelled *s, size_t from, size_t n)
{
	struct tracking *t = c->self;
	struct sqltext q = sqltext_of(c);
	struct sql_value ids[ASK];
	struct sql_rows rows;

	for (size_t i = 0; i < n; i++)
		ids[i] = P_I64(s->words[from + i].id);
	sqltext_add(&q, "SELECT id, text FROM word WHERE id IN (");
	sqltext_list(&q, ids, n);
	sqltext_add(&q, ")");
	TRY(sqltext_run(c, t->store, &rows, &q));
	for (size_t i = 0; i < sql_count(&rows); i++) {
		struct spelled_word want = { sql_i64(&rows, i, 0), NULL };
		struct spelled_word *w = bsearch(&want, s->words, s->n, sizeof want, by_id);
		if (w == NULL)
			continue;
		w->text = sql_text(&rows, i, 1);
		keep(&t->spelling, w->id, w->text);
	}
	return TENON_OK;
}

int spelling_learn(struct tenon_call *c, const struct sql_rows *rows, size_t column, struct spelled *s)
{
	struct tracking *t = c->self;

	*s = (struct spelled){ .table = &t->spelling };
	TRY(find_missing(c, rows, column, s));
	for (size_t from = 0; from < s->n; from += ASK)
		TRY(ask(c, s, from, s->n - from < ASK ? s->n - from : ASK));
	return TENON_OK;
}

const char *spelling_text(const struct spelled *s, int64_t id)
{
	const char *text = known(s->table, id);
	if (text != NULL || s->n == 0)
		return text != NULL ? text : "";
	struct spelled_word want = { id, NULL }, *w = bsearch(&want, s->words, s->n, sizeof want, by_id);
	return w != NULL ? w->text : "";
}
