/* SPDX-License-Identifier: Apache-2.0 */
/* notify - what mail servers say, and texts that become mailboxes, headers, keys, networks, JSON and lines. */
#include "bare_call.h"
#include "lib/address.h"
#include "notify/smtp/header.h"
#include "notify/smtp/reply.h"
#include "notify/webhook/json.h"
#include "notify/webhook/signature.h"
#include "service/notify/pairs.h"
#include <tenon/iface/notify.h>

static void must(bool good)
{
	if (!good)
		abort();
}

static bool is_printable(const char *s)
{
	while ((unsigned char)*s >= 0x20 && (unsigned char)*s < 0x7F)
		s++;
	return *s == '\0';
}

/* line by line, commands and answers in turn */
static void converse(char *text, size_t n)
{
	struct smtp smtp = { .user = (char *)"tenon", .password = (char *)"geheim" };
	struct reply r = { .smtp = &smtp };

	for (size_t at = 0, line; at < n; at += line) {
		const char *end = memchr(text + at, '\n', n - at);
		line = end == NULL ? n - at : (size_t)(end + 1 - (text + at));
		reply_listen(NULL, at % 2 ? CURLINFO_HEADER_OUT : CURLINFO_HEADER_IN, text + at, line, &r);
		must(is_printable(r.text) && strstr(r.text, "geheim") == NULL && r.code >= 0 && r.code <= 999);
	}
}

/* no line of a header begins with anything but a space, whatever the text is */
static void header(const char *text)
{
	const char *p = notify_is_clean(text, false) ? header_text(&bare, text) : NULL;

	for (; p != NULL && (p = strchr(p, '\r')) != NULL; p += 3)
		must(p[1] == '\n' && p[2] == ' ');
}

static void mailbox(const char *text)
{
	struct mailbox m;

	if (mailbox_parse(text, &m) == NULL)
		must(is_printable(m.address) && strpbrk(m.address, " <>\r\n,;") == NULL && strchr(m.address, '@') != NULL && notify_is_clean(m.name, false) &&
		     header_mailbox(&bare, &m) != NULL);
}

static void json(const char *text)
{
	struct json j = { .call = &bare };

	json_string(&j, text);
	must(!j.failed && j.n >= 2 && j.p[0] == '"' && j.p[j.n - 1] == '"' && notify_is_clean(j.p, false));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char *text = malloc(n + 1);
	struct signature_key key;
	struct address_net net;
	struct tenon_map map;

	memcpy(text, data, n);
	text[n] = '\0';
	converse(text, n);
	header(text);
	mailbox(text);
	if (strchr(text, 0x7F) == NULL)
		json(text);
	must(signature_key_parse(text, &key) != NULL || (key.n >= 24 && key.n <= 64));
	must(!address_net_parse(text, &net) || net.bits <= 128);
	must(pairs_split(&bare, text, &map) == TENON_OK);
	free(text);
	bare_free(NULL);
	return 0;
}
