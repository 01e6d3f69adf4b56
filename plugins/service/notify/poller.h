/* SPDX-License-Identifier: Apache-2.0 */
/* poller - looks for messages that are due, each second and whenever one was added.
 *
 * Model    A round is a background call of its own: it starts deliveries as far as their channels have places, renews leases, counts, and
 *          removes what is old. One round at a time; a kick during one makes it look again. */
#ifndef NOTIFY_POLLER_H
#define NOTIFY_POLLER_H

#include "notify.h"

int  poller_start(struct tenon_call *); /* PARKS. UNSUPPORTED: the host lends no spawn; the store's codes */
void poller_kick(struct notify *);

#endif
