/* SPDX-License-Identifier: Apache-2.0 */
/* source - where the text of a value comes from: the entry itself, with ${NAME} replaced from the environment, or the file
 * that it names.
 *
 * Nothing is replaced twice: what a variable or a file holds is taken as it is. Errors name variables and files, never what
 * they held. */
#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"
#include "entry.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static size_t name_length(const char *s)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
	static const char also[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";

	return strspn(s, letters) > 0 ? strspn(s, also) : 0;
}

/* `s` stands behind "${"; gives what follows the closing brace, or NULL after failing */
static const char *add_variable(const struct entry *e, const char *s, struct buf *b, struct err *err)
{
	char name[128];
	size_t n = name_length(s);
	const char *close = strchr(s, '}'), *value, *otherwise = NULL;

	if (strncmp(s + n, ":-", 2) == 0)
		otherwise = s + n + 2;
	if (n == 0 || n >= sizeof name || close == NULL || (otherwise == NULL && s[n] != '}')) {
		entry_fail(e, err, "`${` begins no ${NAME} or ${NAME:-default}; for the characters themselves write $${");
		return NULL;
	}
	memcpy(name, s, n);
	name[n] = '\0';
	value = getenv(name);
	if (value == NULL && otherwise == NULL) {
		entry_fail(e, err, "the environment has no %.60s; set it, or write ${%.60s:-default}", name, name);
		return NULL;
	}
	if (value != NULL && utf8_check(value, strlen(value)) != strlen(value)) {
		entry_fail(e, err, "what the environment has as %.60s is not UTF-8", name);
		return NULL;
	}
	if (otherwise != NULL && (value == NULL || *value == '\0'))
		buf_add(b, otherwise, (size_t)(close - otherwise));
	else
		buf_adds(b, value);
	return close + 1;
}

static int interpolate(struct conf *c, const struct entry *e, const char **out, struct err *err)
{
	const char *s = e->text, *dollar;
	struct buf b = { 0 };

	*out = s;
	if (strstr(s, "${") == NULL)
		return TENON_OK;
	while (s != NULL && (dollar = strstr(s, "${")) != NULL && b.n <= MOST_TEXT) {
		bool escaped = dollar > s && dollar[-1] == '$';
		buf_add(&b, s, (size_t)(dollar - s) - escaped);
		s = dollar + 2;
		if (escaped)
			buf_adds(&b, "${");
		else
			s = add_variable(e, s, &b, err);
	}
	int rc = s == NULL ? TENON_INVALID_ARGUMENT : TENON_OK;
	if (rc == TENON_OK)
		buf_adds(&b, s);
	if (rc == TENON_OK && b.n > MOST_TEXT)
		rc = entry_fail(e, err, "longer than 64 KiB once its variables are replaced");
	if (rc == TENON_OK && (b.failed || (*out = arena_text(&c->arena, b.p, b.n)) == NULL))
		rc = conf_no_memory(err);
	buf_free(&b);
	return rc;
}

/* ---- files ---- */

/* A relative path begins at the configuration file's folder; of an override, where the program was started. */
static const char *resolve(struct conf *c, const struct entry *e, const char *path)
{
	const char *slash = e->file == NULL ? NULL : strrchr(e->file, '/');
	size_t n = slash == NULL ? 0 : (size_t)(slash + 1 - e->file), more = strlen(path);

	if (*path == '/' || n == 0)
		return path;
	char *whole = arena_alloc(&c->arena, n + more + 1);
	if (whole != NULL) {
		memcpy(whole, e->file, n);
		memcpy(whole + n, path, more);
	}
	return whole;
}

static int check_content(const struct entry *e, const char *path, const char *text, size_t n, struct err *err)
{
	const struct excerpt name = excerpt_of(path);

	if (n > MOST_TEXT)
		return entry_fail(e, err, "the file %s is larger than 64 KiB", name.text);
	if (n == 0)
		return entry_fail(e, err, "the file %s is empty", name.text);
	if (memchr(text, '\0', n) != NULL || utf8_check(text, n) != n)
		return entry_fail(e, err, "the file %s is not UTF-8 text", name.text);
	return TENON_OK;
}

static int read_file(struct conf *c, const struct entry *e, const char *path, const char **out, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), rc; /* NONBLOCK: a pipe that nobody writes is no secret */
	struct stat st = { 0 };
	size_t n = 0;
	ssize_t got = 1;
	char *text;

	if (fd < 0)
		return entry_fail(e, err, "cannot read the file %s: %s", excerpt_of(path).text, strerror(errno));
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return entry_fail(e, err, "%s is not a file", excerpt_of(path).text);
	}
	text = arena_alloc(&c->arena, MOST_TEXT + 2);
	for (; text != NULL && got > 0 && n <= MOST_TEXT; n += got > 0 ? (size_t)got : 0)
		got = read(fd, text + n, MOST_TEXT + 1 - n);
	rc = text == NULL ? conf_no_memory(err)
	   : got < 0 ? entry_fail(e, err, "cannot read the file %s: %s", excerpt_of(path).text, strerror(errno)) : TENON_OK;
	close(fd);
	if (rc < 0)
		return rc;
	if (n > 0 && n <= MOST_TEXT && text[n - 1] == '\n')
		n--;
	if (n > 0 && n <= MOST_TEXT && text[n - 1] == '\r')
		n--;
	text[n] = '\0';
	*out = text;
	return check_content(e, path, text, n, err);
}

static int look_up(struct conf *c, const struct entry *e, const char **out, struct err *err)
{
	int rc = interpolate(c, e, out, err);

	if (rc < 0 || !e->in_file)
		return rc;
	const char *path = resolve(c, e, *out);
	return path == NULL ? conf_no_memory(err) : read_file(c, e, path, out, err);
}

int source_text(struct conf *c, struct entry *e, const char **out, struct err *err)
{
	int rc = e->value != NULL ? TENON_OK : look_up(c, e, out, err);

	if (e->value == NULL && rc == TENON_OK)
		e->value = *out;
	*out = e->value;
	return rc;
}
