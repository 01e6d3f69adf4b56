/* SPDX-License-Identifier: Apache-2.0 */
/* plugin - tracking as the core sees it: configuration, methods with their doors, and life.
 *
 * Start brings the tables to their newest version and makes the experiment 0, "Default". There is nothing to drain: all
 * that was acknowledged is in the store. */
#include "dialect.h"
#include "events.h"
#include "models.h"
#include "resolvers.h"
#include "schema.h"
#include "search.h"
#include "tracking.h"

#include <stdlib.h>

#define MAX_WORDS 16384
#define MAX_RUNS  8192

#define TRACKING_CONFIG(F, S) \
	F(S, const char *, store, .dflt = "sql", .doc = "the sql instance that keeps experiments and runs") \
	F(S, const char *, artifact_root, .dflt = "mlflow-artifacts:/", \
	  .doc = "where experiments keep artifacts that were made without a location; their number is added")
TENON_MESSAGE(tracking_config, TRACKING_CONFIG);

/* ---- methods ---- */

TENON_HANDLER(create_experiment, struct create_experiment_args, struct create_experiment_result)
TENON_HANDLER(get_experiment, struct experiment_args, struct experiment_result)
TENON_HANDLER(get_experiment_by_name, struct experiment_name_args, struct experiment_result)
TENON_HANDLER(update_experiment, struct update_experiment_args, struct tenon_empty)
TENON_HANDLER(delete_experiment, struct experiment_args, struct tenon_empty)
TENON_HANDLER(restore_experiment, struct experiment_args, struct tenon_empty)
TENON_HANDLER(set_experiment_tag, struct set_experiment_tag_args, struct tenon_empty)
TENON_HANDLER(delete_experiment_tag, struct delete_experiment_tag_args, struct tenon_empty)
TENON_HANDLER(search_experiments, struct search_experiments_args, struct search_experiments_result)
TENON_HANDLER(create_run, struct create_run_args, struct run_result)
TENON_HANDLER(get_run, struct run_args, struct run_result)
TENON_HANDLER(update_run, struct update_run_args, struct update_run_result)
TENON_HANDLER(delete_run, struct run_args, struct tenon_empty)
TENON_HANDLER(restore_run, struct run_args, struct tenon_empty)
TENON_HANDLER(search_runs, struct search_runs_args, struct search_runs_result)
TENON_HANDLER(log_metric, struct log_metric_args, struct tenon_empty)
TENON_HANDLER(log_parameter, struct log_param_args, struct tenon_empty)
TENON_HANDLER(set_tag, struct set_tag_args, struct tenon_empty)
TENON_HANDLER(delete_tag, struct delete_tag_args, struct tenon_empty)
TENON_HANDLER(log_batch, struct log_batch_args, struct tenon_empty)
TENON_HANDLER(log_model, struct log_model_args, struct tenon_empty)
TENON_HANDLER(log_inputs, struct log_inputs_args, struct tenon_empty)
TENON_HANDLER(search_datasets, struct search_datasets_args, struct search_datasets_result)
TENON_HANDLER(create_model, struct create_model_args, struct model_result)
TENON_HANDLER(get_model, struct get_model_args, struct model_result)
TENON_HANDLER(search_models, struct search_models_args, struct search_models_result)
TENON_HANDLER(finalize_model, struct finalize_model_args, struct model_result)
TENON_HANDLER(delete_model, struct model_args, struct tenon_empty)
TENON_HANDLER(set_model_tags, struct set_model_tags_args, struct tenon_empty)
TENON_HANDLER(delete_model_tag, struct delete_model_tag_args, struct tenon_empty)
TENON_HANDLER(log_model_params, struct log_model_params_args, struct tenon_empty)
TENON_HANDLER(log_outputs, struct log_outputs_args, struct tenon_empty)
TENON_HANDLER(get_history, struct get_history_args, struct get_history_result)
TENON_HANDLER(get_history_bulk, struct get_history_bulk_args, struct get_history_bulk_result)
TENON_HANDLER(get_history_bulk_interval, struct get_history_bulk_interval_args, struct get_history_bulk_interval_result)

#define READ  .flags = TENON_IDEMPOTENT
#define WRITE .flags = TENON_WRITE
#define WRITE_AGAIN .flags = TENON_WRITE | TENON_IDEMPOTENT
/* name, arguments, result */
#define METHOD(name_, args_, result_) \
	.name = #name_, .since = 1, .args = &args_##_table, .result = &result_##_table, .handler = name_##_handler
#define AT(verb, path) { "mlflow", verb " /(api|ajax-api)/2.0/mlflow/" path }
#define AJAX(verb, path) { "mlflow", verb " /ajax-api/2.0/mlflow/" path }
#define ROUTES(...) .routes = (const struct tenon_route[]){ __VA_ARGS__, { NULL, NULL } }

static const struct tenon_method methods[] = {
	{ METHOD(create_experiment, create_experiment_args, create_experiment_result), WRITE,
	  ROUTES(AT("POST", "experiments/create")), .cli = "experiments create NAME", .permission = "create@workspace",
	  .errors = "ALREADY_EXISTS", .doc = "Creates an experiment. Names stay taken by deleted experiments." },
	{ METHOD(get_experiment, experiment_args, experiment_result), READ,
	  ROUTES(AT("GET", "experiments/get")), .cli = "experiments show EXPERIMENT_ID", .permission = "read@experiment_id",
	  .errors = "NOT_FOUND", .doc = "Shows an experiment, deleted ones included." },
	{ METHOD(get_experiment_by_name, experiment_name_args, experiment_result), READ,
	  ROUTES(AT("GET", "experiments/get-by-name")), .permission = "read@experiment_name",
	  .errors = "NOT_FOUND", .doc = "Shows the experiment of a name, deleted ones included." },
	{ METHOD(search_experiments, search_experiments_args, search_experiments_result), READ,
	  ROUTES(AT("POST", "experiments/search"), AT("GET", "experiments/search")), .cli = "experiments ls",
	  .permission = "read@workspace", .doc = "Finds experiments by a filter, page by page." },
	{ METHOD(update_experiment, update_experiment_args, tenon_empty), WRITE_AGAIN,
	  ROUTES(AT("POST", "experiments/update")), .permission = "edit@experiment_id",
	  .errors = "NOT_FOUND ALREADY_EXISTS FAILED_PRECONDITION", .doc = "Renames an active experiment." },
	{ METHOD(delete_experiment, experiment_args, tenon_empty), WRITE,
	  ROUTES(AT("POST", "experiments/delete")), .cli = "experiments delete EXPERIMENT_ID", .permission = "delete@experiment_id",
	  .errors = "NOT_FOUND", .doc = "Marks an active experiment and all its runs as deleted. It can be restored." },
	{ METHOD(restore_experiment, experiment_args, tenon_empty), WRITE,
	  ROUTES(AT("POST", "experiments/restore")), .cli = "experiments restore EXPERIMENT_ID", .permission = "delete@experiment_id",
	  .errors = "NOT_FOUND", .doc = "Brings a deleted experiment back, with all its runs." },
	{ METHOD(set_experiment_tag, set_experiment_tag_args, tenon_empty), WRITE_AGAIN,
	  ROUTES(AT("POST", "experiments/set-experiment-tag")), .permission = "edit@experiment_id",
	  .errors = "NOT_FOUND", .doc = "Sets a tag of an active experiment." },
	{ METHOD(delete_experiment_tag, delete_experiment_tag_args, tenon_empty), WRITE,
	  ROUTES(AT("POST", "experiments/delete-experiment-tag")), .permission = "edit@experiment_id",
	  .errors = "NOT_FOUND", .doc = "Removes a tag of an active experiment." },
	{ METHOD(search_datasets, search_datasets_args, search_datasets_result), READ,
	  ROUTES(AJAX("POST", "experiments/search-datasets")), .permission = "read@experiment_ids",
	  .doc = "Lists the datasets that runs of some experiments read, at most 1,000." },

	{ METHOD(create_run, create_run_args, run_result), WRITE,
	  ROUTES(AT("POST", "runs/create")), .cli = "runs create EXPERIMENT_ID", .permission = "edit@experiment_id",
	  .errors = "NOT_FOUND", .doc = "Starts a run. Its status is RUNNING until it is updated." },
	{ METHOD(get_run, run_args, run_result), READ,
	  ROUTES(AT("GET", "runs/get")), .cli = "runs show RUN_ID", .permission = "read@run_id",
	  .errors = "NOT_FOUND", .doc = "Shows a run with its latest metrics, params, tags and inputs, deleted ones included." },
	{ METHOD(update_run, update_run_args, update_run_result), WRITE_AGAIN,
	  ROUTES(AT("POST", "runs/update")), .permission = "edit@run_id",
	  .errors = "NOT_FOUND", .doc = "Changes status, end or name of an active run." },
	{ METHOD(delete_run, run_args, tenon_empty), WRITE_AGAIN,
	  ROUTES(AT("POST", "runs/delete")), .cli = "runs delete RUN_ID", .permission = "delete@run_id",
	  .errors = "NOT_FOUND", .doc = "Marks a run as deleted. It can be restored." },
	{ METHOD(restore_run, run_args, tenon_empty), WRITE_AGAIN,
	  ROUTES(AT("POST", "runs/restore")), .cli = "runs restore RUN_ID", .permission = "delete@run_id",
	  .errors = "NOT_FOUND", .doc = "Brings a deleted run back." },
	{ METHOD(search_runs, search_runs_args, search_runs_result), READ,
	  ROUTES(AT("POST", "runs/search")), .cli = "runs search EXPERIMENT_IDS", .permission = "read@experiment_ids",
	  .doc = "Finds runs of some experiments by a filter, ordered, page by page." },
	{ .name = "list_runs", .since = 1, .args = &search_runs_args_table, .result = &search_runs_result_table,
	  .handler = search_runs_handler, READ, .cli = "runs ls EXPERIMENT_IDS", .permission = "read@experiment_ids",
	  .doc = "Lists the runs of some experiments, newest first: search_runs by the name that people look for." },

	{ METHOD(log_metric, log_metric_args, tenon_empty), WRITE_AGAIN,
	  ROUTES(AT("POST", "runs/log-metric")), .permission = "edit@run_id",
	  .errors = "NOT_FOUND", .doc = "Adds a point to a metric of an active run. The same point again changes nothing." },
	{ METHOD(log_parameter, log_param_args, tenon_empty), WRITE_AGAIN,
	  ROUTES(AT("POST", "runs/log-parameter")), .permission = "edit@run_id",
	  .errors = "NOT_FOUND", .doc = "Sets a param of an active run, once and for all." },
	{ METHOD(set_tag, set_tag_args, tenon_empty), WRITE_AGAIN,
	  ROUTES(AT("POST", "runs/set-tag")), .permission = "edit@run_id",
	  .errors = "NOT_FOUND", .doc = "Sets a tag of an active run." },
	{ METHOD(delete_tag, delete_tag_args, tenon_empty), WRITE,
	  ROUTES(AT("POST", "runs/delete-tag")), .permission = "edit@run_id",
	  .errors = "NOT_FOUND", .doc = "Removes a tag of an active run." },
	{ METHOD(log_batch, log_batch_args, tenon_empty), WRITE_AGAIN,
	  ROUTES(AT("POST", "runs/log-batch")), .permission = "edit@run_id",
	  .errors = "NOT_FOUND", .doc = "Logs metrics, params and tags of an active run at once: all of them, or nothing." },
	{ METHOD(log_model, log_model_args, tenon_empty), WRITE,
	  ROUTES(AT("POST", "runs/log-model")), .permission = "edit@run_id",
	  .errors = "NOT_FOUND", .doc = "Notes in the run's tag mlflow.log-model.history that it logged a model." },
	{ METHOD(log_inputs, log_inputs_args, tenon_empty), WRITE_AGAIN,
	  ROUTES(AT("POST", "runs/log-inputs")), .permission = "edit@run_id",
	  .errors = "NOT_FOUND", .doc = "Notes which datasets and logged models an active run reads." },

	/* logged models */
	{ METHOD(create_model, create_model_args, model_result), WRITE,
	  ROUTES(AT("POST", "logged-models")), .permission = "edit@experiment_id",
	  .errors = "NOT_FOUND", .doc = "Makes a logged model, PENDING until its files are stored and it is finalized." },
	{ METHOD(get_model, get_model_args, model_result), READ,
	  ROUTES(AT("GET", "logged-models/{model_id}")), .cli = "models show MODEL_ID", .permission = "read@model_id",
	  .errors = "NOT_FOUND", .doc = "Shows a logged model with its tags, params and metrics." },
	{ METHOD(search_models, search_models_args, search_models_result), READ,
	  ROUTES(AT("POST", "logged-models/search")), .cli = "models ls EXPERIMENT_IDS", .permission = "read@experiment_ids",
	  .doc = "Finds logged models of some experiments by a filter, ordered, page by page." },
	{ METHOD(finalize_model, finalize_model_args, model_result), WRITE_AGAIN,
	  ROUTES(AT("PATCH", "logged-models/{model_id}")), .permission = "edit@model_id",
	  .errors = "NOT_FOUND", .doc = "Sets the status of a logged model." },
	{ METHOD(delete_model, model_args, tenon_empty), WRITE_AGAIN,
	  ROUTES(AT("DELETE", "logged-models/{model_id}")), .cli = "models delete MODEL_ID", .permission = "delete@model_id",
	  .errors = "NOT_FOUND", .doc = "Marks a logged model as deleted. Its files stay." },
	{ METHOD(set_model_tags, set_model_tags_args, tenon_empty), WRITE_AGAIN,
	  ROUTES(AT("PATCH", "logged-models/{model_id}/tags")), .permission = "edit@model_id",
	  .errors = "NOT_FOUND", .doc = "Sets tags of a logged model." },
	{ METHOD(delete_model_tag, delete_model_tag_args, tenon_empty), WRITE,
	  ROUTES(AT("DELETE", "logged-models/{model_id}/tags/{tag_key}")), .permission = "edit@model_id",
	  .errors = "NOT_FOUND", .doc = "Removes a tag of a logged model." },
	{ METHOD(log_model_params, log_model_params_args, tenon_empty), WRITE,
	  ROUTES(AT("POST", "logged-models/{model_id}/params")), .permission = "edit@model_id",
	  .errors = "NOT_FOUND", .doc = "Adds params to a logged model, once and for all." },
	{ METHOD(log_outputs, log_outputs_args, tenon_empty), WRITE,
	  ROUTES(AT("POST", "runs/outputs")), .permission = "edit@run_id",
	  .errors = "NOT_FOUND", .doc = "Notes which logged models an active run made, and at which step." },

	{ METHOD(get_history, get_history_args, get_history_result), READ,
	  ROUTES(AT("GET", "metrics/get-history")), .permission = "read@run_id",
	  .errors = "NOT_FOUND", .doc = "Lists all points of a metric of a run." },
	{ METHOD(get_history_bulk, get_history_bulk_args, get_history_bulk_result), READ,
	  ROUTES(AJAX("GET", "metrics/get-history-bulk")), .permission = "read@run_id",
	  .errors = "NOT_FOUND", .doc = "Lists the points of a metric of several runs." },
	{ METHOD(get_history_bulk_interval, get_history_bulk_interval_args, get_history_bulk_interval_result), READ,
	  ROUTES(AT("GET", "metrics/get-history-bulk-interval")), .permission = "read@run_ids",
	  .errors = "NOT_FOUND", .doc = "Samples the points of a metric of several runs evenly over an interval of steps." },
	{ .name = NULL },
};

/* ---- life ---- */

static void destroy(void *self)
{
	struct tracking *t = self;
	cache_free(&t->words);
	spelling_free(&t->spelling);
	cache_free(&t->runs);
	free(t->store);
	free(t->artifact_root);
	free(t);
}

static int create(const struct tenon_host *host, const void *config, void **self, char *why, size_t why_size)
{
	(void)host;
	const struct tracking_config *conf = config;
	struct tracking *t = calloc(1, sizeof *t);
	size_t n = strlen(conf->artifact_root);
	if (t == NULL || (t->store = strdup(conf->store)) == NULL || (t->artifact_root = malloc(n + 2)) == NULL) {
		snprintf(why, why_size, "out of memory");
		if (t != NULL)
			destroy(t);
		return TENON_NO_MEMORY;
	}
	bool slash = n > 0 && conf->artifact_root[n - 1] == '/';
	snprintf(t->artifact_root, n + 2, "%s%s", conf->artifact_root, slash ? "" : "/");
	cache_init(&t->words, MAX_WORDS);
	cache_init(&t->runs, MAX_RUNS);
	*self = t;
	return TENON_OK;
}

static int start(struct tenon_call *c)
{
	const struct tracking *t = c->self;
	TRY(sql_migrate(c, t->store, "tracking", (const char **)schema_versions, schema_count));
	return make_default_experiment(c);
}

static const struct tenon_dialect *const dialects[] = { &mlflow_dialect, NULL };

static const struct tenon_plugin tracking = {
	.size = sizeof tracking, .abi = TENON_ABI, .name = "tracking", .version = "0.1", .interface = "service",
	.licence = "Apache-2.0", .doc = "Experiments, runs, metrics, params, tags and datasets, as MLflow's REST API knows them.",
	.config = &tracking_config_table, .methods = methods, .dialects = dialects, .needs = "sql", .builtin = "tracking",
	.create = create, .start = start, .destroy = destroy, .topics = tracking_topics,
	.resolvers = tracking_resolvers,
};
TENON_EXPORT(tracking);
