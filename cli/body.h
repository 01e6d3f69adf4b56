/* SPDX-License-Identifier: Apache-2.0 */
/* body - what was given on the command line, as a method's JSON body or query string, checked by the rows' types.
 *
 * A value "@FILE" is read from the file ("@-" from stdin), "@@x" is "@x". Failure: EXIT_USAGE, having complained. */
#ifndef CLI_BODY_H
#define CLI_BODY_H

struct args;
struct arena;
struct buf;
struct method;

int body_files(struct args *, struct arena *); /* resolves @FILE, once, before the others */
/* `page_token`: replaces what was given for it; NULL = as given */
int body_json(struct buf *, const struct method *, const struct args *, const char *page_token);
int body_query(struct buf *, const struct method *, const struct args *); /* "?a=1&b=2", or nothing */

#endif
