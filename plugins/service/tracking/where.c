/* SPDX-License-Identifier: Apache-2.0 */
/* where - metrics, params, tags and inputs are asked for run by run, through their primary keys. */
#include "where.h"
#include "tracking.h"
#include "words.h"

/* the run's own columns; a run's name is looked for among the tags, as MLflow does */
static const char *const columns[] = {
	[ATTR_ARTIFACT_URI] = "r.artifact_uri", [ATTR_END_TIME] = "r.end_time", [ATTR_RUN_ID] = "r.run_id",
	[ATTR_START_TIME] = "r.start_time", [ATTR_USER_ID] = "r.user_id",
	[ATTR_STATUS] = "CASE r.status WHEN 1 THEN 'RUNNING' WHEN 2 THEN 'SCHEDULED' WHEN 3 THEN 'FINISHED' WHEN 4 THEN 'FAILED'"
	                " ELSE 'KILLED' END",
};

static const char *const signs[] = {
	[CMP_EQ] = " = ?", [CMP_NE] = " <> ?", [CMP_GT] = " > ?", [CMP_GE] = " >= ?", [CMP_LT] = " < ?", [CMP_LE] = " <= ?",
};

int where_resolve(struct tenon_call *c, const struct clause *clause, struct condition *out)
{
	bool named = clause->id.attribute == ATTR_RUN_NAME;

	*out = (struct condition){ clause, named ? ENTITY_TAG : clause->id.entity, 0 };
	if (out->entity == ENTITY_ATTRIBUTE || out->entity == ENTITY_DATASET)
		return TENON_OK;
	return words_find(c, named ? RUN_NAME_TAG : clause->id.key, &out->word);
}

bool where_is_never(const struct condition *w)
{
	return w->entity != ENTITY_ATTRIBUTE && w->entity != ENTITY_DATASET && w->word == 0 && w->clause->compare != CMP_IS_NULL;
}

bool where_is_range(const struct condition *w)
{
	enum compare c = w->clause->compare;
	return w->entity == ENTITY_METRIC && (c == CMP_EQ || c == CMP_GT || c == CMP_GE || c == CMP_LT || c == CMP_LE);
}

static struct sql_value value_of(const struct clause *c)
{
	return c->type == VALUE_I64 ? P_I64(c->i) : c->type == VALUE_F64 ? P_F64(c->f) : P_TEXT(c->text);
}

static void compare_list(struct sqltext *q, const char *column, const struct clause *c)
{
	struct sql_value *v = q->text.alloc(q->text.arena, c->list.n * sizeof *v);

	if (v == NULL) {
		q->failed = true;
		return;
	}
	for (size_t i = 0; i < c->list.n; i++)
		v[i] = P_TEXT(c->list.v[i]);
	sqltext_add(q, " AND ");
	sqltext_add(q, column);
	sqltext_add(q, c->compare == CMP_IN ? " IN (" : " NOT IN (");
	sqltext_list(q, v, c->list.n);
	sqltext_add(q, ")");
}

void where_compare(struct sqltext *q, const char *column, const struct clause *c)
{
	if (c->compare == CMP_IN || c->compare == CMP_NOT_IN) {
		compare_list(q, column, c);
	} else if (c->compare == CMP_LIKE || c->compare == CMP_ILIKE) {
		sqltext_add(q, c->compare == CMP_LIKE ? " AND t_like(" : " AND t_ilike(");
		sqltext_add(q, column);
		sqltext_put(q, ", ?)", P_TEXT(c->text));
	} else {
		sqltext_add(q, " AND ");
		sqltext_add(q, column);
		sqltext_put(q, signs[c->compare], value_of(c));
	}
}

static void add_metric(struct sqltext *q, const struct condition *w, const char *run)
{
	sqltext_add(q, " AND EXISTS (SELECT 1 FROM latest_metric f WHERE f.run = ");
	sqltext_add(q, run);
	sqltext_put(q, " AND f.key = ?", P_I64(w->word));
	if (w->clause->compare == CMP_NE) { /* NaN differs from every number */
		sqltext_put(q, " AND (f.value <> ? OR f.is_nan = 1))", value_of(w->clause));
		return;
	}
	where_compare(q, "f.value", w->clause);
	sqltext_add(q, " AND f.is_nan = 0)");
}

static void add_text(struct sqltext *q, const struct condition *w, const char *run)
{
	sqltext_add(q, w->clause->compare == CMP_IS_NULL ? " AND NOT EXISTS" : " AND EXISTS");
	sqltext_add(q, w->entity == ENTITY_PARAM ? " (SELECT 1 FROM param f WHERE f.run = " : " (SELECT 1 FROM tag f WHERE f.run = ");
	sqltext_add(q, run);
	sqltext_put(q, " AND f.key = ?", P_I64(w->word));
	if (w->clause->type != VALUE_NONE)
		where_compare(q, "f.value", w->clause);
	sqltext_add(q, ")");
}

/* Some input of the run meets it; several clauses may be met by different ones. */
static void add_dataset(struct sqltext *q, const struct condition *w, const char *run)
{
	bool context = strcmp(w->clause->id.key, "context") == 0;

	sqltext_add(q, context ? " AND EXISTS (SELECT 1 FROM input_tag f WHERE f.key = 'mlflow.data.context' AND f.run = "
	                       : " AND EXISTS (SELECT 1 FROM input i CROSS JOIN dataset f WHERE f.id = i.dataset AND i.run = ");
	sqltext_add(q, run);
	where_compare(q, context ? "f.value" : strcmp(w->clause->id.key, "name") == 0 ? "f.name" : "f.digest", w->clause);
	sqltext_add(q, ")");
}

void where_add(struct sqltext *q, const struct condition *w, const char *run)
{
	switch (w->entity) {
	case ENTITY_METRIC: add_metric(q, w, run); return;
	case ENTITY_PARAM: case ENTITY_TAG: add_text(q, w, run); return;
	case ENTITY_DATASET: add_dataset(q, w, run); return;
	case ENTITY_ATTRIBUTE: where_compare(q, columns[w->clause->id.attribute], w->clause); return;
	}
}
