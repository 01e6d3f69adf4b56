/* SPDX-License-Identifier: Apache-2.0 */
/* notify_mail - mailboxes taken apart, headers encoded, what is kept of a session, attributes as lines. */
#include "bare_call.h"
#include "notify/smtp/header.h"
#include "notify/smtp/reply.h"
#include "service/notify/pairs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void mailboxes(void **state)
{
	static const char *const good[][3] = { { "a@b", "", "a@b" }, { "A B <a@b>", "A B", "a@b" }, { "<a@b>", "", "a@b" }, { "\"A, B\" <a@b>", "A, B", "a@b" },
		{ "a.b+c@d-e.example", "", "a.b+c@d-e.example" }, { "Grö <a@b>", "Grö", "a@b" }, { "A <B> <a@b>", "A <B>", "a@b" } };
	static const char *const wrong[] = { "", "a", "@", "a@", "@b", "a@b@c", "a b@c", "<a@b", "A <a@b> x", "a@b,c@d", "A <>", "A <a@b>>", "a@b\r\nBcc: c@d",
		"A\nB <a@b>", "A <a@b\r>", "a@b\x7F", "a@bü", "ü@b", "a;b@c", "\"a\"@b", "A <a@b> <", "a@[1.2.3.4]" };
	struct mailbox m;
	char many[400] = "";

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		if (mailbox_parse(good[i][0], &m) != NULL)
			fail_msg("%s: %s", good[i][0], mailbox_parse(good[i][0], &m));
		assert_string_equal(m.name, good[i][1]);
		assert_string_equal(m.address, good[i][2]);
	}
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		if (mailbox_parse(wrong[i], &m) == NULL)
			fail_msg("\"%s\" was taken", wrong[i]);
	memset(many, 'a', 300);
	assert_non_null(mailbox_parse(strcat(many, "@b"), &m));
	memset(many, 'a', 300);
	strcpy(many + 300, " <a@b>");
	assert_non_null(mailbox_parse(many, &m));
}

/* decodes what header_text made: every word is whole UTF-8 and short, every line too */
static void check_encoded(const char *text)
{
	const char *p = header_text(&bare, text);

	assert_non_null(p);
	while (*p != '\0') {
		size_t line = strcspn(p, "\r");
		assert_true(line <= 76);
		assert_true(p[line] == '\0' || strncmp(p + line, "\r\n =?UTF-8?B?", 13) == 0);
		for (size_t i = 0; i < line; i++)
			assert_in_range((unsigned char)p[i], 0x20, 0x7E);
		p += line + (p[line] == '\0' ? 0 : 2);
	}
}

static void headers(void **state)
{
	char text[1500];

	(void)state;
	assert_string_equal(header_text(&bare, "plain: words"), "plain: words");
	assert_string_equal(header_text(&bare, ""), "");
	assert_string_equal(header_text(&bare, "ü"), "=?UTF-8?B?w7w=?=");
	assert_string_equal(header_text(&bare, "=?x"), "=?UTF-8?B?PT94?=");
	assert_string_equal(header_text(&bare, " x"), "=?UTF-8?B?IHg=?=");
	for (size_t shift = 0; shift < 8; shift++) {
		memset(text, 'a', shift);
		text[shift] = '\0';
		for (size_t i = 0; i < 300; i++)
			strcat(text, i % 3 == 0 ? "ü" : i % 3 == 1 ? "€" : "🚀");
		check_encoded(text);
	}
	memset(text, 'x', 1000);
	text[1000] = '\0';
	check_encoded(text);
	struct mailbox quoted = { "A \"B\" \\", "a@b" }, encoded = { "ü", "a@b" }, bare_one = { "", "a@b" };
	assert_string_equal(header_mailbox(&bare, &quoted), "\"A \\\"B\\\" \\\\\"\r\n <a@b>");
	assert_string_equal(header_mailbox(&bare, &encoded), "=?UTF-8?B?w7w=?=\r\n <a@b>");
	assert_string_equal(header_mailbox(&bare, &bare_one), "a@b");
	assert_string_equal(header_date(&bare, 0), "Thu, 1 Jan 1970 00:00:00 +0000");
	assert_string_equal(header_date(&bare, 1709210096789), "Thu, 29 Feb 2024 12:34:56 +0000");
}

static void hear(struct reply *r, curl_infotype type, const char *text)
{
	reply_listen(NULL, type, (char *)text, strlen(text), r);
}

static void replies(void **state)
{
	struct smtp smtp = { .user = (char *)"tenon", .password = (char *)"correct horse" };
	struct reply r = { .smtp = &smtp };
	char long_line[2000];

	(void)state;
	hear(&r, CURLINFO_HEADER_OUT, "AUTH PLAIN AHRlbm9uAGNvcnJlY3QgaG9yc2U=\r\n");
	assert_string_equal(r.command, "AUTH");
	hear(&r, CURLINFO_HEADER_OUT, "Y29ycmVjdCBob3JzZQ==\r\n");
	assert_string_equal(r.command, "AUTH");
	assert_false(r.answered);
	hear(&r, CURLINFO_HEADER_IN, "535-5.7.8 no\r\n");
	assert_false(r.answered);
	hear(&r, CURLINFO_HEADER_IN, "535 5.7.8 n\xFC no\x01\r\n");
	assert_true(r.answered);
	assert_int_equal(r.code, 535);
	assert_string_equal(r.text, "535 5.7.8 n? no?");
	for (size_t i = 0; i < 3; i++) {
		static const char *const leaks[] = { "535 no correct horse\r\n", "535 AHRlbm9uAGNvcnJlY3QgaG9yc2U=\r\n", "535 Y29ycmVjdCBob3JzZQ==\r\n" };
		hear(&r, CURLINFO_HEADER_IN, leaks[i]);
		assert_string_equal(r.text, "535 (an answer that repeats a secret)");
	}
	hear(&r, CURLINFO_HEADER_OUT, "RCPT TO:<a@b>\r\n");
	assert_string_equal(r.command, "RCPT TO:<a@b>");
	memset(long_line, '5', sizeof long_line);
	reply_listen(NULL, CURLINFO_HEADER_IN, long_line, sizeof long_line, &r);
	assert_int_equal(strlen(r.text), sizeof r.text - 1);
	hear(&r, CURLINFO_HEADER_IN, "");
	hear(&r, CURLINFO_HEADER_IN, "25");
	assert_int_equal(r.code, 0);
	hear(&r, CURLINFO_HEADER_IN, "250 OK\r\n");
	hear(&r, CURLINFO_HEADER_OUT, "QUIT\r\n");
	hear(&r, CURLINFO_HEADER_IN, "221 Bye\r\n");
	assert_string_equal(r.text, "250 OK");
}

static void pairs(void **state)
{
	struct tenon_pair v[] = { { "a", "1" }, { "", "" }, { "b c", "ü = x" } };
	struct tenon_map m = { v, 3 }, back, none = { NULL, 0 };

	(void)state;
	assert_int_equal(pairs_split(&bare, pairs_join(&bare, &m), &back), TENON_OK);
	assert_int_equal(back.n, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_string_equal(back.v[i].key, v[i].key);
		assert_string_equal(back.v[i].value, v[i].value);
	}
	assert_string_equal(pairs_join(&bare, &none), "");
	assert_int_equal(pairs_split(&bare, "", &back), TENON_OK);
	assert_int_equal(back.n, 0);
	assert_int_equal(pairs_split(&bare, "no tab\n", &back), TENON_OK);
	assert_string_equal(back.v[0].value, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mailboxes), cmocka_unit_test_teardown(headers, bare_free), cmocka_unit_test(replies), cmocka_unit_test_teardown(pairs, bare_free),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
