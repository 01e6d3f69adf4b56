/* SPDX-License-Identifier: Apache-2.0 */
/* notify/smtp - messages as mail, through one server.
 *
 * Model    An instance is an account on a server. A send is one session: nothing is kept between two. A recipient whom the server
 *          refuses for good is left out and the rest get the mail; one whom it cannot take now makes the whole mail wait, so that
 *          nobody gets it twice because of a neighbour.
 * Threads  send and probe block on the lane `send`.
 * Failure  a wrong setting fails `create`, in words that name it. What the server says: session.h. */
#include "session.h"

#include <stdlib.h>

static const struct tenon_name tls_names[] = {
	{ "required", TLS_REQUIRED }, { "opportunistic", TLS_OPPORTUNISTIC }, { "none", TLS_NONE }, { NULL, 0 },
};

#define SMTP_CONFIG(F, S) \
	F(S, const char *, url, .flags = TENON_REQUIRED, .doc = "the server: smtp://host:587, or smtps://host:465 for TLS from the first byte") \
	F(S, const char *, user, .doc = "who logs in; empty = nobody does") \
	F(S, const char *, password, .flags = TENON_SECRET, .doc = "the user's password; it is only ever sent over TLS") \
	F(S, int64_t, tls, .type = TENON_ENUM, .names = tls_names, .dflt = "required", \
	  .doc = "with smtp://: required = STARTTLS or nothing is sent; opportunistic = if it is offered; none") \
	F(S, const char *, from, .flags = TENON_REQUIRED, .doc = "the sender: tenon@example.org, or Tenon <tenon@example.org>") \
	F(S, struct tenon_strs, to, .range = "..100", .doc = "who gets messages that name nobody") \
	F(S, const char *, ca_file, .doc = "PEM file of the authorities that are trusted; empty = the system's") \
	F(S, int64_t, timeout, .dflt = "30000", .range = "100..120000", .label = "ms", .doc = "how long a mail may take") \
	F(S, const char *, ehlo, .doc = "the name that it introduces itself with; empty = the machine's")
TENON_MESSAGE(smtp_config, SMTP_CONFIG);

/* ---- methods ---- */

static int recipients(struct tenon_call *c, const struct smtp *s, const struct notify_send_args *a, struct mailbox **to, size_t *n)
{
	*n = a->to.n > 0 ? a->to.n : s->n_to;
	if (*n == 0)
		return tenon_fail(c, TENON_INVALID_ARGUMENT, "to: nobody to send it to; name somebody here or in the instance's `to`");
	if ((*to = tenon_alloc(c, *n * sizeof **to)) == NULL)
		return tenon_fail(c, TENON_NO_MEMORY, "no memory for %zu recipients", *n);
	if (a->to.n == 0)
		memcpy(*to, s->to, *n * sizeof **to);
	for (size_t i = 0; i < a->to.n; i++) {
		const char *fault = mailbox_parse(a->to.v[i], &(*to)[i]);
		if (fault != NULL)
			return tenon_fail(c, TENON_INVALID_ARGUMENT, "to: \"%s\": %s", a->to.v[i], fault);
	}
	return TENON_OK;
}

static const char *join(struct tenon_call *c, const char *a, const char *b)
{
	return *a == '\0' ? b : tenon_printf(c, "%s; %s", a, b);
}

/* again without the recipient whom the server does not know, until it takes the mail or nobody is left */
static int send_to_rest(struct tenon_call *c, const struct notify_send_args *a, struct mailbox *to, size_t n, const char **detail)
{
	const struct smtp *s = c->self;
	const char *left_out = "", *said;
	int refused, rc;

	while ((rc = session_send(c, s, a, to, n, &said, &refused)) < 0 && refused >= 0) {
		const char *more = join(c, left_out, tenon_strndup(c, tenon_reason(c), strlen(tenon_reason(c))));
		memmove(&to[refused], &to[refused + 1], (n - (size_t)refused - 1) * sizeof *to);
		n--;
		if (more == NULL)
			return TENON_NO_MEMORY;
		left_out = more;
		if (n == 0)
			return tenon_fail(c, rc, "%s", left_out);
	}
	if (rc < 0)
		return rc;
	tenon_forgive(c);
	if (*left_out != '\0')
		tenon_log(c, TENON_LOG_WARN, "%s went to some only: %s", a->id, left_out);
	*detail = *left_out == '\0' ? said : tenon_printf(c, "%s, but not by all: %s", said, left_out);
	return *detail == NULL ? TENON_NO_MEMORY : TENON_OK;
}

static int send_mail(struct tenon_call *c, const struct notify_send_args *a, struct notify_send_result *out)
{
	struct mailbox *to = NULL;
	size_t n = 0;

	TRY(notify_check(c, a));
	TRY(recipients(c, c->self, a, &to, &n));
	TRY(send_to_rest(c, a, to, n, &out->detail));
	out->has.detail = 1;
	return TENON_OK;
}
TENON_HANDLER(send_mail, struct notify_send_args, struct notify_send_result)

static int probe(struct tenon_call *c, const struct tenon_empty *a, struct notify_probe_result *out)
{
	(void)a;
	TRY(session_probe(c, c->self, &out->detail));
	out->has.detail = 1;
	return TENON_OK;
}
TENON_HANDLER(probe, struct tenon_empty, struct notify_probe_result)

/* ---- life ---- */

static void destroy(void *self)
{
	struct smtp *s = self;

	free(s->url);
	free(s->server);
	free(s->user);
	if (s->password != NULL)
		explicit_bzero(s->password, strlen(s->password));
	free(s->password);
	free(s->ca_file);
	free(s->to);
	free(s);
}

static int wrong(char *why, size_t size, const char *key, const char *fault)
{
	snprintf(why, size, "%s: %s", key, fault);
	return TENON_INVALID_ARGUMENT;
}

static int check_url(const struct smtp_config *conf, char *why, size_t size)
{
	bool plain = strncmp(conf->url, "smtp://", 7) == 0, tls = strncmp(conf->url, "smtps://", 8) == 0;
	const char *host = conf->url + (tls ? 8 : 7);

	if (!plain && !tls)
		return wrong(why, size, "url", "write it as smtp://host:587 or smtps://host:465");
	if (strpbrk(host, "@") != NULL)
		return wrong(why, size, "url", "user and password have keys of their own, and are kept secret there");
	if (*host == '\0' || strpbrk(host, "/?#\\ \r\n\t") != NULL)
		return wrong(why, size, "url", "only scheme, host and port belong there");
	if (*conf->password != '\0' && plain && conf->tls != TLS_REQUIRED)
		return wrong(why, size, "tls", "a password is only sent over TLS: set `tls: required`, or use smtps://");
	if (*conf->password != '\0' && *conf->user == '\0')
		return wrong(why, size, "user", "there is a password, but no user");
	if (strpbrk(conf->ehlo, "/?#\\ \r\n\t\"<>") != NULL)
		return wrong(why, size, "ehlo", "a host's name belongs there");
	return TENON_OK;
}

static int read_mailboxes(struct smtp *s, const struct smtp_config *conf, char *why, size_t size)
{
	char key[300];
	const char *fault = mailbox_parse(conf->from, &s->from);

	if (fault != NULL)
		return wrong(why, size, "from", fault);
	if ((s->to = calloc(conf->to.n + 1, sizeof *s->to)) == NULL)
		return TENON_NO_MEMORY;
	for (; s->n_to < conf->to.n; s->n_to++) {
		fault = mailbox_parse(conf->to.v[s->n_to], &s->to[s->n_to]);
		snprintf(key, sizeof key, "to: \"%s\"", conf->to.v[s->n_to]);
		if (fault != NULL)
			return wrong(why, size, key, fault);
	}
	return TENON_OK;
}

static int copy_texts(struct smtp *s, const struct smtp_config *conf)
{
	if (asprintf(&s->url, "%s%s%s", conf->url, *conf->ehlo != '\0' ? "/" : "", conf->ehlo) < 0)
		s->url = NULL;
	s->server = strdup(strstr(conf->url, "://") + 3);
	s->user = strdup(conf->user);
	s->password = strdup(conf->password);
	s->ca_file = strdup(conf->ca_file);
	return s->url != NULL && s->server != NULL && s->user != NULL && s->password != NULL && s->ca_file != NULL ? TENON_OK : TENON_NO_MEMORY;
}

static int create(const struct tenon_host *h, const void *config, void **self, char *why, size_t size)
{
	const struct smtp_config *conf = config;
	struct smtp *s = calloc(1, sizeof *s);

	(void)h;
	if (s == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		free(s);
		return TENON_NO_MEMORY;
	}
	s->tls = (enum smtp_tls)conf->tls;
	s->timeout_ms = conf->timeout;
	int rc = check_url(conf, why, size);
	if (rc == TENON_OK)
		rc = read_mailboxes(s, conf, why, size);
	if (rc == TENON_OK)
		rc = copy_texts(s, conf);
	if (rc < 0)
		destroy(s);
	else
		*self = s;
	return rc;
}

static const struct tenon_lane lanes[] = { { "send", 2, 256 }, { 0 } };

static const struct tenon_method methods[] = {
	{ .name = "send", .since = 1, .flags = TENON_WRITE | TENON_BLOCKING | TENON_HIDDEN, .args = &notify_send_args_table,
	  .result = &notify_send_result_table, .handler = send_mail_handler, .errors = "PERMISSION_DENIED FAILED_PRECONDITION",
	  .doc = "Sends a mail, once." },
	{ .name = "probe", .since = 1, .flags = TENON_IDEMPOTENT | TENON_BLOCKING, .args = &tenon_empty_table,
	  .result = &notify_probe_result_table, .handler = probe_handler, .permission = "edit@workspace", .deadline_ms = 130000,
	  .errors = "PERMISSION_DENIED FAILED_PRECONDITION", .doc = "Connects to the mail server and logs in, without sending anything." },
	{ 0 },
};

static const struct tenon_plugin smtp = {
	.size = sizeof smtp, .abi = TENON_ABI, .name = "smtp", .version = "1.0.0", .interface = "notify", .licence = "Apache-2.0",
	.doc = "Messages as mail, through an SMTP server.", .config = &smtp_config_table, .methods = methods, .lanes = lanes,
	.create = create, .destroy = destroy, .placement = "process",
};
TENON_EXPORT(smtp);
