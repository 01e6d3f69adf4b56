/* SPDX-License-Identifier: Apache-2.0 */
/* models - the handlers of logged models: models that a run made, with params, tags, metrics and a folder of artifacts.
 *
 * Not here: the run's tag mlflow.log-model.history (model.c), and the artifacts themselves (service/artifacts). */
#ifndef TRACKING_MODELS_H
#define TRACKING_MODELS_H

#include "model_messages.h"

/* models.c */
int create_model(struct tenon_call *, const struct create_model_args *, struct model_result *);
int get_model(struct tenon_call *, const struct get_model_args *, struct model_result *);
int finalize_model(struct tenon_call *, const struct finalize_model_args *, struct model_result *);
int delete_model(struct tenon_call *, const struct model_args *, struct tenon_empty *);
int set_model_tags(struct tenon_call *, const struct set_model_tags_args *, struct tenon_empty *);
int delete_model_tag(struct tenon_call *, const struct delete_model_tag_args *, struct tenon_empty *);
int log_model_params(struct tenon_call *, const struct log_model_params_args *, struct tenon_empty *);

/* model_search.c */
int search_models(struct tenon_call *, const struct search_models_args *, struct search_models_result *);

/* outputs.c */
int log_outputs(struct tenon_call *, const struct log_outputs_args *, struct tenon_empty *);

#endif
