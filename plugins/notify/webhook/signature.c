/* SPDX-License-Identifier: Apache-2.0 */
/* signature - HMAC over pieces, so that a body is not copied to be signed. */
#include "signature.h"
#include "lib/base64.h"
#include "lib/hmac.h"

static const char prefix[] = "whsec_";

const char *signature_key_parse(const char *text, struct signature_key *k)
{
	const char *base64 = text + sizeof prefix - 1;
	size_t n = strlen(text);

	if (strncmp(text, prefix, sizeof prefix - 1) != 0)
		return "it begins with whsec_, as Standard Webhooks wants it";
	n -= sizeof prefix - 1;
	if (n > 4 * ((SIGNATURE_KEY_MOST + 2) / 3))
		return "it is longer than 64 bytes";
	int64_t got = base64_decode(k->bytes, base64, n);
	if (got < 0)
		return "what follows whsec_ is no base64";
	k->n = (size_t)got;
	return got < SIGNATURE_KEY_LEAST || got > SIGNATURE_KEY_MOST ? "it has 24 to 64 bytes (openssl rand -base64 32)" : NULL;
}

static char *sign(struct tenon_call *c, const void *key, size_t n, const struct signed_text *t)
{
	char head[160], encoded[HMAC_BASE64];
	unsigned char mac[HMAC_SIZE];
	int size = snprintf(head, sizeof head, "%s.%lld.", t->id, (long long)t->unix_s);
	struct hmac_piece pieces[] = { { head, (size_t)size }, { t->body, t->n } };

	if (size < 0 || (size_t)size >= sizeof head || hmac_sha256(key, n, pieces, 2, mac) < 0)
		return NULL;
	base64_encode(encoded, mac, sizeof mac);
	return tenon_printf(c, "v1,%s", encoded);
}

char *signature_standard(struct tenon_call *c, const struct signature_key *keys, size_t n, const struct signed_text *t)
{
	char *all = NULL;

	for (size_t i = 0; i < n; i++) {
		char *one = sign(c, keys[i].bytes, keys[i].n, t);
		all = one == NULL || i == 0 ? one : tenon_printf(c, "%s %s", all, one);
		if (all == NULL)
			return NULL;
	}
	return all;
}

char *signature_mlflow(struct tenon_call *c, const char *secret, const struct signed_text *t) { return sign(c, secret, strlen(secret), t); }
