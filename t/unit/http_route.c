/* SPDX-License-Identifier: Apache-2.0 */
/* http_route - unit tests of core/http: paths, routes, hosts and origins. */
#include "base/err.h"
#include "http/cors.h"
#include "http/dialect.h"
#include "http/route.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void paths_are_split_raw(void **state)
{
	struct segment s[URL_SEGMENTS];
	bool slash;

	(void)state;
	assert_int_equal(url_split("", s, &slash), 0);
	assert_int_equal(url_split("///", s, &slash), 0);
	assert_false(slash);
	assert_int_equal(url_split("/a//b%2Fc/", s, &slash), 2);
	assert_true(slash);
	assert_int_equal(s[1].n, 5);
	assert_true(segment_is(&s[1], "b/c", 3));
	assert_false(segment_is(&s[1], "b%2Fc", 5));
	char deep[3 * URL_SEGMENTS];
	for (int i = 0; i < 2 * URL_SEGMENTS; i += 2)
		memcpy(deep + i, "/x", 2);
	deep[2 * URL_SEGMENTS] = '\0';
	assert_int_equal(url_split(deep, s, &slash), URL_SEGMENTS);
	strcat(deep, "/x");
	assert_int_equal(url_split(deep, s, &slash), TENON_TOO_LARGE);
}

static void escapes_are_decoded_once(void **state)
{
	static const struct { const char *raw, *plain; } cases[] = {
		{ "a", "a" }, { "%41", "A" }, { "%2f%2F", "//" }, { "%252F", "%2F" }, { "%", "%" }, { "%4", "%4" }, { "%zz%41", "%zzA" }, { "a+b", "a+b" }, { "", "" } };
	char out[32];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(url_decode(cases[i].raw, strlen(cases[i].raw), out), strlen(cases[i].plain));
		assert_string_equal(out, cases[i].plain);
	}
	assert_true(url_is_sound("/a%2Fb/\xC3\xA9"));
	assert_false(url_is_sound("/a b"));
	assert_true(url_has_nul("/a%00b"));
	assert_false(url_has_nul("/a%0"));
	assert_false(url_is_sound("/a\x7f"));
}

static const struct dialect native, one, two;

struct fixture { struct routes routes; struct err e; };

static void open_routes(struct fixture *f)
{
	static const struct { const char *pattern; const struct dialect *dialect; } rows[] = {
		{ "GET /health", &native }, { "POST /api/v1/x/y", &native }, { "POST /(api|ajax)/2.0/one/(a|b)", &one }, { "GET /api/2.0/one/a", &one },
		{ "GET /api/2.0/one/{id}", &one }, { "GET /api/2.0/one/{id}/parts/{part}", &one }, { "PUT /api/2.0/files/{path*}", &one },
		{ "GET /api/2.0/files/{path*}", &one }, { "GET /api/2.0/files", &one }, { "GET /v1/models", &two }, { "POST /v1/traces", &one }, { "GET /", &two } };

	*f = (struct fixture){ 0 };
	routes_init(&f->routes, &native);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(route_add(&f->routes, rows[i].pattern, &(struct route){ .dialect = rows[i].dialect }, &f->e), TENON_OK);
}

static void routes_are_found(void **state)
{
	static const struct { enum verb verb; const char *path, *route; } cases[] = {
		{ GET, "/health", "/health" }, { HEAD, "/health", "/health" }, { POST, "/api/2.0/one/a", "/api/2.0/one/a" }, { POST, "/ajax/2.0/one/b", "/ajax/2.0/one/b" },
		{ GET, "/api/2.0/one/a", "/api/2.0/one/a" }, { GET, "/api/2.0/one/z", "/api/2.0/one/{id}" }, { GET, "/api/2.0/one/b", "/api/2.0/one/{id}" },
		{ GET, "//api/2.0///one/a/parts/7", "/api/2.0/one/{id}/parts/{part}" }, { PUT, "/api/2.0/files/a/b/c", "/api/2.0/files/{path*}" },
		{ GET, "/api/2.0/files", "/api/2.0/files" }, { GET, "/", "/" }, { GET, "/%76%31/models", "/v1/models" } };
	struct route_match m;
	struct fixture f;

	(void)state;
	open_routes(&f);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(route_find(&f.routes, cases[i].verb, cases[i].path, &m), TENON_OK);
		assert_string_equal(m.route->path, cases[i].route);
		assert_ptr_equal(m.dialect, m.route->dialect);
	}
	assert_int_equal(route_find(&f.routes, PUT, "/api/2.0/files/a//b%2Fc/", &m), TENON_OK);
	struct segment value = route_value(&m, 0, &f.routes.memory);
	assert_int_equal(value.n, 8);
	assert_memory_equal(value.p, "a/b%2Fc/", 8);
	assert_string_equal(m.route->params[0], "path");
	routes_free(&f.routes);
}

static void what_is_not_found_belongs_to_a_prefix(void **state)
{
	static const struct { enum verb verb; const char *path; int code; const struct dialect *dialect; } cases[] = {
		{ GET, "/nothing", TENON_NO_ROUTE, &native }, { GET, "/api/v1/x", TENON_NO_ROUTE, &native }, { GET, "/api/v1/x/y", TENON_NOT_ALLOWED, &native },
		{ GET, "/api/2.0/one", TENON_NO_ROUTE, &one }, { GET, "/api/3.0/other", TENON_NO_ROUTE, &one }, { GET, "/ajax", TENON_NO_ROUTE, &one },
		{ DELETE, "/api/2.0/one/a", TENON_NOT_ALLOWED, &one }, { VERB_OTHER, "/api/2.0/one/a", TENON_NOT_ALLOWED, &one },
		{ GET, "/v1", TENON_NO_ROUTE, &native }, { GET, "/v1/models/x", TENON_NO_ROUTE, &two }, { GET, "/v1/traces", TENON_NOT_ALLOWED, &one },
		{ GET, "/api/2.0/files/", TENON_NO_ROUTE, &one }, { GET, "/health/", TENON_NO_ROUTE, &native }, { POST, "/api%2F2.0/one/a", TENON_NO_ROUTE, &native } };
	struct route_match m;
	struct fixture f;

	(void)state;
	open_routes(&f);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(route_find(&f.routes, cases[i].verb, cases[i].path, &m), cases[i].code);
		assert_ptr_equal(m.dialect, cases[i].dialect);
		assert_int_equal(m.allowed != 0, cases[i].code == TENON_NOT_ALLOWED);
	}
	route_find(&f.routes, DELETE, "/api/2.0/one/a", &m);
	assert_int_equal(m.allowed, 1u << GET | 1u << POST);
	routes_free(&f.routes);
}

static void bad_patterns_are_refused(void **state)
{
	static const char *const bad[] = { "/x", "GET x", "BREW /x", "GET /(a|b", "GET /health", "GET /x/", "GET /{a}/{b}/{c}/{d}/{e}/{f}/{g}", "" };
	struct fixture f;

	(void)state;
	open_routes(&f);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct err e = { 0 };
		assert_true(route_add(&f.routes, bad[i], &(struct route){ .dialect = &one }, &e) < 0);
		assert_string_not_equal(e.text, "");
	}
	routes_free(&f.routes);
}

static void hosts_and_origins(void **state)
{
	static const char *host_list[] = { "*.a.b", "c:80" }, *origin_list[] = { "https://x", "http://*.y:*" }, *any[] = { "*" };
	struct tenon_strs none = { NULL, 0 }, hosts = { host_list, 2 }, origins = { origin_list, 2 }, all = { any, 1 };
	struct cors c;

	(void)state;
	cors_init(&c, &none, &none);
	assert_true(cors_host_allowed(&c, "localhost:1") && cors_host_allowed(&c, "10.1.2.3") && cors_host_allowed(&c, "[::1]"));
	assert_false(cors_host_allowed(&c, NULL) || cors_host_allowed(&c, "") || cors_host_allowed(&c, "a.com") || cors_host_allowed(&c, "172.15.0.1"));
	assert_true(cors_blocks(&c, "http://a.com", POST) && cors_blocks(&c, "null", DELETE) && cors_blocks(&c, "http://localhost@a.com", PUT));
	assert_false(cors_blocks(&c, "http://a.com", GET) || cors_blocks(&c, NULL, POST) || cors_blocks(&c, "https://localhost:1", PATCH));
	cors_init(&c, &hosts, &origins);
	assert_true(cors_host_allowed(&c, "x.A.B") && cors_host_allowed(&c, "c:80"));
	assert_false(cors_host_allowed(&c, "a.b") || cors_host_allowed(&c, "c") || cors_host_allowed(&c, "localhost") || cors_host_allowed(&c, "x.a.b.c"));
	assert_true(cors_origin_allowed(&c, "https://x") && cors_origin_allowed(&c, "http://z.y:8") && cors_origin_allowed(&c, "http://localhost"));
	assert_false(cors_origin_allowed(&c, "https://localhost") || cors_origin_allowed(&c, "http://x"));
	cors_init(&c, &all, &all);
	assert_true(cors_host_allowed(&c, "any") && cors_host_allowed(&c, NULL) && cors_origin_allowed(&c, "http://any"));
	assert_false(cors_blocks(&c, "http://any", POST));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_are_split_raw), cmocka_unit_test(escapes_are_decoded_once), cmocka_unit_test(routes_are_found),
		cmocka_unit_test(what_is_not_found_belongs_to_a_prefix), cmocka_unit_test(bad_patterns_are_refused), cmocka_unit_test(hosts_and_origins),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
