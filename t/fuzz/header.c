/* SPDX-License-Identifier: Apache-2.0 */
/* header - a header value through every grammar that the door knows, and packed bodies. */
#include "base/buf.h"
#include "http/content.h"
#include "http/cors.h"
#include "http/gzip.h"
#include "http/header.h"

#include <stdlib.h>
#include <string.h>

static void ranges(const char *value)
{
	static const int64_t sizes[] = { 0, 1, 100, INT64_MAX };

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		int64_t offset = -1, length = -1;
		enum range_kind kind = header_range(value, sizes[i], &offset, &length);
		if (kind == RANGE_PART && (offset < 0 || length <= 0 || offset > sizes[i] - length))
			abort();
	}
}

static void conditions(const char *value)
{
	struct conditions c = { .if_none_match = value, .if_modified_since = value, .if_range = value, .range = value };
	struct tenon_content t = { .etag = "e1", .size = 100, .mtime = 784111777, .filename = value };
	struct tenon_span span;
	struct buf b = { 0 };

	int status = content_decide(&c, &t, &span);
	if (span.offset < 0 || span.length < 0 || span.offset + span.length > 100 || (status != 200 && status != 206 && span.length != 0))
		abort();
	content_disposition(&b, value);
	for (size_t i = 0; i < b.n; i++)
		if ((unsigned char)b.p[i] < ' ' || (unsigned char)b.p[i] >= 0x7F)
			abort();
	buf_free(&b);
}

static void packed(const uint8_t *data, size_t n)
{
	enum { MOST = 100000 };
	struct inflater *i = inflater_open();
	struct buf out = { 0 };

	if (inflater_add(i, data, n, &out, MOST) == 0 && out.n > MOST)
		abort();
	inflater_close(i);
	buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *list[] = { "a.*:80", "*" };
	struct tenon_strs patterns = { list, 1 }, none = { NULL, 0 };
	char *value = malloc(n + 1), trace[33], flags[3], date[HEADER_DATE];
	struct cors c;

	memcpy(value, data, n);
	value[n] = '\0';
	ranges(value);
	conditions(value);
	packed(data, n);
	header_accepts(value, "gzip");
	header_has_token(value, "close");
	int64_t when = header_date(value);
	header_print_date(when, date);
	if (when >= 0 && header_date(date) != when)
		abort();
	if (header_traceparent(value, trace, flags) && (strlen(trace) != 32 || strlen(flags) != 2))
		abort();
	cors_init(&c, &none, &patterns);
	cors_host_allowed(&c, value);
	if (cors_blocks(&c, value, POST) && cors_origin_allowed(&c, value))
		abort();
	free(value);
	return 0;
}
