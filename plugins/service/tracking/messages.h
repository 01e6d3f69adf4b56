/* SPDX-License-Identifier: Apache-2.0 */
/* messages - every message of tracking: what a request may hold and what an answer says.
 *
 * Model    TRACKING_MESSAGES lists them, parts before wholes. Each becomes `struct NAME`, `struct NAME_list` and
 *          `NAME_table`. Entities that are read (run, metric, ...) and those that are written (metric_arg, ...) differ in
 *          their rules, so they are two messages.
 * Order    Arguments stand in the order in which MLflow judges their limits, because the first failure is the answer.
 *          Results stand in the order in which MLflow prints them. TYPED marks the fields that MLflow checks by type.
 * Limits   MLflow's (mlflow/utils/validation.py), counted in characters. What its sentences need more than the value for
 *          (how many metrics there were, which metric's time is negative) is judged by the handlers; long param and tag
 *          values are cut, not refused.
 * Labels   A label of one word replaces the path in an error; of several words, its last word replaces the last part. */
#ifndef TRACKING_MESSAGES_H
#define TRACKING_MESSAGES_H

#include <tenon/plugin.h>

enum run_status { RUN_RUNNING = 1, RUN_SCHEDULED, RUN_FINISHED, RUN_FAILED, RUN_KILLED };
enum lifecycle { LIFECYCLE_ACTIVE, LIFECYCLE_DELETED };
enum view_type { VIEW_ACTIVE_ONLY = 1, VIEW_DELETED_ONLY, VIEW_ALL };

extern const struct tenon_name run_status_names[];

/* rows whose int64_t is spelled by name */
#define AS_STATUS    .type = TENON_ENUM, .names = run_status_names
#define AS_LIFECYCLE .type = TENON_ENUM, .names = lifecycle_names
#define AS_VIEW      .type = TENON_ENUM, .names = view_type_names

#define RUN_ID(F, S) \
	F(S, const char *, run_id, .aliases = "run_uuid", .flags = TENON_REQUIRED | TENON_TYPED, .doc = "the run's id, 32 hex digits")
#define EXPERIMENT_ID(F, S) \
	F(S, const char *, experiment_id, .flags = TENON_REQUIRED | TENON_TYPED, .doc = "the experiment's number, as text")

/* ---- entities, as they are read ---- */

#define METRIC(F, S) \
	F(S, const char *, key) \
	F(S, double,       value,     .doc = "NaN is spelled \"NaN\"; an infinity comes back as the largest double") \
	F(S, int64_t,      timestamp, .doc = "unix ms") \
	F(S, int64_t,      step)
#define PARAM(F, S) \
	F(S, const char *, key) \
	F(S, const char *, value)
#define TAG(F, S) \
	F(S, const char *, key) \
	F(S, const char *, value)
#define DATASET(F, S) \
	F(S, const char *, name) \
	F(S, const char *, digest) \
	F(S, const char *, source_type) \
	F(S, const char *, source) \
	F(S, const char *, schema) \
	F(S, const char *, profile)
#define DATASET_INPUT(F, S) \
	F(S, struct tag_list, tags,    TENON_MANY(tag)) \
	F(S, struct dataset,  dataset, TENON_SUB(dataset))
#define MODEL_INPUT(F, S) \
	F(S, const char *, model_id)
#define MODEL_OUTPUT(F, S) \
	F(S, const char *, model_id) \
	F(S, int64_t,      step)
#define RUN_INFO(F, S) \
	F(S, const char *, run_uuid,        .doc = "same as run_id, for old clients") \
	F(S, const char *, experiment_id) \
	F(S, const char *, run_name) \
	F(S, const char *, user_id) \
	F(S, int64_t,      status,          AS_STATUS) \
	F(S, int64_t,      start_time,      .doc = "unix ms") \
	F(S, int64_t,      end_time,        .doc = "unix ms; left out while the run goes on") \
	F(S, const char *, artifact_uri) \
	F(S, int64_t,      lifecycle_stage, AS_LIFECYCLE) \
	F(S, const char *, run_id)
#define RUN_DATA(F, S) \
	F(S, struct metric_list, metrics, TENON_MANY(metric), .doc = "the latest point of each key") \
	F(S, struct param_list,  params,  TENON_MANY(param)) \
	F(S, struct tag_list,    tags,    TENON_MANY(tag))
#define RUN_INPUTS(F, S) \
	F(S, struct dataset_input_list, dataset_inputs, TENON_MANY(dataset_input)) \
	F(S, struct model_input_list,   model_inputs,   TENON_MANY(model_input), .doc = "logged models that it read")
#define RUN_OUTPUTS(F, S) \
	F(S, struct model_output_list, model_outputs, TENON_MANY(model_output), .doc = "logged models that it made")
#define RUN(F, S) \
	F(S, struct run_info,    info,    TENON_SUB(run_info)) \
	F(S, struct run_data,    data,    TENON_SUB(run_data)) \
	F(S, struct run_inputs,  inputs,  TENON_SUB(run_inputs)) \
	F(S, struct run_outputs, outputs, TENON_SUB(run_outputs))
#define EXPERIMENT(F, S) \
	F(S, const char *,    experiment_id) \
	F(S, const char *,    name) \
	F(S, const char *,    artifact_location) \
	F(S, int64_t,         lifecycle_stage,   AS_LIFECYCLE) \
	F(S, int64_t,         last_update_time,  .doc = "unix ms") \
	F(S, int64_t,         creation_time,     .doc = "unix ms") \
	F(S, struct tag_list, tags,              TENON_MANY(tag)) \
	F(S, const char *,    workspace)

/* ---- experiments ---- */

#define EXPERIMENT_TAG_ARG(F, S) \
	F(S, const char *, key,   .label = "key", .pattern = &key_pattern, .range = "..250") \
	F(S, const char *, value, .label = "value", .range = "..20000")
#define CREATE_EXPERIMENT_ARGS(F, S) \
	F(S, const char *, artifact_location, .flags = TENON_TYPED, .pattern = &location_pattern, \
	  .doc = "where its runs keep artifacts; the server's choice if left out") \
	F(S, const char *, name, .flags = TENON_REQUIRED | TENON_TYPED, .label = "name", .range = "..500", .pattern = &name_pattern, \
	  .doc = "unique in the workspace, deleted experiments included") \
	F(S, struct experiment_tag_arg_list, tags, TENON_MANY(experiment_tag_arg), .flags = TENON_TYPED)
#define CREATE_EXPERIMENT_RESULT(F, S) \
	F(S, const char *, experiment_id)
#define EXPERIMENT_ARGS(F, S) \
	EXPERIMENT_ID(F, S)
#define EXPERIMENT_NAME_ARGS(F, S) \
	F(S, const char *, experiment_name, .flags = TENON_REQUIRED | TENON_TYPED)
#define EXPERIMENT_RESULT(F, S) \
	F(S, struct experiment, experiment, TENON_SUB(experiment))
#define UPDATE_EXPERIMENT_ARGS(F, S) \
	EXPERIMENT_ID(F, S) \
	F(S, const char *, new_name, .flags = TENON_REQUIRED | TENON_TYPED, .label = "name", .range = "..500", .pattern = &name_pattern)
#define SET_EXPERIMENT_TAG_ARGS(F, S) \
	EXPERIMENT_ID(F, S) \
	F(S, const char *, key,   .flags = TENON_REQUIRED | TENON_TYPED, .pattern = &key_pattern, .range = "..250") \
	F(S, const char *, value, .flags = TENON_TYPED, .range = "..20000", .doc = "may be empty")
#define DELETE_EXPERIMENT_TAG_ARGS(F, S) \
	EXPERIMENT_ID(F, S) \
	F(S, const char *, key,   .flags = TENON_REQUIRED | TENON_TYPED)

/* ---- runs ---- */

#define CREATE_RUN_ARGS(F, S) \
	F(S, const char *,    experiment_id, .flags = TENON_TYPED, .doc = "the experiment's number, as text; must be given") \
	F(S, int64_t,         start_time,    .flags = TENON_TYPED, .doc = "unix ms; kept as sent") \
	F(S, const char *,    run_name,      .flags = TENON_TYPED, .doc = "a random one if left out") \
	F(S, const char *,    user_id) \
	F(S, struct tag_list, tags,          TENON_MANY(tag))
#define RUN_ARGS(F, S) \
	RUN_ID(F, S)
#define RUN_RESULT(F, S) \
	F(S, struct run, run, TENON_SUB(run))
#define UPDATE_RUN_ARGS(F, S) \
	RUN_ID(F, S) \
	F(S, int64_t,      end_time, .flags = TENON_TYPED, .doc = "unix ms") \
	F(S, int64_t,      status,   AS_STATUS, .flags = TENON_TYPED) \
	F(S, const char *, run_name, .flags = TENON_TYPED, .doc = "also kept as the tag mlflow.runName")
#define UPDATE_RUN_RESULT(F, S) \
	F(S, struct run_info, run_info, TENON_SUB(run_info))

/* ---- logging ---- */

#define LOG_METRIC_ARGS(F, S) \
	RUN_ID(F, S) \
	F(S, const char *, key,       .flags = TENON_REQUIRED | TENON_TYPED, .label = "Metric name", .pattern = &key_pattern, .range = "..250") \
	F(S, double,       value,     .flags = TENON_REQUIRED | TENON_TYPED, .doc = "any double, NaN and infinities included") \
	F(S, int64_t,      timestamp, .flags = TENON_REQUIRED | TENON_TYPED, .doc = "unix ms, not negative") \
	F(S, int64_t,      step,      .flags = TENON_TYPED, .dflt = "0") \
	F(S, const char *, model_id,       .flags = TENON_TYPED) \
	F(S, const char *, dataset_name,   .flags = TENON_TYPED) \
	F(S, const char *, dataset_digest, .flags = TENON_TYPED)
#define LOG_PARAM_ARGS(F, S) \
	RUN_ID(F, S) \
	F(S, const char *, key,   .flags = TENON_REQUIRED | TENON_TYPED, .label = "Param key", .pattern = &key_pattern, .range = "..250") \
	F(S, const char *, value, .flags = TENON_TYPED, .doc = "may be empty; cut after 6,000 characters; once set, it stays")
#define SET_TAG_ARGS(F, S) \
	RUN_ID(F, S) \
	F(S, const char *, key,   .flags = TENON_REQUIRED | TENON_TYPED, .pattern = &key_pattern, .range = "..250") \
	F(S, const char *, value, .flags = TENON_TYPED, .doc = "may be empty; cut after 8,000 characters")
#define DELETE_TAG_ARGS(F, S) \
	RUN_ID(F, S) \
	F(S, const char *, key, .flags = TENON_REQUIRED | TENON_TYPED)
#define METRIC_ARG(F, S) \
	F(S, const char *, key,       .flags = TENON_REQUIRED, .label = "Metric name", .pattern = &key_pattern, .range = "..250") \
	F(S, double,       value,     .flags = TENON_REQUIRED) \
	F(S, int64_t,      timestamp, .flags = TENON_REQUIRED, .doc = "unix ms, not negative") \
	F(S, int64_t,      step,      .dflt = "0") \
	F(S, const char *, dataset_name) \
	F(S, const char *, dataset_digest) \
	F(S, const char *, model_id) \
	F(S, const char *, run_id)
#define PARAM_ARG(F, S) \
	F(S, const char *, key,   .flags = TENON_REQUIRED, .label = "Param key", .pattern = &key_pattern, .range = "..250") \
	F(S, const char *, value)
#define TAG_ARG(F, S) \
	F(S, const char *, key,   .flags = TENON_REQUIRED, .pattern = &key_pattern, .range = "..250") \
	F(S, const char *, value)
#define LOG_BATCH_ARGS(F, S) \
	F(S, const char *, run_id, .aliases = "run_uuid", .flags = TENON_REQUIRED | TENON_TYPED, .pattern = &run_id_pattern) \
	F(S, struct metric_arg_list, metrics, TENON_MANY(metric_arg), .flags = TENON_TYPED, .doc = "at most 1,000; so many of all three together") \
	F(S, struct param_arg_list,  params,  TENON_MANY(param_arg),  .flags = TENON_TYPED, .doc = "at most 100, each key once") \
	F(S, struct tag_arg_list,    tags,    TENON_MANY(tag_arg),    .flags = TENON_TYPED, .doc = "at most 100; the last of a key counts")
#define LOG_MODEL_ARGS(F, S) \
	RUN_ID(F, S) \
	F(S, const char *, model_json, .flags = TENON_REQUIRED | TENON_TYPED, \
	  .doc = "the MLmodel file as JSON text: artifact_path, flavors, utc_time_created, run_id and more")

/* ---- datasets ---- */

#define DATASET_ARG(F, S) \
	F(S, const char *, name,        .label = "name",    .range = "..500") \
	F(S, const char *, digest,      .label = "digest",  .range = "..36") \
	F(S, const char *, source_type) \
	F(S, const char *, source,      .label = "source",  .range = "..65535") \
	F(S, const char *, schema,      .label = "schema",  .range = "..1048575") \
	F(S, const char *, profile,     .label = "profile", .range = "..16777215")
#define INPUT_TAG_ARG(F, S) \
	F(S, const char *, key,   .label = "key",   .range = "..255") \
	F(S, const char *, value, .label = "value", .range = "..500")
#define DATASET_INPUT_ARG(F, S) \
	F(S, struct dataset_arg,        dataset, TENON_SUB(dataset_arg)) \
	F(S, struct input_tag_arg_list, tags,    TENON_MANY(input_tag_arg))
#define LOG_INPUTS_ARGS(F, S) \
	F(S, const char *, run_id, .aliases = "run_uuid", .flags = TENON_REQUIRED | TENON_TYPED, .pattern = &run_id_pattern) \
	F(S, struct dataset_input_arg_list, datasets, TENON_MANY(dataset_input_arg), .flags = TENON_TYPED, .doc = "at most 1,000") \
	F(S, struct model_input_list,       models,   TENON_MANY(model_input),       .flags = TENON_TYPED)
#define SEARCH_DATASETS_ARGS(F, S) \
	F(S, struct tenon_strs, experiment_ids, .doc = "1 to 20 of them")
#define DATASET_SUMMARY(F, S) \
	F(S, const char *, experiment_id) \
	F(S, const char *, name) \
	F(S, const char *, digest) \
	F(S, const char *, context, .doc = "the input's tag mlflow.data.context")
#define SEARCH_DATASETS_RESULT(F, S) \
	F(S, struct dataset_summary_list, dataset_summaries, TENON_MANY(dataset_summary))

#define TRACKING_MESSAGES(X) \
	X(metric, METRIC) X(param, PARAM) X(tag, TAG) X(dataset, DATASET) X(dataset_input, DATASET_INPUT) \
	X(model_input, MODEL_INPUT) X(model_output, MODEL_OUTPUT) X(run_info, RUN_INFO) X(run_data, RUN_DATA) X(run_inputs, RUN_INPUTS) \
	X(run_outputs, RUN_OUTPUTS) X(run, RUN) X(experiment, EXPERIMENT) \
	X(experiment_tag_arg, EXPERIMENT_TAG_ARG) X(create_experiment_args, CREATE_EXPERIMENT_ARGS) \
	X(create_experiment_result, CREATE_EXPERIMENT_RESULT) X(experiment_args, EXPERIMENT_ARGS) \
	X(experiment_name_args, EXPERIMENT_NAME_ARGS) X(experiment_result, EXPERIMENT_RESULT) \
	X(update_experiment_args, UPDATE_EXPERIMENT_ARGS) X(set_experiment_tag_args, SET_EXPERIMENT_TAG_ARGS) \
	X(delete_experiment_tag_args, DELETE_EXPERIMENT_TAG_ARGS) \
	X(create_run_args, CREATE_RUN_ARGS) X(run_args, RUN_ARGS) X(run_result, RUN_RESULT) \
	X(update_run_args, UPDATE_RUN_ARGS) X(update_run_result, UPDATE_RUN_RESULT) \
	X(log_metric_args, LOG_METRIC_ARGS) X(log_param_args, LOG_PARAM_ARGS) X(set_tag_args, SET_TAG_ARGS) \
	X(delete_tag_args, DELETE_TAG_ARGS) X(metric_arg, METRIC_ARG) X(param_arg, PARAM_ARG) X(tag_arg, TAG_ARG) \
	X(log_batch_args, LOG_BATCH_ARGS) X(log_model_args, LOG_MODEL_ARGS) \
	X(dataset_arg, DATASET_ARG) X(input_tag_arg, INPUT_TAG_ARG) X(dataset_input_arg, DATASET_INPUT_ARG) \
	X(log_inputs_args, LOG_INPUTS_ARGS) X(search_datasets_args, SEARCH_DATASETS_ARGS) \
	X(dataset_summary, DATASET_SUMMARY) X(search_datasets_result, SEARCH_DATASETS_RESULT)

/* ---- searching and history: the messages of search.h ---- */

#define SEARCH_RUNS_ARGS(F, S) \
	F(S, struct tenon_strs, experiment_ids, .flags = TENON_TYPED, .doc = "none: no runs") \
	F(S, const char *,      filter,         .range = "..1048576", .flags = TENON_TYPED, \
	  .doc = "clauses joined by AND: metrics.loss < 0.1 AND params.`a b` = 'x' AND tags.t LIKE 'v%' AND status = 'FINISHED'") \
	F(S, int64_t,           max_results,    .flags = TENON_TYPED, .dflt = "1000", .doc = "1 to 50,000") \
	F(S, struct tenon_strs, order_by,       .flags = TENON_TYPED, \
	  .doc = "such as \"metrics.loss DESC\"; runs without it come last; newest first if left out") \
	F(S, int64_t,           run_view_type,  AS_VIEW, .dflt = "ACTIVE_ONLY") \
	F(S, const char *,      page_token,     .range = "..8192", .doc = "next_page_token of the page before")
#define SEARCH_RUNS_RESULT(F, S) \
	F(S, struct run_list, runs,            TENON_MANY(run), .flags = TENON_EMIT) \
	F(S, const char *,    next_page_token, .doc = "left out on the last page")
#define SEARCH_EXPERIMENTS_ARGS(F, S) \
	F(S, int64_t,           view_type,   AS_VIEW, .flags = TENON_TYPED, .dflt = "ACTIVE_ONLY") \
	F(S, int64_t,           max_results, .flags = TENON_TYPED, .doc = "1 to 50,000; must be given") \
	F(S, struct tenon_strs, order_by,    .flags = TENON_TYPED, \
	  .doc = "name, experiment_id, creation_time or last_update_time, with ASC or DESC") \
	F(S, const char *,      filter,      .range = "..1048576", .flags = TENON_TYPED, \
	  .doc = "clauses joined by AND: name LIKE 'a%' AND tags.t = 'v' AND creation_time > 1717000000000") \
	F(S, const char *,      page_token,  .range = "..8192", .flags = TENON_TYPED)
#define SEARCH_EXPERIMENTS_RESULT(F, S) \
	F(S, struct experiment_list, experiments,     TENON_MANY(experiment), .flags = TENON_EMIT) \
	F(S, const char *,           next_page_token, .doc = "left out on the last page")

#define GET_HISTORY_ARGS(F, S) \
	RUN_ID(F, S) \
	F(S, const char *, metric_key,  .flags = TENON_REQUIRED | TENON_TYPED) \
	F(S, const char *, page_token,  .range = "..8192", .flags = TENON_TYPED) \
	F(S, int64_t,      max_results, .doc = "all points if left out")
#define GET_HISTORY_RESULT(F, S) \
	F(S, struct metric_list, metrics,         TENON_MANY(metric), .flags = TENON_EMIT, .doc = "by timestamp, step, value") \
	F(S, const char *,       next_page_token, .doc = "left out on the last page")
#define METRIC_OF_RUN(F, S) \
	F(S, const char *, key,       .flags = TENON_KEEP) \
	F(S, double,       value) \
	F(S, int64_t,      timestamp, .doc = "unix ms") \
	F(S, int64_t,      step) \
	F(S, const char *, run_id)
#define GET_HISTORY_BULK_ARGS(F, S) \
	F(S, struct tenon_strs, run_id,      .doc = "1 to 100 of them") \
	F(S, const char *,      metric_key,  .doc = "must be given") \
	F(S, int64_t,           max_results, .dflt = "25000", .doc = "of all runs together, at most 25,000")
#define GET_HISTORY_BULK_RESULT(F, S) \
	F(S, struct metric_of_run_list, metrics, TENON_MANY(metric_of_run), .flags = TENON_EMIT | TENON_KEEP, \
	  .doc = "by run_id, timestamp, step, value")
#define GET_HISTORY_BULK_INTERVAL_ARGS(F, S) \
	F(S, struct tenon_strs, run_ids,     .flags = TENON_REQUIRED | TENON_TYPED, .doc = "1 to 100 of them") \
	F(S, const char *,      metric_key,  .flags = TENON_TYPED, .doc = "must be given") \
	F(S, int64_t,           start_step,  .flags = TENON_TYPED, .doc = "with end_step, or not at all") \
	F(S, int64_t,           end_step,    .flags = TENON_TYPED) \
	F(S, int64_t,           max_results, .flags = TENON_TYPED, .dflt = "2500", .doc = "of each run, 1 to 2,500")
#define GET_HISTORY_BULK_INTERVAL_RESULT(F, S) \
	F(S, struct metric_of_run_list, metrics, TENON_MANY(metric_of_run), .flags = TENON_EMIT, \
	  .doc = "run by run as they were asked for, by step, timestamp, value")

#define SEARCH_MESSAGES(X) \
	X(search_runs_args, SEARCH_RUNS_ARGS) X(search_runs_result, SEARCH_RUNS_RESULT) \
	X(search_experiments_args, SEARCH_EXPERIMENTS_ARGS) X(search_experiments_result, SEARCH_EXPERIMENTS_RESULT) \
	X(get_history_args, GET_HISTORY_ARGS) X(get_history_result, GET_HISTORY_RESULT) X(metric_of_run, METRIC_OF_RUN) \
	X(get_history_bulk_args, GET_HISTORY_BULK_ARGS) X(get_history_bulk_result, GET_HISTORY_BULK_RESULT) \
	X(get_history_bulk_interval_args, GET_HISTORY_BULK_INTERVAL_ARGS) \
	X(get_history_bulk_interval_result, GET_HISTORY_BULK_INTERVAL_RESULT)

#define X(name, LIST) \
	TENON_STRUCT(name, LIST); \
	extern const struct tenon_table name##_table;
TRACKING_MESSAGES(X)
SEARCH_MESSAGES(X)
#undef X

#endif
