/* SPDX-License-Identifier: Apache-2.0 */
/* python - the interpreter that runs plugins in Python: the one that the configuration names, or the first python3 of PATH.
 *
 * It is run in the sandbox, which forbids to start programs: so it must be the interpreter itself, not a script that looks for one
 * (a version manager's shim). Of those in PATH such a script is passed over. */
#ifndef PLUG_PYTHON_H
#define PLUG_PYTHON_H

struct err;

struct python { const char *wanted; char *program; }; /* wanted: "" or NULL: look for one */

const char *python_program(struct python *, struct err *); /* NULL: there is none. The text stays for good */

#endif
