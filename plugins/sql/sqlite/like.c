/* SPDX-License-Identifier: Apache-2.0 */
/* like - matching with one place to go back to: the last `%`. At most length times length steps, whatever the pattern. */
#include "like.h"

#include <stdint.h>
#include <string.h>

static unsigned char lower(unsigned char c) { return c >= 'A' && c <= 'Z' ? (unsigned char)(c + 32) : c; }

/* bytes of the character at p */
static size_t char_length(const unsigned char *p, size_t left)
{
	size_t n = 1;
	while (n < left && (p[n] & 0xc0) == 0x80)
		n++;
	return n;
}

bool like_matches(struct like_text text, struct like_text pattern, bool fold)
{
	size_t t = 0, p = 0, back_t = 0, back_p = SIZE_MAX;

	while (t < text.n) {
		int want = p < pattern.n ? pattern.p[p] : -1;
		if (want == '%') {
			back_p = ++p;
			back_t = t;
		} else if (want == '_') {
			t += char_length(text.p + t, text.n - t);
			p++;
		} else if (want == text.p[t] || (fold && want >= 0 && lower((unsigned char)want) == lower(text.p[t]))) {
			t++;
			p++;
		} else if (back_p != SIZE_MAX) {
			back_t += char_length(text.p + back_t, text.n - back_t);
			t = back_t;
			p = back_p;
		} else {
			return false;
		}
	}
	while (p < pattern.n && pattern.p[p] == '%')
		p++;
	return p == pattern.n;
}

static struct like_text text_of(sqlite3_value *v)
{
	const unsigned char *p = sqlite3_value_text(v);
	return (struct like_text){ p, (size_t)sqlite3_value_bytes(v) };
}

static void like(sqlite3_context *ctx, int n, sqlite3_value **args)
{
	struct like_text text = text_of(args[0]), pattern = text_of(args[1]);

	(void)n;
	if (text.p != NULL && pattern.p != NULL)
		sqlite3_result_int(ctx, like_matches(text, pattern, sqlite3_user_data(ctx) != NULL));
}

static int compare(void *arg, int an, const void *a, int bn, const void *b)
{
	int order = memcmp(a, b, (size_t)(an < bn ? an : bn));

	(void)arg;
	return order != 0 ? order : an - bn;
}

int like_register(sqlite3 *db)
{
	enum { FLAGS = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS };

	int rc = sqlite3_create_function_v2(db, "t_like", 2, FLAGS, NULL, like, NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_create_function_v2(db, "t_ilike", 2, FLAGS, db /* any pointer: fold */, like, NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_create_collation_v2(db, "C", SQLITE_UTF8, NULL, compare, NULL);
	return rc;
}
