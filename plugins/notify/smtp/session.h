/* SPDX-License-Identifier: Apache-2.0 */
/* session - one conversation with the server, on a worker: connect, TLS, who we are, the mail.
 *
 * Failure  an answer 4yz, and whatever a network does, is UNAVAILABLE; 5yz is FAILED_PRECONDITION, or PERMISSION_DENIED when it was the
 *          password, with the server's words; CANCELLED; NO_MEMORY. */
#ifndef SMTP_SESSION_H
#define SMTP_SESSION_H

#include "reply.h"
#include <tenon/iface/notify.h>

/* Sends to all of `to`. On failure with a refused recipient, *refused is its index; otherwise -1. `detail`: the server's last word. */
int session_send(struct tenon_call *, const struct smtp *, const struct notify_send_args *, const struct mailbox *to, size_t n,
                 const char **detail, int *refused);
int session_probe(struct tenon_call *, const struct smtp *, const char **detail);

#endif
