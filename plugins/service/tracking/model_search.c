/* SPDX-License-Identifier: Apache-2.0 */
/* model_search - one query finds a page of models and sorts it; what belongs to them is loaded in portions.
 *
 * A metric's value is that of its latest point, by step, time and value, among the points on the datasets asked for: the
 * last one in the order of the table's key. Those to sort by become columns k0, k1, ... of the table. */
#include "models.h"
#include "keyset.h"
#include "model_filter.h"
#include "model_load.h"
#include "search.h"
#include "tracking.h"
#include "where.h"

#include <inttypes.h>
#include <math.h>

enum { CLAUSES_MAX = 200, ORDER_MAX = 20, MODELS_DEFAULT = 50, EXPERIMENTS_MAX = 10000 };

struct search {
	struct tenon_call *c;
	const struct search_models_args *args;
	struct filter filter;
	struct keyset keys;
	struct page page;
	uint64_t digest;
	size_t limit;
};

/* ---- what to sort by ---- */

/* Two columns, so that models without the metric come last either way. */
static int add_metric_key(struct pool *p, struct search *s, size_t i, bool descending)
{
	char text[64];
	snprintf(text, sizeof text, "CASE WHEN m.k%zu IS NULL THEN 1 ELSE 0 END", i);
	const char *is_missing = pool_text(p, text, strlen(text));
	snprintf(text, sizeof text, "m.k%zu", i);
	const char *column = pool_text(p, text, strlen(text));
	if (is_missing == NULL || column == NULL)
		return TENON_NO_MEMORY;
	keyset_add(&s->keys, is_missing, false);
	keyset_add(&s->keys, column, descending);
	return TENON_OK;
}

static bool is_metric(const char *field) { return strncmp(field, "metrics.", 8) == 0; }

static int plan_order(struct pool *p, struct search *s)
{
	const struct model_order_list *order = &s->args->order_by;
	bool by_creation = false, by_id = false;

	if (order->n > ORDER_MAX)
		return pool_refuse(p, "order_by can have at most %d fields. Found %zu.", ORDER_MAX, order->n);
	for (size_t i = 0; i < order->n; i++) {
		const char *field = order->v[i].field_name;
		const struct model_attribute *a = model_attribute(field);
		if (is_metric(field)) {
			TRY(add_metric_key(p, s, i, !order->v[i].ascending));
			continue;
		}
		if (strchr(field, '.') != NULL)
			return pool_refuse(p, "Invalid order by field name: %s. Only metrics are supported.", field);
		if (a == NULL)
			return pool_refuse(p, "Invalid order by field name: %s", field);
		keyset_add(&s->keys, a->sort, !order->v[i].ascending);
		by_creation |= strcmp(a->sort, "m.created") == 0;
		by_id |= strcmp(a->sort, "m.model_id") == 0;
	}
	if (!by_creation)
		keyset_add(&s->keys, "m.created", true);
	if (!by_id)
		keyset_add(&s->keys, "m.model_id", false);
	return TENON_OK;
}

static uint64_t digest_of(const struct search_models_args *a)
{
	uint64_t digest = page_mix(page_mix(PAGE_DIGEST, "search_models"), a->filter);

	for (size_t i = 0; i < a->order_by.n; i++) {
		const struct model_order *o = &a->order_by.v[i];
		digest = page_mix(page_mix(digest, o->field_name), o->ascending ? "asc" : "desc");
		digest = page_mix(page_mix(digest, o->dataset_name), o->dataset_digest);
	}
	digest = page_mix(digest, "datasets");
	for (size_t i = 0; i < a->datasets.n; i++)
		digest = page_mix(page_mix(digest, a->datasets.v[i].dataset_name), a->datasets.v[i].dataset_digest);
	return page_mix_all(digest, &a->experiment_ids);
}

static int parse(struct pool *p, struct search *s)
{
	const struct search_models_args *a = s->args;

	for (size_t i = 0; i < a->datasets.n; i++)
		if (a->datasets.v[i].dataset_name[0] == '\0')
			return pool_refuse(p, "`dataset_name` in the `datasets` clause must be specified.");
	if (a->max_results < 0)
		return pool_refuse(p, "Invalid value %" PRId64 " for parameter 'max_results' supplied. It must be a positive integer", a->max_results);
	s->limit = (size_t)(a->max_results == 0 ? MODELS_DEFAULT : a->max_results < SEARCH_MOST ? a->max_results : SEARCH_MOST);
	s->digest = digest_of(a);
	TRY(page_decode(p, a->page_token, s->digest, &s->page));
	TRY(model_filter_parse(p, a->filter, &s->filter));
	if (s->filter.n > CLAUSES_MAX)
		return pool_refuse(p, "A filter can have at most %d clauses. Found %zu.", CLAUSES_MAX, s->filter.n);
	if (a->datasets.n > CLAUSES_MAX)
		return pool_refuse(p, "A search can name at most %d datasets. Found %zu.", CLAUSES_MAX, a->datasets.n);
	TRY(plan_order(p, s));
	return s->page.n == 0 || s->page.n == s->keys.n ? TENON_OK : page_refuse(p);
}

/* ---- the query ---- */

/* " AND ...": the point `p` is on one of the datasets */
static void add_datasets(struct sqltext *q, const struct model_dataset_list *datasets)
{
	for (size_t i = 0; i < datasets->n; i++) {
		const struct model_dataset *d = &datasets->v[i];
		sqltext_put(q, i == 0 ? " AND (p.dataset_name = ?" : " OR p.dataset_name = ?", P_TEXT(d->dataset_name));
		if (d->dataset_digest[0] != '\0')
			sqltext_put(q, " AND p.dataset_digest = ?", P_TEXT(d->dataset_digest));
	}
	sqltext_add(q, datasets->n > 0 ? ")" : "");
}

/* the latest value of a metric of the model whose number is in column `model`; `order` may narrow it to a dataset */
static void add_latest(struct sqltext *q, const struct search *s, const char *model, const char *key, const struct model_order *order)
{
	sqltext_add(q, "(SELECT p.value FROM model_metric p WHERE p.model = ");
	sqltext_add(q, model);
	sqltext_put(q, " AND p.key = ?", P_TEXT(key));
	add_datasets(q, &s->args->datasets);
	if (order != NULL && order->dataset_name[0] != '\0')
		sqltext_put(q, " AND p.dataset_name = ?", P_TEXT(order->dataset_name));
	if (order != NULL && order->dataset_digest[0] != '\0')
		sqltext_put(q, " AND p.dataset_digest = ?", P_TEXT(order->dataset_digest));
	sqltext_add(q, " ORDER BY p.step DESC NULLS LAST, p.timestamp DESC NULLS LAST, p.value DESC NULLS LAST LIMIT 1)");
}

/* the table, with the metrics to sort by */
static void add_table(struct sqltext *q, const struct search *s)
{
	const struct model_order_list *order = &s->args->order_by;
	char name[32];
	bool any = false;

	sqltext_add(q, " FROM ");
	for (size_t i = 0; i < order->n; i++) {
		if (!is_metric(order->v[i].field_name))
			continue;
		sqltext_add(q, any ? ", " : "(SELECT n.*, ");
		add_latest(q, s, "n.id", order->v[i].field_name + strlen("metrics."), &order->v[i]);
		snprintf(name, sizeof name, " AS k%zu", i);
		sqltext_add(q, name);
		any = true;
	}
	sqltext_add(q, any ? " FROM model n) m" : "model m");
}

static void add_number(struct sqltext *q, const struct clause *c)
{
	static const char *const signs[] = {
		[CMP_EQ] = " = ", [CMP_NE] = " <> ", [CMP_GT] = " > ", [CMP_GE] = " >= ", [CMP_LT] = " < ", [CMP_LE] = " <= ",
	};
	sqltext_add(q, signs[c->compare]);
	sqltext_put(q, "CAST(? AS DOUBLE PRECISION)", P_F64(c->f));
}

static void add_clause(struct sqltext *q, const struct search *s, const struct clause *c)
{
	if (c->id.numeric && isnan(c->f)) {
		sqltext_add(q, " AND 1 = 0"); /* no number compares with it */
	} else if (c->id.entity == ENTITY_METRIC) {
		sqltext_add(q, " AND ");
		add_latest(q, s, "m.id", c->id.key, NULL);
		add_number(q, c);
	} else if (c->id.entity != ENTITY_ATTRIBUTE) {
		sqltext_put(q, c->id.entity == ENTITY_TAG ? " AND EXISTS (SELECT 1 FROM model_tag f WHERE f.model = m.id AND f.key = ?"
		                                          : " AND EXISTS (SELECT 1 FROM model_param f WHERE f.model = m.id AND f.key = ?",
		            P_TEXT(c->id.key));
		where_compare(q, "f.value", c);
		sqltext_add(q, ")");
	} else if (c->id.numeric) {
		sqltext_add(q, " AND ");
		sqltext_add(q, model_attribute(c->id.key)->column);
		add_number(q, c);
	} else {
		where_compare(q, model_attribute(c->id.key)->column, c);
	}
}

static int add_experiments(struct sqltext *q, const struct search *s)
{
	const struct tenon_strs *texts = &s->args->experiment_ids;
	struct sql_value *ids = tenon_alloc(s->c, (texts->n + 1) * sizeof *ids);

	if (texts->n > EXPERIMENTS_MAX)
		return tenon_fail(s->c, TENON_INVALID_ARGUMENT, "A search can go over at most %d experiments. Received %zu experiment_ids.",
		                  EXPERIMENTS_MAX, texts->n);
	if (ids == NULL)
		return tenon_fail(s->c, TENON_NO_MEMORY, "no memory for %zu experiments", texts->n);
	for (size_t i = 0; i < texts->n; i++) {
		ids[i] = P_I64(0);
		TRY(parse_experiment_id(s->c, texts->v[i], &ids[i].i));
	}
	sqltext_add(q, " AND m.experiment IN (");
	sqltext_list(q, ids, texts->n);
	sqltext_add(q, ")");
	return TENON_OK;
}

static int ask(struct search *s, struct sql_rows *rows)
{
	const struct tracking *t = s->c->self;
	struct sqltext q = sqltext_of(s->c);
	bool metrics = false;

	sqltext_add(&q, "SELECT " MODEL_COLUMNS);
	keyset_select(&s->keys, &q);
	add_table(&q, s);
	sqltext_put(&q, " WHERE m.workspace = ? AND m.lifecycle = 0", P_TEXT(s->c->workspace));
	TRY(add_experiments(&q, s));
	for (size_t i = 0; i < s->filter.n; i++) {
		add_clause(&q, s, &s->filter.v[i]);
		metrics |= s->filter.v[i].id.entity == ENTITY_METRIC;
	}
	if (s->args->datasets.n > 0 && !metrics) {
		sqltext_add(&q, " AND EXISTS (SELECT 1 FROM model_metric p WHERE p.model = m.id");
		add_datasets(&q, &s->args->datasets);
		sqltext_add(&q, ")");
	}
	keyset_after(&s->keys, &q, &s->page, 0);
	sqltext_add(&q, " ORDER BY ");
	keyset_order(&s->keys, &q);
	sqltext_put(&q, " LIMIT ?", P_I64((int64_t)s->limit + 1));
	return sqltext_run(s->c, t->store, rows, &q);
}

/* ---- the answer ---- */

static int emit(struct tenon_call *c, const struct sql_rows *rows, size_t count)
{
	for (size_t from = 0; from < count; from += MODEL_LOAD_MAX) {
		size_t n = count - from < MODEL_LOAD_MAX ? count - from : MODEL_LOAD_MAX;
		void *mark = tenon_mark(c);
		struct logged_model *models = tenon_alloc(c, n * sizeof *models);
		if (models == NULL)
			return tenon_fail(c, TENON_NO_MEMORY, "no memory for %zu models", n);
		TRY(model_load(c, rows, from, n, models));
		for (size_t i = 0; i < n; i++)
			TRY(tenon_emit(c, &models[i]));
		tenon_rewind(c, mark);
	}
	return TENON_OK;
}

int search_models(struct tenon_call *c, const struct search_models_args *a, struct search_models_result *out)
{
	struct search s = { .c = c, .args = a };
	struct pool pool = pool_of(c);
	struct sql_rows rows;

	int rc = parse(&pool, &s);
	if (rc < 0)
		return pool_fail(c, &pool, rc);
	if (a->experiment_ids.n == 0)
		return TENON_OK;
	TRY(ask(&s, &rows));
	size_t n = sql_count(&rows);
	if (n > s.limit) {
		out->next_page_token = page_encode(&pool, s.digest, sql_at(&rows, s.limit - 1, MODEL_COLUMN_COUNT), s.keys.n);
		out->has.next_page_token = out->next_page_token != NULL;
	}
	return emit(c, &rows, n < s.limit ? n : s.limit);
}
