/* SPDX-License-Identifier: Apache-2.0 */
/* base - unit tests of core/base: arenas, buffers, maps, text, errors, and each of them when memory runs out. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/list.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

static void arena_gives_zeroed_aligned_memory(void **state)
{
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	for (size_t n = 0; n < 5000; n += 7) {
		unsigned char *p = arena_alloc(&a, n);
		assert_non_null(p);
		assert_int_equal((uintptr_t)p % 16, 0);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0xAB, n);
	}
	arena_free(&a);
}

static void arena_grows_in_place_and_keeps_content(void **state)
{
	struct arena a;
	int *v = NULL;

	(void)state;
	arena_init(&a, 0);
	for (int n = 0; n < 3000; n++) {
		v = arena_grow(&a, v, (size_t)n * sizeof *v, (size_t)(n + 1) * sizeof *v);
		assert_non_null(v);
		v[n] = n;
	}
	for (int n = 0; n < 3000; n++)
		assert_int_equal(v[n], n);
	arena_free(&a);
}

static void arena_refuses_past_its_limit(void **state)
{
	struct arena a;

	(void)state;
	arena_init(&a, 64 << 10);
	assert_null(arena_alloc(&a, 1 << 20));
	assert_null(arena_alloc(&a, SIZE_MAX - 3));
	assert_non_null(arena_alloc(&a, 1000));
	arena_free(&a);
}

static void arena_rewinds_to_a_mark(void **state)
{
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	char *kept = arena_text(&a, "kept", 4);
	size_t first = 0;
	for (int round = 0; round < 50; round++) {
		void *mark = arena_mark(&a);
		for (size_t n = 1; n < 3000000; n *= 3)
			memset(arena_alloc(&a, n), 0xCD, n);
		arena_rewind(&a, mark);
		first = round == 0 ? a.total : first;
		assert_int_equal(a.total, first); /* nothing piles up */
	}
	assert_string_equal(kept, "kept");
	unsigned char *p = arena_alloc(&a, 100);
	for (int i = 0; i < 100; i++)
		assert_int_equal(p[i], 0);
	arena_rewind(&a, NULL);
	arena_free(&a);
}

static void buf_failure_is_sticky(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_adds(&b, "kept");
	mem_fail_nth(1);
	for (int i = 0; i < 1000; i++)
		buf_adds(&b, "more and more");
	mem_fail_nth(0);
	assert_true(b.failed);
	buf_addc(&b, 'x');
	assert_null(buf_take(&b));
}

static void buf_printf_appends(void **state)
{
	struct buf b = { 0 };

	(void)state;
	for (int i = 0; i < 500; i++)
		buf_printf(&b, "%d,", i);
	char *s = buf_take(&b);
	assert_true(strncmp(s, "0,1,2,", 6) == 0);
	assert_string_equal(s + strlen(s) - 4, "499,");
	mem_free(s);
}

static void map_keeps_order_and_survives_no_memory(void **state)
{
	char key[16];

	(void)state;
	for (long nth = 1; nth < 40; nth++) {
		struct map m = { 0 };
		int put = 0;
		mem_fail_nth(nth);
		for (int i = 0; i < 30; i++) {
			snprintf(key, sizeof key, "key%d", i);
			if (map_put(&m, key, (void *)(intptr_t)(i + 1)) == TENON_OK)
				put++;
		}
		mem_fail_nth(0);
		assert_true(put >= 29);
		size_t n = 0;
		intptr_t last = 0;
		MAP_EACH(&m, s) {
			assert_true((intptr_t)s->value > last);
			last = (intptr_t)s->value;
			assert_ptr_equal(map_get(&m, s->key), s->value);
			n++;
		}
		assert_int_equal(n, put);
		assert_null(map_get(&m, "absent"));
		map_free(&m);
	}
}

static void utf8_is_checked(void **state)
{
	static const struct { const char *s; size_t n, good; } cases[] = {
		{ "plain", 5, 5 }, { "gr\xc3\xbc\xc3\x9f", 6, 6 }, { "\xf0\x9f\x98\x80", 4, 4 }, { "\xc0\xaf", 2, 0 }, { "a\xed\xa0\x80", 4, 1 },
		{ "\xe2\x82", 2, 0 }, { "abcdefgh\xff", 9, 8 }, { "\xf4\x90\x80\x80", 4, 0 }, { "\xe0\x80\x80", 3, 0 }, { "", 0, 0 },
		{ "\x80", 1, 0 }, { "\xf0\x80\x80\x80", 4, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(utf8_check(cases[i].s, cases[i].n), cases[i].good);
	assert_int_equal(utf8_length("gr\xc3\xbc\xc3\x9f"), 4);
}

static void the_nearest_word_is_found(void **state)
{
	static const char *const words[] = { "listen", "placement", "plugin", "loops" };

	(void)state;
	assert_string_equal(text_nearest("placment", words, 4), "placement");
	assert_string_equal(text_nearest("listne", words, 4), "listen");
	assert_null(text_nearest("zzzzzz", words, 4));
	assert_true(text_has_word("sql blob", "blob", 4));
	assert_false(text_has_word("sql blob", "blo", 3));
	assert_false(text_has_word(NULL, "x", 1));
}

static void the_first_cause_stays(void **state)
{
	struct err e = { 0 };

	(void)state;
	assert_int_equal(err_set(&e, TENON_NOT_FOUND, "no %s", "file"), TENON_NOT_FOUND);
	assert_int_equal(err_set(&e, TENON_INTERNAL, "later"), TENON_INTERNAL);
	assert_int_equal(e.code, TENON_NOT_FOUND);
	err_prefix(&e, "etc/%s", "x");
	assert_string_equal(e.text, "etc/x: no file");
	assert_int_equal(err_set(NULL, TENON_INTERNAL, "nobody asks"), TENON_INTERNAL);
}

static void every_code_has_name_status_and_text(void **state)
{
	(void)state;
	for (int code = 0; code >= TENON_ERROR_LAST; code--) {
		assert_string_not_equal(error_name(code), "UNKNOWN");
		assert_int_equal(error_code(error_name(code)), code);
		assert_in_range(error_status(code), 200, 599);
	}
	assert_string_equal(error_name(-999), "UNKNOWN");
	assert_int_equal(error_status(-999), 500);
}

static void nodes_leave_lists_safely(void **state)
{
	struct list l;
	struct node n[3] = { { 0 } };

	(void)state;
	list_init(&l);
	node_take(&n[0]); /* loose: nothing happens */
	for (int i = 0; i < 3; i++)
		list_add(&l, &n[i]);
	node_take(&n[1]);
	assert_ptr_equal(list_pop(&l), &n[0]);
	assert_ptr_equal(list_pop(&l), &n[2]);
	assert_null(list_pop(&l));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arena_gives_zeroed_aligned_memory), cmocka_unit_test(arena_grows_in_place_and_keeps_content),
		cmocka_unit_test(arena_refuses_past_its_limit), cmocka_unit_test(arena_rewinds_to_a_mark), cmocka_unit_test(buf_failure_is_sticky), cmocka_unit_test(buf_printf_appends),
		cmocka_unit_test(map_keeps_order_and_survives_no_memory), cmocka_unit_test(utf8_is_checked),
		cmocka_unit_test(the_nearest_word_is_found), cmocka_unit_test(the_first_cause_stays),
		cmocka_unit_test(every_code_has_name_status_and_text), cmocka_unit_test(nodes_leave_lists_safely),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
