/* SPDX-License-Identifier: Apache-2.0 */
/* http - an easy handle a request.
 *
 * Operation  The opensocket callback sees each address that libcurl is about to try and refuses the ones outside the rule; when nothing
 *            else is left, that refusal is the answer. The progress callback, once a second at least, asks whether the call was
 *            cancelled. */
#include "lib/http.h"

#include <curl/curl.h>
#include <sys/socket.h>
#include <unistd.h>

struct exchange {
	struct tenon_call *call;
	const struct http_client *client;
	struct http_reply *reply;
	char refused[ADDRESS_TEXT];         /* "" = none */
	bool opened;                        /* an address was allowed, whatever became of it */
	bool no_memory;
};

int http_start(void) { return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? TENON_OK : TENON_NO_MEMORY; }

void http_origin(const char *url, char *out, size_t size)
{
	const char *host = strstr(url, "://");
	size_t end = host == NULL ? 0 : (size_t)(host + 3 - url) + strcspn(host + 3, "/?#\\");
	const char *at = host == NULL ? NULL : memrchr(host, '@', end - (size_t)(host - url));

	if (host == NULL)
		snprintf(out, size, "(not a URL)");
	else if (at != NULL) /* user:password@ */
		snprintf(out, size, "%.*s://%.*s", (int)(host - url), url, (int)(url + end - at - 1), at + 1);
	else
		snprintf(out, size, "%.*s", (int)end, url);
}

/* ---- callbacks ---- */

static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct exchange *x = arg;
	const struct http_client *h = x->client;

	(void)purpose;
	if (!h->allow_private && !address_is_public(&to->addr) && !address_in(&to->addr, h->nets, h->n_nets)) {
		address_print(&to->addr, x->refused);
		return CURL_SOCKET_BAD;
	}
	x->opened = true;
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static size_t take_body(char *p, size_t one, size_t n, void *arg)
{
	struct exchange *x = arg;
	struct http_reply *r = x->reply;
	size_t room = x->client->reply_most - r->n, take = n * one < room ? n * one : room;

	if (r->body == NULL && (r->body = tenon_alloc(x->call, x->client->reply_most + 1)) == NULL) {
		x->no_memory = true;
		return 0;
	}
	memcpy(r->body + r->n, p, take);
	r->n += take;
	return take < n * one ? 0 : take; /* it has said enough: the connection is cut */
}

static int is_over(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	struct exchange *x = arg;
	(void)a, (void)b, (void)c, (void)d;
	return tenon_cancelled(x->call);
}

/* ---- one request ---- */

static long time_left(const struct exchange *x)
{
	int64_t left = x->call->deadline == INT64_MAX ? INT64_MAX : (x->call->deadline - x->call->host->clock()) / 1000000;
	int64_t ms = left < x->client->timeout_ms ? left : x->client->timeout_ms;
	return ms < 1 ? 1 : (long)ms;
}

/* an option whose text is copied; without memory for it the request must not go out under other rules */
static void set_text(CURL *curl, struct exchange *x, CURLoption option, const char *text)
{
	x->no_memory = curl_easy_setopt(curl, option, text) == CURLE_OUT_OF_MEMORY || x->no_memory;
}

static void set_rule(CURL *curl, struct exchange *x)
{
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	set_text(curl, x, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	set_text(curl, x, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, x);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, time_left(x));
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, is_over);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, x);
	if (x->client->ca_file != NULL)
		set_text(curl, x, CURLOPT_CAINFO, x->client->ca_file);
}

static struct curl_slist *set_request(CURL *curl, struct exchange *x, const struct http_request *q)
{
	struct curl_slist *list = curl_slist_append(NULL, "Expect:"); /* no waiting for 100 Continue */

	for (const char *const *h = q->headers; list != NULL && h != NULL && *h != NULL; h++) {
		struct curl_slist *more = curl_slist_append(list, *h);
		if (more == NULL)
			curl_slist_free_all(list);
		list = more;
	}
	set_text(curl, x, CURLOPT_URL, q->url);
	curl_easy_setopt(curl, CURLOPT_CONNECT_ONLY, q->verb == NULL ? 1L : 0L);
	set_text(curl, x, CURLOPT_CUSTOMREQUEST, q->verb);
	set_text(curl, x, CURLOPT_USERAGENT, x->client->agent);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, list);
	if (q->body != NULL) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)q->n);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, q->body);
	}
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, x);
	return list;
}

static int fault_of(struct exchange *x, CURLcode rc, const char *url, const char *why)
{
	char origin[300];

	http_origin(url, origin, sizeof origin);
	if (x->no_memory || rc == CURLE_OUT_OF_MEMORY)
		return tenon_fail(x->call, TENON_NO_MEMORY, "no memory for the answer of %s", origin);
	if (rc == CURLE_ABORTED_BY_CALLBACK)
		return tenon_fail(x->call, TENON_CANCELLED, "cancelled while it talked to %s", origin);
	if (*x->refused != '\0' && !x->opened)
		return tenon_fail(x->call, TENON_PERMISSION_DENIED, "%s is at %s, which is no public address, and no setting allows it", origin, x->refused);
	if (rc == CURLE_URL_MALFORMAT || rc == CURLE_UNSUPPORTED_PROTOCOL)
		return tenon_fail(x->call, TENON_INVALID_ARGUMENT, "%s: not an http or https URL", origin);
	return tenon_fail(x->call, TENON_UNAVAILABLE, "%s: %s", origin, *why != '\0' ? why : curl_easy_strerror(rc));
}

static int finish(CURL *curl, struct exchange *x, CURLcode rc, const struct http_request *q, const char *why)
{
	curl_off_t wait = 0;

	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &x->reply->status);
	bool enough = rc == CURLE_WRITE_ERROR && !x->no_memory && x->reply->n == x->client->reply_most;
	if (rc != CURLE_OK && !enough)
		return fault_of(x, rc, q->url, why);
	curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &wait);
	x->reply->retry_after_ms = wait > INT32_MAX ? (int64_t)INT32_MAX * 1000 : (int64_t)wait * 1000;
	return TENON_OK;
}

int http_send(struct tenon_call *c, const struct http_client *h, const struct http_request *q, struct http_reply *out)
{
	struct exchange x = { .call = c, .client = h, .reply = out };
	char why[CURL_ERROR_SIZE] = "";
	CURL *curl = curl_easy_init();
	int code = TENON_NO_MEMORY;

	*out = (struct http_reply){ 0 };
	if (curl == NULL)
		return tenon_fail(c, code, "no memory for a request");
	set_rule(curl, &x);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, why);
	struct curl_slist *headers = set_request(curl, &x, q);
	if (headers != NULL && !x.no_memory)
		code = finish(curl, &x, curl_easy_perform(curl), q, why);
	curl_easy_cleanup(curl);
	curl_slist_free_all(headers);
	if (code == TENON_OK && out->body == NULL)
		out->body = tenon_strndup(c, "", 0);
	return code;
}
