/* SPDX-License-Identifier: Apache-2.0 */
/* copy - a copy of the whole database beside it, durable when it has its name. */
#ifndef SQLITE_COPY_H
#define SQLITE_COPY_H

struct conn;
struct tenon_call;

/* Copies the connection's database to `to`; one of that name is replaced. Fails the call. */
int copy_make(struct conn *, struct tenon_call *, const char *to);

#endif
