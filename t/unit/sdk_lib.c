/* SPDX-License-Identifier: Apache-2.0 */
/* sdk_lib - signatures against published vectors, base64, addresses one by one, waits. */
#include "bare_call.h"
#include "lib/address.h"
#include "lib/backoff.h"
#include "lib/base64.h"
#include "lib/hmac.h"
#include "signature.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* ---- hmac ---- */

static void hex(const unsigned char *p, size_t n, char *out)
{
	for (size_t i = 0; i < n; i++)
		sprintf(out + 2 * i, "%02x", p[i]);
}

static void hmac_rfc4231(void **state)
{
	unsigned char key[131], mac[HMAC_SIZE];
	char text[2 * HMAC_SIZE + 1];
	struct hmac_piece one = { "what do ya want for nothing?", 28 }, two[] = { { "what do ya want ", 16 }, { "", 0 }, { "for nothing?", 12 } };
	struct hmac_piece large = { "Test Using Larger Than Block-Size Key - Hash Key First", 54 };

	(void)state;
	assert_int_equal(hmac_sha256("Jefe", 4, &one, 1, mac), TENON_OK);
	hex(mac, sizeof mac, text);
	assert_string_equal(text, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	assert_int_equal(hmac_sha256("Jefe", 4, two, 3, mac), TENON_OK);
	hex(mac, sizeof mac, text);
	assert_string_equal(text, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	memset(key, 0xAA, sizeof key);
	assert_int_equal(hmac_sha256(key, sizeof key, &large, 1, mac), TENON_OK);
	hex(mac, sizeof mac, text);
	assert_string_equal(text, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
	assert_int_equal(hmac_sha256(NULL, 0, &(struct hmac_piece){ "", 0 }, 1, mac), TENON_OK);
	hex(mac, sizeof mac, text);
	assert_string_equal(text, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

/* of the Standard Webhooks project's own libraries */
static void standard_webhooks(void **state)
{
	static const char body[] = "{\"test\": 2432232314}";
	struct signed_text t = { "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body, sizeof body - 1 };
	struct signature_key keys[2];

	(void)state;
	assert_null(signature_key_parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", &keys[0]));
	assert_string_equal(signature_standard(&bare, keys, 1, &t), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
	keys[1] = keys[0];
	assert_string_equal(signature_standard(&bare, keys, 2, &t),
	                    "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

static void wrong_keys(void **state)
{
	static const char *const wrong[] = { "", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS", "whsec_AAAA",
		"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa=w", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa w",
		/* 65 and 66 bytes */
		"whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
		"whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" };
	struct signature_key k;

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		if (signature_key_parse(wrong[i], &k) == NULL)
			fail_msg("\"%s\" was taken", wrong[i]);
	assert_null(signature_key_parse("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==", &k));
	assert_int_equal(k.n, 64);
}

/* RFC 4648 */
static void base64(void **state)
{
	static const char *const pairs[][2] = { { "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" }, { "foob", "Zm9vYg==" },
		{ "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" }, { "\xFF\xFE\xFB", "//77" } };
	static const char *const wrong[] = { "Z", "Zg", "Zg=", "Zg===", "====", "Z===", "Zh==", "Zm9=", "Zg==Zg==", "Zm 9", "Zm\n9", "Zm-_", "=Zg=" };
	unsigned char back[16];
	char text[16];

	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		base64_encode(text, pairs[i][0], strlen(pairs[i][0]));
		assert_string_equal(text, pairs[i][1]);
		assert_int_equal(base64_decode(back, text, strlen(text)), (int64_t)strlen(pairs[i][0]));
		assert_memory_equal(back, pairs[i][0], strlen(pairs[i][0]));
	}
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		if (base64_decode(back, wrong[i], strlen(wrong[i])) >= 0)
			fail_msg("\"%s\" was taken", wrong[i]);
}

/* ---- addresses ---- */

static struct sockaddr_storage address(const char *text)
{
	struct sockaddr_storage s = { 0 };
	struct sockaddr_in *four = (void *)&s;
	struct sockaddr_in6 *six = (void *)&s;

	s.ss_family = strchr(text, ':') != NULL ? AF_INET6 : AF_INET;
	assert_int_equal(inet_pton(s.ss_family, text, s.ss_family == AF_INET ? (void *)&four->sin_addr : (void *)&six->sin6_addr), 1);
	return s;
}

static void public_addresses(void **state)
{
	static const char *const open[] = { "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
		"169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0",
		"203.0.112.255", "203.0.114.0", "223.255.255.255", "2606:4700::1111", "2a00::1", "2001:200::1", "2001:db7::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8",
		"2002:808:808::1", "3ffe::1" };
	static const char *const closed[] = { "0.0.0.0", "0.1.2.3", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.100.100.200", "100.127.255.255", "127.0.0.1",
		"127.255.255.255", "168.63.129.16", "169.254.0.0", "169.254.169.254", "169.254.255.255", "172.16.0.0", "172.31.255.255", "192.0.0.192", "192.0.2.1",
		"192.88.99.1", "192.168.0.0", "192.168.255.255", "198.18.0.0", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.1.1", "240.0.0.0",
		"255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "::8.8.8.8", "64:ff9b::10.0.0.1",
		"64:ff9b:1::8.8.8.8", "100::1", "2001::1", "2001:1ff::1", "2001:db8::1", "2002:7f00:1::1", "2002:a00:1::1", "3fff::1", "3fff:fff::1", "fc00::1",
		"fd00:ec2::254", "fdff::1", "fe80::1", "febf::1", "fec0::1", "ff02::1", "::ffff:0:127.0.0.1", "4000::1" };

	(void)state;
	for (size_t i = 0; i < sizeof open / sizeof *open; i++) {
		struct sockaddr_storage s = address(open[i]);
		if (!address_is_public((void *)&s))
			fail_msg("%s is public", open[i]);
	}
	for (size_t i = 0; i < sizeof closed / sizeof *closed; i++) {
		struct sockaddr_storage s = address(closed[i]);
		if (address_is_public((void *)&s))
			fail_msg("%s is not public", closed[i]);
	}
	struct sockaddr_storage local = { .ss_family = AF_UNIX };
	assert_false(address_is_public((void *)&local));
}

static void listed_addresses(void **state)
{
	static const struct { const char *net, *in, *out; } rows[] = {
		{ "10.1.0.0/16", "10.1.255.255", "10.2.0.0" }, { "10.1.2.3", "10.1.2.3", "10.1.2.4" }, { "0.0.0.0/0", "255.1.1.1", "::1" }, { "127.0.0.0/8", "::ffff:127.9.9.9", "128.0.0.1" },
		{ "192.168.1.128/25", "192.168.1.128", "192.168.1.127" }, { "fd00::/8", "fd12::1", "fe00::1" }, { "::1", "::1", "::2" }, { "::/0", "10.0.0.1", NULL },
		{ "::ffff:10.0.0.0/104", "10.2.3.4", "11.0.0.0" },
	};
	static const char *const wrong[] = { "", "x", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8 ", "10.0.0.0/8/8", "10.0.0", "localhost", "10.0.0.0/+8",
		"10.0.0.0/99999999999999999999", "1111111111111111111111111111111111111111111111111111111111111111111111111111" };
	struct address_net net;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct sockaddr_storage in = address(rows[i].in), out = address(rows[i].out != NULL ? rows[i].out : "::");
		if (!address_net_parse(rows[i].net, &net) || !address_in((void *)&in, &net, 1))
			fail_msg("%s is in %s", rows[i].in, rows[i].net);
		if (rows[i].out != NULL && address_in((void *)&out, &net, 1))
			fail_msg("%s is not in %s", rows[i].out, rows[i].net);
	}
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		if (address_net_parse(wrong[i], &net))
			fail_msg("\"%s\" was taken", wrong[i]);
}

/* ---- waits ---- */

static void waits(void **state)
{
	struct backoff b = { 1000, 60000 };
	int64_t bounds[] = { 1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000 };

	(void)state;
	for (int64_t tries = 1; tries <= 8; tries++) {
		assert_int_equal(backoff_bound_ms(&b, tries), bounds[tries - 1]);
		assert_int_equal(backoff_ms(&b, tries, 0), 0);
		assert_int_equal(backoff_ms(&b, tries, (uint64_t)bounds[tries - 1]), bounds[tries - 1]);
		assert_int_equal(backoff_ms(&b, tries, (uint64_t)bounds[tries - 1] + 1), 0);
		for (uint64_t r = 1; r < 1000; r++)
			assert_in_range(backoff_ms(&b, tries, r * 0x9E3779B97F4A7C15), 0, bounds[tries - 1]);
	}
	assert_int_equal(backoff_bound_ms(&(struct backoff){ 90000, 86400000 }, 1000000000), 86400000);
	assert_int_equal(backoff_bound_ms(&(struct backoff){ INT64_MAX / 2 + 1, INT64_MAX }, 3), INT64_MAX);
	assert_in_range(backoff_ms(&(struct backoff){ INT64_MAX, INT64_MAX }, 3, UINT64_MAX), 0, INT64_MAX);
	assert_int_equal(backoff_ms(&(struct backoff){ 0, 0 }, 3, 7), 0);
	assert_int_equal(backoff_bound_ms(&(struct backoff){ 5000, 1000 }, 1), 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hmac_rfc4231), cmocka_unit_test_teardown(standard_webhooks, bare_free), cmocka_unit_test(wrong_keys), cmocka_unit_test(base64),
		cmocka_unit_test(public_addresses), cmocka_unit_test(listed_addresses), cmocka_unit_test(waits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
