/* SPDX-License-Identifier: Apache-2.0 */
/* url - paths through splitting, decoding and the routes. */
#include "http/dialect.h"
#include "http/route.h"

#include <stdlib.h>
#include <string.h>

static const struct dialect native, other;

static const struct routes *routes(void)
{
	static const char *const patterns[] = { "GET /a/b", "GET /a/{x}", "POST /a/{x}/c", "PUT /f/{path*}", "GET /a/{x}/{y}/d", "GET /(u|v)/w", "GET /" };
	static struct routes r;

	if (r.native == NULL) {
		routes_init(&r, &native);
		for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
			if (route_add(&r, patterns[i], &(struct route){ .dialect = i % 2 == 0 ? &native : &other }, NULL) < 0)
				abort();
	}
	return &r;
}

static void check_match(const struct route_match *m)
{
	struct arena a;

	arena_init(&a, 1 << 20);
	for (size_t i = 0; i < m->route->n_params; i++) {
		struct segment v = route_value(m, i, &a);
		char *plain = malloc(v.n + 1);
		if (v.p == NULL || url_decode(v.p, v.n, plain) > v.n)
			abort();
		free(plain);
	}
	arena_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char *path = malloc(n + 1);
	struct route_match m;

	memcpy(path, data, n);
	path[n] = '\0';
	url_is_sound(path);
	url_has_nul(path);
	for (int v = 0; v <= VERBS; v++) {
		int rc = route_find(routes(), (enum verb)v, path, &m);
		if ((rc == 0) != (m.route != NULL) || m.dialect == NULL || (rc == TENON_NOT_ALLOWED) != (m.route == NULL && m.allowed != 0))
			abort();
		if (rc == 0)
			check_match(&m);
	}
	free(path);
	return 0;
}
