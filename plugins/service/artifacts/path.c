/* SPDX-License-Identifier: Apache-2.0 */
/* path - decoding, checking, normalising. */
#include "path.h"

#include <ctype.h>
#include <tenon/plugin.h>

enum { ROUNDS = 10 };

static int hex(char c) { return isdigit((unsigned char)c) ? c - '0' : isxdigit((unsigned char)c) ? (c | 32) - 'a' + 10 : -1; }

/* one round of percent-decoding, in place; an escaped NUL stays as it is */
static bool decode_once(char *s)
{
	char *out = s;
	bool changed = false;

	for (; *s != '\0'; s++) {
		int high = *s == '%' ? hex(s[1]) : -1, low = high < 0 ? -1 : hex(s[2]);
		if (low < 0 || (high == 0 && low == 0)) {
			*out++ = *s;
			continue;
		}
		*out++ = (char)(high << 4 | low);
		s += 2;
		changed = true;
	}
	*out = '\0';
	return changed;
}

static bool has_parent_segment(const char *s)
{
	for (; s != NULL; s = strchr(s, '/'), s = s == NULL ? NULL : s + 1)
		if (s[0] == '.' && s[1] == '.' && (s[2] == '/' || s[2] == '\0'))
			return true;
	return false;
}

static bool is_absolute(const char *s)
{
	bool drive = isalpha((unsigned char)s[0]) && s[1] == ':' && (s[2] == '/' || s[2] == '\\');
	bool share = s[0] == '\\' && s[1] == '\\' && strchr(s + 2, '\\') != NULL;
	return s[0] == '/' || drive || share;
}

/* RFC 3629, loosely: what the door let through was valid, decoding further may not be */
static bool is_utf8(const char *s)
{
	for (const unsigned char *p = (const unsigned char *)s; *p != '\0';) {
		int more = *p < 0x80 ? 0 : *p >= 0xC2 && *p < 0xE0 ? 1 : (*p & 0xF0) == 0xE0 ? 2 : *p >= 0xF0 && *p < 0xF5 ? 3 : -1;
		if (more < 0)
			return false;
		for (p++; more > 0; more--, p++)
			if ((*p & 0xC0) != 0x80)
				return false;
	}
	return true;
}

/* control characters are escaped, not refused: they would forge log lines and terminal output */
static char *escape_controls(struct tenon_call *c, const char *s)
{
	char *safe = tenon_alloc(c, strlen(s) * 3 + 1), *out = safe;

	for (; safe != NULL && *s != '\0'; s++) {
		unsigned char ch = (unsigned char)*s;
		if (ch < 0x20 || ch == 0x7f)
			out += sprintf(out, "%%%02x", ch);
		else
			*out++ = (char)ch;
	}
	return safe;
}

const char *path_check(struct tenon_call *c, const char *path)
{
	char *s = tenon_strndup(c, path, strlen(path));
	int rounds = 0;

	while (s != NULL && decode_once(s) && ++rounds < ROUNDS)
		;
	while (s != NULL && *s == ' ') /* to MLflow no part of the path, as in a URL */
		s++;
	char *safe = s == NULL || rounds == ROUNDS ? NULL : escape_controls(c, s);
	if (safe != NULL && is_utf8(safe) && strncmp(safe, "file:", 5) != 0 && strchr(safe, '#') == NULL && !has_parent_segment(safe) && !is_absolute(safe))
		return safe;
	tenon_fail(c, TENON_INVALID_ARGUMENT, "Invalid path");
	return NULL;
}

/* appends the segments of `path`, leaving out empty ones and `.` */
static char *append(char *out, const char *path)
{
	while (*path != '\0') {
		size_t n = strcspn(path, "/");
		if (n > 0 && !(n == 1 && *path == '.')) {
			*out++ = '/';
			memcpy(out, path, n);
			out += n;
		}
		path += n + (path[n] == '/');
	}
	*out = '\0';
	return out;
}

const char *path_key(struct tenon_call *c, const char *root, const char *path)
{
	size_t n = strlen(c->workspace);
	char *key = tenon_alloc(c, n + strlen(root) + strlen(path) + 4);

	if (key == NULL) {
		tenon_fail(c, TENON_NO_MEMORY, "no memory for a path");
		return NULL;
	}
	memcpy(key, c->workspace, n);
	append(append(key + n, root), path);
	return key;
}

const char *path_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash == NULL ? path : slash + 1;
}
