/* SPDX-License-Identifier: Apache-2.0 */
/* notify - an instance of the service: channels, and the deliveries that are under way.
 *
 * Model    A message is a row of the outbox, written in one transaction and acknowledged after its commit. The poller finds rows that
 *          are due and starts a delivery for each: take a lease on the row, call the channel's instance, note the outcome.
 *
 *              queued --taken by the far side--> sent
 *                ^  `--------gave up, refused--> failed --retry--> queued
 *                `-- not now: due later --'
 *
 *          At least once: a crash between the far side's yes and its note sends the message again, with the same id. Never twice at
 *          a time: the lease keeps other nodes away, `running` this one.
 * Threads  the instance's home loop. */
#ifndef NOTIFY_NOTIFY_H
#define NOTIFY_NOTIFY_H

#include <tenon/iface/notify.h>
#include <tenon/iface/sql.h>
#include "lib/backoff.h"

struct channel {
	char *name, *instance;
	struct tenon_strs to;         /* its own copies */
	int64_t running;              /* deliveries */
};

struct notify {
	const struct tenon_host *host;
	char *store;
	struct channel *channels;
	size_t n_channels;
	int64_t tries, lease_ms, keep_ms, parallel, most_queued;
	struct backoff backoff;

	struct delivery *running;     /* delivery.h */
	int64_t queued;               /* rows, as far as this node knows */
	int64_t renew_at, sweep_at, count_at; /* ns of the host's clock */
	bool polls, in_round, again;
	bool is_stuck;                /* the last round failed, and that was logged */
};

struct channel *channel_find(const struct notify *, const char *name); /* NULL */

#endif
