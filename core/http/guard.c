/* SPDX-License-Identifier: Apache-2.0 */
/* guard - the lines as they lie in the connection's memory.
 *
 * libmicrohttpd cuts the header block in place: line ends, the first colon of a line and the blanks of the request line
 * became NUL, nothing was moved. So the lines must follow each other without a gap: key NUL blanks value (NUL NUL | NUL) key.
 * A NUL that the client sent, or a folded line (which is copied elsewhere), breaks that chain, and only so can it be seen. */
#include "guard.h"

#include <microhttpd.h>
#include <string.h>
#include <strings.h>

static const struct known { const char *name; size_t n, offset; bool once; } known[] = {
#define X(member, name, once) { name, sizeof name - 1, offsetof(struct headers, member), once },
	REQUEST_HEADERS(X)
#undef X
};
enum { KNOWN = sizeof known / sizeof *known, RECORD = 72 }; /* RECORD: bytes for a header beside its text */

struct reading {
	struct headers *headers;
	const char *end;        /* of the line before */
	const char *wrong;
};

/* RFC 9110 5.6.2: letters, digits and !#$%&'*+-.^_`|~, as bits of 32 characters each */
static bool is_token(const char *p, size_t n)
{
	static const uint32_t allowed[8] = { 0, 0x03FF6CFA, 0xC7FFFFFE, 0x57FFFFFF };

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i];
		if (!(allowed[c / 32] >> c % 32 & 1))
			return false;
	}
	return n > 0;
}

static bool has_control(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (((unsigned char)p[i] < ' ' && p[i] != '\t') || p[i] == 0x7F)
			return true;
	return false;
}

/* does `next` begin where the line that ends at `end` leads to: behind CR LF, or LF? */
static bool follows(const char *end, const char *next)
{
	return *end == '\0' && (next == end + 1 || (next == end + 2 && end[1] == '\0'));
}

static void keep(struct reading *r, const char *key, size_t n, const char *value)
{
	for (int i = 0; i < KNOWN; i++) {
		if (known[i].n != n || strncasecmp(known[i].name, key, n) != 0)
			continue;
		const char **at = (const char **)(void *)((char *)r->headers + known[i].offset);
		if (*at != NULL && known[i].once)
			r->wrong = known[i].offset == offsetof(struct headers, host) ? "more than one Host header"
			         : known[i].offset == offsetof(struct headers, content_length) ? "more than one Content-Length header"
			         : "a header that may come once came twice";
		if (*at == NULL)
			*at = value;
		return;
	}
}

static enum MHD_Result on_header(void *arg, enum MHD_ValueKind kind, const char *key, size_t n, const char *value, size_t value_n)
{
	struct reading *r = arg;

	(void)kind;
	if (!is_token(key, n))
		r->wrong = "a header name with white space, or with characters that none has";
	else if (value == NULL || !follows(r->end, key) || value <= key + n || key[n] != '\0')
		r->wrong = "a folded header line, or a NUL in one";
	else if (has_control(value, value_n))
		r->wrong = "a control character in a header";
	if (r->wrong == NULL)
		keep(r, key, n, value);
	r->end = value == NULL ? key + n : value + value_n;
	r->headers->memory += RECORD;
	return r->wrong == NULL ? MHD_YES : MHD_NO;
}

/* RFC 9112 6.3: how long the body is must be beyond doubt */
static const char *read_length(struct headers *h, bool http11)
{
	if (h->transfer_encoding != NULL) {
		if (h->content_length != NULL)
			return "Content-Length and Transfer-Encoding together";
		if (!http11)
			return "Transfer-Encoding in HTTP/1.0";
		h->length = -1;
		return strcasecmp(h->transfer_encoding, "chunked") == 0 ? NULL : "a Transfer-Encoding other than chunked";
	}
	if (h->content_length == NULL)
		return NULL;
	for (const char *p = h->content_length; *p != '\0'; p++) {
		if (*p < '0' || *p > '9' || p - h->content_length > 17)
			return "a Content-Length that is no number";
		h->length = h->length * 10 + (*p - '0');
	}
	return *h->content_length == '\0' ? "an empty Content-Length" : NULL;
}

/* it keeps a copy of the cookies, and a record of each */
static size_t cookie_memory(const char *cookie)
{
	size_t n = cookie == NULL ? 0 : strlen(cookie) + RECORD;

	for (; cookie != NULL && *cookie != '\0'; cookie++)
		n += *cookie == ';' || *cookie == ',' ? RECORD : 0;
	return n;
}

static bool is_host(const char *host)
{
	for (; *host != '\0'; host++) {
		char low = (char)(*host | 0x20);
		if (!((low >= 'a' && low <= 'z') || (*host >= '0' && *host <= '9') || strchr("-._~:[]%", *host) != NULL))
			return false;
	}
	return true;
}

const char *guard_read(struct MHD_Connection *c, const char *method, const char *version, const char *target, size_t target_length,
                       struct headers *h)
{
	struct reading r = { .headers = h, .end = version + strlen(version) };
	const union MHD_ConnectionInfo *size = MHD_get_connection_info(c, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
	bool http11 = strcmp(version, "HTTP/1.0") != 0;

	*h = (struct headers){ .bytes = size == NULL ? 0 : size->header_size };
	if (!is_token(method, strlen(method)) || target != method + strlen(method) + 1 || version != target + target_length + 1)
		return "a request line with a NUL or more than two spaces";
	MHD_get_connection_values_n(c, MHD_HEADER_KIND, on_header, &r);
	if (r.wrong != NULL)
		return r.wrong;
	h->memory += h->bytes + cookie_memory(h->cookie);
	const char *last = method + h->bytes; /* behind the empty line */
	if (!follows(r.end, last - 1) && !follows(r.end, last - 2))
		return "a folded header line, or a NUL in one";
	if (h->host == NULL && http11)
		return "no Host header";
	if (h->host != NULL && !is_host(h->host))
		return "a Host header that is no host";
	if (*target != '/' && strcmp(target, "*") != 0)
		return "a request target that is no path";
	return read_length(h, http11);
}
