/* SPDX-License-Identifier: Apache-2.0 */
/* scaffold - `tenon plugin new`: a project of an author's own, from the templates of the SDK.
 *
 * Model    share/tenon/template has common/ and <language>/<interface>/. Both are copied into the folder NAME; in texts and file
 *          names @NAME@, @IDENT@ (as a C name), @INTERFACE@ and @LANG@ are filled in; a file dot.x becomes .x. Which
 *          languages and interfaces there are is what folders there are.
 * Failure  exits.h; a folder that is there already is never touched, one that was begun is left for a look. */
#ifndef CLI_SCAFFOLD_H
#define CLI_SCAFFOLD_H

struct project { const char *name, *interface, *lang; };

int scaffold(const struct project *);

/* "<prefix>/bin" of this program, or its build folder; "" if it is not known */
const char *own_folder(void);

#endif
