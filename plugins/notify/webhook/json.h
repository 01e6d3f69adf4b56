/* SPDX-License-Identifier: Apache-2.0 */
/* json - a text that grows, in a call's memory. When that is out, `failed` is set and the rest is dropped. */
#ifndef WEBHOOK_JSON_H
#define WEBHOOK_JSON_H

#include <tenon/plugin.h>

struct json { struct tenon_call *call; char *p; size_t n, room; bool failed; };

void json_raw(struct json *, const char *text);
void json_string(struct json *, const char *utf8);                      /* in quotes */
void json_member(struct json *, const char *name, const char *utf8);    /* "name":"text", with the comma before it unless it is the first */

#endif
