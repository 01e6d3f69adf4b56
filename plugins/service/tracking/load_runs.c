/* SPDX-License-Identifier: Apache-2.0 */
/* load_runs - one query a table, over the runs' primary keys; then rows go to their runs.
 *
 * Model    `places` maps run numbers to indexes of the result. For each table a `share` is made: whose row each one is,
 *          and where each run's items begin in one array that all of them share. */
#include "load_runs.h"
#include "entity.h"
#include "spelling.h"
#include "sqltext.h"
#include "tracking.h"

#include <math.h>
#include <stdlib.h>

struct place { int64_t id; size_t at; };

struct load {
	struct tenon_call *c;
	struct sql_value *ids;
	struct place *places;      /* by id */
	size_t n;
	struct run *runs;
};

struct share { size_t *owner, *first; void *items; }; /* owner[row]; first[run], counted up while items are placed */

static int by_id(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	return (x->id > y->id) - (x->id < y->id);
}

static int no_memory(struct tenon_call *c) { return tenon_fail(c, TENON_NO_MEMORY, "no memory for so many runs at a time"); }

static int ask(const struct load *l, struct sql_rows *rows, const char *select, const char *order)
{
	struct tracking *t = l->c->self;
	struct sqltext q = sqltext_of(l->c);

	sqltext_add(&q, select);
	sqltext_list(&q, l->ids, l->n);
	sqltext_add(&q, order);
	return sqltext_run(l->c, t->store, rows, &q);
}

static size_t place_of(const struct load *l, int64_t id)
{
	struct place want = { id, 0 }, *p = bsearch(&want, l->places, l->n, sizeof want, by_id);
	return p != NULL ? p->at : 0; /* always there: it was asked for */
}

/* Column 0 of `rows` is the run. Rows of one run mostly stand together. */
static int share_rows(const struct load *l, const struct sql_rows *rows, size_t item_size, struct share *s)
{
	size_t count = sql_count(rows), last = 0, sum = 0;

	s->owner = tenon_alloc(l->c, (count + 1) * sizeof *s->owner);
	s->first = tenon_alloc(l->c, (l->n + 1) * sizeof *s->first);
	s->items = tenon_alloc(l->c, (count + 1) * item_size);
	if (s->owner == NULL || s->first == NULL || s->items == NULL)
		return no_memory(l->c);
	for (size_t i = 0; i < count; i++) {
		int64_t id = sql_i64(rows, i, 0);
		if (i == 0 || id != sql_i64(rows, i - 1, 0))
			last = place_of(l, id);
		s->owner[i] = last;
		s->first[last + 1]++;
	}
	for (size_t i = 0; i <= l->n; i++)
		s->first[i] = sum += s->first[i];
	return TENON_OK;
}

/* the place for row i's item, behind those that its run has already */
static void *next_item(const struct share *s, size_t i, size_t item_size)
{
	return (char *)s->items + s->first[s->owner[i]]++ * item_size;
}

static int load_metrics(const struct load *l)
{
	struct sql_rows rows;
	struct share s;
	struct spelled words;

	TRY(ask(l, &rows, "SELECT run, key, CASE WHEN is_nan = 0 THEN value END, timestamp, step FROM latest_metric WHERE run IN (", ")"));
	TRY(spelling_learn(l->c, &rows, 1, &words));
	TRY(share_rows(l, &rows, sizeof(struct metric), &s));
	for (size_t i = 0; i < sql_count(&rows); i++) {
		struct run_data *data = &l->runs[s.owner[i]].data;
		struct metric *m = next_item(&s, i, sizeof *m);
		if (data->metrics.n++ == 0)
			data->metrics.v = m;
		bool is_number = sql_at(&rows, i, 2)->has.f;
		data->has.metrics = 1;
		*m = (struct metric){ .has = { 1, 1, 1, 1 }, .key = spelling_text(&words, sql_i64(&rows, i, 1)),
			.value = is_number ? sql_f64(&rows, i, 2) : NAN, .timestamp = sql_i64(&rows, i, 3), .step = sql_i64(&rows, i, 4) };
	}
	return TENON_OK;
}

static int load_params(const struct load *l)
{
	struct sql_rows rows;
	struct share s;
	struct spelled words;

	TRY(ask(l, &rows, "SELECT run, key, value FROM param WHERE run IN (", ")"));
	TRY(spelling_learn(l->c, &rows, 1, &words));
	TRY(share_rows(l, &rows, sizeof(struct param), &s));
	for (size_t i = 0; i < sql_count(&rows); i++) {
		struct run_data *data = &l->runs[s.owner[i]].data;
		struct param *p = next_item(&s, i, sizeof *p);
		if (data->params.n++ == 0)
			data->params.v = p;
		data->has.params = 1;
		*p = (struct param){ .has = { 1, 1 }, .key = spelling_text(&words, sql_i64(&rows, i, 1)), .value = sql_text(&rows, i, 2) };
	}
	return TENON_OK;
}

static int load_tags(const struct load *l)
{
	struct sql_rows rows;
	struct share s;
	struct spelled words;

	TRY(ask(l, &rows, "SELECT run, key, value FROM tag WHERE run IN (", ")"));
	TRY(spelling_learn(l->c, &rows, 1, &words));
	TRY(share_rows(l, &rows, sizeof(struct tag), &s));
	for (size_t i = 0; i < sql_count(&rows); i++) {
		struct run_data *data = &l->runs[s.owner[i]].data;
		struct tag *tag = next_item(&s, i, sizeof *tag);
		if (data->tags.n++ == 0)
			data->tags.v = tag;
		data->has.tags = 1;
		*tag = (struct tag){ .has = { 1, 1 }, .key = spelling_text(&words, sql_i64(&rows, i, 1)), .value = sql_text(&rows, i, 2) };
	}
	return TENON_OK;
}

/* ---- inputs ---- */

/* The rows of `tags` are those of (run, dataset): their first, and how many. Both are ordered by run and dataset. */
static size_t skip_to(const struct sql_rows *tags, size_t at, int64_t run, int64_t dataset)
{
	while (at < sql_count(tags) && (sql_i64(tags, at, 0) < run || (sql_i64(tags, at, 0) == run && sql_i64(tags, at, 1) < dataset)))
		at++;
	return at;
}

static void describe_dataset(struct dataset *d, const struct sql_rows *rows, size_t i)
{
	*d = (struct dataset){ .has = { 1, 1, 1, 1 }, .name = sql_text(rows, i, 2), .digest = sql_text(rows, i, 3),
		.source_type = sql_text(rows, i, 4), .source = sql_text(rows, i, 5), .schema = sql_text(rows, i, 6),
		.profile = sql_text(rows, i, 7) };
	d->has.schema = *d->schema != '\0';
	d->has.profile = *d->profile != '\0';
}

static int load_inputs(const struct load *l)
{
	struct sql_rows rows, tags;
	struct share s;

	TRY(ask(l, &rows, "SELECT i.run, i.dataset, d.name, d.digest, d.source_type, d.source, d.schema, d.profile"
	                  " FROM input i CROSS JOIN dataset d WHERE d.id = i.dataset AND i.run IN (",
	        ") ORDER BY i.run ASC NULLS FIRST, i.dataset ASC NULLS FIRST"));
	if (sql_count(&rows) == 0)
		return TENON_OK;
	TRY(share_rows(l, &rows, sizeof(struct dataset_input), &s));
	TRY(ask(l, &tags, "SELECT run, dataset, key, value FROM input_tag WHERE run IN (",
	        ") ORDER BY run ASC NULLS FIRST, dataset ASC NULLS FIRST, key ASC NULLS FIRST"));
	struct tag *all = tenon_alloc(l->c, (sql_count(&tags) + 1) * sizeof *all);
	if (all == NULL)
		return no_memory(l->c);
	for (size_t i = 0, at = 0; i < sql_count(&rows); i++) {
		struct run_inputs *inputs = &l->runs[s.owner[i]].inputs;
		struct dataset_input *in = next_item(&s, i, sizeof *in);
		int64_t run = sql_i64(&rows, i, 0), dataset = sql_i64(&rows, i, 1);
		if (inputs->dataset_inputs.n++ == 0)
			inputs->dataset_inputs.v = in;
		inputs->has.dataset_inputs = in->has.dataset = 1;
		describe_dataset(&in->dataset, &rows, i);
		at = skip_to(&tags, at, run, dataset);
		in->tags.v = &all[at];
		for (; at < sql_count(&tags) && sql_i64(&tags, at, 0) == run && sql_i64(&tags, at, 1) == dataset; at++)
			in->tags.v[in->tags.n++] = (struct tag){ .has = { 1, 1 }, .key = sql_text(&tags, at, 2), .value = sql_text(&tags, at, 3) };
		in->has.tags = in->tags.n > 0;
	}
	return TENON_OK;
}

/* ---- models ---- */

/* of one run: MLflow does not show them in a search */
static int load_model_inputs(struct tenon_call *c, int64_t id, struct run_inputs *inputs)
{
	const struct tracking *t = c->self;
	struct sql_rows rows;

	TRY(sql_query(c, t->store, &rows, "SELECT model_id FROM model_input WHERE run = ? ORDER BY model_id ASC NULLS FIRST", P_I64(id)));
	size_t n = sql_count(&rows);
	if (n == 0)
		return TENON_OK;
	inputs->has.model_inputs = 1;
	inputs->model_inputs = (struct model_input_list){ tenon_alloc(c, n * sizeof *inputs->model_inputs.v), n };
	if (inputs->model_inputs.v == NULL)
		return no_memory(c);
	for (size_t i = 0; i < n; i++)
		inputs->model_inputs.v[i] = (struct model_input){ .has = { 1 }, .model_id = sql_text(&rows, i, 0) };
	return TENON_OK;
}

static int load_model_outputs(const struct load *l)
{
	struct sql_rows rows;
	struct share s;

	TRY(ask(l, &rows, "SELECT run, model_id, step FROM model_output WHERE run IN (",
	        ") ORDER BY run ASC NULLS FIRST, model_id ASC NULLS FIRST"));
	if (sql_count(&rows) == 0)
		return TENON_OK;
	TRY(share_rows(l, &rows, sizeof(struct model_output), &s));
	for (size_t i = 0; i < sql_count(&rows); i++) {
		struct run_outputs *outputs = &l->runs[s.owner[i]].outputs;
		struct model_output *m = next_item(&s, i, sizeof *m);
		if (outputs->model_outputs.n++ == 0)
			outputs->model_outputs.v = m;
		outputs->has.model_outputs = 1;
		*m = (struct model_output){ .has = { 1, 1 }, .model_id = sql_text(&rows, i, 1), .step = sql_i64(&rows, i, 2) };
	}
	return TENON_OK;
}

static int load_infos(const struct load *l)
{
	struct sql_rows rows;

	TRY(ask(l, &rows, "SELECT id, " RUN_INFO_COLUMNS " FROM run WHERE id IN (", ")"));
	for (size_t i = 0; i < sql_count(&rows); i++) {
		struct run *run = &l->runs[place_of(l, sql_i64(&rows, i, 0))];
		entity_run_info(&rows, i, 1, &run->info);
		run->has.info = run->has.data = run->has.inputs = run->has.outputs = 1;
	}
	return TENON_OK;
}

int load_runs(struct tenon_call *c, const int64_t *ids, size_t n, struct run *runs)
{
	struct load l = { .c = c, .n = n, .runs = runs };

	if (n == 0)
		return TENON_OK;
	memset(runs, 0, n * sizeof *runs);
	l.ids = tenon_alloc(c, n * sizeof *l.ids);
	l.places = tenon_alloc(c, n * sizeof *l.places);
	if (l.ids == NULL || l.places == NULL)
		return no_memory(c);
	for (size_t i = 0; i < n; i++)
		l.places[i] = (struct place){ ids[i], i };
	qsort(l.places, n, sizeof *l.places, by_id);
	for (size_t i = 0; i < n; i++)
		l.ids[i] = P_I64(l.places[i].id);
	TRY(load_infos(&l));
	TRY(load_metrics(&l));
	TRY(load_params(&l));
	TRY(load_tags(&l));
	TRY(load_inputs(&l));
	return load_model_outputs(&l);
}

int load_run(struct tenon_call *c, int64_t id, struct run *run)
{
	TRY(load_runs(c, &id, 1, run));
	if (!run->has.info)
		return tenon_fail(c, TENON_INTERNAL, "the store has lost run %lld", (long long)id);
	return load_model_inputs(c, id, &run->inputs);
}
