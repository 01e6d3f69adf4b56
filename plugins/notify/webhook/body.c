/* SPDX-License-Identifier: Apache-2.0 */
/* body - member after member. */
#include "body.h"

#include <time.h>

static void add_time(struct json *j, int64_t unix_ms)
{
	time_t t = (time_t)(unix_ms / 1000);
	struct tm tm;
	char text[64];

	gmtime_r(&t, &tm);
	snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
	         tm.tm_sec, (int)(unix_ms % 1000));
	json_member(j, "timestamp", text);
}

static void add_optional(struct json *j, const char *name, const char *text)
{
	if (*text != '\0')
		json_member(j, name, text);
}

static void add_lists(struct json *j, const struct notify_send_args *a)
{
	for (size_t i = 0; i < a->to.n; i++) {
		json_raw(j, i == 0 ? ",\"to\":[" : ",");
		json_string(j, a->to.v[i]);
	}
	json_raw(j, a->to.n > 0 ? "]" : "");
	json_raw(j, a->attributes.n > 0 ? ",\"attributes\":{" : "");
	for (size_t i = 0; i < a->attributes.n; i++)
		json_member(j, a->attributes.v[i].key, a->attributes.v[i].value);
	json_raw(j, a->attributes.n > 0 ? "}" : "");
}

int body_write(struct tenon_call *c, const struct notify_send_args *a, struct json *j)
{
	*j = (struct json){ .call = c };
	json_raw(j, "{");
	json_member(j, "type", "notify.message");
	add_time(j, a->created > 0 ? a->created : tenon_now(c));
	json_raw(j, ",\"data\":{");
	json_member(j, "id", a->id);
	json_member(j, "severity", notify_severity_name(a->severity));
	json_member(j, "title", a->title);
	add_optional(j, "text", a->text);
	add_optional(j, "html", a->html);
	add_optional(j, "link", a->link);
	add_lists(j, a);
	json_raw(j, "}}");
	return j->failed ? tenon_fail(c, TENON_NO_MEMORY, "no memory for a message") : TENON_OK;
}
