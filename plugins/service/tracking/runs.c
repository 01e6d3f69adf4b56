/* SPDX-License-Identifier: Apache-2.0 */
/* runs - making, reading, changing, deleting and restoring a run.
 *
 * A run's name is also its tag mlflow.runName; whichever is written, both are. */
#include "tracking.h"
#include "active.h"
#include "entity.h"
#include "events.h"
#include "load_runs.h"
#include "location.h"
#include "names.h"
#include "repeats.h"
#include "runref.h"
#include "words.h"

/* ---- making ---- */

/* a random UUID (version 4) as 32 hex digits */
const char *new_run_id(struct tenon_call *c)
{
	unsigned char b[16];
	char *id = tenon_alloc(c, 33);
	if (id == NULL)
		return NULL;
	c->host->random(b, sizeof b);
	b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
	b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
	for (size_t i = 0; i < sizeof b; i++)
		snprintf(id + 2 * i, 3, "%02x", b[i]);
	return id;
}

/* the name by field, by tag, or a random one */
static int choose_name(struct tenon_call *c, const struct create_run_args *a, const char **name)
{
	const char *by_tag = "";
	for (size_t i = 0; i < a->tags.n; i++)
		if (strcmp(a->tags.v[i].key, RUN_NAME_TAG) == 0)
			by_tag = a->tags.v[i].value;
	if (a->run_name[0] && by_tag[0] && strcmp(a->run_name, by_tag) != 0)
		return tenon_fail(c, TENON_INVALID_ARGUMENT, "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with "
		                  "different values (run_name='%s', mlflow.runName='%s').", a->run_name, by_tag);
	*name = a->run_name[0] ? a->run_name : by_tag;
	if ((*name)[0])
		return TENON_OK;
	uint64_t random;
	char *made = tenon_alloc(c, NAME_SIZE);
	if (made == NULL)
		return tenon_fail(c, TENON_NO_MEMORY, "no memory for a run's name");
	c->host->random(&random, sizeof random);
	random_name(random, made);
	*name = made;
	return TENON_OK;
}

/* The tags that the run will have: those given, and its name; each key once. */
static int complete_tags(struct tenon_call *c, const struct tag_list *given, const char *name, struct tag_list *all)
{
	const char **keys = tenon_alloc(c, (given->n + 1) * sizeof *keys);
	all->v = tenon_alloc(c, (given->n + 1) * sizeof *all->v);
	if (keys == NULL || all->v == NULL)
		return tenon_fail(c, TENON_NO_MEMORY, "no memory for %zu tags", given->n);
	bool named = false;
	for (size_t i = 0; i < given->n; i++) {
		struct tag *t = &all->v[all->n++];
		*t = given->v[i];
		t->has.key = t->has.value = 1;
		keys[i] = t->key;
		if (strcmp(t->key, RUN_NAME_TAG) == 0) {
			t->value = name;
			named = true;
		}
	}
	if (!named)
		all->v[all->n++] = (struct tag){ .has = { 1, 1 }, .key = RUN_NAME_TAG, .value = name };
	return repeats_refuse_tags(c, keys, given->n);
}

/* the step that gives the tags to the run that the same transaction makes */
static int add_tags(struct tenon_call *c, struct sql_tx *tx, const struct tag_list *tags, const char *run_id)
{
	const char **keys = tenon_alloc(c, tags->n * sizeof *keys);
	int64_t *ids = tenon_alloc(c, tags->n * sizeof *ids);
	struct sql_value *v = tenon_alloc(c, tags->n * 3 * sizeof *v);
	if (keys == NULL || ids == NULL || v == NULL)
		return tenon_fail(c, TENON_NO_MEMORY, "no memory for %zu tags", tags->n);
	for (size_t i = 0; i < tags->n; i++)
		keys[i] = tags->v[i].key;
	TRY(words_intern(c, keys, ids, tags->n));
	for (size_t i = 0; i < tags->n; i++) {
		v[3 * i] = P_I64(ids[i]);
		v[3 * i + 1] = P_TEXT(tags->v[i].value);
		v[3 * i + 2] = P_TEXT(run_id);
	}
	sql_add_n(tx, "INSERT INTO tag (run, key, value) SELECT id, CAST(? AS BIGINT), CAST(? AS TEXT) FROM run WHERE run_id = ?", v,
	          tags->n * 3, 3);
	return TENON_OK;
}

/* the run as the answer shows it */
static void describe(struct run *run, const struct run_info *info, const struct tag_list *tags)
{
	run->has.info = run->has.data = run->has.inputs = 1;
	run->info = *info;
	run->data.has.tags = 1;
	run->data.tags = *tags;
}

int find_location(struct tenon_call *c, int64_t experiment, const char **location)
{
	struct tracking *t = c->self;
	struct sql_rows rows;
	TRY(sql_query(c, t->store, &rows, "SELECT artifact_location, lifecycle FROM experiment WHERE id = ? AND workspace = ?",
	              P_I64(experiment), P_TEXT(c->workspace)));
	if (sql_count(&rows) == 0 || sql_i64(&rows, 0, 1) != LIFECYCLE_ACTIVE)
		return active_refuse_experiment(c, experiment);
	*location = sql_text(&rows, 0, 0);
	return TENON_OK;
}

int create_run(struct tenon_call *c, const struct create_run_args *a, struct run_result *out)
{
	struct tracking *t = c->self;
	struct run_info info = { .status = RUN_RUNNING, .user_id = a->user_id, .start_time = a->start_time };
	const char *location = NULL, *folder;
	struct tag_list tags = { NULL, 0 };
	int64_t experiment;
	if (a->experiment_id[0] == 0) /* not judged with the rows: there a wrong type comes first */
		return tenon_fail(c, TENON_INVALID_ARGUMENT, "Missing value for required parameter 'experiment_id'. See the API docs for more "
		                  "information about request parameters.");
	TRY(parse_experiment_id(c, a->experiment_id, &experiment));
	TRY(find_location(c, experiment, &location));
	TRY(choose_name(c, a, &info.run_name));
	TRY(complete_tags(c, &a->tags, info.run_name, &tags));
	info.run_id = info.run_uuid = new_run_id(c);
	folder = info.run_id != NULL ? tenon_printf(c, "%s/artifacts", info.run_id) : NULL;
	info.artifact_uri = folder != NULL ? location_append(c, location, folder) : NULL;
	info.experiment_id = tenon_printf(c, "%lld", (long long)experiment);
	if (info.artifact_uri == NULL || info.experiment_id == NULL)
		return tenon_fail(c, TENON_NO_MEMORY, "no memory for a run");

	struct sql_tx tx;
	struct active_params active;
	active_experiment(&tx, &active, experiment, c->workspace);
	sql_add(&tx, "INSERT INTO run (workspace, run_id, experiment, name, user_id, status, start_time, artifact_uri, lifecycle)"
	             " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)",
	        P_TEXT(c->workspace), P_TEXT(info.run_id), P_I64(experiment), P_TEXT(info.run_name), P_TEXT(info.user_id),
	        P_I64(info.status), P_I64(info.start_time), P_TEXT(info.artifact_uri));
	TRY(add_tags(c, &tx, &tags, info.run_id));
	TRY(sql_commit(c, t->store, &tx));
	if (active_failed(&tx))
		return active_refuse_experiment(c, experiment);
	info.has.run_uuid = info.has.experiment_id = info.has.run_name = info.has.user_id = info.has.status = 1;
	info.has.start_time = info.has.artifact_uri = info.has.lifecycle_stage = info.has.run_id = 1;
	out->has.run = 1;
	describe(&out->run, &info, &tags);
	tell_run(c, TOPIC_RUN_CREATED, &info);
	return TENON_OK;
}

/* ---- changing ---- */

static bool is_end(int64_t status) { return status == RUN_FINISHED || status == RUN_FAILED || status == RUN_KILLED; }

int update_run(struct tenon_call *c, const struct update_run_args *a, struct update_run_result *out)
{
	struct tracking *t = c->self;
	struct runref ref;
	struct sql_tx tx = { .n = 0 };
	const char *const name_tag[] = { RUN_NAME_TAG };
	bool rename = a->run_name[0] != 0, ends = a->has.status && is_end(a->status);
	int64_t key = 0;
	TRY(runref_find(c, a->run_id, &ref));
	if (rename)
		TRY(words_intern(c, name_tag, &key, 1));
	const struct sql_value before[] = { P_I64(ref.run) };
	if (ends) /* was it at its end already? Clients repeat requests */
		sql_add_n(&tx, "SELECT status FROM run WHERE id = ?", before, 1, 0);
	sql_add(&tx, "UPDATE run SET status = COALESCE(?, status), end_time = COALESCE(?, end_time), name = COALESCE(?, name)"
	             " WHERE id = ? AND lifecycle = 0 RETURNING " RUN_INFO_COLUMNS,
	        a->has.status ? P_I64(a->status) : P_NULL, a->has.end_time ? P_I64(a->end_time) : P_NULL,
	        P_TEXT(rename ? a->run_name : NULL), P_I64(ref.run));
	sql_expect(&tx, SQL_ROWS_ARE, 1);
	struct sql_value tag[] = { P_I64(ref.run), P_I64(key), P_TEXT(a->run_name) };
	if (rename)
		sql_add_n(&tx, "INSERT INTO tag (run, key, value) VALUES (?, ?, ?) ON CONFLICT (run, key) DO UPDATE SET value = excluded.value",
		          tag, 3, 0);
	TRY(sql_commit(c, t->store, &tx));
	if (tx.result.has.failed)
		return active_refuse_run(c, a->run_id);
	out->has.run_info = 1;
	entity_run_info(&tx.result.steps.v[ends], 0, 0, &out->run_info);
	if (ends && sql_i64(&tx.result.steps.v[0], 0, 0) != a->status)
		tell_run(c, TOPIC_RUN_FINISHED, &out->run_info);
	return TENON_OK;
}

/* Deleting a deleted run, or restoring an active one, is fine: clients repeat requests. */
static int move(struct tenon_call *c, const char *run_id, int64_t to)
{
	struct tracking *t = c->self;
	struct runref ref;
	struct sql_tx tx = { .n = 0 };
	TRY(runref_find(c, run_id, &ref));
	sql_add(&tx, "UPDATE run SET lifecycle = ?, deleted = ? WHERE id = ? AND lifecycle = ?"
	             " RETURNING " RUN_INFO_COLUMNS, P_I64(to),
	        to == LIFECYCLE_DELETED ? P_I64(tenon_now(c)) : P_NULL, P_I64(ref.run), P_I64(!to));
	TRY(sql_commit(c, t->store, &tx));
	if (sql_count(&tx.result.steps.v[0]) == 0)
		return TENON_OK;
	struct run_info info;
	entity_run_info(&tx.result.steps.v[0], 0, 0, &info);
	tell_run(c, to == LIFECYCLE_DELETED ? TOPIC_RUN_DELETED : TOPIC_RUN_RESTORED, &info);
	return TENON_OK;
}

int delete_run(struct tenon_call *c, const struct run_args *a, struct tenon_empty *out)
{
	(void)out;
	return move(c, a->run_id, LIFECYCLE_DELETED);
}

int restore_run(struct tenon_call *c, const struct run_args *a, struct tenon_empty *out)
{
	(void)out;
	return move(c, a->run_id, LIFECYCLE_ACTIVE);
}

int get_run(struct tenon_call *c, const struct run_args *a, struct run_result *out)
{
	struct runref ref;
	TRY(runref_find(c, a->run_id, &ref));
	out->has.run = 1;
	return load_run(c, ref.run, &out->run);
}
