/* SPDX-License-Identifier: Apache-2.0 */
/* cors - lists with `*` as wildcard; without one, the text itself. */
#include "cors.h"

#include <string.h>
#include <strings.h>

const char cors_host_refused[] = "Invalid Host header - possible DNS rebinding attack detected";
const char cors_origin_refused[] = "Cross-origin request blocked";

static const char *const default_hosts[] = {
	"localhost", "127.0.0.1", "[::1]", "0.0.0.0", "localhost:*", "127.0.0.1:*", "[::1]:*", "0.0.0.0:*",
	"192.168.*", "10.*", "172.16.*", "172.17.*", "172.18.*", "172.19.*", "172.20.*", "172.21.*", "172.22.*", "172.23.*",
	"172.24.*", "172.25.*", "172.26.*", "172.27.*", "172.28.*", "172.29.*", "172.30.*", "172.31.*", "fc00:*", "fd00:*" };

/* `*` matches any text, also none; ASCII letters match in any case */
static bool matches(const char *pattern, const char *text)
{
	const char *star = NULL, *back = NULL;

	while (*text != '\0') {
		if (*pattern == '*') {
			star = ++pattern;
			back = text;
		} else if (strncasecmp(pattern, text, 1) == 0) {
			pattern++;
			text++;
		} else if (star != NULL) {
			pattern = star;
			text = ++back;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

static bool any_matches(const char *const *patterns, size_t n, const char *text)
{
	for (size_t i = 0; i < n; i++)
		if (matches(patterns[i], text))
			return true;
	return false;
}

static bool has_star(const struct tenon_strs *list)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->v[i], "*") == 0)
			return true;
	return false;
}

void cors_init(struct cors *c, const struct tenon_strs *hosts, const struct tenon_strs *origins)
{
	*c = (struct cors){ hosts, origins, has_star(hosts), has_star(origins) };
}

bool cors_host_allowed(const struct cors *c, const char *host)
{
	if (c->any_host)
		return true;
	if (host == NULL || *host == '\0')
		return false;
	if (c->hosts->n == 0)
		return any_matches(default_hosts, sizeof default_hosts / sizeof *default_hosts, host);
	return any_matches(c->hosts->v, c->hosts->n, host);
}

/* the host of "http://host:port"; 0 when there is none */
static size_t origin_host(const char *origin, const char **host)
{
	const char *p = strstr(origin, "://");

	if (p == NULL || strchr(origin, '@') != NULL)
		return 0;
	p += 3;
	*host = p;
	return *p == '[' ? strcspn(p, "]") + 1 : strcspn(p, ":/?#");
}

static bool is_local(const char *origin)
{
	static const char *const local[] = { "localhost", "127.0.0.1", "[::1]" };
	const char *host = "";
	size_t n = origin_host(origin, &host);

	for (int i = 0; i < 3; i++)
		if (n == strlen(local[i]) && strncasecmp(host, local[i], n) == 0)
			return true;
	return false;
}

bool cors_origin_allowed(const struct cors *c, const char *origin)
{
	return c->any_origin || (is_local(origin) && strncmp(origin, "http://", 7) == 0) || any_matches(c->origins->v, c->origins->n, origin);
}

bool cors_blocks(const struct cors *c, const char *origin, enum verb v)
{
	bool changes = v == POST || v == PUT || v == DELETE || v == PATCH;
	return changes && origin != NULL && *origin != '\0' && !c->any_origin && !is_local(origin) &&
	       !any_matches(c->origins->v, c->origins->n, origin);
}
