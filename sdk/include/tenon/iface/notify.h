/* SPDX-License-Identifier: Apache-2.0 */
/* iface/notify - what a way of telling people does for services. Implemented by plugins/notify/<vendor>.
 *
 * An instance is one configured way: a mail account, a webhook's address. `send` tries once, and only once, to hand a message to the
 * far side, and is answered when that has taken it; waiting and trying again are the caller's (service/notify). The same `id` may
 * arrive twice, after a crash between the two: an implementation hands it on, so that the far side can see that it is the same.
 *
 * Outcomes of `send`, under every placement:
 *	OK                                  the far side has it; `detail` says what it answered
 *	OK with has.retry_after_ms          it does NOT have it: it asked for another try, no sooner than after so long
 *	UNAVAILABLE, OVERLOADED,            it does not have it, or its answer was lost: try again later
 *	DEADLINE_EXCEEDED, CANCELLED
 *	anything else                       it will not take this message however often it is sent; the text says why
 * notify_send() below folds the first two into codes; callers use that.
 *
 * Threads: may be called for several messages at once. Texts are UTF-8 without control characters; `text` and `html` may have line
 * ends and tabs. Nothing that a configuration calls secret is ever part of a message, a detail or a reason. */
#ifndef TENON_IFACE_NOTIFY_H
#define TENON_IFACE_NOTIFY_H

#include "../plugin.h"

enum notify_severity { NOTIFY_INFO, NOTIFY_WARNING, NOTIFY_ERROR, NOTIFY_CRITICAL };
static const struct tenon_name notify_severities[] = {
	{ "info", NOTIFY_INFO }, { "warning", NOTIFY_WARNING }, { "error", NOTIFY_ERROR }, { "critical", NOTIFY_CRITICAL }, { NULL, 0 },
};

#define NOTIFY_SEND_ARGS(F, S) \
	F(S, const char *, id, .flags = TENON_REQUIRED, .range = "1..100", .doc = "names the message: letters, digits, `.`, `_` and `-`; the same for each try") \
	F(S, int64_t, created, .dflt = "0", .doc = "when it was made, unix ms; 0 = now") \
	F(S, int64_t, severity, .type = TENON_ENUM, .names = notify_severities, .dflt = "info", .doc = "how much it matters") \
	F(S, const char *, title, .flags = TENON_REQUIRED, .range = "1..300", .doc = "one line") \
	F(S, const char *, text, .doc = "the message as plain text") \
	F(S, const char *, html, .doc = "the same as HTML, for those who can show it") \
	F(S, const char *, link, .doc = "where to read on: an http or https address") \
	F(S, struct tenon_strs, to, .range = "..100", .doc = "who gets it, where the way leaves that open; empty = as configured") \
	F(S, struct tenon_map, attributes, .range = "..50", .doc = "further facts, name to value")
TENON_MESSAGE(notify_send_args, NOTIFY_SEND_ARGS);

#define NOTIFY_SEND_RESULT(F, S) \
	F(S, const char *, detail, .doc = "what the far side said, for people") \
	F(S, int64_t, retry_after_ms, .doc = "it was not taken: the far side asked for another try after so long")
TENON_MESSAGE(notify_send_result, NOTIFY_SEND_RESULT);

/* probe (tenon_empty -> notify_probe_result): goes as far as the far side allows without a message: connects, proves who both sides are,
 * and ends. Fails as send does. */
#define NOTIFY_PROBE_RESULT(F, S) \
	F(S, const char *, detail, .doc = "how far it went")
TENON_MESSAGE(notify_probe_result, NOTIFY_PROBE_RESULT);

/* ---- for implementations and callers ---- */

static inline const char *notify_severity_name(int64_t severity)
{
	return severity >= NOTIFY_INFO && severity <= NOTIFY_CRITICAL ? notify_severities[severity].name : "info";
}

/* no control characters; `lines`: but line ends and tabs */
static inline bool notify_is_clean(const char *s, bool lines)
{
	for (; s != NULL && *s != '\0'; s++)
		if (((unsigned char)*s < 0x20 && !(lines && (*s == '\n' || *s == '\r' || *s == '\t'))) || *s == 0x7F)
			return false;
	return true;
}

/* What a message must be, so that no part of it can become a header of its own. INVALID_ARGUMENT, naming the argument. */
static inline int notify_check(struct tenon_call *c, const struct notify_send_args *a)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
	const char *wrong = NULL;

	if (*a->id == '\0' || a->id[strspn(a->id, letters)] != '\0')
		return tenon_fail(c, TENON_INVALID_ARGUMENT, "id: letters, digits, \".\", \"_\" and \"-\" are what it may have");
	if (*a->link != '\0' && strncmp(a->link, "http://", 7) != 0 && strncmp(a->link, "https://", 8) != 0)
		return tenon_fail(c, TENON_INVALID_ARGUMENT, "link: an http or https address belongs here");
	wrong = !notify_is_clean(a->title, false) ? "title" : !notify_is_clean(a->link, false) ? "link" : wrong;
	wrong = !notify_is_clean(a->text, true) ? "text" : !notify_is_clean(a->html, true) ? "html" : wrong;
	for (size_t i = 0; i < a->to.n; i++)
		wrong = notify_is_clean(a->to.v[i], false) ? wrong : "to";
	for (size_t i = 0; i < a->attributes.n; i++)
		if (!notify_is_clean(a->attributes.v[i].key, false) || !notify_is_clean(a->attributes.v[i].value, false))
			wrong = "attributes";
	return wrong == NULL ? TENON_OK : tenon_fail(c, TENON_INVALID_ARGUMENT, "%s: control characters, line ends among them, are not for it", wrong);
}

static inline bool notify_may_retry(int code)
{
	return code == TENON_UNAVAILABLE || code == TENON_OVERLOADED || code == TENON_DEADLINE_EXCEEDED || code == TENON_CANCELLED ||
	       code == TENON_NO_MEMORY;
}

/* PARKS. One try. `after_ms`: what the far side asked for, 0 if it did not; then the code is UNAVAILABLE. */
static inline int notify_send(struct tenon_call *c, const char *instance, const struct notify_send_args *a,
                              struct notify_send_result *out, int64_t *after_ms)
{
	memset(out, 0, sizeof *out);
	*after_ms = 0;
	int rc = TENON_CALL(c, instance, "send", notify_send_args, a, notify_send_result, out);
	if (rc < 0 || !out->has.retry_after_ms)
		return rc;
	*after_ms = out->retry_after_ms;
	return tenon_fail(c, TENON_UNAVAILABLE, "%s", out->detail != NULL ? out->detail : "the far side asked for another try");
}

#endif
