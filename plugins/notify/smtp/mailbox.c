/* SPDX-License-Identifier: Apache-2.0 */
/* mailbox - stricter than RFC 5322: no comments, no quoted local parts, no groups; nothing that could end a header or an SMTP command. */
#include "mailbox.h"

#include <stdbool.h>
#include <string.h>
#include <tenon/iface/notify.h>

static const char *address_fault(const char *s, size_t n)
{
	const char *at = memchr(s, '@', n);

	if (n == 0)
		return "there is no address in it";
	if (n > 254)
		return "the address is longer than 254 characters";
	for (size_t i = 0; i < n; i++) {
		if ((unsigned char)s[i] >= 0x80)
			return "the address is not ASCII: write the domain as xn--..., other local parts are not supported";
		if (s[i] <= ' ' || s[i] == 0x7F || strchr("<>()[],;:\\\"", s[i]) != NULL)
			return "a character that does not belong into an address";
	}
	if (at == NULL || at == s || at + 1 == s + n || memchr(at + 1, '@', n - (size_t)(at + 1 - s)) != NULL)
		return "an address looks like name@domain";
	return NULL;
}

const char *mailbox_parse(const char *text, struct mailbox *out)
{
	size_t n = strlen(text);
	const char *open = strrchr(text, '<');

	memset(out, 0, sizeof *out);
	if (!notify_is_clean(text, false))
		return "control characters, line ends among them, are not for it";
	if (open == NULL) {
		const char *fault = address_fault(text, n);
		return fault != NULL ? fault : (memcpy(out->address, text, n), NULL);
	}
	size_t name = (size_t)(open - text);
	if (text[n - 1] != '>')
		return "write it as name@domain, or as Name <name@domain>";
	const char *fault = address_fault(open + 1, n - name - 2);
	while (name > 0 && text[name - 1] == ' ')
		name--;
	if (name >= 2 && text[0] == '"' && text[name - 1] == '"') {
		text++;
		name -= 2;
	}
	if (fault == NULL && name >= MAILBOX_NAME)
		fault = "the name is longer than 255 bytes";
	if (fault != NULL)
		return fault;
	memcpy(out->name, text, name);
	memcpy(out->address, open + 1, strlen(open + 1) - 1);
	return NULL;
}
