/* SPDX-License-Identifier: Apache-2.0 */
/* tracking_page - page tokens: what is put in comes out; what is no token is refused as MLflow refuses it (its texts are from
 * 3.17.2). And the SQL that leads behind a row. */
#include "../../plugins/service/tracking/keyset.h"
#include "../../plugins/service/tracking/page.h"
#include "base/arena.h"

#include <float.h>
#include <setjmp.h>
#include <cmocka.h>

static struct arena arena;

static void *take(void *of, size_t n) { return arena_alloc(of, n); }

static struct pool fresh(void)
{
	arena_free(&arena);
	return (struct pool){ .alloc = take, .arena = &arena };
}

static struct sqltext text_of_arena(void) { return (struct sqltext){ .text = { .alloc = take, .arena = &arena } }; }

/* ---- tokens ---- */

static void there_and_back(void **state)
{
	const struct sql_value keys[] = {
		P_I64(0), P_I64(INT64_MIN), P_I64(INT64_MAX), P_F64(0.1), P_F64(-0.0), P_F64(1), P_F64(DBL_MAX), P_F64(-DBL_MIN / 4), P_F64(1e22),
		P_TEXT(""), P_TEXT("a\"b\\c\n\t/"), P_TEXT("名前 \xf0\x9f\x98\x80"), P_NULL, P_TEXT("0123456789abcdef"),
	};
	const size_t n = sizeof keys / sizeof *keys;
	struct pool p = fresh();
	struct page page;

	(void)state;
	for (size_t use = 1; use <= n; use++) { /* all lengths of padding */
		const char *token = page_encode(&p, 42, keys, use);
		assert_int_equal(page_decode(&p, token, 42, &page), TENON_OK);
		assert_int_equal(page.n, use);
	}
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(page.keys[i].has.i, keys[i].has.i);
		assert_int_equal(page.keys[i].has.f, keys[i].has.f);
		assert_int_equal(page.keys[i].has.text, keys[i].has.text);
		if (keys[i].has.text)
			assert_string_equal(page.keys[i].text, keys[i].text);
		else
			assert_memory_equal(&page.keys[i].i, &keys[i].i, 8); /* doubles bit by bit */
	}
	assert_int_equal(page_decode(&p, "", 42, &page), TENON_OK);
	assert_int_equal(page.n, 0);
}

static void of_another_query(void **state)
{
	static const char why[] = "Invalid page token, it belongs to another query: filter, order_by, experiments and view must stay as they "
	                          "were on the page before";
	static const char *const broken[] = { "{\"q\":\"0000000000000007\",\"k\":[]}", "{\"q\":\"0000000000000007\",\"k\":5}",
		"{\"q\":7,\"k\":[1]}", "{\"q\":\"000000000000000g\",\"k\":[1]}", "{\"k\":[1],\"q\":null}" };
	const struct sql_value one = P_I64(1);
	struct pool p = fresh();
	struct page page;

	(void)state;
	assert_int_equal(page_decode(&p, page_encode(&p, 8, &one, 1), 7, &page), TENON_INVALID_ARGUMENT);
	assert_string_equal(p.why, why);
	for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
		char base64[256], *to = base64; /* by hand: page_encode cannot make these */
		static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
		for (const char *s = broken[i]; *s != '\0'; s += s[1] == '\0' ? 1 : s[2] == '\0' ? 2 : 3) {
			unsigned a = (unsigned char)s[0], b = (unsigned char)s[1], c = b == 0 ? 0 : (unsigned char)s[2];
			*to++ = digits[a >> 2];
			*to++ = digits[(a << 4 | b >> 4) & 63];
			*to++ = b == 0 ? '=' : digits[(b << 2 | c >> 6) & 63];
			*to++ = c == 0 ? '=' : digits[c & 63];
		}
		*to = '\0';
		assert_int_equal(page_decode(&p, base64, 7, &page), TENON_INVALID_ARGUMENT);
		assert_string_equal(p.why, why);
	}
}

static void no_tokens(void **state)
{
	static const struct { const char *token, *why; } rows[] = {
		{ "abc", "Invalid page token, could not base64-decode" }, { "x", "Invalid page token, could not base64-decode" },
		{ "abcde", "Invalid page token, could not base64-decode" }, { "YWI", "Invalid page token, could not base64-decode" },
		{ "\xc3\xa9", "Invalid page token, could not base64-decode" }, { "junk", "Invalid page token, decoded value=b'\\x8e\\xe9\\xe4'" },
		{ "anVuaw==", "Invalid page token, decoded value=b'junk'" }, { "!!!!", "Invalid page token, decoded value=b''" },
		{ " ", "Invalid page token, decoded value=b''" }, { "YWJj\n", "Invalid page token, decoded value=b'abc'" },
		{ "Y=W=Jj", "Invalid page token, decoded value=b'abc'" }, { "anVuaw==anVuaw==", "Invalid page token, decoded value=b'junk'" },
		{ "J2E=", "Invalid page token, decoded value=b\"'a\"" }, { "J1wKIg==", "Invalid page token, decoded value=b'\\'\\\\\\n\"'" },
		{ "AAAA", "Invalid page token, decoded value=b'\\x00\\x00\\x00'" }, { "e30=", "Invalid page token, parsed value={}" },
		{ "e30K", "Invalid page token, parsed value={}" },
		{ "eyJvZmZzZXQiOiAwfQ==", "Invalid page token, parsed value={'offset': 0}" },
		{ "eyJvZmZzZXQiOiAieCJ9", "Invalid page token, not stringable x" },
		{ "eyJhIjogW3RydWUsIG51bGwsIDEuNSwgIml0J3MiLCB7fV19", "Invalid page token, parsed value={'a': [True, None, 1.5, \"it's\", {}]}" },
		{ "W10=", "Invalid page token, parsed value=[]" }, { "NQ==", "Invalid page token, parsed value=5" },
		{ "bnVsbA==", "Invalid page token, parsed value=None" },
		{ "eyJvZmZzZXQiOiAyfQ==", "Invalid page token, parsed value={'offset': 2}" }, /* MLflow's own: it would take this one */
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct pool p = fresh();
		struct page page;
		assert_int_equal(page_decode(&p, rows[i].token, 42, &page), TENON_INVALID_ARGUMENT);
		assert_string_equal(p.why, rows[i].why);
	}
}

static void digests(void **state)
{
	struct tenon_strs ab = { (const char *[]){ "a", "b" }, 2 }, joined = { (const char *[]){ "ab" }, 1 }, none = { NULL, 0 };
	uint64_t seen[] = { page_mix(PAGE_DIGEST, ""), page_mix(PAGE_DIGEST, "a"), page_mix_all(PAGE_DIGEST, &ab),
		page_mix_all(PAGE_DIGEST, &joined), page_mix(page_mix(PAGE_DIGEST, "a"), "b") };

	(void)state;
	for (size_t i = 0; i < 5; i++)
		for (size_t k = i + 1; k < 5; k++)
			assert_int_not_equal(seen[i], seen[k]);
	assert_int_not_equal(page_mix_all(page_mix_all(PAGE_DIGEST, &ab), &none), page_mix_all(page_mix_all(PAGE_DIGEST, &none), &ab));
}

/* ---- keysets ---- */

static const char *after(const struct keyset *k, const struct sql_value *keys, size_t from)
{
	struct sqltext q = text_of_arena();
	keyset_after(k, &q, &(struct page){ (struct sql_value *)keys, k->n }, from);
	return pytext_text(&q.text);
}

static void behind_a_row(void **state)
{
	struct keyset k = { .n = 0 };
	const struct sql_value keys[] = { P_I64(0), P_F64(1), P_I64(7), P_TEXT("r") }, absent[] = { P_I64(2), P_NULL, P_I64(7), P_TEXT("r") };

	(void)state;
	fresh();
	keyset_add(&k, "f", false);
	keyset_add(&k, "v", true);
	keyset_add(&k, "t", true);
	keyset_add(&k, "i", false);
	assert_string_equal(after(&k, keys, 0), " AND f >= ? AND (f > ? OR (v <= ? AND (v < ? OR (t <= ? AND (t < ? OR (i > ?))))))");
	assert_string_equal(after(&k, absent, 0), " AND f >= ? AND (f > ? OR (t <= ? AND (t < ? OR (i > ?))))");
	assert_string_equal(after(&k, keys, 3), " AND i > ?");
	k.v[0].constant = true;
	assert_string_equal(after(&k, keys, 0), " AND v <= ? AND (v < ? OR (t <= ? AND (t < ? OR (i > ?))))");

	struct sqltext q = text_of_arena();
	keyset_select(&k, &q);
	sqltext_add(&q, " BY ");
	keyset_order(&k, &q);
	sqltext_add(&q, " BY ");
	keyset_order_by_number(&k, &q, 1);
	assert_string_equal(pytext_text(&q.text), ", f, v, t, i BY v DESC NULLS LAST, t DESC NULLS LAST, i ASC NULLS FIRST"
	                                          " BY 3 DESC NULLS LAST, 4 DESC NULLS LAST, 5 ASC NULLS FIRST");
}

static void lists(void **state)
{
	struct sql_value v[600];
	struct sqltext q = text_of_arena();

	(void)state;
	for (int64_t i = 0; i < 600; i++)
		v[i] = P_I64(i);
	sqltext_list(&q, v, 3);
	assert_string_equal(pytext_text(&q.text), "?, ?, ?, ?");
	assert_int_equal(q.n, 4);
	assert_int_equal(q.params[3].i, 2); /* padded with the last */
	sqltext_list(&q, v, 600);
	assert_int_equal(q.n, 4 + 1024);
	assert_false(q.failed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back), cmocka_unit_test(of_another_query), cmocka_unit_test(no_tokens), cmocka_unit_test(digests),
		cmocka_unit_test(behind_a_row), cmocka_unit_test(lists),
	};
	arena_init(&arena, 0);
	int rc = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(&arena);
	return rc;
}
