/* SPDX-License-Identifier: Apache-2.0 */
/* fault - what SQLite's result codes mean to a caller: a code, and a text that says what, where and what to do. */
#ifndef SQLITE_FAULT_H
#define SQLITE_FAULT_H

struct conn;
struct tenon_call;

/* Fails the call for the error that the connection had last. `rc` is its (extended) result code; `sql` what was run, or NULL.
 * Returns the code. */
int fault(struct tenon_call *, const struct conn *, int rc, const char *sql);

#endif
