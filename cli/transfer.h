/* SPDX-License-Identifier: Apache-2.0 */
/* transfer - files to and from streaming methods, with a progress line once it takes more than a second.
 *
 * Nothing of the file stands in memory. A download appears under its name whole or not at all: it is written beside it and
 * renamed. Failure: enum exit_code, having complained. */
#ifndef CLI_TRANSFER_H
#define CLI_TRANSFER_H

struct arena;
struct args;
struct method;
struct options;
struct remote;

/* to --output FILE, by default a new file here of the path's last part */
int transfer_get(const struct remote *, const struct method *, const struct args *, const struct options *, struct arena *);
int transfer_put(const struct remote *, const struct method *, const struct args *, const struct options *);

#endif
