/* SPDX-License-Identifier: Apache-2.0 */
/* filter - the system calls that a plugin's process has no business with. What is killed, what is refused and why: sandbox.h. */
#ifndef HOST_FILTER_H
#define HOST_FILTER_H

#include <stdbool.h>

struct err;

int filter_load(bool fork, bool exec, struct err *); /* for all threads, for good */
/* A filter that refuses to run programs, as the BPF of seccomp(2), to `fd`: for a program that loads it when it runs. */
int filter_write_no_exec(int fd, struct err *);

#endif
