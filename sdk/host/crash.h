/* SPDX-License-Identifier: Apache-2.0 */
/* crash - a note when the process dies of a signal: the method that ran, and where.
 * Threads: any; the note is written by the handler, with nothing but write(2). */
#ifndef HOST_CRASH_H
#define HOST_CRASH_H

void crash_watch(void);

#endif
