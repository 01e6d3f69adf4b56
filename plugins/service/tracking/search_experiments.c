/* SPDX-License-Identifier: Apache-2.0 */
/* search_experiments - one query finds and sorts them; their tags are fetched some hundreds at a time. */
#include "search.h"
#include "entity.h"
#include "filter.h"
#include "keyset.h"
#include "order.h"
#include "tracking.h"
#include "where.h"

#include <inttypes.h>

enum { PORTION = 512, CLAUSES_MAX = 200 };

struct search {
	struct tenon_call *c;
	const struct search_experiments_args *args;
	struct filter filter;
	struct sql_value *ids[CLAUSES_MAX]; /* of the clauses on experiment_id */
	struct keyset keys;
	struct page page;
	uint64_t digest;
};

static int check_limit(struct tenon_call *c, int64_t n)
{
	if (n >= 1 && n <= SEARCH_MOST)
		return TENON_OK;
	const char *must = n < 1 ? "a positive integer" : "at most 50000";
	return tenon_fail(c, TENON_INVALID_ARGUMENT, "Invalid value %" PRId64 " for parameter 'max_results' supplied. It must be %s", n, must);
}

/* ---- what to sort by ---- */

static const char *const columns[] = {
	[ATTR_EXPERIMENT_ID] = "e.id", [ATTR_NAME] = "e.name", [ATTR_CREATION_TIME] = "e.created", [ATTR_LAST_UPDATE_TIME] = "e.updated",
};

static void plan_order(struct search *s, const struct order *order)
{
	bool by_id = false;

	if (order->n == 0) {
		keyset_add(&s->keys, "e.created", true);
		keyset_add(&s->keys, "e.id", false);
		return;
	}
	for (size_t i = 0; i < order->n; i++) {
		keyset_add(&s->keys, columns[order->v[i].id.attribute], order->v[i].descending);
		by_id |= order->v[i].id.attribute == ATTR_EXPERIMENT_ID;
	}
	if (!by_id)
		keyset_add(&s->keys, "e.id", true);
}

/* The numbers of an experiment_id clause; one that no experiment can have stands for one that is too large. */
static int resolve_ids(struct pool *p, struct search *s, size_t i)
{
	const struct clause *c = &s->filter.v[i];
	size_t n = c->type == VALUE_LIST ? c->list.n : 1;

	if ((s->ids[i] = tenon_alloc(s->c, n * sizeof **s->ids)) == NULL)
		return TENON_NO_MEMORY;
	for (size_t k = 0; k < n; k++) {
		int64_t id = -1;
		int rc = parse_experiment_id(s->c, c->type == VALUE_LIST ? c->list.v[k] : c->text, &id);
		if (rc == TENON_NOT_FOUND) {
			tenon_forgive(s->c);
		} else if (rc < 0) {
			p->why = tenon_reason(s->c);
			return rc;
		}
		s->ids[i][k] = P_I64(id);
	}
	return TENON_OK;
}

/* In MLflow's order: these numbers are looked at before order_by. */
static int parse(struct pool *p, struct search *s)
{
	const struct search_experiments_args *a = s->args;
	struct order order;
	char view[24];

	TRY(filter_parse(p, &grammar_experiments, a->filter, &s->filter));
	TRY(filter_check(p, &grammar_experiments, &s->filter));
	if (s->filter.n > CLAUSES_MAX)
		return pool_refuse(p, "A filter can have at most %d clauses. Found %zu.", CLAUSES_MAX, s->filter.n);
	for (size_t i = 0; i < s->filter.n; i++)
		if (s->filter.v[i].id.attribute == ATTR_EXPERIMENT_ID)
			TRY(resolve_ids(p, s, i));
	TRY(order_parse(p, &grammar_experiments, &a->order_by, &order));
	plan_order(s, &order);
	snprintf(view, sizeof view, "%" PRId64, a->view_type);
	s->digest = page_mix_all(page_mix(page_mix(page_mix(PAGE_DIGEST, "search_experiments"), view), a->filter), &a->order_by);
	TRY(page_decode(p, a->page_token, s->digest, &s->page));
	return s->page.n == 0 || s->page.n == s->keys.n ? TENON_OK : page_refuse(p);
}

/* ---- the query ---- */

static void add_id(const struct search *s, struct sqltext *q, size_t i)
{
	const struct clause *c = &s->filter.v[i];
	bool not = c->compare == CMP_NE || c->compare == CMP_NOT_IN;

	sqltext_add(q, not ? " AND e.id NOT IN (" : " AND e.id IN (");
	sqltext_list(q, s->ids[i], c->type == VALUE_LIST ? c->list.n : 1);
	sqltext_add(q, ")");
}

static void add_tag(struct sqltext *q, const struct clause *c)
{
	sqltext_add(q, c->compare == CMP_IS_NULL ? " AND NOT EXISTS" : " AND EXISTS");
	sqltext_put(q, " (SELECT 1 FROM experiment_tag f WHERE f.experiment = e.id AND f.key = ?", P_TEXT(c->id.key));
	if (c->type != VALUE_NONE)
		where_compare(q, "f.value", c);
	sqltext_add(q, ")");
}

static int ask(struct search *s, struct sql_rows *rows)
{
	const struct tracking *t = s->c->self;
	const struct search_experiments_args *a = s->args;
	struct sqltext q = sqltext_of(s->c);

	sqltext_add(&q, "SELECT " EXPERIMENT_COLUMNS);
	keyset_select(&s->keys, &q);
	sqltext_put(&q, " FROM experiment e WHERE e.workspace = ?", P_TEXT(s->c->workspace));
	if (a->view_type != VIEW_ALL)
		sqltext_put(&q, " AND e.lifecycle = ?", P_I64(a->view_type == VIEW_DELETED_ONLY));
	for (size_t i = 0; i < s->filter.n; i++) {
		const struct clause *c = &s->filter.v[i];
		if (c->id.entity == ENTITY_TAG)
			add_tag(&q, c);
		else if (c->id.attribute == ATTR_EXPERIMENT_ID)
			add_id(s, &q, i);
		else
			where_compare(&q, columns[c->id.attribute], c);
	}
	keyset_after(&s->keys, &q, &s->page, 0);
	sqltext_add(&q, " ORDER BY ");
	keyset_order(&s->keys, &q);
	sqltext_put(&q, " LIMIT ?", P_I64(a->max_results + 1));
	return sqltext_run(s->c, t->store, rows, &q);
}

/* ---- the answer ---- */

static int load_tags(struct tenon_call *c, const struct sql_rows *rows, size_t from, size_t n, struct sql_rows *tags)
{
	const struct tracking *t = c->self;
	struct sqltext q = sqltext_of(c);
	struct sql_value ids[PORTION];

	for (size_t i = 0; i < n; i++)
		ids[i] = P_I64(sql_i64(rows, from + i, 0));
	sqltext_add(&q, "SELECT experiment, key, value FROM experiment_tag WHERE experiment IN (");
	sqltext_list(&q, ids, n);
	sqltext_add(&q, ") ORDER BY experiment ASC NULLS FIRST, key ASC NULLS FIRST");
	return sqltext_run(c, t->store, tags, &q);
}

/* the first of the rows, which are ordered by experiment, that is `id`'s */
static size_t first_tag(const struct sql_rows *tags, int64_t id)
{
	size_t low = 0, high = sql_count(tags);

	while (low < high) {
		size_t middle = (low + high) / 2;
		if (sql_i64(tags, middle, 0) < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int emit_one(struct tenon_call *c, const struct sql_rows *rows, size_t row, const struct sql_rows *tags)
{
	struct experiment e;
	int64_t id = sql_i64(rows, row, 0);
	size_t at = first_tag(tags, id), end = at;

	TRY(entity_experiment(c, rows, row, &e));
	while (end < sql_count(tags) && sql_i64(tags, end, 0) == id)
		end++;
	e.has.tags = end > at;
	if (e.has.tags && (e.tags.v = tenon_alloc(c, (end - at) * sizeof *e.tags.v)) == NULL)
		return tenon_fail(c, TENON_NO_MEMORY, "no memory for an experiment's tags");
	for (; at < end; at++)
		e.tags.v[e.tags.n++] = (struct tag){ .has = { 1, 1 }, .key = sql_text(tags, at, 1), .value = sql_text(tags, at, 2) };
	return tenon_emit(c, &e);
}

static int emit(struct tenon_call *c, const struct sql_rows *rows, size_t count)
{
	for (size_t from = 0; from < count; from += PORTION) {
		size_t n = count - from < PORTION ? count - from : PORTION;
		struct sql_rows tags;
		void *mark = tenon_mark(c);
		TRY(load_tags(c, rows, from, n, &tags));
		for (size_t i = 0; i < n; i++)
			TRY(emit_one(c, rows, from + i, &tags));
		tenon_rewind(c, mark);
	}
	return TENON_OK;
}

int search_experiments(struct tenon_call *c, const struct search_experiments_args *a, struct search_experiments_result *out)
{
	struct search s = { .c = c, .args = a };
	struct pool pool = pool_of(c);
	struct sql_rows rows;

	TRY(check_limit(c, a->max_results));
	int rc = parse(&pool, &s);
	if (rc < 0)
		return pool_fail(c, &pool, rc);
	TRY(ask(&s, &rows));
	size_t n = sql_count(&rows), most = (size_t)a->max_results;
	if (n > most) {
		out->next_page_token = page_encode(&pool, s.digest, sql_at(&rows, most - 1, EXPERIMENT_COLUMN_COUNT), s.keys.n);
		out->has.next_page_token = out->next_page_token != NULL;
	}
	return emit(c, &rows, n < most ? n : most);
}
