/* SPDX-License-Identifier: Apache-2.0 */
/* messages - the field tables behind messages.h, and the names and patterns that their rows refer to. */
#include "messages.h"
#include "keys.h"
#include "location.h"

const struct tenon_name run_status_names[] = {
	{ "RUNNING", RUN_RUNNING }, { "SCHEDULED", RUN_SCHEDULED }, { "FINISHED", RUN_FINISHED },
	{ "FAILED", RUN_FAILED }, { "KILLED", RUN_KILLED }, { NULL, 0 },
};
static const struct tenon_name lifecycle_names[] = {
	{ "active", LIFECYCLE_ACTIVE }, { "deleted", LIFECYCLE_DELETED }, { NULL, 0 },
};
static const struct tenon_name view_type_names[] = {
	{ "ACTIVE_ONLY", VIEW_ACTIVE_ONLY }, { "DELETED_ONLY", VIEW_DELETED_ONLY }, { "ALL", VIEW_ALL }, { NULL, 0 },
};
static const struct tenon_pattern key_pattern = { "key", "^[/\\w.\\- :]*$", key_accepts };
static const struct tenon_pattern name_pattern = { "name", "\\S", name_accepts };
static const struct tenon_pattern location_pattern = { "location", "^[^#;]*$", location_accepts };
static const struct tenon_pattern run_id_pattern = { "run_id", "^[a-zA-Z0-9][\\w\\-]{0,255}$", run_id_accepts };

#define X(name, LIST) TENON_TABLE(, name, LIST);
TRACKING_MESSAGES(X)
SEARCH_MESSAGES(X)
#undef X
