/* SPDX-License-Identifier: Apache-2.0 */
/* settings - the configuration of an instance, and a hook made of it. */
#ifndef WEBHOOK_SETTINGS_H
#define WEBHOOK_SETTINGS_H

#include "hook.h"

#define WEBHOOK_CONFIG(F, S) \
	F(S, const char *, url, .flags = TENON_REQUIRED | TENON_SECRET, .doc = "where messages are posted: https://..., in which path and query may be secrets") \
	F(S, struct tenon_strs, secrets, .flags = TENON_SECRET, .range = "..8", \
	  .doc = "Standard Webhooks' secrets, whsec_...; several while one replaces another. Empty = no webhook-signature") \
	F(S, const char *, mlflow_secret, .flags = TENON_SECRET, .doc = "signs for receivers of MLflow's webhooks too (X-MLflow-Signature)") \
	F(S, struct tenon_map, headers, .flags = TENON_SECRET, .range = "..32", .doc = "further headers, such as Authorization") \
	F(S, bool, allow_private, .dflt = "false", .doc = "may it connect to loopback, private, link-local and other addresses that are not the internet's") \
	F(S, struct tenon_strs, allow, .range = "..64", .doc = "or only to these of them: addresses and networks, 10.1.0.0/16") \
	F(S, const char *, ca_file, .doc = "PEM file of the authorities that are trusted; empty = the system's") \
	F(S, int64_t, timeout, .dflt = "20000", .range = "100..120000", .label = "ms", .doc = "how long a receiver may take to answer")
TENON_STRUCT(webhook_config, WEBHOOK_CONFIG);
extern const struct tenon_table webhook_config_table;

/* INVALID_ARGUMENT with `why`, which names the key and no secret; NO_MEMORY */
int  hook_make(const struct webhook_config *, struct hook **, char *why, size_t size);
void hook_free(struct hook *);

#endif
