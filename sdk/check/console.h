/* SPDX-License-Identifier: Apache-2.0 */
/* console - a plugin hosted alone, and a line at a time to try it: methods, call, help. Reads a terminal or a pipe. */
#ifndef CHECK_CONSOLE_H
#define CHECK_CONSOLE_H

struct place;

int console_run(struct place *); /* 0, or 1 if a call failed or the plugin did not start */

#endif
