/* SPDX-License-Identifier: Apache-2.0 */
/* reply - lines of the protocol, cleaned before they are kept. */
#include "reply.h"
#include "lib/base64.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const kept[] = { "EHLO", "HELO", "STARTTLS", "MAIL FROM", "RCPT TO", "DATA", "NOOP" };

static void keep_command(struct reply *r, const char *p, size_t n)
{
	size_t i = 0;

	while (i < sizeof kept / sizeof *kept && (n < strlen(kept[i]) || strncmp(p, kept[i], strlen(kept[i])) != 0))
		i++;
	bool known = i < sizeof kept / sizeof *kept;
	n = strcspn(p, "\r\n") < n ? strcspn(p, "\r\n") : n;
	snprintf(r->command, sizeof r->command, "%.*s", known ? (int)n : 4, known ? p : "AUTH");
	r->answered = false;
}

static bool repeats(const char *text, const char *secret, size_t n)
{
	char encoded[1400];
	size_t whole = n / 3 * 3; /* whole groups do: the rest is but padding */

	if (memmem(text, strlen(text), secret, n) != NULL)
		return true;
	whole = whole < sizeof encoded / 4 * 3 - 3 ? whole : sizeof encoded / 4 * 3 - 3;
	base64_encode(encoded, secret, whole);
	return whole > 0 && strstr(text, encoded) != NULL;
}

/* the password alone, and as AUTH PLAIN sends it */
static bool has_secret(const struct smtp *s, const char *text)
{
	size_t user = strlen(s->user), password = strlen(s->password);
	char plain[1000];

	if (password == 0)
		return false;
	int n = snprintf(plain, sizeof plain, "%c%s%c%s", 0, s->user, 0, s->password);
	return repeats(text, s->password, password) || (n == (int)(user + password + 2) && (size_t)n < sizeof plain && repeats(text, plain, (size_t)n));
}

static void keep_answer(struct reply *r, const char *p, size_t n)
{
	size_t out = 0;

	for (size_t i = 0; i < n && out + 1 < sizeof r->text && p[i] != '\r' && p[i] != '\n'; i++)
		r->text[out++] = (unsigned char)p[i] >= 0x20 && (unsigned char)p[i] < 0x7F ? p[i] : '?';
	r->text[out] = '\0';
	r->code = strspn(r->text, "0123456789") == 3 ? atoi(r->text) : 0;
	r->answered = out == 3 || r->text[3] == ' ';
	if (has_secret(r->smtp, r->text))
		snprintf(r->text, sizeof r->text, "%03d (an answer that repeats a secret)", r->code);
}

int reply_listen(CURL *curl, curl_infotype type, char *p, size_t n, void *arg)
{
	struct reply *r = arg;
	char line[1000];

	(void)curl;
	r->over = r->over || (type == CURLINFO_HEADER_OUT && n >= 4 && strncmp(p, "QUIT", 4) == 0);
	n = n < sizeof line - 1 ? n : sizeof line - 1;
	if (!r->over && (type == CURLINFO_HEADER_OUT || type == CURLINFO_HEADER_IN)) {
		memcpy(line, p, n);
		line[n] = '\0';
		(type == CURLINFO_HEADER_OUT ? keep_command : keep_answer)(r, line, n);
	}
	return 0;
}
