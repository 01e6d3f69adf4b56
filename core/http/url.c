/* SPDX-License-Identifier: Apache-2.0 */
/* url - no allocation; a segment without `%` is compared where it stands. */
#include "url.h"

#include <string.h>
#include <tenon/error.h>

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int escape(const char *p) /* the byte that p ("%41...") stands for, -1 when it is none */
{
	int high = hex(p[1]), low = high < 0 ? -1 : hex(p[2]);
	return low < 0 ? -1 : high << 4 | low;
}

bool url_is_sound(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text <= ' ' || *text == 0x7F)
			return false;
	return true;
}

bool url_has_nul(const char *path) { return strstr(path, "%00") != NULL; }

int url_split(const char *path, struct segment *out, bool *slash)
{
	int n = 0;

	*slash = false;
	for (;;) {
		while (*path == '/') {
			*slash = n > 0;
			path++;
		}
		if (*path == '\0')
			return n;
		if (n == URL_SEGMENTS)
			return TENON_TOO_LARGE;
		*slash = false;
		size_t len = strcspn(path, "/");
		out[n++] = (struct segment){ path, len };
		path += len;
	}
}

size_t url_decode(const char *raw, size_t n, char *out)
{
	size_t to = 0;

	for (size_t i = 0; i < n; i++) {
		int byte = raw[i] == '%' && i + 2 < n ? escape(raw + i) : -1;
		out[to++] = byte < 0 ? raw[i] : (char)byte;
		i += byte < 0 ? 0 : 2;
	}
	out[to] = '\0';
	return to;
}

bool segment_is(const struct segment *s, const char *text, size_t n)
{
	char plain[256];

	if (memchr(s->p, '%', s->n) == NULL)
		return s->n == n && memcmp(s->p, text, n) == 0;
	if (s->n >= sizeof plain)
		return false;
	return url_decode(s->p, s->n, plain) == n && memcmp(plain, text, n) == 0;
}
