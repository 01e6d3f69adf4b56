/* SPDX-License-Identifier: Apache-2.0 */
/* location - a URI is split as Python's urlparse splits it: scheme, authority, path, parameters, query, fragment. */
#include "location.h"
#include "keys.h"

#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#define MAX_LOCATION 2048 /* characters */

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

static int check_query(struct tenon_call *c, struct span query)
{
	char *text = tenon_strndup(c, query.p, query.n);
	if (text == NULL)
		return tenon_fail(c, TENON_NO_MEMORY, "no memory for an artifact location");
	for (int rounds = 0; rounds < 10 && unquote(text); rounds++)
		;
	if (strstr(text, "..") != NULL)
		return tenon_fail(c, TENON_INVALID_ARGUMENT, "Invalid query string");
	return TENON_OK;
}

static int check_scheme(struct tenon_call *c, const struct parts *u)
{
	bool relative_to_server = u->host.n == 0 && scheme_is(u, "mlflow-artifacts");
	if (!relative_to_server && scheme_is(u, "ftp sftp hdfs viewfs http https mlflow-artifacts r2 b2 abfss")) {
		char scheme[20];
		size_t n = u->scheme.n;
		for (size_t i = 0; i <= n; i++)
			scheme[i] = i < n ? (char)(u->scheme.p[i] | (u->scheme.p[i] < 'a' && u->scheme.p[i] > '@' ? 32 : 0)) : 0;
		return tenon_fail(c, TENON_INVALID_ARGUMENT,
			"'artifact_location' cannot use the '%s' scheme: the '%s' scheme addresses a host other than the tracking "
			"server's configured artifact storage, so the server would connect to the host named in the URI. Set the "
			"MLFLOW_ALLOWED_HOST_ADDRESSED_ARTIFACT_SCHEMES environment variable on the server to allow it.", scheme, scheme);
	}
	return TENON_OK;
}

static int check_length(struct tenon_call *c, const char *location)
{
	if (location[characters(location, MAX_LOCATION)] != 0)
		return tenon_fail(c, TENON_INVALID_ARGUMENT,
			"Invalid artifact path length. The length of the artifact path cannot be greater than %d characters. To configure "
			"this limit, please set the MLFLOW_ARTIFACT_LOCATION_MAX_LENGTH environment variable.", MAX_LOCATION);
	return TENON_OK;
}

static int check(struct tenon_call *c, const char *asked, const struct parts *u)
{
	if ((u->has_fragment && u->fragment.n) || has_params(u))
		return tenon_fail(c, TENON_INVALID_ARGUMENT, "'artifact_location' URL can't include fragments or params.");
	if (u->has_query)
		TRY(check_query(c, u->query));
	TRY(check_scheme(c, u));
	if (strncmp(asked, "runs:", 5) == 0)
		return tenon_fail(c, TENON_INVALID_ARGUMENT, "Artifact location cannot be a runs:/ URI. Given: '%s'", asked);
	TRY(check_length(c, asked));
	if (scheme_is(u, "file") && u->host.n && strncmp(u->host.p, "localhost", 9) != 0 && strncmp(u->host.p, "127.0.0.1", 9) != 0 &&
	    !(u->host.n == 1 && u->host.p[0] == '.'))
		return tenon_fail(c, TENON_INVALID_ARGUMENT,
			"%s is not a valid remote uri. For remote access on windows, please consider using a different scheme such as SMB "
			"(e.g. smb://<hostname>/<path>).", asked);
	return TENON_OK;
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
	TRY(check(c, asked, &u));
	*stored = asked;
	if (u.path.n > 0 && u.path.p[0] == '/')
		return TENON_OK;
	if (u.scheme.n == 0)
		*stored = complete(c, "", (struct span){ asked, strlen(asked) }, "");
	else if (scheme_is(&u, "file") && !u.has_host)
		*stored = complete(c, "file://", u.path, u.has_query ? u.query.p - 1 : "");
	if (*stored == NULL)
		return tenon_fail(c, TENON_INTERNAL, "the server's working folder cannot be told");
	return check_length(c, *stored);
}

const char *location_append(struct tenon_call *c, const char *location, const char *below)
{
	struct parts u = split(location);
	size_t before = u.scheme.n ? (size_t)(u.path.p - location) + u.path.n : strlen(location);
	bool slash = before > 0 && location[before - 1] == '/' && (u.path.n > 0 || u.scheme.n == 0);
	return tenon_printf(c, "%.*s%s%s%s", (int)before, location, slash || before == 0 ? "" : "/", below, location + before);
}
