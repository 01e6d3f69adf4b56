/* SPDX-License-Identifier: Apache-2.0 */
/* status - `tenon status`: is the server there, is it ready, what has it done. enum exit_code: SERVER when a part is down. */
#ifndef CLI_STATUS_H
#define CLI_STATUS_H

struct arena;
struct options;
struct remote;

int status_run(const struct remote *, const struct options *, struct arena *);

#endif
