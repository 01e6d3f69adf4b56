/* SPDX-License-Identifier: Apache-2.0 */
/* table - rows of cells, aligned, as wide as the terminal at most.
 *
 * Model      Columns appear as cells name them. On a terminal the widest are cut and, when that is not enough, some left out
 *            and named on stderr, those first that say the same in every row; ids, names and paths stay whole, as they are there
 *            to be copied. Elsewhere all is printed, but empty columns and second spellings of an id.
 * Ownership  everything is in the arena given to table_new. Failure: NULL, or `failed` once memory is out. */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct table;

struct table *table_new(struct arena *);
void   table_row(struct table *);                                    /* begins one */
void   table_cell(struct table *, const char *column, const char *text); /* of the last row */
size_t table_rows(const struct table *);
int    table_choose(struct table *, const char *columns);            /* "a,b": only these; enum exit_code */
int    table_print(struct table *);                                  /* to stdout */
/* "name  value" lines: tables whose names stand on the left */
int    table_print_record(struct table *);                           /* of the columns NAME and VALUE, without a heading */

#endif
