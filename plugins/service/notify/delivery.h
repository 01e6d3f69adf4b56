/* SPDX-License-Identifier: Apache-2.0 */
/* delivery - one try to get one message to its channel: a background call of the instance.
 *
 * Ownership  in the list notify->running from its start to its end; a delivery whose outcome could not be noted, because tenond stops,
 *            stays there for delivery_drain(). */
#ifndef NOTIFY_DELIVERY_H
#define NOTIFY_DELIVERY_H

#include "outbox.h"

struct delivery {
	struct delivery *next;
	struct channel *channel;
	int64_t row;
	bool taken, over;            /* the lease is ours; the try has ended, `outcome` is not noted yet */
	struct outcome outcome;
	char note[600];
};

int  delivery_start(struct notify *, struct channel *, int64_t row); /* NO_MEMORY, or what tenon_spawn says */
bool delivery_runs(const struct notify *, int64_t row);
/* lifecycle, when all have returned: notes what is left to note, and gives leases back */
int  delivery_drain(struct tenon_call *);

#endif
