/* SPDX-License-Identifier: Apache-2.0 */
/* experiments - the methods on experiments, except search.
 *
 * Deleting and restoring takes all runs along, in the same transaction. A deleted experiment keeps its name. */
#include "tracking.h"
#include "active.h"
#include "entity.h"
#include "events.h"
#include "location.h"
#include "repeats.h"

#include <ctype.h>

#define ID_SIZE 24 /* an int64 as text */

static int not_a_number(struct tenon_call *c, const char *text)
{
	return tenon_fail(c, TENON_INVALID_ARGUMENT, "Invalid experiment ID '%s'. Experiment ID must be a valid integer.", text);
}

/* Python's int(): white space around, a sign, and single underscores between digits are fine; but int64 is the limit */
int parse_experiment_id(struct tenon_call *c, const char *text, int64_t *id)
{
	const char *p = text;
	while (isspace((unsigned char)*p))
		p++;
	bool negative = *p == '-', overflow = false;
	p += *p == '-' || *p == '+';
	const char *first = p;
	uint64_t n = 0;
	for (; isdigit((unsigned char)*p) || (*p == '_' && p > first && isdigit((unsigned char)p[1])); p++) {
		if (*p == '_')
			continue;
		overflow = overflow || n > ((uint64_t)INT64_MAX - (uint64_t)(*p - '0')) / 10;
		n = n * 10 + (uint64_t)(*p - '0');
	}
	const char *end = p;
	while (isspace((unsigned char)*p))
		p++;
	if (end == first || *p != 0 || overflow)
		return not_a_number(c, text);
	*id = negative ? -(int64_t)n : (int64_t)n;
	return TENON_OK;
}

static int no_experiment(struct tenon_call *c, int64_t id)
{
	return tenon_fail(c, TENON_NOT_FOUND, "No Experiment with id=%lld exists", (long long)id);
}

/* ---- making ---- */

static int check_tags(struct tenon_call *c, const struct experiment_tag_arg_list *tags)
{
	const char **keys = tenon_alloc(c, (tags->n + 1) * sizeof *keys);
	if (keys == NULL)
		return tenon_fail(c, TENON_NO_MEMORY, "no memory for %zu tags", tags->n);
	for (size_t i = 0; i < tags->n; i++) {
		keys[i] = tags->v[i].key;
		if (keys[i][0] == 0)
			return tenon_fail(c, TENON_INVALID_ARGUMENT, "Invalid value \"\" for parameter 'key' supplied: Names may be treated as "
			                  "files in certain cases, and must not resolve to other names when treated as such. This name would "
			                  "resolve to '.'");
	}
	return repeats_refuse_tags(c, keys, tags->n);
}

/* the tags of the experiment that the same transaction makes: its number is not known yet, its name is */
static int add_tags(struct tenon_call *c, struct sql_tx *tx, const struct create_experiment_args *a)
{
	if (a->tags.n == 0)
		return TENON_OK;
	struct sql_value *v = tenon_alloc(c, a->tags.n * 4 * sizeof *v), *p = v;
	if (v == NULL)
		return tenon_fail(c, TENON_NO_MEMORY, "no memory for %zu tags", a->tags.n);
	for (size_t i = 0; i < a->tags.n; i++) {
		*p++ = P_TEXT(a->tags.v[i].key);
		*p++ = P_TEXT(a->tags.v[i].value);
		*p++ = P_TEXT(c->workspace);
		*p++ = P_TEXT(a->name);
	}
	sql_add_n(tx, "INSERT INTO experiment_tag (experiment, key, value)"
	              " SELECT id, CAST(? AS TEXT), CAST(? AS TEXT) FROM experiment WHERE workspace = ? AND name = ?", v, a->tags.n * 4, 4);
	return TENON_OK;
}

int create_experiment(struct tenon_call *c, const struct create_experiment_args *a, struct create_experiment_result *out)
{
	struct tracking *t = c->self;
	const char *location = t->artifact_root;
	bool own_location = a->artifact_location[0] != 0;
	TRY(check_tags(c, &a->tags));
	if (own_location)
		TRY(location_resolve(c, a->artifact_location, &location));
	struct sql_tx tx = { .n = 0 };
	struct sql_value here[] = { P_TEXT(c->workspace), P_TEXT(a->name) };
	int64_t now = tenon_now(c);
	sql_add(&tx, "INSERT INTO experiment (workspace, name, artifact_location, lifecycle, created, updated) VALUES (?, ?, ?, 0, ?, ?)"
	             " ON CONFLICT (workspace, name) DO NOTHING RETURNING id",
	        here[0], here[1], P_TEXT(location), P_I64(now), P_I64(now));
	sql_expect(&tx, SQL_ROWS_ARE, 1);
	if (!own_location)
		sql_add_n(&tx, "UPDATE experiment SET artifact_location = artifact_location || CAST(id AS TEXT)"
		               " WHERE workspace = ? AND name = ?", here, 2, 0);
	TRY(add_tags(c, &tx, a));
	char *id = tenon_alloc(c, ID_SIZE); /* now: what was committed must not fail */
	if (id == NULL)
		return tenon_fail(c, TENON_NO_MEMORY, "no memory for an experiment");
	TRY(sql_commit(c, t->store, &tx));
	if (tx.result.has.failed)
		return tenon_fail(c, TENON_ALREADY_EXISTS, "Experiment(name=%s) already exists.", a->name);
	snprintf(id, ID_SIZE, "%lld", (long long)sql_i64(&tx.result.steps.v[0], 0, 0));
	out->has.experiment_id = 1;
	out->experiment_id = id;
	tell_experiment(c, TOPIC_EXPERIMENT_CREATED, id, a->name);
	return TENON_OK;
}

int make_default_experiment(struct tenon_call *c)
{
	struct tracking *t = c->self;
	struct sql_tx tx = { .n = 0 };
	int64_t now = tenon_now(c);
	const char *location = location_append(c, t->artifact_root, "0");
	sql_add(&tx, "INSERT INTO experiment (id, workspace, name, artifact_location, lifecycle, created, updated)"
	             " VALUES (0, 'default', 'Default', ?, 0, ?, ?) ON CONFLICT DO NOTHING",
	        P_TEXT(location), P_I64(now), P_I64(now));
	return location != NULL ? sql_commit(c, t->store, &tx) : TENON_NO_MEMORY;
}

/* ---- reading ---- */

#define SELECT_WITH_TAGS "SELECT " EXPERIMENT_COLUMNS ", t.key, t.value FROM experiment e" \
	" LEFT JOIN experiment_tag t ON t.experiment = e.id WHERE "

/* one experiment from its rows, one a tag; a single row without a key if it has none */
static int from_rows(struct tenon_call *c, const struct sql_rows *rows, struct experiment_result *out)
{
	out->has.experiment = 1;
	TRY(entity_experiment(c, rows, 0, &out->experiment));
	size_t n = sql_count(rows);
	if (n == 1 && !sql_at(rows, 0, EXPERIMENT_COLUMN_COUNT)->has.text)
		return TENON_OK;
	struct tag *tags = tenon_alloc(c, n * sizeof *tags);
	if (tags == NULL)
		return tenon_fail(c, TENON_NO_MEMORY, "no memory for %zu tags", n);
	for (size_t i = 0; i < n; i++) {
		tags[i].has.key = tags[i].has.value = 1;
		tags[i].key = sql_text(rows, i, EXPERIMENT_COLUMN_COUNT);
		tags[i].value = sql_text(rows, i, EXPERIMENT_COLUMN_COUNT + 1);
	}
	out->experiment.has.tags = 1;
	out->experiment.tags = (struct tag_list){ tags, n };
	return TENON_OK;
}

int get_experiment(struct tenon_call *c, const struct experiment_args *a, struct experiment_result *out)
{
	struct tracking *t = c->self;
	struct sql_rows rows;
	int64_t id;
	TRY(parse_experiment_id(c, a->experiment_id, &id));
	TRY(sql_query(c, t->store, &rows, SELECT_WITH_TAGS "e.id = ? AND e.workspace = ? ORDER BY t.key NULLS FIRST", P_I64(id),
	              P_TEXT(c->workspace)));
	return sql_count(&rows) ? from_rows(c, &rows, out) : no_experiment(c, id);
}

int get_experiment_by_name(struct tenon_call *c, const struct experiment_name_args *a, struct experiment_result *out)
{
	struct tracking *t = c->self;
	struct sql_rows rows;
	TRY(sql_query(c, t->store, &rows, SELECT_WITH_TAGS "e.workspace = ? AND e.name = ? ORDER BY t.key NULLS FIRST",
	              P_TEXT(c->workspace), P_TEXT(a->experiment_name)));
	if (sql_count(&rows) == 0)
		return tenon_fail(c, TENON_NOT_FOUND, "Could not find experiment with name '%s'", a->experiment_name);
	return from_rows(c, &rows, out);
}

/* ---- changing ---- */

/* why a rename was not done: step 0 is the name, step 1 the experiment */
static int refuse_rename(struct tenon_call *c, const struct sql_tx *tx, int64_t id, const char *name)
{
	struct tracking *t = c->self;
	struct sql_rows rows;
	TRY(sql_query(c, t->store, &rows, "SELECT lifecycle FROM experiment WHERE id = ? AND workspace = ?", P_I64(id),
	              P_TEXT(c->workspace)));
	if (sql_count(&rows) == 0)
		return no_experiment(c, id);
	if (sql_i64(&rows, 0, 0) != LIFECYCLE_ACTIVE)
		return tenon_fail(c, TENON_FAILED_PRECONDITION, "Cannot rename a non-active experiment.");
	if (tx->result.failed == 0)
		return tenon_fail(c, TENON_ALREADY_EXISTS, "Experiment(name=%s) already exists.", name);
	return tenon_fail(c, TENON_CONFLICT, "The experiment was changed meanwhile; try again.");
}

int update_experiment(struct tenon_call *c, const struct update_experiment_args *a, struct tenon_empty *out)
{
	(void)out;
	struct tracking *t = c->self;
	struct sql_tx tx = { .n = 0 };
	int64_t id;
	TRY(parse_experiment_id(c, a->experiment_id, &id));
	sql_add(&tx, "SELECT 1 FROM experiment WHERE workspace = ? AND name = ? AND id <> ?", P_TEXT(c->workspace), P_TEXT(a->new_name),
	        P_I64(id));
	sql_expect(&tx, SQL_NO_ROWS, 0);
	sql_add(&tx, "UPDATE experiment SET name = ?, updated = ? WHERE id = ? AND workspace = ? AND lifecycle = 0", P_TEXT(a->new_name),
	        P_I64(tenon_now(c)), P_I64(id), P_TEXT(c->workspace));
	sql_expect(&tx, SQL_AFFECTED, 1);
	TRY(sql_commit(c, t->store, &tx));
	return tx.result.has.failed ? refuse_rename(c, &tx, id, a->new_name) : TENON_OK;
}

/* to the other lifecycle, with all runs */
static int move(struct tenon_call *c, const char *experiment_id, int64_t to)
{
	struct tracking *t = c->self;
	struct sql_tx tx = { .n = 0 };
	int64_t id, now = tenon_now(c);
	TRY(parse_experiment_id(c, experiment_id, &id));
	sql_add(&tx, "UPDATE experiment SET lifecycle = ?, updated = ? WHERE id = ? AND workspace = ? AND lifecycle = ?"
	             " RETURNING CAST(id AS TEXT), name", P_I64(to), P_I64(now), P_I64(id), P_TEXT(c->workspace), P_I64(!to));
	sql_expect(&tx, SQL_ROWS_ARE, 1);
	sql_add(&tx, "UPDATE run SET lifecycle = ?, deleted = ? WHERE experiment = ? AND lifecycle = ?", P_I64(to),
	        to == LIFECYCLE_DELETED ? P_I64(now) : P_NULL, P_I64(id), P_I64(!to));
	TRY(sql_commit(c, t->store, &tx));
	if (tx.result.has.failed)
		return no_experiment(c, id);
	const struct sql_rows *row = &tx.result.steps.v[0];
	tell_experiment(c, to == LIFECYCLE_DELETED ? TOPIC_EXPERIMENT_DELETED : TOPIC_EXPERIMENT_RESTORED, sql_text(row, 0, 0), sql_text(row, 0, 1));
	return TENON_OK;
}

int delete_experiment(struct tenon_call *c, const struct experiment_args *a, struct tenon_empty *out)
{
	(void)out;
	return move(c, a->experiment_id, LIFECYCLE_DELETED);
}

int restore_experiment(struct tenon_call *c, const struct experiment_args *a, struct tenon_empty *out)
{
	(void)out;
	return move(c, a->experiment_id, LIFECYCLE_ACTIVE);
}

int set_experiment_tag(struct tenon_call *c, const struct set_experiment_tag_args *a, struct tenon_empty *out)
{
	(void)out;
	struct tracking *t = c->self;
	struct sql_tx tx;
	struct active_params active;
	int64_t id;
	TRY(parse_experiment_id(c, a->experiment_id, &id));
	active_experiment(&tx, &active, id, c->workspace);
	sql_add(&tx, "INSERT INTO experiment_tag (experiment, key, value) VALUES (?, ?, ?)"
	             " ON CONFLICT (experiment, key) DO UPDATE SET value = excluded.value",
	        P_I64(id), P_TEXT(a->key), P_TEXT(a->value));
	TRY(sql_commit(c, t->store, &tx));
	return active_failed(&tx) ? active_refuse_experiment(c, id) : TENON_OK;
}

int delete_experiment_tag(struct tenon_call *c, const struct delete_experiment_tag_args *a, struct tenon_empty *out)
{
	(void)out;
	struct tracking *t = c->self;
	struct sql_tx tx;
	struct active_params active;
	int64_t id;
	TRY(parse_experiment_id(c, a->experiment_id, &id));
	active_experiment(&tx, &active, id, c->workspace);
	sql_add(&tx, "DELETE FROM experiment_tag WHERE experiment = ? AND key = ?", P_I64(id), P_TEXT(a->key));
	sql_expect(&tx, SQL_AFFECTED, 1);
	TRY(sql_commit(c, t->store, &tx));
	if (active_failed(&tx))
		return active_refuse_experiment(c, id);
	if (tx.result.has.failed)
		return tenon_fail(c, TENON_NOT_FOUND, "No tag with name: %s in experiment with id %s", a->key, a->experiment_id);
	return TENON_OK;
}
