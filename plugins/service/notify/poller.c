/* SPDX-License-Identifier: Apache-2.0 */
/* poller - the round, and the clock that calls for it. */
#include "poller.h"
#include "delivery.h"

enum { POLL_MS = 1000, SWEEP_MOST = 500 };
static const int64_t sweep_ns = 3600LL * 1000000000, count_ns = 60LL * 1000000000;

/* ---- a round ---- */

static int start_due(struct tenon_call *c, struct channel *channel)
{
	struct notify *s = c->self;
	struct sql_rows rows;

	if (channel->running >= s->parallel)
		return TENON_OK;
	TRY(outbox_due(c, channel->name, tenon_now(c), s->parallel, &rows)); /* those that are about to be taken are among them */
	for (size_t i = 0; i < sql_count(&rows) && channel->running < s->parallel; i++)
		if (!delivery_runs(s, sql_i64(&rows, i, 0)))
			TRY(delivery_start(s, channel, sql_i64(&rows, i, 0)));
	return TENON_OK;
}

static int renew(struct tenon_call *c)
{
	struct notify *s = c->self;
	size_t n = 0;

	for (const struct delivery *d = s->running; d != NULL; d = d->next)
		n++;
	int64_t *rows = tenon_alloc(c, n * sizeof *rows + 1);
	if (rows == NULL)
		return TENON_NO_MEMORY;
	n = 0;
	for (const struct delivery *d = s->running; d != NULL; d = d->next)
		if (d->taken && !d->over)
			rows[n++] = d->row;
	return n == 0 ? TENON_OK : outbox_renew(c, rows, n, tenon_now(c) + s->lease_ms);
}

static int sweep(struct tenon_call *c)
{
	struct notify *s = c->self;
	int64_t gone = SWEEP_MOST, all = 0;

	while (gone >= SWEEP_MOST) {
		TRY(outbox_sweep(c, tenon_now(c) - s->keep_ms, SWEEP_MOST, &gone));
		all += gone;
	}
	if (all > 0)
		tenon_log(c, TENON_LOG_INFO, "%lld old messages were removed", (long long)all);
	return TENON_OK;
}

/* is it time? then `*at` is the next time */
static bool is_time(const struct notify *s, int64_t *at, int64_t every)
{
	int64_t now = s->host->clock();

	if (now < *at)
		return false;
	*at = now + every;
	return true;
}

static int keep_order(struct tenon_call *c)
{
	struct notify *s = c->self;

	if (s->running != NULL && is_time(s, &s->renew_at, s->lease_ms * 1000000 / 3))
		TRY(renew(c));
	if (is_time(s, &s->count_at, count_ns))
		TRY(outbox_count(c, &s->queued));
	s->host->metric_set(s->host, "notify_queued", (double)s->queued);
	return is_time(s, &s->sweep_at, sweep_ns) ? sweep(c) : TENON_OK;
}

static int look(struct tenon_call *c, void *arg)
{
	struct notify *s = c->self;
	int rc;

	(void)arg;
	do {
		s->again = false;
		rc = keep_order(c); /* in each round: under load one follows the other */
		for (size_t i = 0; rc == TENON_OK && i < s->n_channels; i++)
			rc = start_due(c, &s->channels[i]);
	} while (s->again && rc == TENON_OK && !tenon_cancelled(c));
	s->in_round = false;
	if (rc < 0 && rc != TENON_CANCELLED && !s->is_stuck) /* once, not each second */
		tenon_log(c, TENON_LOG_ERROR, "messages are not delivered: %s", tenon_reason(c));
	s->is_stuck = rc < 0;
	return TENON_OK;
}

void poller_kick(struct notify *s)
{
	if (s->in_round) {
		s->again = true;
		return;
	}
	s->in_round = true;
	if (tenon_spawn(s->host, "look", look, NULL) < 0)
		s->in_round = false; /* the next second, or the next start */
}

/* ---- the clock ---- */

static int tick(struct tenon_call *c, void *arg)
{
	struct notify *s = c->self;

	(void)arg;
	while (tenon_sleep(c, POLL_MS) == TENON_OK)
		if (s->queued > 0 || s->host->clock() >= s->count_at || s->host->clock() >= s->sweep_at)
			poller_kick(s);
	return TENON_CANCELLED;
}

int poller_start(struct tenon_call *c)
{
	struct notify *s = c->self;

	s->count_at = s->host->clock() + count_ns;
	TRY(outbox_count(c, &s->queued));
	int rc = s->polls ? TENON_OK : tenon_spawn(s->host, "poll", tick, NULL);
	s->polls = s->polls || rc == TENON_OK;
	return rc < 0 ? tenon_fail(c, rc, "this host runs nothing in the background: messages would not be delivered") : TENON_OK;
}
