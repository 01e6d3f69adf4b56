/* SPDX-License-Identifier: Apache-2.0 */
/* sandbox_fixture - each attack runs in a child that has entered the sandbox, and its end says what happened. As root, children become
 * `nobody`, but where the point is what root without capabilities may do. For one source of a program. */
#ifndef UNIT_SANDBOX_FIXTURE_H
#define UNIT_SANDBOX_FIXTURE_H

#include "base/err.h"
#include "host/sandbox.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

enum { NOBODY = 65534, NOT_ENTERED = 99 };

static char folder[] = "/tmp/tenon-sandbox-XXXXXX";

static int set_up(void **state)
{
	(void)state;
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* as tenond */
	return mkdtemp(folder) == NULL || (geteuid() == 0 && chown(folder, NOBODY, NOBODY) != 0);
}

static int tear_down(void **state)
{
	char command[100];

	(void)state;
	snprintf(command, sizeof command, "rm -rf %s", folder);
	return system(command);
}

static struct sandbox_limits usual(void)
{
	bool root = geteuid() == 0;
	return (struct sandbox_limits){ .uid = root ? NOBODY : -1, .gid = root ? NOBODY : -1, .writable_dir = folder, .parent = getpid(), .seccomp = true };
}

/* the same user, so that the filter alone stands between; root without capabilities cannot enter the folder of another */
__attribute__((unused)) static struct sandbox_limits as_parent(void)
{
	struct sandbox_limits l = usual();
	l.uid = l.gid = -1;
	l.writable_dir = NULL;
	return l;
}

/* its wait status */
static int in_child(const struct sandbox_limits *l, int (*attack)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		struct err e = { 0 };
		signal(SIGSEGV, SIG_DFL); /* cmocka's handler would go on with the next test, here */
		signal(SIGABRT, SIG_DFL);
		if (sandbox_enter(l, &e) < 0) {
			fprintf(stderr, "%s\n", e.text);
			_exit(NOT_ENTERED);
		}
		_exit(attack());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

/* an attack returns 0 if it was held off as it should; otherwise the line of its complaint */
#define MUST(what) do { if (!(what)) { fprintf(stderr, "%s:%d: %s (%s)\n", __FILE__, __LINE__, #what, strerror(errno)); return 1; } } while (0)
#define REFUSED(call, error) MUST((call) < 0 && errno == (error))

__attribute__((unused)) static void must_hold(const struct sandbox_limits *l, int (*attack)(void))
{
	int status = in_child(l, attack);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		fail_msg("exit %d, signal %d", WIFEXITED(status) ? WEXITSTATUS(status) : -1, WIFSIGNALED(status) ? WTERMSIG(status) : 0);
}

__attribute__((unused)) static void must_die(const struct sandbox_limits *l, int (*attack)(void), int signo)
{
	int status = in_child(l, attack);
	if (!WIFSIGNALED(status) || WTERMSIG(status) != signo)
		fail_msg("exit %d, signal %d instead of %d", WIFEXITED(status) ? WEXITSTATUS(status) : -1, WIFSIGNALED(status) ? WTERMSIG(status) : 0, signo);
}

#endif
