/* SPDX-License-Identifier: Apache-2.0 */
/* schema - numbered migrations of the outbox, for sql_migrate(). schema_versions[i] leads from i to i + 1. */
#ifndef NOTIFY_SCHEMA_H
#define NOTIFY_SCHEMA_H

#include <stddef.h>

extern const char *const schema_versions[];
extern const size_t schema_count;

#endif
