/* SPDX-License-Identifier: Apache-2.0 */
/* mailbox - "Tenon <tenon@example.org>" or "tenon@example.org", taken apart. */
#ifndef SMTP_MAILBOX_H
#define SMTP_MAILBOX_H

#include <stddef.h>

enum { MAILBOX_NAME = 256, MAILBOX_ADDRESS = 256 };

struct mailbox { char name[MAILBOX_NAME], address[MAILBOX_ADDRESS]; /* name may be "" */ };

/* NULL, or what is wrong with it */
const char *mailbox_parse(const char *text, struct mailbox *out);

#endif
