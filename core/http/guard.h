/* SPDX-License-Identifier: Apache-2.0 */
/* guard - is a request one that every party on the way reads alike? libmicrohttpd lets through what proxies and servers
 * disagree on (request smuggling); here it ends: 400, and the connection is closed. Also collects the headers that matter.
 *
 * Source   RFC 9112 (framing: 2.2, 5.1, 5.2, 6.1, 6.3), RFC 9110 (fields: 5.5, 7.2). */
#ifndef HTTP_GUARD_H
#define HTTP_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct MHD_Connection;

/*      member               name                               more than one is an error */
#define REQUEST_HEADERS(X) \
	X(host,                "Host",                            true) \
	X(content_length,      "Content-Length",                  true) \
	X(transfer_encoding,   "Transfer-Encoding",               true) \
	X(content_type,        "Content-Type",                    true) \
	X(content_encoding,    "Content-Encoding",                true) \
	X(expect,              "Expect",                          true) \
	X(origin,              "Origin",                          true) \
	X(range,               "Range",                           true) \
	X(if_range,            "If-Range",                        true) \
	X(if_modified_since,   "If-Modified-Since",               true) \
	X(if_none_match,       "If-None-Match",                   false) \
	X(accept_encoding,     "Accept-Encoding",                 false) \
	X(traceparent,         "traceparent",                     true) \
	X(last_event_id,       "Last-Event-ID",                   true) \
	X(cookie,              "Cookie",                          false) \
	X(request_method,      "Access-Control-Request-Method",   true) \
	X(request_headers,     "Access-Control-Request-Headers",  true)

struct headers {
#define X(member, name, once) const char *member; /* NULL: absent */
	REQUEST_HEADERS(X)
#undef X
	int64_t length;      /* of the body; 0 none, -1 chunked */
	size_t bytes;        /* request line and header lines */
	size_t memory;       /* what libmicrohttpd needs of the connection's memory to keep them */
};

/* `target_length`: bytes of the request target as it came. Fills `h`, which points into the connection's memory. Returns
 * NULL, or what is wrong, in words. */
const char *guard_read(struct MHD_Connection *, const char *method, const char *version, const char *target, size_t target_length,
                       struct headers *h);

#endif
