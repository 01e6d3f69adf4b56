/* SPDX-License-Identifier: Apache-2.0 */
/* smtp - an instance: its settings, checked and copied when it is made, and only read afterwards. Any thread. */
#ifndef SMTP_SMTP_H
#define SMTP_SMTP_H

#include "mailbox.h"
#include <stdint.h>

enum smtp_tls { TLS_REQUIRED, TLS_OPPORTUNISTIC, TLS_NONE };

struct smtp {
	char *url;               /* the server, with the name for EHLO as its path */
	char *server;            /* "mail.example.org:587", for people */
	char *user, *password, *ca_file; /* "" = none */
	enum smtp_tls tls;
	int64_t timeout_ms;
	struct mailbox from;
	struct mailbox *to;
	size_t n_to;
};

#endif
