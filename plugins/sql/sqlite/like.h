/* SPDX-License-Identifier: Apache-2.0 */
/* like - t_like(text, pattern) and t_ilike: `%` stands for anything, `_` for one character, nothing escapes.
 *
 * t_ilike ignores the case of ASCII letters only, as MLflow on SQLite does, and as lower() under the collation "C" does
 * in PostgreSQL. NULL in, NULL out. */
#ifndef SQLITE_LIKE_H
#define SQLITE_LIKE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

/* registers both functions and the collation "C"; an SQLite result code */
int like_register(sqlite3 *);

struct like_text { const unsigned char *p; size_t n; };
bool like_matches(struct like_text text, struct like_text pattern, bool fold);

#endif
