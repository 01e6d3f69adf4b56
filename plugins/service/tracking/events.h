/* SPDX-License-Identifier: Apache-2.0 */
/* events - what tracking tells others: a run began, ended, was deleted or restored; an experiment likewise.
 *
 * Published after the commit. Deleting or restoring an experiment takes its runs along and is one event, of the experiment.
 * What is logged to a run is not told. */
#ifndef TRACKING_EVENTS_H
#define TRACKING_EVENTS_H

#include "messages.h"

extern const struct tenon_topic tracking_topics[];

#define TOPIC_RUN_CREATED  "tracking.run.created"
#define TOPIC_RUN_FINISHED "tracking.run.finished"
#define TOPIC_RUN_DELETED  "tracking.run.deleted"
#define TOPIC_RUN_RESTORED "tracking.run.restored"
#define TOPIC_EXPERIMENT_CREATED  "tracking.experiment.created"
#define TOPIC_EXPERIMENT_DELETED  "tracking.experiment.deleted"
#define TOPIC_EXPERIMENT_RESTORED "tracking.experiment.restored"

void tell_run(struct tenon_call *, const char *topic, const struct run_info *);
void tell_experiment(struct tenon_call *, const char *topic, const char *experiment_id, const char *name);

#endif
