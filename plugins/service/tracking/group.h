/* SPDX-License-Identifier: Apache-2.0 */
/* group - the tokens of a text's first statement, put together to identifiers, comparisons, lists in parentheses.
 *
 * The grouping is that of sqlparse 0.6, pass by pass: it decides what MLflow takes for a comparison, and how its errors
 * quote the rest. Pure, any thread. */
#ifndef TRACKING_GROUP_H
#define TRACKING_GROUP_H

#include "lex.h"

/* `*root`: a G_STATEMENT, NULL if the text has only spaces; `*statements`: how many there are. TENON_NO_MEMORY;
 * TENON_TOO_LARGE: nested too deeply or too many tokens, by sqlparse's limits. */
int group(const struct pool *, const char *text, struct token **root, size_t *statements);

/* the next token behind place `i` (in front of it) that is no space; n_kids if there is none */
size_t group_next(const struct token *list, size_t i);

#endif
