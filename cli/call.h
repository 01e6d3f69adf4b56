/* SPDX-License-Identifier: Apache-2.0 */
/* call - a method asked with what was given on the command line, page by page, and its result shown. enum exit_code. */
#ifndef CLI_CALL_H
#define CLI_CALL_H

struct arena;
struct args;
struct method;
struct options;
struct remote;

int call_run(const struct remote *, const struct method *, struct args *, const struct options *, struct arena *);

#endif
