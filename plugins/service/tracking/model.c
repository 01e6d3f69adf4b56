/* SPDX-License-Identifier: Apache-2.0 */
/* model - log_model: a model's description is appended to the run's tag mlflow.log-model.history, a JSON list.
 *
 * The list is read, extended and written back under the condition that it is still the same; if another call was faster,
 * once more. What is kept of a description, and in which spelling, is what MLflow keeps: its ids, time and flavors
 * without their `config`. */
#include "tracking.h"
#include "active.h"
#include "jsontext.h"
#include "pytext.h"
#include "runref.h"
#include "words.h"

#define HISTORY_TAG "mlflow.log-model.history"
#define TRIES 10

enum { ARTIFACT_PATH, FLAVORS, UTC_TIME_CREATED, RUN_ID, MODEL_UUID, PARTS };
static const char *const part_names[PARTS] = { "artifact_path", "flavors", "utc_time_created", "run_id", "model_uuid" };

/* ---- reading the description ---- */

static int find_parts(struct tenon_call *c, const char *json, struct tenon_json parts[PARTS])
{
	json = jsontext_space(json);
	if (!jsontext_valid(json) || *json != '{')
		return tenon_fail(c, TENON_INVALID_ARGUMENT, "Malformed model info. \n %s \n is not a valid JSON.", json);
	struct jsontext_member m;
	while ((json = jsontext_next(json, &m)) != NULL)
		for (int i = 0; i < PARTS; i++)
			if (jsontext_is(m.key, part_names[i]))
				parts[i] = m.value;
	struct pytext missing = pytext_of(c);
	for (int i = 0; i < MODEL_UUID; i++) {
		if (parts[i].n > 0)
			continue;
		pytext_add(&missing, missing.n ? ", " : "");
		pytext_repr(&missing, part_names[i]);
	}
	if (missing.n > 0)
		return tenon_fail(c, TENON_INVALID_ARGUMENT, "Model json is missing mandatory fields: {%s}", pytext_text(&missing));
	if (parts[FLAVORS].p[0] != '{' && parts[FLAVORS].p[0] != 'n')
		return tenon_fail(c, TENON_INVALID_ARGUMENT, "Malformed model info. 'flavors' must be an object.");
	return TENON_OK;
}

/* ---- writing the entry ---- */

/* the members of an object, but not the one called `without` */
static void write_object(struct pytext *t, const char *object, const char *without)
{
	struct jsontext_member m;
	bool first = true;
	pytext_add(t, "{");
	while ((object = jsontext_next(object, &m)) != NULL) {
		if (jsontext_is(m.key, without))
			continue;
		pytext_add(t, first ? "" : ", ");
		pytext_json(t, m.key.p, false);
		pytext_add(t, ": ");
		pytext_json(t, m.value.p, false);
		first = false;
	}
	pytext_add(t, "}");
}

static void write_flavors(struct pytext *t, const char *flavors)
{
	struct jsontext_member m;
	bool first = true;
	pytext_add(t, "{");
	while (*flavors != 'n' && (flavors = jsontext_next(flavors, &m)) != NULL) {
		pytext_add(t, first ? "" : ", ");
		pytext_json(t, m.key.p, false);
		pytext_add(t, ": ");
		if (m.value.p[0] == '{')
			write_object(t, m.value.p, "config");
		else
			pytext_json(t, m.value.p, false);
		first = false;
	}
	pytext_add(t, "}");
}

static void write_entry(struct pytext *t, const struct tenon_json parts[PARTS])
{
	static const int ids[] = { RUN_ID, ARTIFACT_PATH };
	pytext_add(t, "{");
	for (size_t i = 0; i < 2; i++) {
		if (parts[ids[i]].p[0] == 'n')
			continue;
		pytext_json_string(t, part_names[ids[i]]);
		pytext_add(t, ": ");
		pytext_json(t, parts[ids[i]].p, false);
		pytext_add(t, ", ");
	}
	const char *quote = parts[UTC_TIME_CREATED].p[0] == '"' ? "" : "\"";
	pytext_add(t, "\"utc_time_created\": ");
	pytext_add(t, quote);
	pytext_json(t, parts[UTC_TIME_CREATED].p, false);
	pytext_add(t, quote);
	pytext_add(t, ", \"model_uuid\": ");
	pytext_json(t, parts[MODEL_UUID].n ? parts[MODEL_UUID].p : "null", false);
	pytext_add(t, ", \"flavors\": ");
	write_flavors(t, parts[FLAVORS].p);
	pytext_add(t, "}");
}

/* `old` and the entry as one list */
static int extend(struct tenon_call *c, const char *old, const struct tenon_json parts[PARTS], struct pytext *list)
{
	*list = pytext_of(c);
	pytext_add(list, "[");
	if (old != NULL) {
		old = jsontext_space(old);
		if (!jsontext_valid(old) || *old != '[')
			return tenon_fail(c, TENON_INVALID_ARGUMENT, "The tag '" HISTORY_TAG "' of the run is not a JSON list; delete it first.");
		struct jsontext_member m;
		while ((old = jsontext_next(old, &m)) != NULL) {
			pytext_json(list, m.value.p, false);
			pytext_add(list, ", ");
		}
	}
	write_entry(list, parts);
	pytext_add(list, "]");
	return list->failed ? tenon_fail(c, TENON_NO_MEMORY, "no memory for the run's models") : TENON_OK;
}

/* ---- storing ---- */

static int store_history(struct tenon_call *c, const struct log_model_args *a, const struct runref *ref, int64_t key,
                         const struct tenon_json parts[PARTS], struct sql_tx *tx)
{
	struct tracking *t = c->self;
	struct active_params active;
	struct sql_rows rows;
	struct pytext list;
	TRY(sql_query(c, t->store, &rows, "SELECT value FROM tag WHERE run = ? AND key = ?", P_I64(ref->run), P_I64(key)));
	const char *old = sql_count(&rows) ? sql_text(&rows, 0, 0) : NULL;
	TRY(extend(c, old, parts, &list));
	active_run(tx, &active, ref->run);
	struct sql_value same[] = { P_I64(ref->run), P_I64(key), P_TEXT(old != NULL ? old : "") };
	sql_add_n(tx, old != NULL ? "SELECT 1 FROM tag WHERE run = ? AND key = ? AND value = ?" : "SELECT 1 FROM tag WHERE run = ? AND key = ?",
	          same, old != NULL ? 3 : 2, 0);
	sql_expect(tx, old != NULL ? SQL_ROWS_ARE : SQL_NO_ROWS, old != NULL);
	sql_add(tx, "INSERT INTO tag (run, key, value) VALUES (?, ?, ?) ON CONFLICT (run, key) DO UPDATE SET value = excluded.value",
	        P_I64(ref->run), P_I64(key), P_TEXT(pytext_text(&list)));
	TRY(sql_commit(c, t->store, tx));
	return active_failed(tx) ? active_refuse_run(c, a->run_id) : TENON_OK;
}

int log_model(struct tenon_call *c, const struct log_model_args *a, struct tenon_empty *out)
{
	(void)out;
	struct tenon_json parts[PARTS] = { { NULL, 0 } };
	const char *const tag[] = { HISTORY_TAG };
	struct runref ref;
	struct sql_tx tx;
	int64_t key;
	TRY(find_parts(c, a->model_json, parts));
	TRY(runref_find(c, a->run_id, &ref));
	TRY(words_intern(c, tag, &key, 1));
	for (int i = 0; i < TRIES; i++) {
		TRY(store_history(c, a, &ref, key, parts, &tx));
		if (!tx.result.has.failed)
			return TENON_OK;
	}
	return tenon_fail(c, TENON_OVERLOADED, "Many models are being logged to run %s at once; try again.", a->run_id);
}
