/* SPDX-License-Identifier: Apache-2.0 */
/* location - a URI is split as Python's urlparse splits it: scheme, authority, path, parameters, query, fragment. */
#include "location.h"
#include "keys.h"

#include <ctype.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#define MAX_LOCATION 2048 /* characters */
#define TOO_LONG "Invalid artifact path length. The length of the artifact path cannot be greater than 2048 characters. To configure " \
	"this limit, please set the MLFLOW_ARTIFACT_LOCATION_MAX_LENGTH environment variable."

struct span { const char *p; size_t n; };
struct parts { struct span scheme, host, path, query, fragment; bool has_host, has_query, has_fragment; };

static size_t scheme_length(const char *uri)
{
	size_t n = strspn(uri, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");
	bool starts_with_letter = (uri[0] | 32) >= 'a' && (uri[0] | 32) <= 'z';
	return starts_with_letter && uri[n] == ':' ? n : 0;
}

static struct parts split(const char *uri)
{
	while (*uri > 0 && *uri <= ' ')
		uri++; /* so does urlsplit, after the WHATWG's URL standard */
	struct parts u = { .scheme = { uri, scheme_length(uri) } };
	const char *p = uri + (u.scheme.n ? u.scheme.n + 1 : 0);
	if (p[0] == '/' && p[1] == '/') {
		u.has_host = true;
		u.host = (struct span){ p + 2, strcspn(p + 2, "/?#") };
		p = u.host.p + u.host.n;
	}
	u.path = (struct span){ p, strcspn(p, "?#") };
	p += u.path.n;
	if ((u.has_query = *p == '?')) {
		u.query = (struct span){ p + 1, strcspn(p + 1, "#") };
		p += 1 + u.query.n;
	}
	if ((u.has_fragment = *p == '#'))
		u.fragment = (struct span){ p + 1, strlen(p + 1) };
	return u;
}

static bool scheme_is(const struct parts *u, const char *list) /* names between spaces */
{
	for (const char *p = list; *p; p += strcspn(p, " "), p += strspn(p, " ")) {
		size_t n = strcspn(p, " ");
		if (n == u->scheme.n && strncasecmp(p, u->scheme.p, n) == 0)
			return true;
	}
	return false;
}

/* the schemes whose last path segment urlparse splits at ';' */
static bool has_params(const struct parts *u)
{
	if (u->scheme.n != 0 && !scheme_is(u, "ftp hdfs http https sftp mms rtsp sip sips tel imap prospero shttp"))
		return false;
	const char *last = u->path.p;
	for (size_t i = 0; i < u->path.n; i++)
		if (u->path.p[i] == '/')
			last = u->path.p + i + 1;
	const char *semicolon = memchr(last, ';', (size_t)(u->path.p + u->path.n - last));
	return semicolon != NULL && semicolon + 1 < u->path.p + u->path.n;
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

/* %xx becomes the character; in place; returns whether there was any */
static bool unquote(char *s)
{
	char *to = s;
	bool changed = false;
	for (; *s; s++) {
		int high = *s == '%' ? hex_digit(s[1]) : -1, low = high >= 0 ? hex_digit(s[2]) : -1;
		if (low >= 0 && (high | low) != 0) {
			*to++ = (char)(high << 4 | low);
			s += 2;
			changed = true;
		} else {
			*to++ = *s;
		}
	}
	*to = 0;
	return changed;
}

/* holds the query, decoded again and again, a ".."? Python gives up after 10 rounds. */
static bool climbs(struct span query)
{
	char text[4 * MAX_LOCATION];
	if (query.n >= sizeof text)
		return true;
	memcpy(text, query.p, query.n);
	text[query.n] = 0;
	for (int rounds = 0; rounds < 10 && unquote(text); rounds++)
		;
	return strstr(text, "..") != NULL;
}

/* does the scheme make the server connect to the host that the URI names? */
static bool names_host(const struct parts *u)
{
	bool own_server = u->host.n == 0 && scheme_is(u, "mlflow-artifacts");
	return !own_server && scheme_is(u, "ftp sftp hdfs viewfs http https mlflow-artifacts r2 b2 abfss");
}

static bool is_remote_file(const struct parts *u)
{
	bool here = u->host.n == 0 || (u->host.n == 1 && u->host.p[0] == '.') ||
	            strncmp(u->host.p, "localhost", 9) == 0 || strncmp(u->host.p, "127.0.0.1", 9) == 0;
	return scheme_is(u, "file") && !here;
}

static bool is_too_long(const char *location)
{
	return location[characters(location, MAX_LOCATION)] != 0;
}

static const char *say_host(const struct parts *u, char *why, size_t size)
{
	char scheme[20];
	size_t n = u->scheme.n < sizeof scheme ? u->scheme.n : sizeof scheme - 1;
	for (size_t i = 0; i <= n; i++)
		scheme[i] = i < n ? (char)tolower((unsigned char)u->scheme.p[i]) : 0;
	snprintf(why, size, "'artifact_location' cannot use the '%s' scheme: the '%s' scheme addresses a host other than the tracking "
	         "server's configured artifact storage, so the server would connect to the host named in the URI. Set the "
	         "MLFLOW_ALLOWED_HOST_ADDRESSED_ARTIFACT_SCHEMES environment variable on the server to allow it.", scheme, scheme);
	return why;
}

const char *location_problem(const char *asked, char *why, size_t size)
{
	struct parts u = split(asked);
	if ((u.has_fragment && u.fragment.n) || has_params(&u))
		return "'artifact_location' URL can't include fragments or params.";
	if (u.has_query && climbs(u.query))
		return "Invalid query string";
	if (names_host(&u))
		return say_host(&u, why, size);
	if (strncmp(asked, "runs:", 5) == 0)
		snprintf(why, size, "Artifact location cannot be a runs:/ URI. Given: '%s'", asked);
	else if (is_too_long(asked))
		return TOO_LONG;
	else if (is_remote_file(&u))
		snprintf(why, size, "%s is not a valid remote uri. For remote access on windows, please consider using a different scheme "
		         "such as SMB (e.g. smb://<hostname>/<path>).", asked);
	else
		return NULL;
	return why;
}

bool location_accepts(const char *asked)
{
	char why[LOCATION_WHY];
	return location_problem(asked, why, sizeof why) == NULL;
}

/* the working folder, a slash, and `path` without empty and "." parts, as pathlib joins them */
static const char *complete(struct tenon_call *c, const char *before, struct span path, const char *after)
{
	char *folder = getcwd(NULL, 0);
	char *relative = tenon_strndup(c, path.p, path.n);
	if (folder == NULL || relative == NULL) {
		free(folder);
		return NULL;
	}
	unquote(relative);
	char *to = relative;
	for (char *p = relative; *p; p += strspn(p, "/")) {
		size_t n = strcspn(p, "/");
		if (!(n == 1 && *p == '.')) {
			if (to > relative)
				*to++ = '/';
			memmove(to, p, n);
			to += n;
		}
		p += n;
	}
	*to = 0;
	const char *whole = tenon_printf(c, "%s%s%s%s%s", before, folder, *relative ? "/" : "", relative, after);
	free(folder);
	return whole;
}

int location_resolve(struct tenon_call *c, const char *asked, const char **stored)
{
	struct parts u = split(asked);
	*stored = asked;
	if (u.path.n > 0 && u.path.p[0] == '/')
		return TENON_OK;
	if (u.scheme.n == 0)
		*stored = complete(c, "", (struct span){ asked, strlen(asked) }, "");
	else if (scheme_is(&u, "file") && !u.has_host)
		*stored = complete(c, "file://", u.path, u.has_query ? u.query.p - 1 : "");
	if (*stored == NULL)
		return tenon_fail(c, TENON_INTERNAL, "the server's working folder cannot be told");
	return is_too_long(*stored) ? tenon_fail(c, TENON_INVALID_ARGUMENT, "%s", TOO_LONG) : TENON_OK;
}

const char *location_append(struct tenon_call *c, const char *location, const char *below)
{
	struct parts u = split(location);
	size_t before = u.scheme.n ? (size_t)(u.path.p - location) + u.path.n : strlen(location);
	bool slash = before > 0 && location[before - 1] == '/' && (u.path.n > 0 || u.scheme.n == 0);
	return tenon_printf(c, "%.*s%s%s%s", (int)before, location, slash || before == 0 ? "" : "/", below, location + before);
}
