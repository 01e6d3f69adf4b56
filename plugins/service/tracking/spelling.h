/* SPDX-License-Identifier: Apache-2.0 */
/* spelling - from the store's numbers of words back to their texts, with a table before it.
 *
 * A word never changes, and what the table knows it keeps until the instance ends, so its texts may be lent without
 * copying. It is bounded: words past the bound are read anew by each call.
 * Threads: the instance's home loop. */
#ifndef TRACKING_SPELLING_H
#define TRACKING_SPELLING_H

#include <tenon/iface/sql.h>

struct spelling { char **texts; size_t room, bytes; }; /* texts[id]; zeroed = empty */
void spelling_free(struct spelling *);

/* the words that one call met and the table does not hold, by number */
struct spelled { const struct spelling *table; struct spelled_word { int64_t id; const char *text; } *words; size_t n; };

/* PARKS unless all are known: learns the words whose numbers stand in a column of `rows`. */
int spelling_learn(struct tenon_call *c, const struct sql_rows *rows, size_t column, struct spelled *);
/* "" for a number that was not learned */
const char *spelling_text(const struct spelled *, int64_t id);

#endif
