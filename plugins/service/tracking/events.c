/* SPDX-License-Identifier: Apache-2.0 */
/* events - topics and what they carry. */
#include "events.h"

#define RUN_EVENT(F, S) \
	F(S, const char *, run_id) \
	F(S, const char *, experiment_id) \
	F(S, const char *, name) \
	F(S, int64_t,      status,     .type = TENON_ENUM, .names = run_status_names) \
	F(S, int64_t,      start_time, .doc = "unix ms") \
	F(S, int64_t,      end_time,   .doc = "unix ms; left out while the run goes on") \
	F(S, const char *, user,       .doc = "whose run it is")
TENON_MESSAGE(run_event, RUN_EVENT);

#define EXPERIMENT_EVENT(F, S) \
	F(S, const char *, experiment_id) \
	F(S, const char *, name) \
	F(S, const char *, user, .doc = "who did it")
TENON_MESSAGE(experiment_event, EXPERIMENT_EVENT);

const struct tenon_topic tracking_topics[] = {
	{ TOPIC_RUN_CREATED, &run_event_table, "A run was made." },
	{ TOPIC_RUN_FINISHED, &run_event_table, "A run's status became FINISHED, FAILED or KILLED." },
	{ TOPIC_RUN_DELETED, &run_event_table, "An active run was deleted." },
	{ TOPIC_RUN_RESTORED, &run_event_table, "A deleted run was brought back." },
	{ TOPIC_EXPERIMENT_CREATED, &experiment_event_table, "An experiment was made." },
	{ TOPIC_EXPERIMENT_DELETED, &experiment_event_table, "An experiment was deleted, with all its runs." },
	{ TOPIC_EXPERIMENT_RESTORED, &experiment_event_table, "An experiment was brought back, with all its runs." },
	{ NULL, NULL, NULL },
};

void tell_run(struct tenon_call *c, const char *topic, const struct run_info *info)
{
	struct run_event ev = { .run_id = info->run_id, .experiment_id = info->experiment_id, .name = info->run_name, .status = info->status,
	                        .start_time = info->start_time, .end_time = info->end_time, .user = info->user_id };

	ev.has.run_id = ev.has.experiment_id = ev.has.name = ev.has.status = ev.has.start_time = ev.has.user = 1;
	ev.has.end_time = info->has.end_time;
	TENON_PUBLISH(c, topic, run_event, &ev);
}

void tell_experiment(struct tenon_call *c, const char *topic, const char *experiment_id, const char *name)
{
	struct experiment_event ev = { .has = { 1, 1, 1 }, .experiment_id = experiment_id, .name = name, .user = c->principal };
	TENON_PUBLISH(c, topic, experiment_event, &ev);
}
