/* SPDX-License-Identifier: Apache-2.0 */
/* reserved - is a bare word of a filter a keyword? Case does not matter. Pure, any thread. */
#ifndef TRACKING_RESERVED_H
#define TRACKING_RESERVED_H

#include "lex.h"

enum token_type reserved_type(const char *word, size_t n); /* T_NAME if it is not */

#endif
