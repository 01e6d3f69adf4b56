/* SPDX-License-Identifier: Apache-2.0 */
/* delivery - take, send, judge, note.
 *
 * Failure  a fault of ours (the instance does not run, a channel's instance that is not there, no memory) is never the message's: it is
 *          tried again. An outcome that the store cannot take is offered again each second. */
#include "delivery.h"
#include "poller.h"

#include <stdlib.h>

enum { AGAIN_MS = 1000, MOST_RETRY_AFTER_MS = 24 * 3600 * 1000 };

/* ---- the list ---- */

bool delivery_runs(const struct notify *s, int64_t row)
{
	for (const struct delivery *d = s->running; d != NULL; d = d->next)
		if (d->row == row)
			return true;
	return false;
}

static void leave(struct notify *s, struct delivery *d)
{
	struct delivery **at = &s->running;

	while (*at != d)
		at = &(*at)->next;
	*at = d->next;
	d->channel->running--;
	free(d);
}

/* ---- judging ---- */

static void judge(struct tenon_call *c, struct delivery *d, int code, int64_t tries, int64_t after_ms)
{
	const struct notify *s = c->self;
	bool later = notify_may_retry(code) || code == TENON_NO_ROUTE;
	uint64_t random;

	s->host->random(&random, sizeof random);
	int64_t wait = backoff_ms(&s->backoff, tries, random);
	if (after_ms > wait)
		wait = after_ms < MOST_RETRY_AFTER_MS ? after_ms : MOST_RETRY_AFTER_MS;
	wait = code == TENON_CANCELLED ? 0 : wait; /* by our own end */
	d->outcome.due = tenon_now(c) + wait;
	d->outcome.note = d->note;
	d->outcome.state = code >= 0 ? MESSAGE_SENT : later && (tries < s->tries || code == TENON_CANCELLED) ? MESSAGE_QUEUED : MESSAGE_FAILED;
	if (code < 0 && later && d->outcome.state == MESSAGE_FAILED)
		snprintf(d->note, sizeof d->note, "given up after %lld tries: %s", (long long)tries, tenon_reason(c));
	else if (code < 0)
		snprintf(d->note, sizeof d->note, "%s", tenon_reason(c));
}

/* a note must stay UTF-8 when it was cut */
static void trim(char *note, size_t size)
{
	size_t n = strlen(note);

	if (n + 1 < size)
		return;
	while (n > 0 && ((unsigned char)note[n - 1] & 0xC0) == 0x80)
		n--;
	note[n > 0 && (unsigned char)note[n - 1] >= 0xC0 ? n - 1 : n] = '\0';
}

static void report(struct tenon_call *c, const struct delivery *d, const char *id, int64_t tries)
{
	const struct notify *s = c->self;
	static const char *const names[] = { "notify_retries_total", "notify_sent_total", "notify_failed_total" };

	s->host->metric_add(s->host, names[d->outcome.state], 1);
	if (d->outcome.state == MESSAGE_FAILED)
		tenon_log(c, TENON_LOG_ERROR, "message %s to %s failed: %s", id, d->channel->name, d->note);
	else if (d->outcome.state == MESSAGE_QUEUED)
		tenon_log(c, TENON_LOG_WARN, "message %s to %s, try %lld: %s; again in %lld s", id, d->channel->name, (long long)tries, d->note,
		          (long long)(d->outcome.due - tenon_now(c) + 999) / 1000);
}

static void try_once(struct tenon_call *c, struct delivery *d, struct notify_send_args *a, int64_t tries)
{
	struct notify_send_result result;
	int64_t after_ms;

	a->to = d->channel->to;
	int code = notify_send(c, d->channel->instance, a, &result, &after_ms);
	if (code >= 0)
		snprintf(d->note, sizeof d->note, "%s", result.detail != NULL ? result.detail : "");
	judge(c, d, code, tries, after_ms);
	trim(d->note, sizeof d->note);
	tenon_forgive(c);
	report(c, d, a->id, tries);
	d->over = true;
}

/* ---- noting ---- */

static int note(struct tenon_call *c, struct delivery *d)
{
	struct notify *s = c->self;

	TRY(outbox_settle(c, d->row, &d->outcome));
	if (d->outcome.state != MESSAGE_QUEUED)
		s->queued--;
	return TENON_OK;
}

/* until the store has it or tenond stops; meanwhile the row is nobody else's, or it is sent twice */
static int note_surely(struct tenon_call *c, struct delivery *d)
{
	int rc;

	while ((rc = note(c, d)) < 0) {
		tenon_log(c, TENON_LOG_ERROR, "what became of a message cannot be noted: %s", tenon_reason(c));
		if (tenon_sleep(c, AGAIN_MS) < 0)
			return rc;
		tenon_forgive(c);
	}
	return TENON_OK;
}

/* ---- the call ---- */

static int deliver(struct tenon_call *c, void *arg)
{
	struct notify *s = c->self;
	struct delivery *d = arg;
	struct notify_send_args a;
	int64_t tries = 0, now = tenon_now(c);

	int rc = tenon_cancelled(c) ? TENON_CANCELLED : outbox_take(c, d->row, now, now + s->lease_ms, &d->taken, &a, &tries);
	if (rc < 0 || !d->taken) {
		leave(s, d);
		return rc;
	}
	try_once(c, d, &a, tries);
	if (note_surely(c, d) < 0)
		return TENON_CANCELLED; /* delivery_drain() has the rest */
	leave(s, d);
	poller_kick(s); /* its place is free */
	return TENON_OK;
}

int delivery_start(struct notify *s, struct channel *channel, int64_t row)
{
	struct delivery *d = calloc(1, sizeof *d);

	if (d == NULL)
		return TENON_NO_MEMORY;
	*d = (struct delivery){ .next = s->running, .channel = channel, .row = row };
	s->running = d;
	channel->running++;
	int rc = tenon_spawn(s->host, "deliver", deliver, d);
	if (rc < 0)
		leave(s, d);
	return rc;
}

int delivery_drain(struct tenon_call *c)
{
	struct notify *s = c->self;
	int code = TENON_OK;

	while (s->running != NULL) {
		struct delivery *d = s->running;
		int rc = d->over ? note(c, d) : TENON_OK;
		code = rc < 0 ? rc : code;
		leave(s, d);
	}
	return code;
}
