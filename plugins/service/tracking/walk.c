/* SPDX-License-Identifier: Apache-2.0 */
/* walk - keyset paging over table `metric`. */
#include "walk.h"
#include "runref.h"
#include "tracking.h"
#include "words.h"

#define SELECT "SELECT " WALK_COLUMNS " FROM metric WHERE run = ? AND key = ?"
#define ORDER  " ORDER BY timestamp ASC NULLS FIRST, step ASC NULLS FIRST, value ASC NULLS FIRST, is_nan ASC NULLS FIRST LIMIT ?"

int walk_begin(struct walk *w, const char *run_id, const char *key, bool *none)
{
	struct runref ref;
	int rc = runref_find(w->c, run_id, &ref);

	*none = true;
	if (rc == TENON_NOT_FOUND) {
		tenon_forgive(w->c);
		return TENON_OK;
	}
	TRY(rc);
	w->run = ref.run;
	TRY(words_find(w->c, key, &w->word));
	*none = w->word == 0;
	return TENON_OK;
}

int walk_next(struct walk *w, size_t most, struct sql_rows *rows)
{
	const struct tracking *t = w->c->self;
	const struct walk_point *l = &w->last;
	int rc;

	if (!w->begun)
		rc = sql_query(w->c, t->store, rows, SELECT ORDER, P_I64(w->run), P_I64(w->word), P_I64((int64_t)most));
	else
		rc = sql_query(w->c, t->store, rows, SELECT " AND (timestamp, step, value, is_nan) > (?, ?, ?, ?)" ORDER, P_I64(w->run),
		               P_I64(w->word), P_I64(l->timestamp), P_I64(l->step), P_F64(l->value), P_I64(l->is_nan), P_I64((int64_t)most));
	TRY(rc);
	size_t n = sql_count(rows);
	w->begun |= n > 0;
	if (n > 0)
		w->last = walk_point(rows, n - 1);
	return TENON_OK;
}
