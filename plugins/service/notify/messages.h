/* SPDX-License-Identifier: Apache-2.0 */
/* messages - what the methods take and give. */
#ifndef NOTIFY_MESSAGES_H
#define NOTIFY_MESSAGES_H

#include <tenon/iface/notify.h>

enum message_state { MESSAGE_QUEUED, MESSAGE_SENT, MESSAGE_FAILED };
static const struct tenon_name message_states[] = {
	{ "queued", MESSAGE_QUEUED }, { "sent", MESSAGE_SENT }, { "failed", MESSAGE_FAILED }, { NULL, 0 },
};

#define SEND_ARGS(F, S) \
	F(S, const char *, channel, .flags = TENON_REQUIRED, .doc = "which channel of the configuration it goes to") \
	F(S, const char *, title, .flags = TENON_REQUIRED, .range = "1..300", .doc = "one line") \
	F(S, const char *, text, .range = "..65536", .doc = "the message as plain text") \
	F(S, const char *, html, .range = "..262144", .doc = "the same as HTML, for those who can show it") \
	F(S, const char *, link, .range = "..2000", .doc = "where to read on: an http or https address") \
	F(S, int64_t, severity, .type = TENON_ENUM, .names = notify_severities, .dflt = "info", .doc = "how much it matters") \
	F(S, struct tenon_map, attributes, .range = "..50", .doc = "further facts, name to value") \
	F(S, const char *, id, .range = "..100", .doc = "the message's name; one that was given before is not sent again. Absent = a new one")
TENON_MESSAGE(send_args, SEND_ARGS);
#define SEND_RESULT(F, S) \
	F(S, const char *, id, .doc = "names the message; receivers see it too") \
	F(S, int64_t, state, .type = TENON_ENUM, .names = message_states, .doc = "queued, or what became of it if the id was given before")
TENON_MESSAGE(send_result, SEND_RESULT);

#define LS_ARGS(F, S) \
	F(S, const char *, channel, .doc = "only those of this channel") \
	F(S, int64_t, state, .type = TENON_ENUM, .names = message_states, .doc = "only those in this state") \
	F(S, int64_t, max, .dflt = "100", .range = "1..1000", .doc = "at most so many") \
	F(S, const char *, page_token, .doc = "next_page_token of the page before")
TENON_MESSAGE(ls_args, LS_ARGS);
#define OUTBOX_MESSAGE(F, S) \
	F(S, const char *, id, .doc = "names the message") \
	F(S, const char *, channel, .doc = "where it goes") \
	F(S, int64_t, state, .type = TENON_ENUM, .names = message_states, .doc = "what became of it") \
	F(S, int64_t, tries, .doc = "how often it was tried") \
	F(S, int64_t, severity, .type = TENON_ENUM, .names = notify_severities, .doc = "how much it matters") \
	F(S, const char *, title, .doc = "one line") \
	F(S, int64_t, created, .doc = "unix ms") \
	F(S, int64_t, updated, .doc = "unix ms: of the last change") \
	F(S, int64_t, due, .doc = "unix ms: when it is tried next; queued ones only") \
	F(S, const char *, note, .doc = "the last error, or what the far side said")
TENON_MESSAGE(outbox_message, OUTBOX_MESSAGE);
#define LS_RESULT(F, S) \
	F(S, struct outbox_message_list, messages, TENON_MANY(outbox_message), .flags = TENON_KEEP, .doc = "newest first") \
	F(S, const char *, next_page_token, .doc = "there are more")
TENON_MESSAGE(ls_result, LS_RESULT);

#define RETRY_ARGS(F, S) \
	F(S, const char *, id, .flags = TENON_REQUIRED, .doc = "which message")
TENON_MESSAGE(retry_args, RETRY_ARGS);

#define PROBE_ARGS(F, S) \
	F(S, const char *, channel, .flags = TENON_REQUIRED, .doc = "which channel of the configuration")
TENON_MESSAGE(probe_args, PROBE_ARGS);

#endif
