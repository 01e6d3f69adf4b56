/* SPDX-License-Identifier: Apache-2.0 */
/* body - what all bodies together hold is counted, so that many large ones at once cannot exhaust the memory. */
#include "body.h"
#include "gzip.h"
#include "respond.h"

#include <string.h>
#include <strings.h>

bool body_open(struct request *r)
{
	const char *coding = r->headers.content_encoding;

	if (coding == NULL || strcasecmp(coding, "identity") == 0 || *coding == '\0')
		return true;
	if (strcasecmp(coding, "gzip") != 0 && strcasecmp(coding, "x-gzip") != 0 && strcasecmp(coding, "deflate") != 0)
		return false;
	r->inflater = inflater_open();
	return r->inflater != NULL;
}

static bool claim(struct request *r, size_t bytes)
{
	struct door *d = r->server->door;
	int64_t more = (int64_t)bytes - r->claimed;

	if (more <= 0)
		return true;
	if (atomic_fetch_add(&d->body_memory, more) + more > d->conf.body_memory) {
		atomic_fetch_sub(&d->body_memory, more);
		return false;
	}
	r->claimed += more;
	return true;
}

void body_release(struct request *r)
{
	atomic_fetch_sub(&r->server->door->body_memory, r->claimed);
	r->claimed = 0;
}

static bool fail(struct request *r, int code)
{
	struct door *d = r->server->door;

	buf_free(&r->body);
	body_release(r);
	if (code == TENON_TOO_LARGE) {
		refusal_count(d, REFUSED_max_body);
		respond_error(r, code, 0, "the body is longer than http.max_body allows (%lld bytes)", (long long)d->conf.max_body);
	} else if (code == TENON_OVERLOADED) {
		refusal_count(d, REFUSED_body_memory);
		respond_error(r, code, 0, "too many large bodies at once (http.body_memory)");
	} else if (code == TENON_INVALID_ARGUMENT) {
		respond_error(r, code, 0, "the body is not what Content-Encoding says");
	} else {
		respond_error(r, TENON_NO_MEMORY, 0, "no memory for the body");
	}
	return false;
}

bool body_add(struct request *r, const char *p, size_t n)
{
	size_t most = (size_t)r->server->door->conf.max_body;
	int rc = TENON_OK;

	if (r->inflater == NULL && r->body.n + n > most)
		return fail(r, TENON_TOO_LARGE);
	if (r->body.room == 0 && r->headers.length > 0 && r->inflater == NULL) /* once, if it is short; a long one must show that it comes */
		buf_reserve(&r->body, (size_t)(r->headers.length < 65536 ? r->headers.length : 65536));
	if (r->inflater != NULL)
		rc = inflater_add(r->inflater, p, n, &r->body, most);
	else
		buf_add(&r->body, p, n);
	if (rc == TENON_OK && r->body.failed)
		rc = TENON_NO_MEMORY;
	if (rc == TENON_OK && !claim(r, r->body.n))
		rc = TENON_OVERLOADED;
	return rc == TENON_OK || fail(r, rc);
}

bool body_end(struct request *r)
{
	return r->inflater == NULL || r->received == 0 || inflater_done(r->inflater) || fail(r, TENON_INVALID_ARGUMENT);
}

void body_free(struct request *r)
{
	buf_free(&r->body);
	inflater_close(r->inflater);
}
