/* SPDX-License-Identifier: Apache-2.0 */
/* notify_faults - a notifier under the mock host, against a port where nobody listens: whichever allocation of a call fails, the call fails
 * in order; a call that was cancelled is CANCELLED or UNAVAILABLE; bad messages are refused before anything is opened. Built once for each. */
#include <tenon/iface/notify.h>
#include "mock/mock.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

const struct tenon_plugin *tenon_plugin_v1(void);

static struct mock *m;
static int bound; /* keeps the port from others; nobody listens on it */

static int set_up(void **state)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof a;
	char why[400], url[100] = "url=";

	(void)state;
	bound = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(bound, (struct sockaddr *)&a, sizeof a), 0);
	assert_int_equal(getsockname(bound, (struct sockaddr *)&a, &size), 0);
	snprintf(url + 4, sizeof url - 4, URL, ntohs(a.sin_port));
	if (mock_open(&m, tenon_plugin_v1(), "/nonexistent", (const char *[]){ url, SETTING, SETTING_TOO, NULL }, why, sizeof why) < 0)
		fail_msg("%s", why);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	mock_close(m);
	close(bound);
	return 0;
}

static const char *to[] = { "c@d", "E F <e@f>" };
static struct tenon_pair pairs[] = { { "a", "b" }, { "c", "ü" } };
static struct notify_send_args message(void)
{
	return (struct notify_send_args){ .has = { .id = 1, .title = 1 }, .id = "m1", .title = "Größe", .text = "a\nb", .html = "<p>", .link = "https://x",
	                                  .severity = NOTIFY_ERROR, .to = { to, 2 }, .attributes = { pairs, 2 } };
}

static int run(const struct notify_send_args *a, int64_t allocs, bool cancelled, char *reason)
{
	struct mock_call *c = mock_call_new(m, "send");

	assert_non_null(c);
	c->allocs = allocs;
	c->cancelled = cancelled;
	int code = mock_run(c, a);
	strcpy(reason, c->message);
	mock_call_free(c);
	return code;
}

static void every_allocation_fails_once(void **state)
{
	struct notify_send_args a = message();
	int without = 0, code = TENON_NO_MEMORY;
	char reason[1024];

	(void)state;
	for (int64_t n = 0; code == TENON_NO_MEMORY && n < 200; n++) {
		code = run(&a, n, false, reason);
		without += code == TENON_NO_MEMORY;
	}
	assert_int_equal(code, TENON_UNAVAILABLE); /* memory enough: nobody is there */
	assert_non_null(strstr(reason, "127.0.0.1"));
	assert_true(without > 5);
}

static void who_left_is_not_served(void **state)
{
	struct notify_send_args a = message();
	char reason[1024];

	(void)state;
	int code = run(&a, -1, true, reason);
	assert_true(code == TENON_CANCELLED || code == TENON_UNAVAILABLE);
}

static void bad_messages_are_refused(void **state)
{
	struct notify_send_args good = message(), a;
	char reason[1024];

	(void)state;
#define REFUSED(member, bad, word) \
	(a = good, a.member = (bad), assert_int_equal(run(&a, -1, false, reason), TENON_INVALID_ARGUMENT), assert_non_null(strstr(reason, word)))
	REFUSED(id, "", "id");
	REFUSED(id, "a b", "id");
	REFUSED(id, "a>\r\nX: y", "id");
	REFUSED(title, "a\nb", "title");
	REFUSED(title, "a\x7F", "title");
	REFUSED(link, "javascript:x", "link");
	REFUSED(link, "https://x\r\n", "link");
	REFUSED(text, "\x01", "text");
	REFUSED(html, "\x1b", "html");
	REFUSED(to.v[1], "e@f\r\nBcc: g@h", "to");
	to[1] = "E F <e@f>";
	REFUSED(attributes.v[0].key, "a\tb", "attributes");
	pairs[0].key = "a";
	REFUSED(attributes.v[1].value, "a\nb", "attributes");
	pairs[1].value = "ü";
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_allocation_fails_once), cmocka_unit_test(who_left_is_not_served), cmocka_unit_test(bad_messages_are_refused),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
