/* SPDX-License-Identifier: Apache-2.0 */
/* keys - MLflow's regular expressions and path rule, spelled out. Texts are valid UTF-8 (the door checks). */
#include "keys.h"
#include "letters.h"

#include <string.h>

#define PATH_ROOM 1024 /* a longer key is compared up to here only: it is over the length limit anyway */

/* the code point at *s, which moves behind it; 0 at the end */
static uint32_t next_point(const char **s)
{
	const unsigned char *p = (const unsigned char *)*s;
	if (*p == 0)
		return 0;
	int more = *p < 0x80 ? 0 : *p < 0xe0 ? 1 : *p < 0xf0 ? 2 : 3;
	uint32_t point = more == 0 ? *p : *p & (0x3fu >> more);
	for (p++; more > 0 && (*p & 0xc0) == 0x80; more--)
		point = point << 6 | (*p++ & 0x3f);
	*s = (const char *)p;
	return point;
}

/* Python's \w */
static bool word_character(uint32_t c)
{
	if (c < 0x80)
		return (c | 32) - 'a' < 26 || c - '0' < 10 || c == '_';
	return letter_or_digit(c);
}

bool key_has_good_characters(const char *key)
{
	for (uint32_t c; (c = next_point(&key)) != 0;)
		if (!word_character(c) && (c > 0x7f || strchr("/.- :", (int)c) == NULL))
			return false;
	return true;
}

/* takes the last part of a path away, unless it is "..", which cannot be undone */
static bool drop_last(const char *start, char **end)
{
	char *p = *end;
	while (p > start && p[-1] != '/')
		p--;
	if (p == *end || (*end - p == 2 && p[0] == '.' && p[1] == '.'))
		return false;
	*end = p > start ? p - 1 : p;
	return true;
}

void key_normalize(const char *key, char *to, size_t size)
{
	char *end = to, *last = to + size - 1;
	size_t slashes = strspn(key, "/");
	for (size_t i = 0; i < (slashes == 2 ? 2 : slashes > 0) && end < last; i++) /* POSIX keeps exactly two */
		*end++ = '/';
	char *start = end;
	for (const char *p = key + slashes; *p; p += strspn(p, "/")) {
		size_t n = strcspn(p, "/");
		bool up = n == 2 && p[0] == '.' && p[1] == '.';
		bool nothing = (n == 1 && p[0] == '.') || (up && (drop_last(start, &end) || slashes > 0));
		if (!nothing) {
			if (end > start && end < last)
				*end++ = '/';
			size_t room = (size_t)(last - end);
			memcpy(end, p, n < room ? n : room);
			end += n < room ? n : room;
		}
		p += n;
	}
	if (end == to && end < last)
		*end++ = '.';
	*end = 0;
}

bool key_accepts(const char *key)
{
	char path[PATH_ROOM];
	if (!key_has_good_characters(key) || key[0] == '/' || key[0] == 0 || strncmp(key, "..", 2) == 0 || strcmp(key, ".") == 0)
		return false;
	if (strpbrk(key, "/.") == NULL)
		return true;
	key_normalize(key, path, sizeof path);
	return strncmp(path, key, sizeof path - 1) == 0;
}

bool run_id_accepts(const char *run_id)
{
	if (*run_id == '_' || (unsigned char)*run_id > 0x7f || !word_character((unsigned char)*run_id))
		return false;
	size_t n = 1;
	run_id++;
	for (uint32_t c; (c = next_point(&run_id)) != 0; n++)
		if (n > 255 || (!word_character(c) && c != '-'))
			return false;
	return true;
}

/* Python's str.isspace() */
static bool is_space(uint32_t c)
{
	static const uint32_t spaces[] = { ' ', 0x85, 0xa0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000 };
	for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++)
		if (c == spaces[i])
			return true;
	return c - '\t' < 5 || c - 0x1c < 4 || c - 0x2000 < 11;
}

bool name_accepts(const char *name)
{
	for (uint32_t c; (c = next_point(&name)) != 0;)
		if (!is_space(c))
			return true;
	return false;
}

size_t characters(const char *text, size_t limit)
{
	size_t bytes = strnlen(text, limit + 1);
	if (bytes <= limit)
		return bytes;
	const char *p = text;
	for (size_t n = 0; n < limit && *p; n++)
		next_point(&p);
	return (size_t)(p - text);
}
