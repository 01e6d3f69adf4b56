/* SPDX-License-Identifier: Apache-2.0 */
/* wire_pack - unit tests of msgpack that is good: each form against msgpack-c, both ways, and messages there and back. What is
 * refused is in wire_unpack.c. */
#include "pack_fixture.h"

#include <math.h>
#include <msgpack.h>

/* ---- items, against msgpack-c ---- */

struct both { struct buf ours; msgpack_sbuffer theirs; msgpack_packer pk; };

static void both_begin(struct both *b)
{
	b->ours = (struct buf){ 0 };
	msgpack_sbuffer_init(&b->theirs);
	msgpack_packer_init(&b->pk, &b->theirs, msgpack_sbuffer_write);
}

static void both_end(struct both *b, const char *what, size_t n)
{
	if (b->ours.failed || b->ours.n != b->theirs.size || memcmp(b->ours.p, b->theirs.data, b->ours.n) != 0)
		fail_msg("%s %zu: other bytes than msgpack-c's", what, n);
	buf_free(&b->ours);
	msgpack_sbuffer_destroy(&b->theirs);
}

static void try_whole(int64_t x)
{
	struct both b;
	int64_t back = 0;
	double real = 0;

	both_begin(&b);
	pack_i64(&b.ours, x);
	msgpack_pack_int64(&b.pk, x);
	struct unpack u = over(b.ours.p, b.ours.n), again = u;
	if (!unpack_i64(&u, &back) || back != x || u.p != u.end)
		fail_msg("%lld came back as %lld", (long long)x, (long long)back);
	assert_true(unpack_double(&again, &real) && real == (double)x && again.p == again.end);
	both_end(&b, "integer", (size_t)x);
}

static void whole_numbers_take_their_shortest_form(void **state)
{
	(void)state;
	for (int bit = 0; bit < 64; bit++)
		for (int64_t d = -2; d <= 2; d++) {
			try_whole((int64_t)(((uint64_t)1 << bit) + (uint64_t)d));
			try_whole((int64_t)(0 - ((uint64_t)1 << bit) + (uint64_t)d));
		}
	for (int64_t x = -300; x < 300; x++)
		try_whole(x);
}

static void doubles_keep_every_bit(void **state)
{
	static const double cases[] = { 0.0, -0.0, 1.5, -1e-308, 4.9e-324, 1.7976931348623157e308, INFINITY, -INFINITY, 3.0, 0.1 };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct both b;
		double x = 1;
		both_begin(&b);
		pack_double(&b.ours, cases[i]);
		msgpack_pack_double(&b.pk, cases[i]);
		struct unpack u = over(b.ours.p, b.ours.n);
		assert_true(unpack_double(&u, &x) && u.p == u.end);
		assert_memory_equal(&x, &cases[i], sizeof x);
		both_end(&b, "double", i);
	}
	struct buf b = { 0 };
	double x = 1;
	pack_double(&b, NAN);
	struct unpack u = over(b.p, b.n);
	assert_true(unpack_double(&u, &x) && isnan(x));
	buf_free(&b);
}

static void words_match(void **state)
{
	struct both b;
	bool x = false;

	(void)state;
	both_begin(&b);
	pack_nil(&b.ours), pack_bool(&b.ours, true), pack_bool(&b.ours, false), pack_str(&b.ours, NULL);
	msgpack_pack_nil(&b.pk), msgpack_pack_true(&b.pk), msgpack_pack_false(&b.pk), msgpack_pack_str(&b.pk, 0);
	struct unpack u = over(b.ours.p, b.ours.n);
	assert_true(!unpack_bool(&u, &x) && unpack_nil(&u) && !unpack_nil(&u));
	assert_true(unpack_bool(&u, &x) && x && unpack_bool(&u, &x) && !x);
	both_end(&b, "words", 0);
}

static const size_t sizes[] = { 0, 1, 15, 16, 17, 31, 32, 33, 255, 256, 257, 65535, 65536, 65537, 100000 };

static void strings_and_bytes_of_every_size_match(void **state)
{
	static char text[100000];

	(void)state;
	memset(text, 'x', sizeof text);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct both b;
		const char *s = NULL;
		const void *p = NULL;
		size_t n = 1, m = 1;
		both_begin(&b);
		pack_strn(&b.ours, text, sizes[i]);
		pack_bin(&b.ours, text, sizes[i]);
		msgpack_pack_str_with_body(&b.pk, text, sizes[i]);
		msgpack_pack_bin_with_body(&b.pk, text, sizes[i]);
		struct unpack u = over(b.ours.p, b.ours.n);
		assert_true(!unpack_bin(&u, &p, &m) && unpack_str(&u, &s, &n) && !unpack_str(&u, &s, &n) && unpack_bin(&u, &p, &m));
		assert_true(n == sizes[i] && m == n && memcmp(s, text, n) == 0 && memcmp(p, text, m) == 0 && u.p == u.end);
		u = over(b.ours.p, b.ours.n);
		assert_true(unpack_skip(&u) && unpack_skip(&u) && u.p == u.end && !unpack_skip(&u));
		both_end(&b, "string", sizes[i]);
	}
}

static void arrays_and_maps_of_every_size_match(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct both b;
		uint32_t n = 1, m = 1;
		both_begin(&b);
		pack_array(&b.ours, (uint32_t)sizes[i]);
		msgpack_pack_array(&b.pk, sizes[i]);
		for (size_t k = 0; k < sizes[i]; k++)
			pack_nil(&b.ours), msgpack_pack_nil(&b.pk);
		pack_map(&b.ours, (uint32_t)sizes[i]);
		msgpack_pack_map(&b.pk, sizes[i]);
		for (size_t k = 0; k < 2 * sizes[i]; k++)
			pack_i64(&b.ours, 7), msgpack_pack_int(&b.pk, 7);
		struct unpack u = over(b.ours.p, b.ours.n);
		assert_true(unpack_skip(&u) && unpack_skip(&u) && u.p == u.end);
		u = over(b.ours.p, b.ours.n);
		assert_true(!unpack_map(&u, &m) && unpack_array(&u, &n) && n == sizes[i]);
		while (n-- > 0)
			assert_true(unpack_nil(&u));
		assert_true(!unpack_array(&u, &n) && unpack_map(&u, &m) && m == sizes[i]);
		both_end(&b, "array", sizes[i]);
	}
}

/* forms that we do not write ourselves */
static void every_form_of_theirs_is_read(void **state)
{
	struct both b;
	int64_t x = 0;
	double d = 0;

	(void)state;
	both_begin(&b);
	msgpack_pack_float(&b.pk, -0.375f);
	msgpack_pack_fix_int8(&b.pk, -1), msgpack_pack_fix_int16(&b.pk, -2), msgpack_pack_fix_int32(&b.pk, -3), msgpack_pack_fix_int64(&b.pk, -4);
	msgpack_pack_fix_uint8(&b.pk, 5), msgpack_pack_fix_uint16(&b.pk, 6), msgpack_pack_fix_uint32(&b.pk, 7), msgpack_pack_fix_uint64(&b.pk, 8);
	msgpack_pack_uint64(&b.pk, UINT64_MAX);
	struct unpack u = over(b.theirs.data, b.theirs.size);
	assert_true(!unpack_i64(&u, &x) && unpack_double(&u, &d) && d == -0.375);
	for (int64_t i = -1; i >= -4; i--)
		assert_true(unpack_i64(&u, &x) && x == i);
	for (int64_t i = 5; i <= 8; i++)
		assert_true(unpack_i64(&u, &x) && x == i);
	assert_true(!unpack_i64(&u, &x) && unpack_double(&u, &d) && d == 18446744073709551616.0 && u.p == u.end);
	msgpack_sbuffer_destroy(&b.theirs);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		static const char zeros[100000];
		both_begin(&b);
		msgpack_pack_ext(&b.pk, sizes[i], 1);
		msgpack_pack_ext_body(&b.pk, zeros, sizes[i]);
		msgpack_pack_nil(&b.pk);
		u = over(b.theirs.data, b.theirs.size);
		assert_true(!unpack_nil(&u) && unpack_skip(&u) && unpack_nil(&u) && u.p == u.end);
		msgpack_sbuffer_destroy(&b.theirs);
	}
}

/* ---- messages ---- */

static void must_be_full(const struct all *m)
{
	struct all f = full_message();

	assert_memory_equal(&m->has, &f.has, sizeof m->has);
	assert_string_equal(m->text, f.text);
	assert_true(m->whole == f.whole && m->real == 0 && signbit(m->real) && m->flag && m->view == 1 && m->left == -7);
	assert_true(m->bytes.n == 2 && memcmp(m->bytes.p, "\0\xff", 3) == 0 && m->any.n == f.any.n && strcmp(m->any.p, f.any.p) == 0);
	assert_true(m->texts.n == 3 && m->wholes.n == 4 && m->reals.n == 3 && m->flags.n == 3 && m->free.n == 2 && m->map.n == 3 && m->points.n == 2);
	assert_string_equal(m->texts.v[2], "\xe2\x82\xac");
	assert_memory_equal(m->wholes.v, f.wholes.v, 4 * sizeof(int64_t));
	assert_memory_equal(m->reals.v, f.reals.v, 3 * sizeof(double));
	assert_memory_equal(m->flags.v, f.flags.v, 3);
	assert_true(strcmp(m->free.v[0].p, "null") == 0 && strcmp(m->free.v[1].p, "[1]") == 0);
	assert_true(strcmp(m->map.v[0].key, "b") == 0 && strcmp(m->map.v[1].value, "") == 0 && strcmp(m->map.v[2].value, "1") == 0);
	assert_true(strcmp(m->best.key, "k") == 0 && m->best.value == 1 && m->best.has.value);
	assert_true(strcmp(m->points.v[1].key, "q") == 0 && m->points.v[1].value == -2 && !m->points.v[0].has.value);
	assert_true(!m->tree.has.leaf && m->tree.kids.n == 1 && m->tree.kids.v[0].kids.n == 2 && m->tree.kids.v[0].kids.v[0].leaf == 5);
}

static void messages_come_back_as_they_went(void **state)
{
	struct buf b;
	struct tried t;
	struct all none = { 0 };

	(void)state;
	pack_full(&b);
	for (unsigned flags = 0; flags < 2; flags++) {
		try(&t, b.p, b.n, flags);
		assert_int_equal(t.rc, TENON_OK);
		must_be_full(&t.m);
		arena_free(&t.arena);
	}
	buf_free(&b);
	pack_message(&b, shape_of(&all_table), &none);
	assert_true(b.n == 1 && b.p[0] == (char)0x80); /* nothing is said of what is not set */
	try(&t, b.p, b.n, 0);
	assert_int_equal(t.rc, TENON_OK);
	assert_memory_equal(&t.m, shape_of(&all_table)->blank, sizeof t.m);
	assert_int_equal(t.m.view, -2);
	arena_free(&t.arena);
	buf_free(&b);
}

static void a_set_row_without_items_stays_set(void **state)
{
	struct all m = { .has = { .texts = 1, .map = 1, .points = 1, .bytes = 1, .text = 1, .any = 1, .tree = 1 }, .text = NULL };
	struct buf b = { 0 };
	struct tried t;

	(void)state;
	pack_message(&b, shape_of(&all_table), &m);
	try(&t, b.p, b.n, 0);
	assert_int_equal(t.rc, TENON_OK);
	assert_memory_equal(&t.m.has, &m.has, sizeof m.has);
	assert_true(t.m.texts.n == 0 && t.m.map.n == 0 && t.m.bytes.n == 0 && *t.m.text == '\0' && strcmp(t.m.any.p, "null") == 0);
	arena_free(&t.arena);
	buf_free(&b);
}

static void msgpack_c_reads_our_messages(void **state)
{
	struct buf b;
	msgpack_unpacked got;
	size_t at = 0;

	(void)state;
	pack_full(&b);
	msgpack_unpacked_init(&got);
	assert_int_equal(msgpack_unpack_next(&got, b.p, b.n, &at), MSGPACK_UNPACK_SUCCESS);
	assert_int_equal(at, b.n);
	assert_true(got.data.type == MSGPACK_OBJECT_MAP && got.data.via.map.size == 17);
	const msgpack_object_kv *kv = got.data.via.map.ptr;
	static const msgpack_object_type types[] = { MSGPACK_OBJECT_STR, MSGPACK_OBJECT_POSITIVE_INTEGER, MSGPACK_OBJECT_FLOAT64, MSGPACK_OBJECT_BOOLEAN,
		MSGPACK_OBJECT_POSITIVE_INTEGER, MSGPACK_OBJECT_BIN, MSGPACK_OBJECT_STR, MSGPACK_OBJECT_ARRAY, MSGPACK_OBJECT_ARRAY, MSGPACK_OBJECT_ARRAY,
		MSGPACK_OBJECT_ARRAY, MSGPACK_OBJECT_ARRAY, MSGPACK_OBJECT_MAP, MSGPACK_OBJECT_MAP, MSGPACK_OBJECT_ARRAY, MSGPACK_OBJECT_MAP, MSGPACK_OBJECT_NEGATIVE_INTEGER };
	for (size_t i = 0; i < 17; i++) {
		const char *name = all_table.fields[i].name;
		assert_true(kv[i].key.type == MSGPACK_OBJECT_STR && kv[i].key.via.str.size == strlen(name) && memcmp(kv[i].key.via.str.ptr, name, strlen(name)) == 0);
		assert_int_equal(kv[i].val.type, types[i]);
	}
	assert_true(kv[0].val.via.str.size == 69999 && kv[1].val.via.u64 == 4999999999 && kv[4].val.via.u64 == 1 && kv[16].val.via.i64 == -7);
	assert_true(kv[14].val.via.array.size == 2 && kv[14].val.via.array.ptr[1].via.map.ptr[1].val.via.f64 == -2);
	msgpack_unpacked_destroy(&got);
	buf_free(&b);
}

static void str(msgpack_packer *pk, const char *s) { msgpack_pack_str_with_body(pk, s, strlen(s)); }

/* what another program may send: other forms, other order, names of another build */
static void their_messages_are_read(void **state)
{
	struct both b;
	struct tried t;

	(void)state;
	both_begin(&b);
	msgpack_packer *pk = &b.pk;
	msgpack_pack_map(pk, 12);
	str(pk, "points"), msgpack_pack_array(pk, 1), msgpack_pack_map(pk, 2), str(pk, "value"), msgpack_pack_int(pk, 3), str(pk, "id"), str(pk, "p");
	str(pk, "of another build"), msgpack_pack_array(pk, 2), msgpack_pack_ext(pk, 4, 9), msgpack_pack_ext_body(pk, "abcd", 4), msgpack_pack_map(pk, 0);
	str(pk, "whole"), msgpack_pack_double(pk, 5);
	str(pk, "real"), msgpack_pack_float(pk, 0.5f);
	str(pk, "view"), str(pk, "ACTIVE");
	str(pk, "bytes"), str(pk, "xyz");
	str(pk, "flag"), msgpack_pack_nil(pk);
	str(pk, "text"), str(pk, "first");
	str(pk, "text"), str(pk, "last");
	str(pk, "left"), msgpack_pack_int(pk, 1);
	str(pk, "left"), msgpack_pack_nil(pk);
	str(pk, "map"), msgpack_pack_map(pk, 3), str(pk, "a"), str(pk, "1"), str(pk, "b"), str(pk, "2"), str(pk, "a"), str(pk, "3");
	try(&t, b.theirs.data, b.theirs.size, 0);
	assert_int_equal(t.rc, TENON_OK);
	assert_true(t.m.points.n == 1 && t.m.points.v[0].value == 3 && strcmp(t.m.points.v[0].key, "p") == 0);
	assert_true(t.m.whole == 5 && t.m.real == 0.5 && t.m.view == 1 && t.m.bytes.n == 3 && memcmp(t.m.bytes.p, "xyz", 3) == 0);
	assert_true(!t.m.has.flag && strcmp(t.m.text, "last") == 0 && !t.m.has.left && t.m.left == 0);
	assert_true(t.m.map.n == 2 && strcmp(t.m.map.v[0].key, "b") == 0 && strcmp(t.m.map.v[1].value, "3") == 0);
	arena_free(&t.arena);
	msgpack_sbuffer_destroy(&b.theirs);
}

static void messages_in_a_row_each_end_where_they_end(void **state)
{
	struct all m = { .has = { .whole = 1 } };
	struct buf b = { 0 };
	struct arena a;
	struct tenon_problem p;

	(void)state;
	for (m.whole = 0; m.whole < 1000; m.whole++)
		pack_message(&b, shape_of(&all_table), &m);
	arena_init(&a, 0);
	struct unpack u = over(b.p, b.n);
	for (int64_t i = 0; i < 1000; i++)
		assert_true(unpack_message(shape_of(&all_table), &a, &u, 0, &m, &p) == TENON_OK && m.whole == i);
	assert_ptr_equal(u.p, u.end);
	arena_free(&a);
	buf_free(&b);
}

static void what_has_no_form_fails_the_buffer(void **state)
{
	static const int64_t one;
	struct all m = { .has = { .wholes = 1 }, .wholes = { (int64_t *)&one, (size_t)UINT32_MAX + 1 } };
	struct buf b = { 0 };

	(void)state;
	pack_bin_head(&b, (size_t)UINT32_MAX + 1);
	assert_true(b.failed && b.n == 0);
	buf_free(&b);
	pack_bin_head(&b, UINT32_MAX);
	assert_true(!b.failed && b.n == 5);
	buf_free(&b);
	pack_message(&b, shape_of(&all_table), &m);
	assert_true(b.failed);
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_numbers_take_their_shortest_form), cmocka_unit_test(doubles_keep_every_bit), cmocka_unit_test(words_match),
		cmocka_unit_test(strings_and_bytes_of_every_size_match), cmocka_unit_test(arrays_and_maps_of_every_size_match),
		cmocka_unit_test(every_form_of_theirs_is_read), cmocka_unit_test(messages_come_back_as_they_went),
		cmocka_unit_test(a_set_row_without_items_stays_set), cmocka_unit_test(msgpack_c_reads_our_messages),
		cmocka_unit_test(their_messages_are_read), cmocka_unit_test(messages_in_a_row_each_end_where_they_end),
		cmocka_unit_test(what_has_no_form_fails_the_buffer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
