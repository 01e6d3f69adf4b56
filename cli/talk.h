/* SPDX-License-Identifier: Apache-2.0 */
/* talk - what is said to a human: on stderr, so that stdout holds data only.
 *
 * Bytes that came from elsewhere pass through plain_add first: a control character never reaches a terminal. */
#ifndef CLI_TALK_H
#define CLI_TALK_H

#include <stdbool.h>
#include <stddef.h>

struct buf;

/* "tenon: ..." and a line end; returns `code` */
int  complain(int code, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Adds text with line ends, control, bidi and broken characters made visible or replaced, at most `most` columns of it
 * (0 = all; what is cut ends with an ellipsis). Returns the columns that it takes. */
size_t plain_add(struct buf *, const char *s, size_t n, size_t most);

bool paints(void);         /* may stdout be coloured? a terminal, and NO_COLOR unset */
size_t terminal_width(void); /* of stdout; 0 = no terminal */

#endif
