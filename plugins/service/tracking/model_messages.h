/* SPDX-License-Identifier: Apache-2.0 */
/* model_messages - the messages of logged models, as messages.h has those of runs.
 *
 * MLflow sets no limits to names, params and tags of models; the bodies' own limit holds. `model_id` stands in the path, and
 * need not be repeated in the body. */
#ifndef TRACKING_MODEL_MESSAGES_H
#define TRACKING_MODEL_MESSAGES_H

#include "messages.h"

enum model_status { MODEL_UNSPECIFIED, MODEL_PENDING, MODEL_READY, MODEL_FAILED };
#define AS_MODEL_STATUS .type = TENON_ENUM, .names = model_status_names

#define MODEL_ID(F, S) \
	F(S, const char *, model_id, .flags = TENON_REQUIRED | TENON_TYPED, .doc = "the model's id, m- and 32 hex digits")

/* ---- entities ---- */

#define MODEL_METRIC(F, S) \
	F(S, const char *, key) \
	F(S, double,       value,          .doc = "0 stands for NaN, the largest double for an infinity") \
	F(S, int64_t,      timestamp,      .doc = "unix ms") \
	F(S, int64_t,      step) \
	F(S, const char *, dataset_name) \
	F(S, const char *, dataset_digest) \
	F(S, const char *, model_id) \
	F(S, const char *, run_id,         .doc = "the run that logged it")
#define LOGGED_MODEL_INFO(F, S) \
	F(S, const char *,    model_id) \
	F(S, const char *,    experiment_id) \
	F(S, const char *,    name) \
	F(S, int64_t,         creation_timestamp_ms) \
	F(S, int64_t,         last_updated_timestamp_ms) \
	F(S, const char *,    artifact_uri) \
	F(S, int64_t,         status,        AS_MODEL_STATUS) \
	F(S, const char *,    model_type) \
	F(S, const char *,    source_run_id, .doc = "the run that made it; empty if none did") \
	F(S, struct tag_list, tags,          TENON_MANY(tag))
#define LOGGED_MODEL_DATA(F, S) \
	F(S, struct param_list,        params,  TENON_MANY(param)) \
	F(S, struct model_metric_list, metrics, TENON_MANY(model_metric), .doc = "all points of all runs that named the model")
#define LOGGED_MODEL(F, S) \
	F(S, struct logged_model_info, info, TENON_SUB(logged_model_info)) \
	F(S, struct logged_model_data, data, TENON_SUB(logged_model_data))

/* ---- making and changing ---- */

#define CREATE_MODEL_ARGS(F, S) \
	F(S, const char *, experiment_id, .flags = TENON_REQUIRED | TENON_TYPED, .doc = "the experiment's number, as text") \
	F(S, const char *, name,          .flags = TENON_TYPED, .doc = "without / : . % and quotes; a random one if left out") \
	F(S, const char *, model_type,    .flags = TENON_TYPED) \
	F(S, const char *, source_run_id, .flags = TENON_TYPED, .doc = "the run that makes it; not looked up") \
	F(S, struct param_list, params,   TENON_MANY(param), .flags = TENON_TYPED, .doc = "each key once") \
	F(S, struct tag_list,   tags,     TENON_MANY(tag),   .flags = TENON_TYPED, .doc = "each key once")
#define MODEL_RESULT(F, S) \
	F(S, struct logged_model, model, TENON_SUB(logged_model))
#define MODEL_ARGS(F, S) \
	MODEL_ID(F, S)
#define GET_MODEL_ARGS(F, S) \
	MODEL_ID(F, S) \
	F(S, const char *, allow_deleted, .doc = "`true`: show it though it was deleted")
#define FINALIZE_MODEL_ARGS(F, S) \
	MODEL_ID(F, S) \
	F(S, int64_t, status, AS_MODEL_STATUS, .flags = TENON_REQUIRED | TENON_TYPED)
#define SET_MODEL_TAGS_ARGS(F, S) \
	MODEL_ID(F, S) \
	F(S, struct tag_list, tags, TENON_MANY(tag), .flags = TENON_TYPED, .doc = "the last of a key counts")
#define DELETE_MODEL_TAG_ARGS(F, S) \
	MODEL_ID(F, S) \
	F(S, const char *, tag_key, .flags = TENON_REQUIRED | TENON_TYPED)
#define LOG_MODEL_PARAMS_ARGS(F, S) \
	MODEL_ID(F, S) \
	F(S, struct param_list, params, TENON_MANY(param), .flags = TENON_TYPED, .doc = "keys that the model does not have yet")
#define LOG_OUTPUTS_ARGS(F, S) \
	RUN_ID(F, S) \
	F(S, struct model_output_list, models, TENON_MANY(model_output), .flags = TENON_REQUIRED | TENON_TYPED, \
	  .doc = "models that are not outputs of the run yet")

/* ---- searching ---- */

#define MODEL_DATASET(F, S) \
	F(S, const char *, dataset_name,   .doc = "must be given") \
	F(S, const char *, dataset_digest, .doc = "any if left out")
#define MODEL_ORDER(F, S) \
	F(S, const char *, field_name,     .doc = "an attribute such as name or creation_timestamp, or metrics.KEY for its latest value") \
	F(S, bool,         ascending,      .dflt = "true") \
	F(S, const char *, dataset_name,   .doc = "count only the metric's points on this dataset") \
	F(S, const char *, dataset_digest)
#define SEARCH_MODELS_ARGS(F, S) \
	F(S, struct tenon_strs, experiment_ids, .flags = TENON_REQUIRED | TENON_TYPED) \
	F(S, const char *,      filter,         .range = "..1048576", .flags = TENON_TYPED, \
	  .doc = "clauses joined by AND: name LIKE 'a%' AND status = 'READY' AND params.p = '1' AND metrics.loss < 0.1") \
	F(S, struct model_dataset_list, datasets, TENON_MANY(model_dataset), .flags = TENON_TYPED, \
	  .doc = "count only points on these; without a metric in the filter: models that have some") \
	F(S, int64_t,           max_results,    .flags = TENON_TYPED, .dflt = "50", .doc = "0: 50; at most 50,000 are given at once") \
	F(S, struct model_order_list, order_by, TENON_MANY(model_order), .flags = TENON_TYPED, .doc = "newest first if left out") \
	F(S, const char *,      page_token,     .range = "..8192", .flags = TENON_TYPED, .doc = "next_page_token of the page before")
#define SEARCH_MODELS_RESULT(F, S) \
	F(S, struct logged_model_list, models,  TENON_MANY(logged_model), .flags = TENON_EMIT) \
	F(S, const char *,      next_page_token, .doc = "left out on the last page")

#define MODEL_MESSAGES(X) \
	X(model_metric, MODEL_METRIC) X(logged_model_info, LOGGED_MODEL_INFO) X(logged_model_data, LOGGED_MODEL_DATA) \
	X(logged_model, LOGGED_MODEL) X(create_model_args, CREATE_MODEL_ARGS) X(model_result, MODEL_RESULT) \
	X(model_args, MODEL_ARGS) X(get_model_args, GET_MODEL_ARGS) X(finalize_model_args, FINALIZE_MODEL_ARGS) \
	X(set_model_tags_args, SET_MODEL_TAGS_ARGS) X(delete_model_tag_args, DELETE_MODEL_TAG_ARGS) \
	X(log_model_params_args, LOG_MODEL_PARAMS_ARGS) X(log_outputs_args, LOG_OUTPUTS_ARGS) \
	X(model_dataset, MODEL_DATASET) X(model_order, MODEL_ORDER) X(search_models_args, SEARCH_MODELS_ARGS) \
	X(search_models_result, SEARCH_MODELS_RESULT)

#define X(name, LIST) \
	TENON_STRUCT(name, LIST); \
	extern const struct tenon_table name##_table;
MODEL_MESSAGES(X)
#undef X

#endif
