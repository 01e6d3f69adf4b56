/* SPDX-License-Identifier: Apache-2.0 */
/* launch - starts one tenon-host: its token, what it is to host (hosting.h), and the socket for its calls (bus/duct.h).
 *
 * Threads  loop 0. Ownership  process and duct are the caller's when it succeeds. */
#ifndef PLUG_LAUNCH_H
#define PLUG_LAUNCH_H

#include "bus/peer.h"
#include "supervisor.h"

struct err;
struct process;

struct launch {
	const struct supervisor_spec *spec;
	const char *path, *kind, *program;
	void (*output)(void *arg, const char *line, size_t n);
	void (*ended)(void *arg, int status, int signo);
	void *arg;
	struct process *process;     /* made, as is what follows */
	char token[PEER_TOKEN + 1];
	int duct;                    /* our end of the socket; -1 none */
};

int launch(struct launch *, struct err *);
/* a line that a host wrote, into the log: "<level>text", or what a library printed by itself */
void launch_heard(const char *instance, const char *line, size_t n);

#endif
