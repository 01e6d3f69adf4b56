/* SPDX-License-Identifier: Apache-2.0 */
/* show - a method's result on stdout: as JSON, as a table, or as lines of name and value.
 *
 * Model    Which of them the row says: a result with an array of messages is a table of it. Pages come one by one; a table is
 *          printed when the last is there, JSON of several pages is merged while they come. */
#ifndef CLI_SHOW_H
#define CLI_SHOW_H

#include "base/arena.h"

#include <stdbool.h>
#include <tenon/row.h>

struct method;
struct options;

struct show {
	const struct options *options;
	const struct method *method;
	const char *rows;      /* the result's array of messages; NULL: none */
	struct table *table;
	struct arena memory;
	bool merges;           /* several pages become one JSON object */
	bool begun, any;       /* merging: its head is printed, and an item */
};

void show_begin(struct show *, const struct options *, const struct method *);
int  show_page(struct show *, struct tenon_json result); /* enum exit_code, as show_end */
int  show_end(struct show *);                            /* prints what is kept */
void show_free(struct show *);

#endif
