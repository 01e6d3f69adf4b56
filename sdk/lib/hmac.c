/* SPDX-License-Identifier: Apache-2.0 */
/* hmac - OpenSSL's EVP_MAC. */
#include "lib/hmac.h"

#include <openssl/evp.h>
#include <openssl/params.h>

int hmac_sha256(const void *key, size_t key_n, const struct hmac_piece *pieces, size_t n, unsigned char out[HMAC_SIZE])
{
	char digest[] = "SHA256";
	OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string("digest", digest, 0), OSSL_PARAM_construct_end() };
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	EVP_MAC_CTX *ctx = mac == NULL ? NULL : EVP_MAC_CTX_new(mac);
	size_t size = 0;
	/* a NULL key means «the one before» to OpenSSL */
	bool good = ctx != NULL && EVP_MAC_init(ctx, key_n > 0 ? key : "", key_n, params) == 1;

	for (size_t i = 0; good && i < n; i++)
		good = EVP_MAC_update(ctx, pieces[i].p, pieces[i].n) == 1;
	good = good && EVP_MAC_final(ctx, out, &size, HMAC_SIZE) == 1 && size == HMAC_SIZE;
	int code = good ? TENON_OK : ctx == NULL ? TENON_NO_MEMORY : TENON_INTERNAL;
	EVP_MAC_CTX_free(ctx);
	EVP_MAC_free(mac);
	return code;
}
