/* SPDX-License-Identifier: Apache-2.0 */
/* help - what `tenon` says of itself, and of the server's methods by their rows. On stdout. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

struct arena;
struct catalogue;
struct method;

void help_program(const struct catalogue *);  /* NULL: the server's verbs are not known */
void help_exits(void);
void help_method(const struct method *);
void help_noun(const struct catalogue *, const char *noun); /* the verbs that begin with it */

/* a verb that the server does not know: what there is instead. EXIT_USAGE */
int  help_unknown_verb(const struct catalogue *, const char *const *words, int n, struct arena *);
int  help_unknown_method(const struct catalogue *, const char *name, struct arena *);

#endif
