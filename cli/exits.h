/* SPDX-License-Identifier: Apache-2.0 */
/* exits - how `tenon` ends, for scripts. The numbers never change; help and docs/cli.md show this list. */
#ifndef CLI_EXITS_H
#define CLI_EXITS_H

/*      name          code  what it means */
#define EXITS(X) \
	X(OK,           0, "done") \
	X(FAILED,       1, "the server refused it, or a local file failed") \
	X(USAGE,        2, "the command line is wrong; nothing was changed") \
	X(NOT_FOUND,    3, "no such thing, or the server does not know the method") \
	X(DENIED,       4, "the server wants to know who you are") \
	X(UNREACHABLE,  5, "no answer: the server is not there, the connection broke, or the time was over") \
	X(SERVER,       6, "the server failed (HTTP 5xx), or answered what is no answer") \
	X(INTERRUPTED, 130, "Ctrl-C")

enum exit_code {
#define X(name, code, text) EXIT_##name = (code),
	EXITS(X)
#undef X
};

#endif
