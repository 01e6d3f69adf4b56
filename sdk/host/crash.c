/* SPDX-License-Identifier: Apache-2.0 */
/* crash - backtrace(3) is warmed up beforehand, as its first use loads a library. */
#include "crash.h"
#include "loop/fiber.h"

#include <execinfo.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FRAMES = 32 };

static void say(const char *s)
{
	if (write(STDERR_FILENO, s, strlen(s)) < 0)
		return; /* nobody hears */
}

static void on_signal(int signo)
{
	void *frames[FRAMES];
	struct fiber *f = fiber_self();

	say("<0>died of ");
	say(sigabbrev_np(signo) != NULL ? sigabbrev_np(signo) : "a signal");
	say(" in ");
	say(f == NULL || f->name == NULL ? "no call" : f->name);
	say("\n");
	int n = backtrace(frames, FRAMES);
	backtrace_symbols_fd(frames + 2, n > 2 ? n - 2 : 0, STDERR_FILENO);
	signal(signo, SIG_DFL);
	raise(signo);
}

void crash_watch(void)
{
	static char stack[64 << 10];
	stack_t other = { .ss_sp = stack, .ss_size = sizeof stack };
	struct sigaction act = { .sa_handler = on_signal, .sa_flags = SA_ONSTACK | SA_RESETHAND };
	static const int signos[] = { SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGFPE, SIGSYS };
	void *warm[1];

	backtrace(warm, 1);
	sigaltstack(&other, NULL);
	for (size_t i = 0; i < sizeof signos / sizeof *signos; i++)
		sigaction(signos[i], &act, NULL);
}
