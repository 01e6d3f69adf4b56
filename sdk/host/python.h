/* SPDX-License-Identifier: Apache-2.0 */
/* python - a plugin in Python: this process becomes the interpreter, once it has shut itself in.
 *
 * Model    The sandbox of any plugin, but that one more program may be run, without a fork: limits, user, no privileges and the filter
 *          stay over execve(2). The runtime (`python -m tenon_plugin`) then does, before it reads the plugin, what only the new
 *          program can: it is not dumpable again, and takes from fd 4 a filter that refuses to run a third.
 * Trust    the interpreter and what is installed with it are the administrator's, as the C library is; the plugin is not. */
#ifndef HOST_PYTHON_H
#define HOST_PYTHON_H

#include <stdbool.h>

struct err;

enum { PYTHON_FILTER_FD = 4 };

/* argv: what follows `-m tenon_plugin`. Comes back only on failure. */
int python_become(const char *python, const char *data_dir, bool may_exec, const char *const *argv, struct err *);

#endif
