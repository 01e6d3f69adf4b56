/* SPDX-License-Identifier: Apache-2.0 */
/* main - which side; and the sides that are a few lines: a direct call, a bare unix socket. */
#include "config.h"

#include "base/clock.h"
#include "bench.h"
#include "echo.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DIRECT_CALLS = 2000000 };

void sleep_for(double seconds)
{
	struct timespec t = { (time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9) };
	nanosleep(&t, NULL);
}

/* ---- a direct call: the handler's work, through a pointer that the compiler cannot see through ---- */

static int echo_direct(const struct echo_args *a, struct echo_result *out)
{
	out->has.body = 1;
	out->body = a->body;
	return 0;
}

double direct_ns(void)
{
	int (*volatile fn)(const struct echo_args *, struct echo_result *) = echo_direct;
	static const char body[ECHO_BYTES] = "0123456789abcde";
	struct echo_args a = { .has.body = 1, .body = { body, sizeof body } };
	struct echo_result out = { 0 };
	int64_t began = clock_ns();

	for (int i = 0; i < DIRECT_CALLS; i++)
		fn(&a, &out);
	return (double)(clock_ns() - began) / DIRECT_CALLS;
}

int side_c(const char *work, long number, double seconds)
{
	(void)number;
	(void)seconds;
	if (strcmp(work, "direct") != 0)
		return -1;
	direct_ns();
	printf("%.3f\n", direct_ns());
	return 0;
}

/* ---- a unix socket ---- */

static void write_parts(int fd, int64_t left)
{
	static char part[ECHO_PART];

	while (left > 0) {
		ssize_t n = write(fd, part, left < ECHO_PART ? (size_t)left : ECHO_PART);
		if (n < 0 && errno != EINTR)
			_exit(1);
		left -= n > 0 ? n : 0;
	}
	_exit(0);
}

int side_unix(const char *work, long megabytes, double seconds)
{
	static char part[ECHO_PART];
	int ends[2];
	int64_t total = (int64_t)megabytes * 1000000, left = total;

	(void)seconds;
	if (strcmp(work, "stream") != 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
		return -1;
	int64_t began = clock_ns();
	pid_t child = fork();
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(ends[0]);
		write_parts(ends[1], total);
	}
	close(ends[1]);
	for (ssize_t n = 1; left > 0 && n > 0; left -= n)
		n = read(ends[0], part, sizeof part);
	double took = (double)(clock_ns() - began) / 1e9;
	waitpid(child, NULL, 0);
	if (left > 0)
		return fprintf(stderr, "the socket ended %lld bytes early\n", (long long)left), -1;
	printf("%.3f\n", (double)total / 1e6 / took);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct { const char *name; int (*run)(const char *, long, double); } sides[] = {
		{ "tenon", side_tenon }, { "nng", side_nng }, { "unix", side_unix }, { "c", side_c },
	};

	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; argc == 5 && i < sizeof sides / sizeof *sides; i++)
		if (strcmp(argv[1], sides[i].name) == 0)
			return sides[i].run(argv[2], atol(argv[3]), atof(argv[4])) == 0 ? 0 : 1;
	fprintf(stderr, "usage: bus-bench tenon|nng|unix|c WORK NUMBER SECONDS (bench/lib/bus/bench.h)\n");
	return 2;
}
