/* SPDX-License-Identifier: Apache-2.0 */
/* admission - in the order in which a request meets them. */
#include "admission.h"
#include "base/log.h"
#include "body.h"
#include "bus/call.h"
#include "header.h"
#include "respond.h"

#include <string.h>

static void print_hex(char *out, const unsigned char *bytes, int n)
{
	for (int i = 0; i < n; i++) {
		*out++ = "0123456789abcdef"[bytes[i] >> 4];
		*out++ = "0123456789abcdef"[bytes[i] & 15];
	}
}

static void read_trace(struct request *r)
{
	unsigned char random[24];

	server_random(r->server, random, sizeof random);
	if (r->headers.traceparent == NULL || !header_traceparent(r->headers.traceparent, r->trace, r->flags)) {
		print_hex(r->trace, random, 16);
		memcpy(r->flags, "00", 3);
	}
	print_hex(r->span, random + 16, 8);
}

static const char *check_length(const struct request *r, enum refusal *why, int *status)
{
	const struct door_config *conf = &r->server->door->conf;

	if (conf->max_url > 0 && (int64_t)r->target_length > conf->max_url) {
		*why = REFUSED_max_url;
		*status = 414;
		return "the URL is longer than http.max_url allows";
	}
	if (conf->max_header > 0 && (int64_t)r->headers.bytes > conf->max_header) {
		*why = REFUSED_max_header;
		*status = 431;
		return "the headers are longer than http.max_header allows";
	}
	return NULL;
}

bool admission_form(struct request *r, const char *method, const char *target, const char *version)
{
	enum refusal why = REFUSED_framing;
	int status = 400;
	const char *wrong = guard_read(r->connection->mhd, method, version, target, r->target_length, &r->headers);

	read_trace(r);
	if (wrong == NULL && (!url_is_sound(r->path) || (r->query != NULL && !url_is_sound(r->query))))
		wrong = "a URL with white space or control characters";
	if (wrong == NULL && url_has_nul(r->path))
		wrong = "a path with %00";
	if (wrong == NULL)
		wrong = check_length(r, &why, &status);
	if (wrong == NULL)
		return true;
	refusal_count(r->server->door, why);
	respond_error(r, why == REFUSED_framing ? TENON_INVALID_ARGUMENT : TENON_TOO_LARGE, status, "%s", wrong);
	respond_header(r, "Connection", "close");
	connection_linger(r->connection);
	return false;
}

bool admission_room(struct request *r)
{
	enum { ANSWER = 768 };
	struct door *d = r->server->door;

	if ((int64_t)r->headers.memory + ANSWER <= d->conf.connection_memory)
		return true;
	refusal_count(d, REFUSED_max_header);
	connection_linger(r->connection);
	refusal_send(r->connection->fd, 431, NULL, "text/plain", "The headers are longer than http.connection_memory allows\n");
	return false;
}

bool admission_site(struct request *r)
{
	const struct door *d = r->server->door;
	bool known = strcmp(r->path, "/health") == 0 || strcmp(r->path, "/version") == 0;

	if (!known && !cors_host_allowed(&d->cors, r->headers.host)) {
		refusal_count(r->server->door, REFUSED_host);
		log_line(LOG_WARN, "http", r->trace, "refused the Host header \"%.200s\" (http.allowed_hosts)", r->headers.host == NULL ? "" : r->headers.host);
		respond_text(r, 403, "text/plain; charset=utf-8", cors_host_refused);
		return false;
	}
	if (cors_blocks(&d->cors, r->headers.origin, r->verb)) {
		refusal_count(r->server->door, REFUSED_origin);
		log_line(LOG_WARN, "http", r->trace, "refused a change from the origin %.200s (http.cors_origins)", r->headers.origin);
		respond_text(r, 403, "text/plain; charset=utf-8", cors_origin_refused);
		return false;
	}
	return true;
}

bool admission_body(struct request *r)
{
	const struct tenon_method *row = r->match.route->method->row;
	int64_t most = r->server->door->conf.max_body;

	if (!(row->flags & TENON_STREAM_IN) && r->headers.length > most) {
		refusal_count(r->server->door, REFUSED_max_body);
		respond_error(r, TENON_TOO_LARGE, 0, "the body has %lld bytes, http.max_body allows %lld", (long long)r->headers.length, (long long)most);
		return false;
	}
	if (row->flags & TENON_STREAM_IN || body_open(r))
		return true;
	refusal_count(r->server->door, REFUSED_encoding);
	respond_error(r, TENON_INVALID_ARGUMENT, 415, "Content-Encoding %.60s is not understood; send gzip, deflate or none", r->headers.content_encoding);
	return false;
}
