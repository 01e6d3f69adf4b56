/* SPDX-License-Identifier: Apache-2.0 */
/* json - doubling; escapes what JSON must have escaped (RFC 8259). */
#include "json.h"

static void add(struct json *j, const char *p, size_t n)
{
	if (j->n + n + 1 > j->room) {
		size_t room = (j->n + n + 1) * 2 + 256;
		char *more = j->failed ? NULL : tenon_alloc(j->call, room);
		j->failed = more == NULL;
		if (j->failed)
			return;
		if (j->n > 0)
			memcpy(more, j->p, j->n);
		j->p = more;
		j->room = room;
	}
	memcpy(j->p + j->n, p, n);
	j->n += n;
	j->p[j->n] = '\0';
}

void json_raw(struct json *j, const char *text) { add(j, text, strlen(text)); }

static void escape(struct json *j, unsigned char c)
{
	static const char shorts[] = "\"\\\b\f\n\r\t", names[] = "\"\\bfnrt";
	const char *at = strchr(shorts, c);
	char text[8];

	if (at != NULL)
		snprintf(text, sizeof text, "\\%c", names[at - shorts]);
	else
		snprintf(text, sizeof text, "\\u%04x", c);
	json_raw(j, text);
}

void json_string(struct json *j, const char *s)
{
	json_raw(j, "\"");
	while (*s != '\0') {
		size_t n = 0;
		while ((unsigned char)s[n] >= 0x20 && s[n] != '"' && s[n] != '\\')
			n++;
		add(j, s, n);
		s += n;
		if (*s != '\0')
			escape(j, (unsigned char)*s++);
	}
	json_raw(j, "\"");
}

void json_member(struct json *j, const char *name, const char *utf8)
{
	if (j->n > 0 && j->p[j->n - 1] != '{')
		json_raw(j, ",");
	json_string(j, name);
	json_raw(j, ":");
	json_string(j, utf8);
}
