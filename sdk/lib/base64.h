/* SPDX-License-Identifier: Apache-2.0 */
/* base64 - RFC 4648's first alphabet, with padding. Pure, any thread. */
#ifndef TENON_LIB_BASE64_H
#define TENON_LIB_BASE64_H

#include <stddef.h>
#include <stdint.h>

/* writes 4 * ((n + 2) / 3) characters and a NUL */
void base64_encode(char *out, const void *p, size_t n);
/* Strict: padding where it belongs, no other characters. Returns how many bytes, or -1; `out` has room for 3 * (strlen / 4). */
int64_t base64_decode(unsigned char *out, const char *text, size_t n);

#endif
