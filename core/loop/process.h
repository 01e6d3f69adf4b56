/* SPDX-License-Identifier: Apache-2.0 */
/* process - a child process on a loop: started, heard line by line, told its secrets, ended, reaped.
 *
 * Model      running -> ended. The child leads a session of its own, so that Ctrl-C at a terminal is the parent's to handle. It
 *            has /dev/null as stdin, one pipe as stdout and stderr, perhaps a hello on fd 3, and no other descriptor of the
 *            parent. What it wrote before its end is handed over before `ended` is called.
 * Threads    the loop's, all functions and both callbacks.
 * Ownership  the spec is borrowed for the call of process_start; `arg` until `ended` or process_free.
 * Failure    process_start says why (no such file, no such folder, no right to that uid); afterwards nothing can fail.
 * Not here   what the child does to itself before it runs foreign code (sdk/host/sandbox.h). */
#ifndef LOOP_PROCESS_H
#define LOOP_PROCESS_H

#include <stddef.h>

struct err;
struct loop;
struct process;

enum { PROCESS_LINE_MOST = 8192, PROCESS_HELLO_MOST = 16 << 20 };

struct process_spec {
	const char *file;         /* with a slash, or looked for in the PATH of `env` */
	char *const *argv;        /* ends with NULL; argv[0] too */
	char *const *env;         /* "NAME=value", ends with NULL; NULL: empty */
	const char *cwd;          /* NULL: the parent's */
	int uid, gid;             /* -1: as the parent. When set, supplementary groups are dropped */
	/* a line of its output, any bytes, without the line end; past PROCESS_LINE_MOST bytes the rest of it is dropped. NULL: unheard */
	void (*output)(void *arg, const char *line, size_t n);
	void (*ended)(void *arg, int status, int signo); /* exit status, or the signal (> 0) that ended it. Called once */
	void *arg;
	int input;                /* its stdin; 0: /dev/null. Stays the caller's */
	const void *hello;        /* bytes that it finds on its fd 3, then EOF: what must not be seen in argv or env ... */
	size_t hello_n;           /* ... NULL: it has no fd 3. The child closes fd 3 when it has read them: they could be read again */
};

int  process_start(struct loop *, const struct process_spec *, struct process **, struct err *);
int  process_pid(const struct process *);              /* 0 once it ended */
void process_kill(struct process *, int signo);        /* nothing once it ended; SIGKILL ends those that it started, too */
/* Before the loop is closed. One that runs is killed, and reaped when it is gone; no callback comes any more. Callable from
 * both callbacks. NULL is fine. */
void process_free(struct process *);

#endif
