/* SPDX-License-Identifier: Apache-2.0 */
/* quote - escapes what JSON escapes, and what YAML refuses or folds: control characters of both sets, U+0085, U+2028,
 * U+2029, the byte order mark, U+FFFE and U+FFFF. The text is UTF-8. */
#include "quote.h"
#include "base/buf.h"

#include <string.h>
#include <strings.h>

/* the character at `s` if it must be escaped, otherwise 0; *n: its bytes */
static unsigned escaped(const unsigned char *s, size_t *n)
{
	unsigned c = s[0];

	*n = 1;
	if (c < 0x80)
		return c < 0x20 || c == '"' || c == '\\' || c == 0x7F ? c : 0;
	*n = c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
	if (*n == 2)
		return c == 0xC2 && s[1] < 0xA0 ? s[1] : 0;
	c = (c & 0xF) << 12 | (s[1] & 0x3Fu) << 6 | (s[2] & 0x3Fu);
	return *n == 3 && (c == 0x2028 || c == 0x2029 || c == 0xFEFF || c >= 0xFFFE) ? c : 0;
}

void quote_add(struct buf *b, const char *s, bool is_value)
{
	size_t n;

	buf_addc(b, '"');
	for (; *s != '\0'; s += n) {
		unsigned c = escaped((const unsigned char *)s, &n);
		const char *letter = c == 0 ? NULL : c == '\n' ? "\\n" : c == '\t' ? "\\t" : c == '"' ? "\\\"" : c == '\\' ? "\\\\" : NULL;
		if (letter != NULL)
			buf_adds(b, letter);
		else if (c != 0)
			buf_printf(b, "\\u%04x", c);
		else
			buf_add(b, s, n);
		if (is_value && s[0] == '$' && s[1] == '{')
			buf_addc(b, '$');
	}
	buf_addc(b, '"');
}

static bool is_word(const char *s)
{
	static const char *const taken[] = { "null", "true", "false", "yes", "no", "on", "off", "y", "n" };
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_/";

	for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
		if (strcasecmp(s, taken[i]) == 0)
			return false;
	return *s != '\0' && strchr(letters, *s) != NULL && strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_/.-") == strlen(s);
}

void quote_add_word(struct buf *b, const char *s, bool is_value)
{
	if (is_word(s))
		buf_adds(b, s);
	else
		quote_add(b, s, is_value);
}
