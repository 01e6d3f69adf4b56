/* SPDX-License-Identifier: Apache-2.0 */
/* mail - a message as libcurl sends it: header lines and MIME parts.
 *
 * Ownership  mail_free; it must outlive the handle's transfer. */
#ifndef SMTP_MAIL_H
#define SMTP_MAIL_H

#include "smtp.h"
#include <curl/curl.h>
#include <tenon/iface/notify.h>

struct mail { struct curl_slist *headers; curl_mime *mime; };

/* `to` are all whom the To header names. NO_MEMORY. */
int  mail_build(struct tenon_call *, CURL *, const struct smtp *, const struct notify_send_args *, const struct mailbox *to, size_t n,
                struct mail *);
void mail_free(struct mail *);

#endif
