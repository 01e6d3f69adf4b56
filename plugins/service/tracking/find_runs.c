/* SPDX-License-Identifier: Apache-2.0 */
/* find_runs - which index leads, and how NULL and NaN find their places.
 *
 * Model    A query is led by the runs of an experiment (index run_by_start gives them newest first) or by a metric's latest
 *          values (index latest_metric_by_value gives them in order). Runs lead, unless
 *          - the first sort key is a metric: then three queries follow one another as far as the page needs: the values
 *            in order, the NaNs, the runs without the metric, which is MLflow's order;
 *          - a clause picks few runs by a metric: then those are fetched and sorted.
 *          All that does not lead is looked up per run, and LIMIT ends the walk early.
 * Streams  An index gives one order for one experiment (and one lifecycle). Of several experiments each has a query of
 *          its own, joined by UNION ALL and merged; of very many, one query sorts all.
 * Written order is join order: SQLite keeps it for CROSS JOIN. */
#include "find_runs.h"
#include "keyset.h"
#include "tracking.h"
#include "where.h"
#include "words.h"

enum { STREAMS_MAX = 32, STREAM_PARAMS_MAX = 8000, FEW = 1000, FEW_ASKED = 4 };

enum lead { LEAD_RUNS, LEAD_VALUES, LEAD_NANS, LEAD_ABSENT, LEAD_CLAUSE };

struct sorting { int64_t word; enum entity entity; const char *table; }; /* of an order key that is no attribute; word 0: none has it */

struct plan {
	struct tenon_call *c;
	const struct find *find;
	struct condition conditions[FIND_CLAUSES_MAX];
	struct sorting sortings[FIND_KEYS_MAX];
	struct keyset keys;
	bool by_metric;            /* the first sort key is a metric that some run has */
	const struct condition *few; /* the clause that picks few runs, or NULL */
};

struct stream { enum lead lead; const int64_t *experiments; size_t n; int64_t lifecycle; }; /* lifecycle < 0: by the view */

/* ---- what to sort by ---- */

static const char *const attributes[] = {
	[ATTR_ARTIFACT_URI] = "r.artifact_uri", [ATTR_END_TIME] = "r.end_time", [ATTR_RUN_ID] = "r.run_id", [ATTR_RUN_NAME] = "r.name",
	[ATTR_START_TIME] = "r.start_time", [ATTR_USER_ID] = "r.user_id",
	/* by name: FAILED, FINISHED, KILLED, RUNNING, SCHEDULED */
	[ATTR_STATUS] = "CASE r.status WHEN 4 THEN 0 WHEN 3 THEN 1 WHEN 5 THEN 2 WHEN 1 THEN 3 ELSE 4 END",
};

static int add_absent(struct plan *p, const struct order_key *key)
{
	keyset_add_constant(&p->keys, key->id.entity == ENTITY_METRIC ? "2" : "1");
	keyset_add_constant(&p->keys, "NULL");
	return TENON_OK;
}

/* the columns of a metric, param or tag: is it there, and what is it */
static int add_joined(struct plan *p, size_t i, const struct order_key *key)
{
	struct sorting *s = &p->sortings[i];
	bool metric = key->id.entity == ENTITY_METRIC;

	s->entity = key->id.entity;
	s->table = metric ? "latest_metric" : key->id.entity == ENTITY_PARAM ? "param" : "tag";
	TRY(words_find(p->c, key->id.key, &s->word));
	if (s->word == 0)
		return add_absent(p, key);
	p->by_metric |= i == 0 && metric;
	const char *flag = metric ? tenon_printf(p->c, "CASE WHEN o%zu.run IS NULL THEN 2 ELSE o%zu.is_nan END", i, i)
	                          : tenon_printf(p->c, "CASE WHEN o%zu.run IS NULL THEN 1 ELSE 0 END", i);
	const char *value = tenon_printf(p->c, "o%zu.value", i);
	if (flag == NULL || value == NULL)
		return TENON_NO_MEMORY;
	keyset_add(&p->keys, flag, false);
	keyset_add(&p->keys, value, key->descending);
	return TENON_OK;
}

static int plan_order(struct plan *p)
{
	const struct order *order = p->find->order;
	bool by_start = false, by_id = false;

	for (size_t i = 0; i < order->n; i++) {
		const struct order_key *key = &order->v[i];
		enum attribute a = key->id.attribute;
		if (key->id.entity != ENTITY_ATTRIBUTE) {
			TRY(add_joined(p, i, key));
			continue;
		}
		if (a == ATTR_END_TIME)
			keyset_add(&p->keys, "CASE WHEN r.end_time IS NULL THEN 1 ELSE 0 END", false);
		keyset_add(&p->keys, attributes[a], key->descending);
		by_start |= a == ATTR_START_TIME;
		by_id |= a == ATTR_RUN_ID;
	}
	if (!by_start)
		keyset_add(&p->keys, "r.start_time", true);
	if (!by_id)
		keyset_add(&p->keys, "r.run_id", false);
	return TENON_OK;
}

/* ---- one query ---- */

static bool leads_by_metric(enum lead lead) { return lead == LEAD_VALUES || lead == LEAD_NANS; }

/* the sort keys as this query knows them: what its lead fixes is constant */
static void keys_of(const struct plan *p, enum lead lead, struct keyset *k)
{
	*k = p->keys;
	if (lead == LEAD_RUNS || lead == LEAD_CLAUSE)
		return;
	k->v[0] = (struct keyset_column){ lead == LEAD_VALUES ? "0" : lead == LEAD_NANS ? "1" : "2", false, true };
	if (lead == LEAD_VALUES)
		k->v[1].sql = "d.value";
	else
		k->v[1] = (struct keyset_column){ "NULL", false, true };
}

/* Those of the experiments that the call's workspace has; their runs are its own. Asked once, not for each run. */
static void add_experiments(const struct plan *p, struct sqltext *q, const char *column, const int64_t *v, size_t n)
{
	struct sql_value *ids = tenon_alloc(p->c, n * sizeof *ids);

	if (ids == NULL) {
		q->failed = true;
		return;
	}
	for (size_t i = 0; i < n; i++)
		ids[i] = P_I64(v[i]);
	sqltext_add(q, column);
	sqltext_put(q, n == 1 ? " = (SELECT e.id FROM experiment e WHERE e.workspace = ? AND e.id = "
	                      : " IN (SELECT e.id FROM experiment e WHERE e.workspace = ? AND e.id IN (", P_TEXT(p->c->workspace));
	sqltext_list(q, ids, n);
	sqltext_add(q, n == 1 ? ")" : "))");
}

/* FROM and WHERE as far as the lead says them */
static void add_lead(const struct plan *p, struct sqltext *q, const struct stream *s)
{
	const struct sorting *first = &p->sortings[0];
	bool metric = leads_by_metric(s->lead) || s->lead == LEAD_CLAUSE;

	sqltext_add(q, metric ? " FROM latest_metric d CROSS JOIN run r" : " FROM run r");
	for (size_t i = 0; i < p->find->order->n; i++) {
		bool led = i == 0 && s->lead != LEAD_RUNS && s->lead != LEAD_CLAUSE;
		if (p->sortings[i].word == 0 || led)
			continue;
		char join[192];
		snprintf(join, sizeof join, " LEFT JOIN %s o%zu ON o%zu.run = r.id AND o%zu.key = ?", p->sortings[i].table, i, i, i);
		sqltext_put(q, join, P_I64(p->sortings[i].word));
	}
	add_experiments(p, q, metric ? " WHERE d.experiment" : " WHERE r.experiment", s->experiments, s->n);
	if (metric)
		sqltext_put(q, " AND d.key = ? AND d.is_nan = ?", P_I64(s->lead == LEAD_CLAUSE ? p->few->word : first->word), P_I64(s->lead == LEAD_NANS));
	if (s->lead == LEAD_CLAUSE)
		where_compare(q, "d.value", p->few->clause);
	if (metric)
		sqltext_add(q, " AND r.id = d.run");
	if (s->lead == LEAD_ABSENT)
		sqltext_put(q, " AND NOT EXISTS (SELECT 1 FROM latest_metric a WHERE a.run = r.id AND a.key = ?)", P_I64(first->word));
}

static void add_lifecycle(const struct plan *p, struct sqltext *q, const struct stream *s)
{
	if (s->lifecycle >= 0)
		sqltext_put(q, " AND r.lifecycle = ?", P_I64(s->lifecycle));
	else if (p->find->view != VIEW_ALL)
		sqltext_put(q, " AND r.lifecycle = ?", P_I64(p->find->view == VIEW_DELETED_ONLY));
}

/* Is the clause about the value that leads? Then the walk along the index ends where it does. */
static bool bounds_lead(const struct plan *p, const struct stream *s, const struct condition *w)
{
	return s->lead == LEAD_VALUES && where_is_range(w) && w->word == p->sortings[0].word;
}

static void add_stream(const struct plan *p, struct sqltext *q, const struct stream *s, const struct page *page, size_t limit)
{
	const char *run = s->lead == LEAD_RUNS || s->lead == LEAD_ABSENT ? "r.id" : "d.run";
	struct keyset k;

	keys_of(p, s->lead, &k);
	sqltext_add(q, "SELECT r.id");
	keyset_select(&k, q);
	add_lead(p, q, s);
	add_lifecycle(p, q, s);
	for (size_t i = 0; i < p->find->filter->n; i++) {
		const struct condition *w = &p->conditions[i];
		if (bounds_lead(p, s, w))
			where_compare(q, "d.value", w->clause);
		else if (s->lead != LEAD_CLAUSE || w != p->few)
			where_add(q, w, run);
	}
	keyset_after(&k, q, page, 0);
	sqltext_add(q, " ORDER BY ");
	keyset_order(&k, q);
	sqltext_put(q, " LIMIT ?", P_I64((int64_t)limit));
}

/* ---- several experiments ---- */

/* Does an index give the order, so that each experiment is worth a query of its own? */
static bool is_ordered(const struct plan *p, enum lead lead)
{
	const struct order *order = p->find->order;
	size_t next = lead == LEAD_ABSENT; /* the key that is left to sort by */

	return leads_by_metric(lead) || (lead != LEAD_CLAUSE && (order->n == next || order->v[next].id.attribute == ATTR_START_TIME));
}

/* parameters of the clauses, roughly, of which each stream has a copy */
static size_t count_params(const struct plan *p)
{
	size_t n = 0;
	for (size_t i = 0; i < p->find->filter->n; i++)
		n += p->find->filter->v[i].type == VALUE_LIST ? 4 * p->find->filter->v[i].list.n : 3;
	return n;
}

static void add_union(const struct plan *p, struct sqltext *q, enum lead lead, const struct page *page, size_t limit)
{
	const struct find *f = p->find;
	bool split = f->view == VIEW_ALL && !leads_by_metric(lead);
	struct keyset k;

	for (size_t i = 0; i < f->n_experiments * (split ? 2 : 1); i++) {
		struct stream one = { lead, &f->experiments[split ? i / 2 : i], 1, split ? (int64_t)(i % 2) : -1 };
		sqltext_add(q, i == 0 ? "SELECT * FROM (" : " UNION ALL SELECT * FROM (");
		add_stream(p, q, &one, page, limit);
		sqltext_add(q, ") AS s");
	}
	keys_of(p, lead, &k);
	sqltext_add(q, " ORDER BY ");
	keyset_order_by_number(&k, q, 1);
	sqltext_put(q, " LIMIT ?", P_I64((int64_t)limit));
}

static int ask(const struct plan *p, enum lead lead, const struct page *page, size_t limit, struct sql_rows *rows)
{
	const struct tracking *t = p->c->self;
	const struct find *f = p->find;
	struct sqltext q = sqltext_of(p->c);
	size_t streams = f->n_experiments * (f->view == VIEW_ALL && !leads_by_metric(lead) ? 2 : 1);

	if (streams > 1 && streams <= STREAMS_MAX && is_ordered(p, lead) && streams * count_params(p) <= STREAM_PARAMS_MAX)
		add_union(p, &q, lead, page, limit);
	else
		add_stream(p, &q, &(struct stream){ lead, f->experiments, f->n_experiments, -1 }, page, limit);
	return sqltext_run(p->c, t->store, rows, &q);
}

/* ---- which lead ---- */

/* Looks for the clause that picks the fewest runs by a metric, if those are few, among the first that could. */
static int find_few(struct plan *p)
{
	const struct tracking *t = p->c->self;
	const struct find *f = p->find;
	int64_t fewest = FEW + 1;

	for (size_t i = 0, asked = 0; i < f->filter->n && asked < FEW_ASKED; i++) {
		const struct condition *w = &p->conditions[i];
		struct sqltext q = sqltext_of(p->c);
		struct sql_rows rows;
		if (!where_is_range(w) || (p->by_metric && w->word == p->sortings[0].word))
			continue;
		asked++;
		sqltext_add(&q, "SELECT COUNT(*) FROM (SELECT 1 FROM latest_metric d");
		add_experiments(p, &q, " WHERE d.experiment", f->experiments, f->n_experiments);
		sqltext_put(&q, " AND d.key = ? AND d.is_nan = 0", P_I64(w->word));
		where_compare(&q, "d.value", w->clause);
		sqltext_put(&q, " LIMIT ?) AS s", P_I64(FEW + 1));
		TRY(sqltext_run(p->c, t->store, &rows, &q));
		if (sql_count(&rows) == 0 || sql_i64(&rows, 0, 0) >= fewest)
			continue;
		fewest = sql_i64(&rows, 0, 0);
		p->few = w;
	}
	return TENON_OK;
}

/* Can no run be found so, because a clause asks for a value of the metric that leads? */
static bool is_futile(const struct plan *p, enum lead lead)
{
	for (size_t i = 0; i < p->find->filter->n && (lead == LEAD_NANS || lead == LEAD_ABSENT); i++) {
		const struct condition *w = &p->conditions[i];
		if (w->entity == ENTITY_METRIC && w->word == p->sortings[0].word && (lead == LEAD_ABSENT || where_is_range(w)))
			return true;
	}
	return false;
}

/* ---- the page ---- */

/* Adds what a query found. One row past the limit only says that there is more. */
static void take(struct found *out, const struct sql_rows *rows, size_t limit, bool *more)
{
	for (size_t i = 0; i < sql_count(rows); i++) {
		if (out->n == limit) {
			*more = true;
			return;
		}
		out->ids[out->n++] = sql_i64(rows, i, 0);
		out->last = sql_at(rows, i, 1);
	}
}

/* The queries of a plan, one after another until the page is full. */
static int collect(const struct plan *p, const enum lead *leads, size_t n, struct found *out)
{
	const struct find *f = p->find;
	const struct page whole = { NULL, 0 };
	size_t begin = n > 1 && f->page->n > 0 ? (size_t)f->page->keys[0].i : 0;
	bool more = false;

	for (size_t i = begin; i < n && !more; i++) {
		struct sql_rows rows;
		if (is_futile(p, leads[i]))
			continue;
		TRY(ask(p, leads[i], i == begin ? f->page : &whole, f->limit + 1 - out->n, &rows));
		take(out, &rows, f->limit, &more);
	}
	if (!more)
		out->last = NULL;
	return TENON_OK;
}

static int plan_make(struct tenon_call *c, const struct find *f, struct plan *p, bool *never)
{
	*p = (struct plan){ .c = c, .find = f };
	*never = f->n_experiments == 0;
	for (size_t i = 0; i < f->filter->n; i++) {
		TRY(where_resolve(c, &f->filter->v[i], &p->conditions[i]));
		*never |= where_is_never(&p->conditions[i]);
	}
	return plan_order(p);
}

int find_runs(struct tenon_call *c, const struct find *f, struct found *out)
{
	static const enum lead runs = LEAD_RUNS, clause = LEAD_CLAUSE, metric[] = { LEAD_VALUES, LEAD_NANS, LEAD_ABSENT };
	struct plan p;
	bool never;

	*out = (struct found){ NULL, 0, NULL, 0 };
	TRY(plan_make(c, f, &p, &never));
	if (f->page->n > 0 && f->page->n != p.keys.n) {
		struct pool pool = pool_of(c);
		return pool_fail(c, &pool, page_refuse(&pool));
	}
	if (never)
		return TENON_OK;
	out->n_keys = p.keys.n;
	if ((out->ids = tenon_alloc(c, f->limit * sizeof *out->ids)) == NULL)
		return tenon_fail(c, TENON_NO_MEMORY, "no memory for a page of %zu runs", f->limit);
	TRY(find_few(&p));
	if (p.few != NULL)
		return collect(&p, &clause, 1, out);
	return p.by_metric ? collect(&p, metric, 3, out) : collect(&p, &runs, 1, out);
}
