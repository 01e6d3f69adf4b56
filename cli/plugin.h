/* SPDX-License-Identifier: Apache-2.0 */
/* plugin - `tenon plugin new|check|run`: an author's verbs, which need no server. Any other `tenon plugin ...` is the server's. */
#ifndef CLI_PLUGIN_H
#define CLI_PLUGIN_H

#include <stdbool.h>

struct options;

bool plugin_is_local(const struct options *); /* are its words one of ours? */
int  plugin_run(const struct options *);      /* an exit code */

#endif
