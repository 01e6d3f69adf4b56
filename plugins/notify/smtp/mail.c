/* SPDX-License-Identifier: Apache-2.0 */
/* mail - multipart/alternative: the text first, the HTML last, for readers show the last that they can (RFC 2046). Quoted-printable keeps
 * lines short and bytes below 0x80 whatever the text is. */
#include "mail.h"
#include "header.h"

/* ---- headers ---- */

static bool add(struct mail *m, const char *line)
{
	struct curl_slist *more = line == NULL ? NULL : curl_slist_append(m->headers, line);
	if (more != NULL)
		m->headers = more;
	return more != NULL;
}

static const char *subject(struct tenon_call *c, const struct notify_send_args *a)
{
	const char *whole = a->severity == NOTIFY_INFO ? a->title : tenon_printf(c, "[%s] %s", notify_severity_name(a->severity), a->title);
	const char *text = whole == NULL ? NULL : header_text(c, whole);
	return text == NULL ? NULL : tenon_printf(c, "Subject: %s", text);
}

static const char *recipients(struct tenon_call *c, const struct mailbox *to, size_t n)
{
	const char *line = NULL;

	for (size_t i = 0; i < n; i++) {
		const char *one = header_mailbox(c, &to[i]);
		line = one == NULL ? NULL : i == 0 ? tenon_printf(c, "To: %s", one) : tenon_printf(c, "%s,\r\n %s", line, one);
		if (line == NULL)
			return NULL;
	}
	return line;
}

static bool add_headers(struct tenon_call *c, const struct smtp *s, const struct notify_send_args *a, const struct mailbox *to, size_t n,
                        struct mail *m)
{
	const char *from = header_mailbox(c, &s->from), *domain = strchr(s->from.address, '@') + 1;
	const char *date = header_date(c, a->created > 0 ? a->created : tenon_now(c));

	return from != NULL && date != NULL && add(m, tenon_printf(c, "Date: %s", date)) && add(m, tenon_printf(c, "From: %s", from)) &&
	       add(m, recipients(c, to, n)) && add(m, subject(c, a)) && add(m, tenon_printf(c, "Message-ID: <%s@%s>", a->id, domain)) &&
	       add(m, "Auto-Submitted: auto-generated") && add(m, tenon_printf(c, "X-Tenon-Severity: %s", notify_severity_name(a->severity))) &&
	       (a->severity < NOTIFY_ERROR || add(m, "Importance: high")) && add(m, "Content-Type: multipart/alternative");
}

/* ---- parts ---- */

/* line ends as mail has them: libcurl's quoted-printable would encode a lone \n */
static char *with_crlf(struct tenon_call *c, const char *s)
{
	char *out = tenon_alloc(c, 2 * strlen(s) + 3), *p = out;

	for (; out != NULL && *s != '\0'; s++) {
		if (*s != '\r' && *s != '\n') {
			*p++ = *s;
			continue;
		}
		s += *s == '\r' && s[1] == '\n';
		*p++ = '\r';
		*p++ = '\n';
	}
	return out;
}

/* the text, then the link, then the attributes, a line each */
static char *body(struct tenon_call *c, const struct notify_send_args *a)
{
	const char *lines = a->attributes.n > 0 ? "\n" : "";
	char *text = tenon_printf(c, "%s%s%s%s", *a->text != '\0' ? a->text : a->title, *a->link != '\0' ? "\n\n" : "", a->link, "\n");

	for (size_t i = 0; text != NULL && i < a->attributes.n; i++, lines = "")
		text = tenon_printf(c, "%s%s%s: %s\n", text, lines, a->attributes.v[i].key, a->attributes.v[i].value);
	return text == NULL ? NULL : with_crlf(c, text);
}

static bool add_part(struct mail *m, const char *type, const char *text)
{
	curl_mimepart *part = text == NULL ? NULL : curl_mime_addpart(m->mime);

	return part != NULL && curl_mime_data(part, text, CURL_ZERO_TERMINATED) == CURLE_OK && curl_mime_type(part, type) == CURLE_OK &&
	       curl_mime_encoder(part, "quoted-printable") == CURLE_OK;
}

int mail_build(struct tenon_call *c, CURL *curl, const struct smtp *s, const struct notify_send_args *a, const struct mailbox *to, size_t n,
               struct mail *m)
{
	*m = (struct mail){ NULL, curl_mime_init(curl) };
	bool good = m->mime != NULL && add_headers(c, s, a, to, n, m) && add_part(m, "text/plain; charset=utf-8", body(c, a));
	if (good && *a->html != '\0')
		good = add_part(m, "text/html; charset=utf-8", with_crlf(c, a->html));
	return good ? TENON_OK : tenon_fail(c, TENON_NO_MEMORY, "no memory for a mail");
}

void mail_free(struct mail *m)
{
	curl_mime_free(m->mime);
	curl_slist_free_all(m->headers);
}
