/* SPDX-License-Identifier: Apache-2.0 */
/* header - texts as mail headers have them: ASCII, in short lines, other characters as encoded words (RFC 2047).
 *
 * What is given must have no control characters (notify_check). Results are of the call's memory; NULL when that is out. */
#ifndef SMTP_HEADER_H
#define SMTP_HEADER_H

#include "mailbox.h"
#include <tenon/plugin.h>

char *header_text(struct tenon_call *, const char *text);               /* of a Subject */
char *header_mailbox(struct tenon_call *, const struct mailbox *);      /* "Name" <address> */
char *header_date(struct tenon_call *, int64_t unix_ms);                /* RFC 5322, in UTC */

#endif
