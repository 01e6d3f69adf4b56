/* SPDX-License-Identifier: Apache-2.0 */
/* words - the $-words of migrations (iface/sql.h) in SQLite's own spelling. */
#ifndef SQLITE_WORDS_H
#define SQLITE_WORDS_H

struct tenon_call;

/* The text with its words replaced, in the call's arena. NULL after failing the call: a word that is none, no memory. */
char *words_replace(struct tenon_call *, const char *sql);

#endif
