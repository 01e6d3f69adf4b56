/* SPDX-License-Identifier: Apache-2.0 */
/* signature - proofs that a body came from who shares a secret. Any thread.
 *
 * Standard Webhooks (github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md): HMAC-SHA256 of id "." timestamp "." body,
 * keyed with the decoded secret; several secrets give several signatures, so that one can be replaced without a gap. MLflow signs the
 * same bytes, keyed with the secret's text as it is (mlflow/webhooks/delivery.py). */
#ifndef WEBHOOK_SIGNATURE_H
#define WEBHOOK_SIGNATURE_H

#include <tenon/plugin.h>

enum { SIGNATURE_KEY_LEAST = 24, SIGNATURE_KEY_MOST = 64 };

struct signature_key { unsigned char bytes[SIGNATURE_KEY_MOST + 3]; size_t n; };

struct signed_text { const char *id; int64_t unix_s; const char *body; size_t n; };

/* "whsec_" and 24 to 64 bytes in base64. NULL, or what is wrong with it (which never repeats it) */
const char *signature_key_parse(const char *text, struct signature_key *);

/* "v1,<base64>", one for each key with spaces between; NULL when out of memory */
char *signature_standard(struct tenon_call *, const struct signature_key *, size_t n, const struct signed_text *);
char *signature_mlflow(struct tenon_call *, const char *secret, const struct signed_text *);

#endif
