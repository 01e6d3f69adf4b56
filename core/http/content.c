/* SPDX-License-Identifier: Apache-2.0 */
/* content - in the order of RFC 9110 13.2.2. */
#include "content.h"
#include "header.h"

#include <string.h>

static bool is_unchanged(const struct conditions *c, const struct tenon_content *t)
{
	if (c->if_none_match != NULL) /* If-Modified-Since is ignored then */
		return t->etag != NULL && header_lists_etag(c->if_none_match, t->etag);
	int64_t since = c->if_modified_since == NULL ? -1 : header_date(c->if_modified_since);
	return since >= 0 && t->mtime >= 0 && t->mtime <= since;
}

/* is the range still one of what the client has? */
static bool range_holds(const struct conditions *c, const struct tenon_content *t)
{
	if (c->if_range == NULL)
		return true;
	int64_t date = header_date(c->if_range);
	return date >= 0 ? date == t->mtime : t->etag != NULL && header_is_etag(c->if_range, t->etag);
}

int content_decide(const struct conditions *c, const struct tenon_content *t, struct tenon_span *span)
{
	enum range_kind kind = RANGE_NONE;
	struct tenon_span part = { 0, 0 };

	*span = (struct tenon_span){ 0, t->size };
	if (is_unchanged(c, t)) {
		span->length = 0;
		return 304;
	}
	if (c->range != NULL && !c->head && t->size >= 0 && range_holds(c, t))
		kind = header_range(c->range, t->size, &part.offset, &part.length);
	if (kind != RANGE_NONE)
		*span = part;
	if (c->head)
		span->length = 0;
	return kind == RANGE_NONE ? 200 : kind == RANGE_PART ? 206 : 416;
}

/* RFC 8187 attr-char */
static bool is_plain(unsigned char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c != '\0' && strchr("!#$&+-.^_`|~", c) != NULL);
}

/* a token bare, otherwise quoted, without what ASCII cannot spell; "download" when nothing is left */
static void add_ascii_name(struct buf *b, const char *name)
{
	bool token = true, any = false;

	for (const char *p = name; *p != '\0'; p++) {
		if ((unsigned char)*p < ' ' || (unsigned char)*p >= 0x7F)
			continue;
		any = true;
		token &= is_plain((unsigned char)*p);
	}
	if (!any)
		name = "download";
	if (!token)
		buf_addc(b, '"');
	for (const char *p = name; *p != '\0'; p++) {
		if ((unsigned char)*p < ' ' || (unsigned char)*p >= 0x7F)
			continue;
		if (*p == '"' || *p == '\\')
			buf_addc(b, '\\');
		buf_addc(b, *p);
	}
	if (!token)
		buf_addc(b, '"');
}

void content_disposition(struct buf *b, const char *filename)
{
	bool ascii = true;

	for (const char *p = filename; *p != '\0'; p++)
		ascii &= (unsigned char)*p >= ' ' && (unsigned char)*p < 0x7F;
	buf_adds(b, "attachment; filename=");
	add_ascii_name(b, filename);
	if (ascii)
		return;
	buf_adds(b, "; filename*=UTF-8''");
	for (const char *p = filename; *p != '\0'; p++) {
		if (is_plain((unsigned char)*p))
			buf_addc(b, *p);
		else
			buf_printf(b, "%%%02X", (unsigned char)*p);
	}
}
