/* SPDX-License-Identifier: Apache-2.0 */
/* outbox - the statements on notify_outbox. All of them park; each is one message to the store. Times are unix ms.
 *
 * Failure  the store's codes. */
#ifndef NOTIFY_OUTBOX_H
#define NOTIFY_OUTBOX_H

#include "messages.h"
#include "notify.h"

/* Writes a message; durable when it returns. *added false: the id was there already. */
int outbox_add(struct tenon_call *, const struct notify_send_args *, const char *channel, bool *added);
int outbox_state(struct tenon_call *, const char *id, int64_t *state); /* NOT_FOUND */
int outbox_list(struct tenon_call *, const struct ls_args *, int64_t before, struct ls_result *);
int outbox_requeue(struct tenon_call *, const char *id, bool *done);   /* unless it was sent, or is not there */

/* ids of rows that are due; `rows` has one column */
int outbox_due(struct tenon_call *, const char *channel, int64_t now, int64_t most, struct sql_rows *rows);
/* Takes a row until `lease`. *taken false: somebody else has it, or it is done. Otherwise `out` and `tries`, this one counted. */
int outbox_take(struct tenon_call *, int64_t row, int64_t now, int64_t lease, bool *taken, struct notify_send_args *out, int64_t *tries);
int outbox_renew(struct tenon_call *, const int64_t *rows, size_t n, int64_t lease);
/* what became of a try; the lease ends */
struct outcome { int64_t state, due; const char *note; };
int outbox_settle(struct tenon_call *, int64_t row, const struct outcome *);

int outbox_count(struct tenon_call *, int64_t *queued);
int outbox_sweep(struct tenon_call *, int64_t before, int64_t most, int64_t *gone); /* those done before then */

#endif
