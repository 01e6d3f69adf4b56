/* SPDX-License-Identifier: Apache-2.0 */
/* rows - running a prepared statement: values in, rows out. */
#ifndef SQLITE_ROWS_H
#define SQLITE_ROWS_H

#include <stddef.h>

struct conn;
struct sql_rows;
struct sql_step;
struct tenon_call;

/* Runs the step's statement for each group of its params, and adds to `out` what it returned and changed; the rows live
 * in the call's arena. `runs` counts the runs. Nothing stays open. Does not look at the expectation. */
int rows_run(struct conn *, struct tenon_call *, const struct sql_step *, struct sql_rows *out, size_t *runs);

#endif
