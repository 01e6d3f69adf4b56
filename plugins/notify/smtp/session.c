/* SPDX-License-Identifier: Apache-2.0 */
/* session - an easy handle each: libcurl's SMTP, told what it must never do.
 *
 * No proxy and no .netrc are looked for, only smtp and smtps are spoken, and the connection is not kept. The time for all of it is
 * the setting `timeout`, or what is left of the call's; a cancelled call ends within a second (progress callback). */
#include "session.h"
#include "mail.h"

struct session { struct tenon_call *call; bool no_memory; const struct smtp *smtp; struct reply reply; CURL *curl; char why[CURL_ERROR_SIZE]; };

static int is_over(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	const struct session *s = arg;
	(void)a, (void)b, (void)c, (void)d;
	return tenon_cancelled(s->call);
}

static long time_left(const struct session *s)
{
	const struct tenon_call *c = s->call;
	int64_t left = c->deadline == INT64_MAX ? INT64_MAX : (c->deadline - c->host->clock()) / 1000000;
	int64_t ms = left < s->smtp->timeout_ms ? left : s->smtp->timeout_ms;
	return ms < 1 ? 1 : (long)ms;
}

/* an option that libcurl copies; without memory for it the session must not go on under other rules */
static void set_text(struct session *s, CURLoption option, const char *text)
{
	s->no_memory = curl_easy_setopt(s->curl, option, text) == CURLE_OUT_OF_MEMORY || s->no_memory;
}

static CURLcode perform(struct session *s)
{
	return s->no_memory ? CURLE_OUT_OF_MEMORY : curl_easy_perform(s->curl);
}

static void set_security(struct session *s, const struct smtp *smtp)
{
	static const long use[] = { [TLS_REQUIRED] = CURLUSESSL_ALL, [TLS_OPPORTUNISTIC] = CURLUSESSL_TRY, [TLS_NONE] = CURLUSESSL_NONE };

	curl_easy_setopt(s->curl, CURLOPT_USE_SSL, use[smtp->tls]);
	if (*smtp->ca_file != '\0')
		set_text(s, CURLOPT_CAINFO, smtp->ca_file);
	if (*smtp->user != '\0') {
		set_text(s, CURLOPT_USERNAME, smtp->user);
		set_text(s, CURLOPT_PASSWORD, smtp->password);
	}
}

static int open_session(struct session *s, struct tenon_call *c, const struct smtp *smtp)
{
	*s = (struct session){ .call = c, .smtp = smtp, .reply = { .smtp = smtp }, .curl = curl_easy_init() };
	if (s->curl == NULL)
		return tenon_fail(c, TENON_NO_MEMORY, "no memory for a session");
	set_text(s, CURLOPT_URL, smtp->url);
	set_text(s, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	set_text(s, CURLOPT_PROXY, "");
	curl_easy_setopt(s->curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(s->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(s->curl, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(s->curl, CURLOPT_TIMEOUT_MS, time_left(s));
	curl_easy_setopt(s->curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, (time_left(s) + 999) / 1000); /* of QUIT too */
	curl_easy_setopt(s->curl, CURLOPT_ERRORBUFFER, s->why);
	curl_easy_setopt(s->curl, CURLOPT_VERBOSE, 1L);
	curl_easy_setopt(s->curl, CURLOPT_DEBUGFUNCTION, reply_listen);
	curl_easy_setopt(s->curl, CURLOPT_DEBUGDATA, &s->reply);
	curl_easy_setopt(s->curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(s->curl, CURLOPT_XFERINFOFUNCTION, is_over);
	curl_easy_setopt(s->curl, CURLOPT_XFERINFODATA, s);
	set_security(s, smtp);
	return TENON_OK;
}

/* ---- what went wrong ---- */

/* the server said no to the last command: in its words */
static int refusal(struct session *s, bool login)
{
	const struct reply *r = &s->reply;
	const char *server = s->smtp->server, *after = *r->command != '\0' ? r->command : "connecting";

	if (login && r->code >= 500)
		return tenon_fail(s->call, TENON_PERMISSION_DENIED, "%s refuses user and password: %s", server, r->text);
	return tenon_fail(s->call, r->code >= 500 ? TENON_FAILED_PRECONDITION : TENON_UNAVAILABLE, "%s, after %s: %s", server, after, r->text);
}

static int fault_of(struct session *s, CURLcode rc)
{
	const char *server = s->smtp->server, *why = *s->why != '\0' ? s->why : curl_easy_strerror(rc);

	switch (rc) {
	case CURLE_OUT_OF_MEMORY:
		return tenon_fail(s->call, TENON_NO_MEMORY, "no memory for a mail");
	case CURLE_ABORTED_BY_CALLBACK:
		return tenon_fail(s->call, TENON_CANCELLED, "cancelled while it talked to %s", server);
	case CURLE_USE_SSL_FAILED:
		return tenon_fail(s->call, TENON_UNAVAILABLE, "%s offers no TLS (STARTTLS), and `tls: required` forbids to go on without", server);
	case CURLE_PEER_FAILED_VERIFICATION:
		return tenon_fail(s->call, TENON_UNAVAILABLE, "%s: its certificate is not trusted: %s; set ca_file to the authority that signed it",
		                  server, why);
	case CURLE_OPERATION_TIMEDOUT:
		return tenon_fail(s->call, TENON_UNAVAILABLE, "%s: no answer in time%s%s", server, *s->reply.command != '\0' ? ", after " : "",
		                  s->reply.command);
	default:
		break;
	}
	if (s->reply.answered && s->reply.code >= 400)
		return refusal(s, rc == CURLE_LOGIN_DENIED);
	if (rc == CURLE_LOGIN_DENIED)
		return tenon_fail(s->call, TENON_PERMISSION_DENIED, "%s offers no way to log in that is known here", server);
	return tenon_fail(s->call, TENON_UNAVAILABLE, "%s: %s", server, why);
}

static const char *last_word(struct session *s, const char *what)
{
	return tenon_printf(s->call, "%s: %s", what, s->reply.text);
}

/* ---- sending ---- */

static struct curl_slist *envelope(const struct mailbox *to, size_t n)
{
	struct curl_slist *list = NULL;
	char path[MAILBOX_ADDRESS + 3];

	for (size_t i = 0; i < n; i++) {
		snprintf(path, sizeof path, "<%s>", to[i].address);
		struct curl_slist *more = curl_slist_append(list, path);
		if (more == NULL)
			curl_slist_free_all(list);
		if ((list = more) == NULL)
			break;
	}
	return list;
}

static int whom(const struct reply *r, const struct mailbox *to, size_t n)
{
	char command[MAILBOX_ADDRESS + 20];

	for (size_t i = 0; i < n && r->answered && r->code >= 500; i++) {
		snprintf(command, sizeof command, "RCPT TO:<%s>", to[i].address);
		if (strcmp(command, r->command) == 0)
			return (int)i;
	}
	return -1;
}

static int send_mail(struct session *s, const struct mail *m, const struct mailbox *to, size_t n)
{
	struct curl_slist *list = envelope(to, n);
	char from[MAILBOX_ADDRESS + 3];

	if (list == NULL)
		return tenon_fail(s->call, TENON_NO_MEMORY, "no memory for a mail");
	snprintf(from, sizeof from, "<%s>", s->smtp->from.address);
	set_text(s, CURLOPT_MAIL_FROM, from);
	curl_easy_setopt(s->curl, CURLOPT_MAIL_RCPT, list);
	curl_easy_setopt(s->curl, CURLOPT_HTTPHEADER, m->headers);
	curl_easy_setopt(s->curl, CURLOPT_MIMEPOST, m->mime);
	CURLcode rc = perform(s);
	curl_slist_free_all(list);
	return rc == CURLE_OK ? TENON_OK : fault_of(s, rc);
}

int session_send(struct tenon_call *c, const struct smtp *smtp, const struct notify_send_args *a, const struct mailbox *to, size_t n,
                 const char **detail, int *refused)
{
	struct session s;
	struct mail m;

	*refused = -1;
	TRY(open_session(&s, c, smtp));
	int rc = mail_build(c, s.curl, smtp, a, to, n, &m);
	if (rc == TENON_OK)
		rc = send_mail(&s, &m, to, n);
	if (rc < 0)
		*refused = whom(&s.reply, to, n);
	*detail = rc < 0 ? "" : last_word(&s, "taken");
	curl_easy_cleanup(s.curl);
	mail_free(&m);
	return *detail == NULL ? TENON_NO_MEMORY : rc;
}

int session_probe(struct tenon_call *c, const struct smtp *smtp, const char **detail)
{
	struct session s;

	TRY(open_session(&s, c, smtp));
	set_text(&s, CURLOPT_CUSTOMREQUEST, "NOOP");
	curl_easy_setopt(s.curl, CURLOPT_NOBODY, 1L);
	CURLcode code = perform(&s);
	int rc = code == CURLE_OK ? TENON_OK : fault_of(&s, code);
	*detail = rc < 0 ? "" : last_word(&s, *smtp->user != '\0' ? "connected and logged in" : "connected");
	curl_easy_cleanup(s.curl);
	return *detail == NULL ? TENON_NO_MEMORY : rc;
}
