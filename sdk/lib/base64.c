/* SPDX-License-Identifier: Apache-2.0 */
/* base64 - a table of 64 letters. */
#include "lib/base64.h"

#include <string.h>

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(char *out, const void *p, size_t n)
{
	const unsigned char *in = p;

	for (; n > 0; in += 3, n -= n < 3 ? n : 3) {
		uint32_t x = (uint32_t)in[0] << 16 | (n > 1 ? (uint32_t)in[1] << 8 : 0) | (n > 2 ? in[2] : 0);
		*out++ = letters[x >> 18];
		*out++ = letters[x >> 12 & 63];
		*out++ = n > 1 ? letters[x >> 6 & 63] : '=';
		*out++ = n > 2 ? letters[x & 63] : '=';
	}
	*out = '\0';
}

static int value_of(char c)
{
	const char *at = c == '\0' ? NULL : strchr(letters, c);
	return at == NULL ? -1 : (int)(at - letters);
}

int64_t base64_decode(unsigned char *out, const char *text, size_t n)
{
	unsigned char *first = out;
	size_t padding = n >= 4 && text[n - 1] == '=' ? 1 + (text[n - 2] == '=') : 0;

	if (n % 4 != 0)
		return -1;
	for (size_t i = 0; i < n; i += 4) {
		size_t given = i + 4 == n ? 4 - padding : 4;
		uint32_t x = 0;
		for (size_t k = 0; k < 4; k++) {
			int v = k < given ? value_of(text[i + k]) : 0;
			if (v < 0)
				return -1;
			x = x << 6 | (uint32_t)v;
		}
		if ((given < 4 && (x & 0xFF)) || (given < 3 && (x & 0xFF00)))
			return -1; /* bits that no encoder sets */
		*out++ = (unsigned char)(x >> 16);
		if (given > 2)
			*out++ = (unsigned char)(x >> 8);
		if (given > 3)
			*out++ = (unsigned char)x;
	}
	return out - first;
}
