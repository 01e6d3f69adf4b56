/* SPDX-License-Identifier: Apache-2.0 */
/* literal - the list behind IN. MLflow gives the text in parentheses to Python's ast.literal_eval. Pure, any thread. */
#ifndef TRACKING_LITERAL_H
#define TRACKING_LITERAL_H

#include "pool.h"

/* `text`, from its opening to its closing parenthesis, as a list of strings. INVALID_ARGUMENT with MLflow's text if it
 * is empty, ill-formed, or holds anything but strings. */
int literal_list(struct pool *, const char *text, size_t n, struct tenon_strs *out);

#endif
