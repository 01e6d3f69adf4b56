/* SPDX-License-Identifier: Apache-2.0 */
/* schema - one table. `due` and `lease` are unix ms: a queued row may be taken when both have passed. `attributes` are lines,
 * "name<tab>value" (pairs.h). `note` is the last error, or what the far side said. */
#include "schema.h"

const char *const schema_versions[] = {
	"CREATE TABLE notify_outbox (id $id, workspace $text NOT NULL, message $text NOT NULL, channel $text NOT NULL, severity $i64 NOT NULL,"
	" title $text NOT NULL, body $text NOT NULL, html $text NOT NULL, link $text NOT NULL, attributes $text NOT NULL,"
	" state $i64 NOT NULL, tries $i64 NOT NULL, due $i64 NOT NULL, lease $i64 NOT NULL, created $i64 NOT NULL, updated $i64 NOT NULL,"
	" note $text NOT NULL, UNIQUE (workspace, message)) $table;\n"
	"CREATE INDEX notify_outbox_by_due ON notify_outbox (state, channel, due, id);\n"
	"CREATE INDEX notify_outbox_by_update ON notify_outbox (state, updated);\n",
};
const size_t schema_count = sizeof schema_versions / sizeof *schema_versions;
