/* SPDX-License-Identifier: Apache-2.0 */
/* freeform - the text of a JSON row: a value whose inside no table describes. */
#ifndef CONF_FREEFORM_H
#define CONF_FREEFORM_H

#include "entry.h"

struct buf;

/* `as_yaml`: to be read by conf again ($${ for ${) */
int freeform_add(struct conf *, struct entry *, struct buf *, bool as_yaml, struct err *);

#endif
