/* SPDX-License-Identifier: Apache-2.0 */
/* http - libcurl's easy interface; refusals are RFC 9457 problem details. */
#include "http.h"
#include "base/arena.h"
#include "catalogue.h"
#include "exits.h"
#include "talk.h"
#include "wire/json.h"

#include <curl/curl.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { CONNECT_MS = 5000, MOST_REFUSAL = 64 << 10 };

/* set by the handler of SIGINT and SIGTERM, which can know nothing else */
static volatile sig_atomic_t interrupted;

static void on_signal(int sig)
{
	(void)sig;
	interrupted = 1;
}

void http_interrupts(void)
{
	struct sigaction act = { .sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND }; /* a second Ctrl-C ends it at once */

	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	signal(SIGPIPE, SIG_IGN);
}

bool http_interrupted(void) { return interrupted != 0; }

/* ---- what a refusal says ---- */

static int exit_of(long status)
{
	if (status < 400)
		return EXIT_OK;
	if (status == 404)
		return EXIT_NOT_FOUND;
	if (status == 401)
		return EXIT_DENIED;
	return status < 500 ? EXIT_FAILED : EXIT_SERVER;
}

static int refuse(const struct remote *r, const struct answer *a)
{
	int code = exit_of(a->status);
	struct tenon_json body = { a->body.p, a->body.n };
	struct arena memory;

	if (code == EXIT_OK || r->quiet)
		return code;
	arena_init(&memory, 0);
	const char *detail = member_text(body, "detail", &memory), *name = member_text(body, "code", &memory);
	const char *next = member_text(body, "next", &memory), *trace = member_text(body, "trace_id", &memory);
	if (*detail == '\0' && *name == '\0')
		complain(code, "%s answered with status %ld; is it a Tenon server?", r->url, a->status);
	else
		complain(code, "%s [%s]", *detail != '\0' ? detail : member_text(body, "title", &memory), name);
	if (*next != '\0')
		say("  next:  %s", next);
	if (*trace != '\0')
		say("  trace: %s", trace);
	arena_free(&memory);
	return code;
}

static int broken(const struct remote *r, CURLcode rc, const char *why)
{
	const char *text = *why != '\0' ? why : curl_easy_strerror(rc);

	if (interrupted)
		return EXIT_INTERRUPTED;
	if (r->quiet)
		return EXIT_UNREACHABLE;
	if (rc == CURLE_URL_MALFORMAT || rc == CURLE_UNSUPPORTED_PROTOCOL)
		return complain(EXIT_USAGE, "%s is no http(s) address: %s", r->url, text);
	complain(EXIT_UNREACHABLE, "%s: %s", r->url, text);
	if (rc == CURLE_COULDNT_CONNECT || rc == CURLE_COULDNT_RESOLVE_HOST)
		say("  next:  start it with `tenond`, or name another with --server URL or TENON_SERVER");
	else if (rc == CURLE_OPERATION_TIMEDOUT)
		say("  next:  give it longer with --timeout SECONDS");
	return EXIT_UNREACHABLE;
}

/* ---- the request ---- */

struct exchange {
	const struct remote *remote;
	CURL *curl;
	struct curl_slist *headers;
	struct move *move;
	bool refused_bytes; /* move->take said no */
	char why[CURL_ERROR_SIZE];
};

static size_t on_bytes(char *p, size_t one, size_t n, void *arg)
{
	struct exchange *x = arg;
	struct move *m = x->move;

	n *= one;
	curl_easy_getinfo(x->curl, CURLINFO_RESPONSE_CODE, &m->answer.status);
	if (m->take != NULL && m->answer.status < 300) {
		curl_easy_getinfo(x->curl, CURLINFO_CONTENT_TYPE, &m->type);
		x->refused_bytes = !m->take(m->take_arg, p, n);
		return x->refused_bytes ? 0 : n;
	}
	if (m->answer.status >= 400 && m->answer.body.n + n > MOST_REFUSAL)
		return n;
	buf_add(&m->answer.body, p, n);
	return m->answer.body.failed ? 0 : n;
}

static size_t on_upload(char *p, size_t one, size_t n, void *from)
{
	size_t got = fread(p, one, n, from);

	return got == 0 && ferror((FILE *)from) ? CURL_READFUNC_ABORT : got;
}

static int on_rewind(void *from, curl_off_t offset, int origin)
{
	return fseeko(from, offset, origin) == 0 ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_CANTSEEK;
}

static int on_progress(void *arg, curl_off_t down_of, curl_off_t down, curl_off_t up_of, curl_off_t up)
{
	struct move *m = arg;

	if (m->watch.moved != NULL)
		m->watch.moved(m->watch.arg, m->from != NULL ? up : down, m->from != NULL ? (up_of > 0 ? up_of : m->size) : (down_of > 0 ? down_of : -1));
	return interrupted;
}

/* A proxy of the environment never stands between us and our own machine. */
static bool is_here(const char *url)
{
	static const char *const hosts[] = { "127.", "localhost", "[::1]" };
	const char *host = strstr(url, "://");

	for (size_t i = 0; host != NULL && i < sizeof hosts / sizeof *hosts; i++)
		if (strncmp(host + 3, hosts[i], strlen(hosts[i])) == 0)
			return true;
	return false;
}

static void prepare_body(struct exchange *x)
{
	struct move *m = x->move;

	if (m->from != NULL) {
		curl_easy_setopt(x->curl, CURLOPT_POST, 1L);
		curl_easy_setopt(x->curl, CURLOPT_READFUNCTION, on_upload);
		curl_easy_setopt(x->curl, CURLOPT_READDATA, m->from);
		if (m->size >= 0) {
			curl_easy_setopt(x->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)m->size);
			curl_easy_setopt(x->curl, CURLOPT_SEEKFUNCTION, on_rewind);
			curl_easy_setopt(x->curl, CURLOPT_SEEKDATA, m->from);
		} else
			x->headers = curl_slist_append(x->headers, "Transfer-Encoding: chunked");
		x->headers = curl_slist_append(x->headers, "Content-Type: application/octet-stream");
	} else if (m->json != NULL) {
		curl_easy_setopt(x->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(m->json));
		curl_easy_setopt(x->curl, CURLOPT_POSTFIELDS, m->json);
		x->headers = curl_slist_append(x->headers, "Content-Type: application/json");
		x->headers = curl_slist_append(x->headers, "Expect:"); /* one answer, not two */
	}
}

static void prepare(struct exchange *x, const char *url)
{
	struct move *m = x->move;
	bool moves = m->from != NULL || m->take != NULL;

	curl_easy_setopt(x->curl, CURLOPT_URL, url);
	curl_easy_setopt(x->curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(x->curl, CURLOPT_USERAGENT, "tenon");
	curl_easy_setopt(x->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(x->curl, CURLOPT_ERRORBUFFER, x->why);
	curl_easy_setopt(x->curl, CURLOPT_WRITEFUNCTION, on_bytes);
	curl_easy_setopt(x->curl, CURLOPT_WRITEDATA, x);
	curl_easy_setopt(x->curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(x->curl, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(x->curl, CURLOPT_XFERINFODATA, m);
	curl_easy_setopt(x->curl, CURLOPT_CONNECTTIMEOUT_MS, x->remote->timeout_ms < CONNECT_MS ? x->remote->timeout_ms : (long)CONNECT_MS);
	if (is_here(url))
		curl_easy_setopt(x->curl, CURLOPT_PROXY, "");
	if (moves) {
		curl_easy_setopt(x->curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
		curl_easy_setopt(x->curl, CURLOPT_LOW_SPEED_TIME, (x->remote->timeout_ms + 999) / 1000);
		curl_easy_setopt(x->curl, CURLOPT_BUFFERSIZE, 256L << 10);
		curl_easy_setopt(x->curl, CURLOPT_UPLOAD_BUFFERSIZE, 256L << 10);
	} else {
		curl_easy_setopt(x->curl, CURLOPT_TIMEOUT_MS, x->remote->timeout_ms);
		curl_easy_setopt(x->curl, CURLOPT_ACCEPT_ENCODING, "");
	}
	prepare_body(x);
	curl_easy_setopt(x->curl, CURLOPT_HTTPHEADER, x->headers);
}

/* EXIT_OK: there is an answer, whatever it says */
static int run(const struct remote *r, struct move *m)
{
	struct exchange x = { .remote = r, .move = m, .curl = curl_easy_init() };
	struct buf url = { 0 };
	char *text;

	buf_adds(&url, r->url);
	buf_adds(&url, m->path);
	text = buf_take(&url);
	if (x.curl == NULL || text == NULL) {
		free(text);
		curl_easy_cleanup(x.curl);
		return complain(EXIT_FAILED, "out of memory");
	}
	prepare(&x, text);
	CURLcode rc = curl_easy_perform(x.curl);
	curl_easy_getinfo(x.curl, CURLINFO_RESPONSE_CODE, &m->answer.status);
	curl_slist_free_all(x.headers);
	curl_easy_cleanup(x.curl);
	free(text);
	if (rc == CURLE_OK || (rc == CURLE_SEND_ERROR && m->answer.status >= 400)) /* refused before all was sent */
		return EXIT_OK;
	if (x.refused_bytes)
		return interrupted ? EXIT_INTERRUPTED : EXIT_FAILED; /* `take` has said why */
	if (rc == CURLE_ABORTED_BY_CALLBACK && !interrupted)
		return complain(EXIT_FAILED, "the file cannot be read: %s", strerror(errno));
	return broken(r, rc, x.why);
}

int http_look(const struct remote *r, const char *path, struct answer *out)
{
	struct move m = { .path = path };
	int rc = run(r, &m);

	*out = m.answer;
	return rc;
}

int http_ask(const struct remote *r, const char *path, const char *json, struct answer *out)
{
	struct move m = { .path = path, .json = json };
	int rc = run(r, &m);

	*out = m.answer;
	return rc == EXIT_OK ? refuse(r, out) : rc;
}

int http_move(const struct remote *r, struct move *m)
{
	int rc = run(r, m);

	return rc == EXIT_OK ? refuse(r, &m->answer) : rc;
}

void http_escape(struct buf *b, const char *s)
{
	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("-._~", c) != NULL;
		if (plain)
			buf_addc(b, *s);
		else
			buf_printf(b, "%%%02X", c);
	}
}
