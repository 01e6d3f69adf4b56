/* SPDX-License-Identifier: Apache-2.0 */
/* schema - the tables of tracking, as numbered migrations.
 *
 * Model    experiment 1-n run; run 1-n metric (every point), latest_metric (one a key), param, tag, input -> dataset.
 *          Keys of metrics, params and tags are interned in `word`. `lifecycle` is 0 active, 1 deleted. `run.id` is the
 *          store's number, `run.run_id` the name that clients know. A NaN is (value 0, is_nan 1); infinities are
 *          +-DBL_MAX, as MLflow stores them. latest_metric repeats the run's experiment, so that one index gives the
 *          runs of an experiment in the order of a metric.
 *          experiment 1-n model; model 1-n param, tag, metric: points that runs logged for it, with their datasets. NaN is
 *          0 there, as for MLflow. run n-m model, as input and as output, by the model's id, which need not be known.
 * Rules    Append a version; never change one that was released. Words with $ are the store's own (iface/sql.h). */
#include "schema.h"

const char *const schema_versions[] = {
	"CREATE TABLE experiment (id $id, workspace $text NOT NULL, name $text NOT NULL, artifact_location $text NOT NULL,"
	" lifecycle $i64 NOT NULL, created $i64 NOT NULL, updated $i64 NOT NULL, UNIQUE (workspace, name)) $table;\n"
	"CREATE TABLE experiment_tag (experiment $i64 NOT NULL, key $text NOT NULL, value $text NOT NULL,"
	" PRIMARY KEY (experiment, key)) $keyed;\n"
	"CREATE TABLE run (id $id, workspace $text NOT NULL, run_id $text NOT NULL UNIQUE, experiment $i64 NOT NULL,"
	" name $text NOT NULL, user_id $text NOT NULL, status $i64 NOT NULL, start_time $i64 NOT NULL, end_time $i64,"
	" artifact_uri $text NOT NULL, lifecycle $i64 NOT NULL, deleted $i64) $table;\n"
	"CREATE INDEX run_by_start ON run (experiment, lifecycle, start_time DESC, run_id);\n"
	"CREATE TABLE word (id $id, text $text NOT NULL UNIQUE) $table;\n"
	"CREATE TABLE metric (run $i64 NOT NULL, key $i64 NOT NULL, timestamp $i64 NOT NULL, step $i64 NOT NULL,"
	" value $f64 NOT NULL, is_nan $i64 NOT NULL, PRIMARY KEY (run, key, timestamp, step, value, is_nan)) $keyed;\n"
	"CREATE TABLE latest_metric (run $i64 NOT NULL, key $i64 NOT NULL, experiment $i64 NOT NULL, value $f64 NOT NULL,"
	" is_nan $i64 NOT NULL, timestamp $i64 NOT NULL, step $i64 NOT NULL, PRIMARY KEY (run, key)) $keyed;\n"
	"CREATE INDEX latest_metric_by_value ON latest_metric (experiment, key, is_nan, value);\n"
	"CREATE TABLE param (run $i64 NOT NULL, key $i64 NOT NULL, value $text NOT NULL, PRIMARY KEY (run, key)) $keyed;\n"
	"CREATE TABLE tag (run $i64 NOT NULL, key $i64 NOT NULL, value $text NOT NULL, PRIMARY KEY (run, key)) $keyed;\n"
	"CREATE TABLE dataset (id $id, workspace $text NOT NULL, experiment $i64 NOT NULL, name $text NOT NULL, digest $text NOT NULL,"
	" source_type $text NOT NULL, source $text NOT NULL, schema $text, profile $text, UNIQUE (experiment, name, digest)) $table;\n"
	"CREATE TABLE input (run $i64 NOT NULL, dataset $i64 NOT NULL, PRIMARY KEY (run, dataset)) $keyed;\n"
	"CREATE TABLE input_tag (run $i64 NOT NULL, dataset $i64 NOT NULL, key $text NOT NULL, value $text NOT NULL,"
	" PRIMARY KEY (run, dataset, key)) $keyed;\n"
	"CREATE INDEX input_by_dataset ON input (dataset);\n"
	/* logged models */
	"CREATE TABLE model (id $id, workspace $text NOT NULL, model_id $text NOT NULL UNIQUE, experiment $i64 NOT NULL,"
	" name $text NOT NULL, artifact_uri $text NOT NULL, created $i64 NOT NULL, updated $i64 NOT NULL, status $i64 NOT NULL,"
	" model_type $text NOT NULL, source_run $text NOT NULL, lifecycle $i64 NOT NULL) $table;\n"
	"CREATE INDEX model_by_creation ON model (experiment, lifecycle, created DESC, model_id);\n"
	"CREATE TABLE model_param (model $i64 NOT NULL, key $text NOT NULL, value $text NOT NULL, PRIMARY KEY (model, key)) $keyed;\n"
	"CREATE TABLE model_tag (model $i64 NOT NULL, key $text NOT NULL, value $text NOT NULL, PRIMARY KEY (model, key)) $keyed;\n"
	"CREATE TABLE model_metric (model $i64 NOT NULL, key $text NOT NULL, step $i64 NOT NULL, timestamp $i64 NOT NULL,"
	" run $i64 NOT NULL, value $f64 NOT NULL, dataset_name $text, dataset_digest $text,"
	" PRIMARY KEY (model, key, step, timestamp, run)) $keyed;\n"
	"CREATE TABLE model_input (run $i64 NOT NULL, model_id $text NOT NULL, PRIMARY KEY (run, model_id)) $keyed;\n"
	"CREATE TABLE model_output (run $i64 NOT NULL, model_id $text NOT NULL, step $i64 NOT NULL, PRIMARY KEY (run, model_id)) $keyed;\n",
};
const size_t schema_count = sizeof schema_versions / sizeof *schema_versions;
