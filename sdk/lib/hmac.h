/* SPDX-License-Identifier: Apache-2.0 */
/* hmac - HMAC-SHA256 over pieces, for signing what is sent. Any thread.
 *
 * Failure  hmac_sha256: TENON_NO_MEMORY or TENON_INTERNAL, when OpenSSL cannot. */
#ifndef TENON_LIB_HMAC_H
#define TENON_LIB_HMAC_H

#include <tenon/plugin.h>

enum { HMAC_SIZE = 32, HMAC_BASE64 = 45 /* its text, with the NUL */ };

struct hmac_piece { const void *p; size_t n; };

/* the pieces one after another, as if they were one text */
int hmac_sha256(const void *key, size_t key_n, const struct hmac_piece *, size_t n, unsigned char out[HMAC_SIZE]);

#endif
