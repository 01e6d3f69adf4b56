/* SPDX-License-Identifier: Apache-2.0 */
/* model_messages - the field tables behind model_messages.h. */
#include "model_messages.h"

static const struct tenon_name model_status_names[] = {
	{ "LOGGED_MODEL_STATUS_UNSPECIFIED", MODEL_UNSPECIFIED }, { "LOGGED_MODEL_PENDING", MODEL_PENDING },
	{ "LOGGED_MODEL_READY", MODEL_READY }, { "LOGGED_MODEL_UPLOAD_FAILED", MODEL_FAILED }, { NULL, 0 },
};

#define X(name, LIST) TENON_TABLE(, name, LIST);
MODEL_MESSAGES(X)
#undef X
