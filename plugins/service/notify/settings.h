/* SPDX-License-Identifier: Apache-2.0 */
/* settings - the service's configuration, and an instance made of it. */
#ifndef NOTIFY_SETTINGS_H
#define NOTIFY_SETTINGS_H

#include "notify.h"

#define CHANNEL_CONFIG(F, S) \
	F(S, const char *, name, .flags = TENON_REQUIRED, .range = "1..64", .doc = "what messages are sent to: letters, digits, `-` and `_`") \
	F(S, const char *, instance, .flags = TENON_REQUIRED, .doc = "the notify instance that delivers them") \
	F(S, struct tenon_strs, to, .range = "..100", .doc = "who gets them; empty = as that instance is configured")
TENON_STRUCT(channel_config, CHANNEL_CONFIG);
#define NOTIFY_CONFIG(F, S) \
	F(S, const char *, store, .dflt = "sql", .doc = "the sql instance that keeps the outbox") \
	F(S, struct channel_config_list, channels, TENON_MANY(channel_config), .doc = "where messages can go") \
	F(S, int64_t, tries, .dflt = "12", .range = "1..100", .doc = "how often a message is tried before it has failed") \
	F(S, int64_t, first_retry, .dflt = "90000", .range = "1..", .label = "ms", \
	  .doc = "bound of the wait after the first try; it doubles with each, and the wait is a random part of it") \
	F(S, int64_t, longest_retry, .dflt = "86400000", .range = "1..", .label = "ms", .doc = "what that bound never exceeds") \
	F(S, int64_t, parallel, .dflt = "4", .range = "1..64", .doc = "deliveries at a time for each channel") \
	F(S, int64_t, most_queued, .dflt = "10000", .range = "1..", .doc = "messages that may wait; more are refused with OVERLOADED") \
	F(S, int64_t, lease, .dflt = "30000", .range = "3000..3600000", .label = "ms", \
	  .doc = "how long after a crash in the middle of a delivery the message waits; renewed while a delivery runs") \
	F(S, int64_t, keep_days, .dflt = "30", .range = "0..36500", .doc = "sent and failed messages older than this are removed")
TENON_STRUCT(notify_config, NOTIFY_CONFIG);
extern const struct tenon_table notify_config_table;

/* INVALID_ARGUMENT with `why`; NO_MEMORY */
int  notify_make(const struct notify_config *, struct notify **, char *why, size_t size);
void notify_free(struct notify *);

#endif
