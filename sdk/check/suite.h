/* SPDX-License-Identifier: Apache-2.0 */
/* suite - groups of cases, each group in a process of its own, so that a plugin that crashes or hangs is a failed case.
 *
 * Model    suite_group forks. The child runs the group's cases one after another and tells the parent, which prints TAP. When
 *          the child dies or hangs, the case that it was at has failed, with the backtrace; a new child goes on behind it.
 *          So a group is deterministic: the same cases in the same order each time.
 * Use      within a group: `if (case_begin("what must hold")) case_end(good, "what was found; what to do", ...);`
 * Threads  cases are the child's main thread's. */
#ifndef CHECK_SUITE_H
#define CHECK_SUITE_H

#include <stdbool.h>

void suite_group(const char *name, void (*run)(void *arg), void *arg);
bool suite_unsound(void); /* did a group end with case_last? */
bool suite_hopeless(void); /* did so many cases hang that more of them only cost time? */
int  suite_end(void); /* prints the plan; how many cases failed */

bool case_begin(const char *fmt, ...) __attribute__((format(printf, 1, 2))); /* false: it was run by an earlier child */
/* `found` is printed when the case failed: what was there, what was expected, what to do */
bool case_end(bool good, const char *found, ...) __attribute__((format(printf, 2, 3)));
void case_good(void);
/* the case failed and left something running behind: the group goes on in a new process */
_Noreturn void case_stuck(const char *found, ...) __attribute__((format(printf, 1, 2)));
/* the case ends the group: nothing behind it can be run */
_Noreturn void case_last(const char *found, ...) __attribute__((format(printf, 1, 2)));
/* what it is at within a case, for the note on a crash; a case that lives shows so */
void suite_catch_crashes(void); /* again, where something else has set handlers since */
void case_at(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
