/* SPDX-License-Identifier: Apache-2.0 */
/* quote - text in double quotes such that YAML and JSON both read it back. */
#ifndef CONF_QUOTE_H
#define CONF_QUOTE_H

#include <stdbool.h>

struct buf;

/* `is_value`: "${" is written $${, since values (not keys) have their variables replaced when they are read */
void quote_add(struct buf *, const char *s, bool is_value);
/* the same, and words that cannot be mistaken for anything else stand without quotes */
void quote_add_word(struct buf *, const char *s, bool is_value);

#endif
