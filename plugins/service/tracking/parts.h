/* SPDX-License-Identifier: Apache-2.0 */
/* parts - a filter's statement as comparisons, ANDs, and whatever else stands there. Pure, any thread. */
#ifndef TRACKING_PARTS_H
#define TRACKING_PARTS_H

#include "filter.h"
#include "lex.h"

/* What may be a clause: a comparison, or what is joined to one here, since the groups leave IN and IS NULL apart. Only
 * what is joined has a comparison of its own (not CMP_OTHER), `left` and, with IN, `value`; `sign` only with a plain IN. */
struct part { const struct token *whole, *left, *sign, *value; enum compare compare; };

static inline bool part_is_clause(const struct part *p) { return p->compare != CMP_OTHER || p->whole->type == G_COMPARISON; }

/* All parts of a statement, in the pool. TENON_NO_MEMORY. */
int parts_split(struct pool *, const struct token *statement, struct part **parts, size_t *n);

#endif
