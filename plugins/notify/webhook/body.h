/* SPDX-License-Identifier: Apache-2.0 */
/* body - a message as the JSON that receivers get (docs/notify.md shows it):
 *
 *	{"type":"notify.message","timestamp":"2026-01-31T12:00:00.000Z","data":{"id","severity","title","text","html","link","to":[],"attributes":{}}}
 *
 * Members of `data` that are empty are left out, `id`, `severity` and `title` never. */
#ifndef WEBHOOK_BODY_H
#define WEBHOOK_BODY_H

#include "json.h"
#include <tenon/iface/notify.h>

int body_write(struct tenon_call *, const struct notify_send_args *, struct json *out); /* NO_MEMORY */

#endif
