/* SPDX-License-Identifier: Apache-2.0 */
/* split - where statements end: at a semicolon outside of parentheses and blocks. Pure, any thread. */
#ifndef TRACKING_SPLIT_H
#define TRACKING_SPLIT_H

#include "lex.h"

/* `first`: tokens of the first statement; `statements`: how many there are; one of spaces alone at the end is none.
 * TENON_NO_MEMORY. */
int split(const struct pool *, struct token *const *tokens, size_t n, size_t *first, size_t *statements);

#endif
