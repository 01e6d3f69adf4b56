/* SPDX-License-Identifier: Apache-2.0 */
/* suite - a pipe from the child with a line a result, and a shared page that says what it is at. */
#include "suite.h"

#include <execinfo.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CRASHES_MOST = 10, STUCK_MOST = 2, STUCK_IN_ALL = 4, SILENCE_MS = 30000, TICK_MS = 250, END_STUCK = 3, END_LAST = 4, STDERR_LINES = 40 };

/* shared by parent and child */
struct page {
	volatile unsigned begun, skip, beats; /* cases begun by this child, and done by earlier ones; signs of life */
	volatile bool through;                /* the child came to its end */
	char title[256], at[512];
};

static struct page *page;
static FILE *results;      /* in the child */
static bool live;          /* the case that was begun last is to be told */
static int count, failed;
static bool unsound;
static int hung, hung_in_all; /* cases that did not end: of this group, of all */

/* ---- the child ---- */

bool case_begin(const char *fmt, ...)
{
	va_list ap;

	page->beats++;
	live = ++page->begun > page->skip;
	va_start(ap, fmt);
	vsnprintf(page->title, sizeof page->title, fmt, ap);
	va_end(ap);
	page->at[0] = '\0';
	return live;
}

void case_at(const char *fmt, ...)
{
	va_list ap;

	page->beats++;
	va_start(ap, fmt);
	vsnprintf(page->at, sizeof page->at, fmt, ap);
	va_end(ap);
}

static void tell(bool good, const char *found, va_list ap)
{
	char text[4096];

	if (good && !live)
		return;
	fprintf(results, "%c%s\n", good ? '+' : '-', page->title);
	vsnprintf(text, sizeof text, found, ap);
	char *rest = text;
	for (char *line; !good && (line = strsep(&rest, "\n")) != NULL;)
		fprintf(results, "#%s\n", line);
	fflush(results);
	page->beats++;
}

bool case_end(bool good, const char *found, ...)
{
	va_list ap;

	va_start(ap, found);
	tell(good, found, ap);
	va_end(ap);
	return good;
}

void case_good(void)
{
	if (live)
		fprintf(results, "+%s\n", page->title);
	fflush(results);
}

void case_stuck(const char *found, ...)
{
	va_list ap;

	va_start(ap, found);
	tell(false, found, ap);
	va_end(ap);
	_exit(END_STUCK);
}

void case_last(const char *found, ...)
{
	va_list ap;

	va_start(ap, found);
	tell(false, found, ap);
	va_end(ap);
	_exit(END_LAST);
}

#ifdef __SANITIZE_ADDRESS__
void suite_catch_crashes(void) {} /* its own handlers say more */
#else
/* names the frames; the addresses are enough for addr2line where names are hidden */
static void on_crash(int signo)
{
	void *frames[40];
	int n = backtrace(frames, 40);

	backtrace_symbols_fd(frames, n, STDERR_FILENO);
	signal(signo, SIG_DFL);
	raise(signo);
}

void suite_catch_crashes(void)
{
	static const int signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
	struct sigaction act = { .sa_handler = on_crash, .sa_flags = SA_ONSTACK | SA_NODEFER };
	void *warm[1];

	backtrace(warm, 1); /* loads its library now, not in the handler */
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		sigaction(signals[i], &act, NULL);
}
#endif

static _Noreturn void run_child(int to_parent, int errors, void (*run)(void *), void *arg)
{
	results = fdopen(to_parent, "w");
	dup2(errors, STDERR_FILENO);
	dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDOUT_FILENO); /* TAP is the parent's */
	page->begun = 0;
	page->through = false;
	suite_catch_crashes();
	run(arg);
	fflush(results);
	page->through = true;
	exit(0); /* with LeakSanitizer's last word, where it is built in */
}

/* ---- the parent ---- */

static void print_line(const char *line, const char *group)
{
	if (line[0] == '#') {
		printf("#   %s\n", line + 1);
		return;
	}
	failed += line[0] == '-';
	printf("%sok %d - %s: %s\n", line[0] == '-' ? "not " : "", ++count, group, line + 1);
}

/* Gives on what the child says until it ends. False: it was silent for too long. */
static bool listen_to(int fd, const char *group)
{
	static char buffer[16384];
	size_t n = 0;
	unsigned beats = page->beats;
	int silent = 0;

	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		if (poll(&p, 1, TICK_MS) <= 0) {
			silent = page->beats != beats ? 0 : silent + TICK_MS;
			beats = page->beats;
			if (silent > SILENCE_MS)
				return false;
			continue;
		}
		ssize_t got = read(fd, buffer + n, sizeof buffer - n - 1);
		if (got <= 0)
			return true;
		buffer[n + (size_t)got] = '\0';
		char *line = buffer, *end;
		for (; (end = strchr(line, '\n')) != NULL; line = end + 1) {
			*end = '\0';
			print_line(line, group);
		}
		n = strlen(line);
		memmove(buffer, line, n + 1);
		fflush(stdout);
	}
}

static void print_errors(int fd)
{
	FILE *f = fdopen(dup(fd), "r");
	char line[300];

	if (f == NULL)
		return;
	rewind(f);
	for (int i = 0; i < STDERR_LINES && fgets(line, sizeof line, f) != NULL; i++) {
		line[strcspn(line, "\n")] = '\0';
		printf("#   | %s\n", line);
	}
	fclose(f);
}

static void report_death(const char *group, int status, bool silent, int errors)
{
	const char *how = silent ? "it showed no sign of life for half a minute" : WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "it ended the process";

	failed++;
	printf("not ok %d - %s: %s\n", ++count, group, !page->through && page->begun > page->skip ? page->title : "it ends without a leak");
	printf("#   crashed or hung: %s%s%s\n#   expected: a code, or a reason; run it in gdb: gdb --args tenon-check ...\n", how, *page->at != '\0' ? ", at: " : "", page->at);
	print_errors(errors);
}

/* false: the group is over. A case that hangs costs seconds, a crash does not. */
static bool run_once(const char *name, void (*run)(void *), void *arg)
{
	int fds[2], status = 0, errors = memfd_create("stderr", MFD_CLOEXEC);

	fflush(stdout);
	if (errors < 0 || pipe2(fds, O_CLOEXEC) != 0)
		return perror("tenon-check"), exit(2), false;
	page->title[0] = page->at[0] = '\0';
	pid_t child = fork();
	if (child < 0)
		return perror("tenon-check"), exit(2), false;
	if (child == 0) {
		close(fds[0]);
		run_child(fds[1], errors, run, arg);
	}
	close(fds[1]);
	bool silent = !listen_to(fds[0], name);
	if (silent)
		kill(child, SIGKILL);
	waitpid(child, &status, 0);
	close(fds[0]);
	bool stuck = WIFEXITED(status) && WEXITSTATUS(status) == END_STUCK, over = WIFEXITED(status) && ((status == 0 && page->through) || WEXITSTATUS(status) == END_LAST);
	if (!over && !stuck)
		report_death(name, status, silent, errors);
	close(errors);
	unsound = unsound || (WIFEXITED(status) && WEXITSTATUS(status) == END_LAST) || (!over && !stuck);
	bool again = !over && !page->through && page->begun > page->skip;
	page->skip = page->begun;
	hung += stuck || silent;
	hung_in_all += stuck || silent;
	return again && hung < STUCK_MOST;
}

void suite_group(const char *name, void (*run)(void *), void *arg)
{
	int times = 0;

	if (page == NULL)
		page = mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		perror("tenon-check"), exit(2);
	page->skip = 0;
	hung = 0;
	while (run_once(name, run, arg) && ++times < CRASHES_MOST)
		;
	if (times == CRASHES_MOST || hung == STUCK_MOST) {
		failed++;
		printf("not ok %d - %s: all cases are run\n#   too many crashed or hung; what is left of this group is not tried\n", ++count, name);
	}
}

bool suite_unsound(void) { return unsound; }

bool suite_hopeless(void) { return hung_in_all >= STUCK_IN_ALL; }

int suite_end(void)
{
	printf("1..%d\n", count);
	return failed;
}
