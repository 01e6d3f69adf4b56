/* SPDX-License-Identifier: Apache-2.0 */
/* dialect - the dialects that routes may name: `native`, and those that plugins bring. */
#ifndef HTTP_DIALECT_H
#define HTTP_DIALECT_H

#include <tenon/plugin.h>

struct bus;
struct err;
struct map;
struct shape;

struct dialect {
	const struct tenon_dialect *row;
	const struct shape *error;      /* of its error body */
};

extern const struct tenon_dialect native_dialect; /* native.c */

/* name -> struct dialect; `native` first. Two plugins with a dialect of one name are an error. */
int  dialects_open(struct map *, const struct bus *, struct err *);
void dialects_close(struct map *);

#endif
