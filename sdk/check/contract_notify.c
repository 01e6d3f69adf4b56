/* SPDX-License-Identifier: Apache-2.0 */
/* contract_notify - interface notify: methods and what they mean. What needs a far side that takes the message is the plugin's own test. */
#include "contract.h"

#include <tenon/iface/notify.h>

#define ROW(name_, args_t, result_t) .name = name_, .since = 1, .args = &args_t##_table, .result = &result_t##_table
static const struct tenon_method methods[] = {
	{ ROW("send", notify_send_args, notify_send_result), .flags = TENON_WRITE,
	  .doc = "Tries once to hand a message to the far side. OK: it has it. OK with `retry_after_ms`: it has not, and asked for another try. UNAVAILABLE, "
	         "OVERLOADED, DEADLINE_EXCEEDED, CANCELLED: try again later. Anything else: it will never take this message. No argument can become a "
	         "header of its own: control characters are INVALID_ARGUMENT." },
	{ ROW("probe", tenon_empty, notify_probe_result), .doc = "Connects and proves who both sides are, without a message. Fails as send does." },
	{ 0 },
};

#define SEND(more) "{\"id\":\"m1\",\"title\":\"t\"" more "}"
#define REFUSED(more) "send", SEND(more), .code = TENON_INVALID_ARGUMENT
static const struct step steps[] = {
	{ "a title with a line end is refused: it could become a header", "send", "{\"id\":\"m1\",\"title\":\"a\\r\\nBcc: all@example.org\"}", .code = TENON_INVALID_ARGUMENT },
	{ NULL, "send", "{\"id\":\"m1\",\"title\":\"a\\nX-Evil: 1\"}", .code = TENON_INVALID_ARGUMENT },
	{ NULL, "send", "{\"id\":\"m1\",\"title\":\"a\\u007f\"}", .code = TENON_INVALID_ARGUMENT },
	{ "so is a recipient", REFUSED(",\"to\":[\"a@example.org\\r\\nRCPT TO:<b@example.org>\"]") },
	{ NULL, REFUSED(",\"to\":[\"ok@example.org\",\"a\\nb\"]") },
	{ "an attribute's name and value", REFUSED(",\"attributes\":{\"a\\r\\nb\":\"c\"}") },
	{ NULL, REFUSED(",\"attributes\":{\"a\":\"b\\r\\nc: d\"}") },
	{ "a link", REFUSED(",\"link\":\"https://example.org/\\r\\nx\"") },
	{ "a link that is no http address", REFUSED(",\"link\":\"javascript:alert(1)\"") },
	{ "an id with other than letters, digits, `.`, `_` and `-`", "send", "{\"id\":\"a b\",\"title\":\"t\"}", .code = TENON_INVALID_ARGUMENT },
	{ NULL, "send", "{\"id\":\"a\\r\\nb\",\"title\":\"t\"}", .code = TENON_INVALID_ARGUMENT },
	{ "a text with a control character", REFUSED(",\"text\":\"a\\u0000b\"") },
	{ NULL, REFUSED(",\"text\":\"\\u001b[31m\"") },
	{ "a severity that there is not", REFUSED(",\"severity\":\"no such\"") },
	{ 0 },
};

const struct contract notify_contract = {
	"notify", "What a way of telling people does for services: an instance is one configured way, a mail account or the address of a webhook. Nothing that a "
	"configuration calls secret is ever part of a message, a detail or a reason.", methods, steps,
};
