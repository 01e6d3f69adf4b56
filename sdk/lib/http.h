/* SPDX-License-Identifier: Apache-2.0 */
/* http - one request over libcurl, for a BLOCKING method.
 *
 * Model    http_send asks, waits, and gives the answer. Whom it may connect to is decided at the socket, with the very address that is
 *          about to be connected to: a name that resolves to something else the second time gains nothing. Redirects are answers,
 *          proxies and .netrc are not looked for, only http and https are spoken, and certificates are checked.
 * Threads  a worker of a lane; http_client is only read. http_start once, in create().
 * Failure  see http_send. Texts name the server and never more of the URL than scheme, host and port.
 * Ownership  the answer's body is of the call's memory. */
#ifndef TENON_LIB_HTTP_H
#define TENON_LIB_HTTP_H

#include <tenon/plugin.h>
#include "address.h"

struct http_client {
	const char *ca_file;                /* NULL: the system's */
	const char *agent;                  /* User-Agent */
	int64_t timeout_ms;                 /* for all of it */
	size_t reply_most;                  /* bytes of a body that are kept; the rest is dropped */
	bool allow_private;                 /* any address will do */
	const struct address_net *nets;     /* these too, though they are not public */
	size_t n_nets;
};

struct http_request {
	const char *verb, *url;             /* verb NULL: only connect, and shake hands for TLS */
	const char *const *headers;         /* "Name: value", ends with NULL */
	const void *body;
	size_t n;
};

struct http_reply {
	long status;
	int64_t retry_after_ms;             /* 0: it did not say */
	char *body;                         /* with a NUL behind it */
	size_t n;
};

int http_start(void); /* before the first use of libcurl in a plugin; any number of times */

/* OK: there is an answer, whatever its status. PERMISSION_DENIED: an address that it may not connect to. INVALID_ARGUMENT: not a URL.
 * UNAVAILABLE: no connection, no answer in time, a certificate that is not trusted. CANCELLED. */
int http_send(struct tenon_call *, const struct http_client *, const struct http_request *, struct http_reply *);

/* "https://example.org:8443", of any URL: what may be shown */
void http_origin(const char *url, char *out, size_t size);

#endif
