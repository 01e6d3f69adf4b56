/* SPDX-License-Identifier: Apache-2.0 */
/* http_header - unit tests of core/http: what header values mean, and which part of a file they ask for. */
#include "http/content.h"
#include "http/header.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void lists_have_tokens(void **state)
{
	(void)state;
	assert_true(header_has_token("close", "close"));
	assert_true(header_has_token("keep-alive ,\tClose ", "close"));
	assert_false(header_has_token("closed", "close"));
	assert_false(header_has_token("", "close"));
	assert_false(header_has_token(" , ,", "close"));
}

static void codings_are_weighed(void **state)
{
	static const struct { const char *list; bool gzip; } cases[] = {
		{ "gzip", true }, { "deflate, GZIP", true }, { "gzip;q=1", true }, { "gzip ; q=0.001", true }, { "*", true }, { "br;q=1, *;q=0.1", true },
		{ "", false }, { "gzip;q=0", false }, { "gzip; Q=0.0", false }, { "*, gzip;q=0", false }, { "*;q=0", false }, { "identity", false },
		{ "xgzip", false }, { "gzip;q=", true }, { ";q=1", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(header_accepts(cases[i].list, "gzip"), cases[i].gzip);
}

static void entity_tags_match(void **state)
{
	(void)state;
	assert_true(header_lists_etag("\"a\"", "a"));
	assert_true(header_lists_etag("\"b\" , W/\"a\"", "a"));
	assert_true(header_lists_etag("\"x,\\\", \"a\"", "a"));
	assert_true(header_lists_etag(" * ", "a"));
	assert_true(header_lists_etag("\"\"", ""));
	assert_false(header_lists_etag("*a", "a"));
	assert_false(header_lists_etag("a", "a"));
	assert_false(header_lists_etag("\"a", "a"));
	assert_false(header_lists_etag("\"ab\"", "a"));
	assert_false(header_lists_etag("", "a"));
	assert_true(header_is_etag(" \"a\" ", "a"));
	assert_false(header_is_etag("W/\"a\"", "a"));
	assert_false(header_is_etag("\"a\", \"b\"", "a"));
	assert_false(header_is_etag("*", "a"));
}

static void dates_are_read_and_printed(void **state)
{
	static const int64_t times[] = { 0, 784111777, 951782400, 1000000000, 1709164800, 4102444799, 253402300799 };
	char text[HEADER_DATE];

	(void)state;
	for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
		header_print_date(times[i], text);
		assert_int_equal(strlen(text), HEADER_DATE - 1);
		assert_int_equal(header_date(text), times[i]);
	}
	header_print_date(784111777, text);
	assert_string_equal(text, "Sun, 06 Nov 1994 08:49:37 GMT");
	assert_int_equal(header_date("Sunday, 06-Nov-94 08:49:37 GMT"), 784111777);
	assert_int_equal(header_date("Sun Nov  6 08:49:37 1994"), 784111777);
	static const char *const wrong[] = { "", "now", "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 46 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 28:49:37 GMT",
	                                     "Sun, 06 Nov 1894 08:49:37 GMT", "Sun, -6 Nov 1994 08:49:37 GMT", "784111777" };
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_int_equal(header_date(wrong[i]), -1);
	header_print_date(-1, text);
	assert_string_equal(text, "");
}

static void ranges_are_one_stretch(void **state)
{
	static const struct { const char *text; enum range_kind kind; int64_t offset, length; } cases[] = {
		{ "bytes=0-0", RANGE_PART, 0, 1 }, { "bytes=0-99", RANGE_PART, 0, 100 }, { "bytes=10-", RANGE_PART, 10, 90 }, { "bytes=-1", RANGE_PART, 99, 1 },
		{ "bytes=-100", RANGE_PART, 0, 100 }, { "bytes=-1000", RANGE_PART, 0, 100 }, { "bytes=5-1000", RANGE_PART, 5, 95 },
		{ " BYTES = 1-2 ", RANGE_PART, 1, 2 }, { "bytes=100-", RANGE_BAD, 0, 0 }, { "bytes=100-200", RANGE_BAD, 0, 0 }, { "bytes=-0", RANGE_BAD, 0, 0 },
		{ "bytes=5-4", RANGE_NONE, 0, 0 }, { "bytes=", RANGE_NONE, 0, 0 }, { "bytes=-", RANGE_NONE, 0, 0 }, { "bytes=0-1,3-4", RANGE_NONE, 0, 0 },
		{ "items=0-1", RANGE_NONE, 0, 0 }, { "bytes", RANGE_NONE, 0, 0 }, { "", RANGE_NONE, 0, 0 }, { "bytes=+1-2", RANGE_NONE, 0, 0 },
		{ "bytes=1-2x", RANGE_NONE, 0, 0 }, { "bytes=9223372036854775808-", RANGE_NONE, 0, 0 }, { "bytes=0-99999999999999999999", RANGE_NONE, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int64_t offset = 0, length = 0;
		assert_int_equal(header_range(cases[i].text, 100, &offset, &length), cases[i].kind);
		assert_int_equal(offset, cases[i].offset);
		assert_int_equal(length, cases[i].length);
	}
	int64_t offset, length;
	assert_int_equal(header_range("bytes=0-", 0, &offset, &length), RANGE_BAD);
	assert_int_equal(header_range("bytes=-5", 0, &offset, &length), RANGE_BAD);
}

#define TRACE "0af7651916cd43dd8448eb211c80319c"
static void trace_parents_are_checked(void **state)
{
	static const char *const wrong[] = {
		"", "00", "00-" TRACE "-b7ad6b7169203331", "00-" TRACE "-b7ad6b7169203331-0", "00-" TRACE "-b7ad6b7169203331-01-", "ff-" TRACE "-b7ad6b7169203331-01",
		"00-" TRACE "-0000000000000000-01", "00-00000000000000000000000000000000-b7ad6b7169203331-01", "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
		"00-" TRACE "-b7ad6b7169203331-zz", "0x-" TRACE "-b7ad6b7169203331-01", "00_" TRACE "-b7ad6b7169203331-01", "01-" TRACE "-b7ad6b7169203331-01x" };
	char trace[33], flags[3];

	(void)state;
	assert_true(header_traceparent("00-" TRACE "-b7ad6b7169203331-01", trace, flags));
	assert_string_equal(trace, TRACE);
	assert_string_equal(flags, "01");
	assert_true(header_traceparent("00-" TRACE "-b7ad6b7169203331-00", trace, flags));
	assert_true(header_traceparent("cc-" TRACE "-b7ad6b7169203331-01-what the future brings", trace, flags));
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_false(header_traceparent(wrong[i], trace, flags));
}

static int decide(const struct conditions *c, int64_t size, struct tenon_span *span)
{
	struct tenon_content t = { .etag = "a", .size = size, .mtime = 784111777 };
	return content_decide(c, &t, span);
}

static void conditions_decide(void **state)
{
	struct tenon_span span;

	(void)state;
	assert_int_equal(decide(&(struct conditions){ 0 }, 100, &span), 200);
	assert_int_equal(span.length, 100);
	assert_int_equal(decide(&(struct conditions){ .head = true }, 100, &span), 200);
	assert_int_equal(span.length, 0);
	assert_int_equal(decide(&(struct conditions){ .if_none_match = "\"a\"", .range = "bytes=0-1" }, 100, &span), 304);
	assert_int_equal(span.length, 0);
	assert_int_equal(decide(&(struct conditions){ .range = "bytes=90-" }, 100, &span), 206);
	assert_int_equal(span.offset, 90);
	assert_int_equal(span.length, 10);
	assert_int_equal(decide(&(struct conditions){ .range = "bytes=100-" }, 100, &span), 416);
	assert_int_equal(span.length, 0);
	assert_int_equal(decide(&(struct conditions){ .range = "bytes=0-1" }, -1, &span), 200);
	assert_int_equal(span.length, -1);
	assert_int_equal(decide(&(struct conditions){ .range = "bytes=0-1", .if_range = "\"b\"" }, 100, &span), 200);
	assert_int_equal(decide(&(struct conditions){ .range = "bytes=0-1", .if_range = "Sun, 06 Nov 1994 08:49:37 GMT" }, 100, &span), 206);
	assert_int_equal(decide(&(struct conditions){ .range = "bytes=0-1", .if_range = "Sun, 06 Nov 1994 08:49:38 GMT" }, 100, &span), 200);
}

static void names_are_safe_in_headers(void **state)
{
	static const struct { const char *name, *value; } cases[] = {
		{ "a.txt", "attachment; filename=a.txt" }, { "a b", "attachment; filename=\"a b\"" }, { "a\"\\b", "attachment; filename=\"a\\\"\\\\b\"" },
		{ "\xC3\xA9.txt", "attachment; filename=.txt; filename*=UTF-8''%C3%A9.txt" }, { "\xE6\x97\xA5", "attachment; filename=download; filename*=UTF-8''%E6%97%A5" },
		{ "a\r\nb", "attachment; filename=ab; filename*=UTF-8''a%0D%0Ab" }, { "", "attachment; filename=download" } };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf b = { 0 };
		content_disposition(&b, cases[i].name);
		buf_addc(&b, '\0');
		assert_string_equal(b.p, cases[i].value);
		buf_free(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_have_tokens), cmocka_unit_test(codings_are_weighed), cmocka_unit_test(entity_tags_match),
		cmocka_unit_test(dates_are_read_and_printed), cmocka_unit_test(ranges_are_one_stretch), cmocka_unit_test(trace_parents_are_checked),
		cmocka_unit_test(conditions_decide), cmocka_unit_test(names_are_safe_in_headers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
