/* SPDX-License-Identifier: Apache-2.0 */
/* text - UTF-8 by table of lead bytes; Levenshtein distance over two rows. */
#include "text.h"

#include <stdint.h>
#include <string.h>

size_t utf8_length(const char *s)
{
	size_t n = 0;
	for (; *s != '\0'; s++)
		n += ((unsigned char)*s & 0xC0) != 0x80;
	return n;
}

size_t utf8_check(const char *s, size_t n)
{
	const unsigned char *p = (const unsigned char *)s;

	for (size_t i = 0; i < n;) {
		uint64_t word;
		if (i + 8 <= n && (memcpy(&word, p + i, 8), (word & 0x8080808080808080u) == 0)) {
			i += 8;
			continue;
		}
		unsigned c = p[i];
		size_t more = c < 0x80 ? 0 : c >= 0xC2 && c <= 0xDF ? 1 : (c & 0xF0) == 0xE0 ? 2 : c >= 0xF0 && c <= 0xF4 ? 3 : 4;
		if (more == 4 || i + more >= n + (more == 0))
			return i;
		for (size_t k = 1; k <= more; k++)
			if ((p[i + k] & 0xC0) != 0x80)
				return i;
		if ((c == 0xE0 && p[i + 1] < 0xA0) || (c == 0xED && p[i + 1] > 0x9F) || /* overlong, surrogate */
		    (c == 0xF0 && p[i + 1] < 0x90) || (c == 0xF4 && p[i + 1] > 0x8F))
			return i;
		i += more + 1;
	}
	return n;
}

static size_t distance(const char *a, const char *b)
{
	enum { MOST = 63 };
	size_t na = strlen(a), nb = strlen(b), row[MOST + 1];

	if (na > MOST || nb > MOST)
		return SIZE_MAX; /* too long to be a slip of anything */
	for (size_t j = 0; j <= nb; j++)
		row[j] = j;
	for (size_t i = 1; i <= na; i++) {
		size_t diagonal = row[0];
		row[0] = i;
		for (size_t j = 1; j <= nb; j++) {
			size_t change = diagonal + (a[i - 1] != b[j - 1]);
			size_t least = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1;
			diagonal = row[j];
			row[j] = change < least ? change : least;
		}
	}
	return row[nb];
}

const char *text_nearest(const char *word, const char *const *words, size_t n)
{
	const char *best = NULL;
	size_t least = strlen(word) / 3 + 2;

	for (size_t i = 0; i < n; i++) {
		size_t d = distance(word, words[i]);
		if (d < least) {
			least = d;
			best = words[i];
		}
	}
	return best;
}

bool text_has_word(const char *list, const char *word, size_t n)
{
	while (list != NULL && *list != '\0') {
		size_t len = strcspn(list, " ");
		if (len == n && memcmp(list, word, n) == 0)
			return true;
		list += len;
		list += strspn(list, " ");
	}
	return false;
}
