/* SPDX-License-Identifier: Apache-2.0 */
/* key - segments between slashes. */
#include "key.h"

#include <string.h>

static const char *segment_fault(const char *s, size_t n)
{
	if (n == 0)
		return "it has an empty segment";
	if (n > SEGMENT_MOST)
		return "a segment is longer than 255 bytes";
	if ((n == 1 && s[0] == '.') || (n == 2 && s[0] == '.' && s[1] == '.'))
		return "it has a segment `.` or `..`";
	return NULL;
}

const char *key_fault(const char *key, bool or_root)
{
	const char *fault = NULL;

	if (*key == '\0')
		return or_root ? NULL : "it is empty";
	if (strlen(key) > KEY_MOST)
		return "it is longer than 1024 bytes";
	for (const char *s = key; fault == NULL; s = strchr(s, '/') + 1) {
		size_t n = strcspn(s, "/");
		fault = segment_fault(s, n);
		if (s[n] == '\0')
			break;
	}
	return fault;
}

bool key_next(const char **at, char segment[SEGMENT_MOST + 1])
{
	size_t n = strcspn(*at, "/");

	if (n == 0 || n > SEGMENT_MOST)
		return false;
	memcpy(segment, *at, n);
	segment[n] = '\0';
	*at += n + ((*at)[n] == '/');
	return true;
}
