/* SPDX-License-Identifier: Apache-2.0 */
/* tracking - an instance of the service: what its handlers share, and the handlers themselves.
 *
 * Model    Handlers are straight code on fibers: check what rows cannot, ask the store, answer. All state is in the store;
 *          the two caches only spare questions. Every row is written with the call's workspace and read by it.
 * Threads  The instance's home loop. What is read from `struct tracking` before a park may have changed after it,
 *          except `store` and `artifact_root`, which live as long as the instance. */
#ifndef TRACKING_TRACKING_H
#define TRACKING_TRACKING_H

#include <tenon/iface/sql.h>
#include "cache.h"
#include "keys.h"
#include "messages.h"
#include "spelling.h"

struct tracking {
	char *store;          /* name of the sql instance */
	char *artifact_root;  /* experiments without a location of their own keep artifacts at <this>/<id> */
	struct cache words;   /* words.h */
	struct spelling spelling; /* spelling.h */
	struct cache runs;    /* runref.h */
};

/* experiments.c */
int create_experiment(struct tenon_call *, const struct create_experiment_args *, struct create_experiment_result *);
int get_experiment(struct tenon_call *, const struct experiment_args *, struct experiment_result *);
int get_experiment_by_name(struct tenon_call *, const struct experiment_name_args *, struct experiment_result *);
int update_experiment(struct tenon_call *, const struct update_experiment_args *, struct tenon_empty *);
int delete_experiment(struct tenon_call *, const struct experiment_args *, struct tenon_empty *);
int restore_experiment(struct tenon_call *, const struct experiment_args *, struct tenon_empty *);
int set_experiment_tag(struct tenon_call *, const struct set_experiment_tag_args *, struct tenon_empty *);
int delete_experiment_tag(struct tenon_call *, const struct delete_experiment_tag_args *, struct tenon_empty *);
int make_default_experiment(struct tenon_call *); /* id 0, unless it is there */

/* Reads a number as MLflow does ("1", " +1 ", "1_0"). INVALID_ARGUMENT, in its words. */
int parse_experiment_id(struct tenon_call *, const char *text, int64_t *id);

/* runs.c */
int create_run(struct tenon_call *, const struct create_run_args *, struct run_result *);
int get_run(struct tenon_call *, const struct run_args *, struct run_result *);
int update_run(struct tenon_call *, const struct update_run_args *, struct update_run_result *);
int delete_run(struct tenon_call *, const struct run_args *, struct tenon_empty *);
int restore_run(struct tenon_call *, const struct run_args *, struct tenon_empty *);
const char *new_run_id(struct tenon_call *); /* random, 32 hex digits; NULL when out of memory */
/* Where an experiment keeps artifacts. Why not, in MLflow's words, if it is not there or was deleted. */
int find_location(struct tenon_call *, int64_t experiment, const char **location);

/* log.c */
int log_metric(struct tenon_call *, const struct log_metric_args *, struct tenon_empty *);
int log_parameter(struct tenon_call *, const struct log_param_args *, struct tenon_empty *);
int set_tag(struct tenon_call *, const struct set_tag_args *, struct tenon_empty *);
int delete_tag(struct tenon_call *, const struct delete_tag_args *, struct tenon_empty *);

/* batch.c */
int log_batch(struct tenon_call *, const struct log_batch_args *, struct tenon_empty *);

/* model.c */
int log_model(struct tenon_call *, const struct log_model_args *, struct tenon_empty *);

/* inputs.c */
int log_inputs(struct tenon_call *, const struct log_inputs_args *, struct tenon_empty *);
int search_datasets(struct tenon_call *, const struct search_datasets_args *, struct search_datasets_result *);

#define RUN_NAME_TAG "mlflow.runName"
#define MAX_PARAM_VALUE 6000 /* characters; the rest is cut */
#define MAX_TAG_VALUE   8000

/* the text, or a copy of its first `limit` characters if it is longer; NULL when out of memory */
static inline const char *cut(struct tenon_call *c, const char *text, size_t limit)
{
	size_t n = characters(text, limit);
	return text[n] == 0 ? text : tenon_strndup(c, text, n);
}

#endif
