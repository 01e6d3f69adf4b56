/* SPDX-License-Identifier: Apache-2.0 */
/* unpack_item - what unpack.c and unpack_message.c share: the next item, cut but not taken. Not for other folders. */
#ifndef WIRE_UNPACK_ITEM_H
#define WIRE_UNPACK_ITEM_H

#include "unpack.h"

enum item_kind { ITEM_NONE, ITEM_NIL, ITEM_BOOL, ITEM_INT, ITEM_UINT, ITEM_F32, ITEM_F64, ITEM_STR, ITEM_BIN, ITEM_ARRAY, ITEM_MAP, ITEM_EXT };

struct item {
	enum item_kind kind;
	uint64_t n;                /* the value's bits, sign-extended for INT; or the count of bytes, items or pairs */
	const unsigned char *body; /* behind the head: the bytes of STR, BIN and EXT, the first of the items within */
	const unsigned char *end;  /* behind the item; of ARRAY and MAP, behind the head */
};

/* NULL, or why there is no item at u->p */
const char *unpack_look(const struct unpack *, struct item *);
/* takes the next item if it is of the kind; of ARRAY and MAP the head */
bool unpack_take(struct unpack *, enum item_kind, struct item *);
/* takes one whole item. NULL, or why not: the cursor then stands before the item that is broken */
const char *unpack_walk(struct unpack *);
double unpack_real(const struct item *); /* of INT, UINT, F32 and F64 */

#endif
