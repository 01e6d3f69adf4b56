/* SPDX-License-Identifier: Apache-2.0 */
/* header - encoded words of at most 75 characters that never split a character, a line each. */
#include "header.h"
#include "lib/base64.h"

#include <stdlib.h>
#include <time.h>

enum { WORD_BYTES = 39 /* 52 letters of base64, 12 around them, and "Subject: ", are less than 76 */, PLAIN_MOST = 66 };

static bool is_plain(const char *s)
{
	size_t n = 0;

	for (; s[n] != '\0'; n++)
		if ((unsigned char)s[n] < 0x20 || (unsigned char)s[n] >= 0x7F)
			return false;
	return n <= PLAIN_MOST && strstr(s, "=?") == NULL && (n == 0 || (s[0] != ' ' && s[n - 1] != ' '));
}

/* how many of the bytes make a word: no character is split */
static size_t word_length(const char *s, size_t n)
{
	size_t end = n < WORD_BYTES ? n : WORD_BYTES;

	while (end < n && end > WORD_BYTES - 4 && ((unsigned char)s[end] & 0xC0) == 0x80)
		end--;
	return end;
}

static char *encode(struct tenon_call *c, const char *s)
{
	size_t n = strlen(s);
	char *out = tenon_alloc(c, (n / (WORD_BYTES - 4) + 1) * 80 + 1), *p = out;

	for (size_t at = 0; p != NULL && at < n;) {
		size_t take = word_length(s + at, n - at);
		p = stpcpy(p, at > 0 ? "\r\n =?UTF-8?B?" : "=?UTF-8?B?");
		base64_encode(p, s + at, take);
		p += strlen(p);
		p = stpcpy(p, "?=");
		at += take;
	}
	return out;
}

char *header_text(struct tenon_call *c, const char *text)
{
	return is_plain(text) ? tenon_strndup(c, text, strlen(text)) : encode(c, text);
}

static char *quote(struct tenon_call *c, const char *s)
{
	char *out = tenon_alloc(c, 2 * strlen(s) + 3), *p = out;

	if (out == NULL)
		return NULL;
	*p++ = '"';
	for (; *s != '\0'; s++) {
		if (*s == '"' || *s == '\\')
			*p++ = '\\';
		*p++ = *s;
	}
	*p = '"';
	return out;
}

char *header_mailbox(struct tenon_call *c, const struct mailbox *m)
{
	if (*m->name == '\0')
		return tenon_strndup(c, m->address, strlen(m->address));
	const char *name = is_plain(m->name) ? quote(c, m->name) : encode(c, m->name);
	return name == NULL ? NULL : tenon_printf(c, "%s\r\n <%s>", name, m->address);
}

/* not strftime: the names must not follow a locale */
char *header_date(struct tenon_call *c, int64_t unix_ms)
{
	static const char days[] = "SunMonTueWedThuFriSat", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t t = (time_t)(unix_ms / 1000);
	struct tm tm;

	gmtime_r(&t, &tm);
	return tenon_printf(c, "%.3s, %d %.3s %d %02d:%02d:%02d +0000", days + (ptrdiff_t)3 * tm.tm_wday, tm.tm_mday,
	                    months + (ptrdiff_t)3 * tm.tm_mon, tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}
