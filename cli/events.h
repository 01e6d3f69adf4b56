/* SPDX-License-Identifier: Apache-2.0 */
/* events - Server-Sent Events as a terminal and a pipe want them: the data of each, a line each, at once.
 *
 * A gap is a line of its own on stderr. Comments and ids are left out. */
#ifndef CLI_EVENTS_H
#define CLI_EVENTS_H

#include "base/buf.h"

bool events_are(const char *type); /* is it their media type? */
/* More bytes of the stream; `line` keeps what has no end yet. False, having complained, when stdout cannot be written. */
bool events_print(struct buf *line, const void *p, size_t n);

#endif
