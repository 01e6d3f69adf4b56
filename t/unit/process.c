/* SPDX-License-Identifier: Apache-2.0 */
/* process - unit tests of children on a loop: what they say, how they end, what they get to see, and what is left of them. */
#include "base/err.h"
#include "base/mem.h"
#include "loop/loop.h"
#include "loop/process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

enum { MOST_LINES = 64, PATIENCE_MS = 20000 };

struct heard {
	struct loop *loop;
	struct process *process;
	char *lines[MOST_LINES];
	size_t sizes[MOST_LINES];
	size_t n, bytes;
	int ends, status, signo;
	bool free_at_line, free_at_end, stop_at_line, late;
};

static struct loop *loop;

static int open_loop(void **state)
{
	(void)state;
	return loop_open(&loop, 0, NULL);
}

static int close_loop(void **state)
{
	(void)state;
	loop_close(loop);
	return 0;
}

static void on_line(void *arg, const char *line, size_t n)
{
	struct heard *h = arg;

	h->bytes += n;
	if (h->n < MOST_LINES) {
		h->lines[h->n] = malloc(n + 1);
		memcpy(h->lines[h->n], line, n);
		h->lines[h->n][n] = '\0';
		h->sizes[h->n] = n;
	}
	h->n++;
	if (h->free_at_line)
		process_free(h->process);
	if (h->free_at_line || h->stop_at_line)
		loop_stop(h->loop);
}

static void on_end(void *arg, int status, int signo)
{
	struct heard *h = arg;

	h->ends++;
	h->status = status;
	h->signo = signo;
	assert_int_equal(process_pid(h->process), 0);
	process_kill(h->process, SIGKILL); /* is nobody any more */
	if (h->free_at_end)
		process_free(h->process);
	loop_stop(h->loop);
}

static void on_late(void *arg)
{
	struct heard *h = arg;
	h->late = true;
	loop_stop(h->loop);
}

static void run(struct heard *h)
{
	struct timer *t = loop_every(h->loop, PATIENCE_MS, 0, on_late, h);

	loop_run(h->loop);
	assert_false(h->late);
	timer_stop(t);
}

/* another loop_run of a loop that was stopped does not end at once */
static void run_until_line(struct heard *h)
{
	h->stop_at_line = true;
	run(h);
	h->stop_at_line = false;
}

static struct process_spec shell(struct heard *h, char **argv, const char *script)
{
	*h = (struct heard){ .loop = loop };
	argv[0] = (char *)(uintptr_t)"sh";
	argv[1] = (char *)(uintptr_t)"-c";
	argv[2] = (char *)(uintptr_t)script;
	argv[3] = NULL;
	return (struct process_spec){ .file = "/bin/sh", .argv = argv, .uid = -1, .gid = -1, .output = on_line, .ended = on_end, .arg = h };
}

static void start(struct heard *h, const struct process_spec *s)
{
	struct err e = { 0 };
	if (process_start(loop, s, &h->process, &e) != TENON_OK)
		fail_msg("%s", e.text);
}

static void forget(struct heard *h)
{
	for (size_t i = 0; i < h->n && i < MOST_LINES; i++)
		free(h->lines[i]);
	if (!h->free_at_line && !h->free_at_end)
		process_free(h->process);
}

static void run_shell(struct heard *h, const char *script)
{
	char *argv[4];
	struct process_spec s = shell(h, argv, script);

	start(h, &s);
	assert_true(process_pid(h->process) > 0);
	run(h);
	assert_int_equal(h->ends, 1);
}

/* ---- what it says ---- */

static void lines_come_whole_and_in_order(void **state)
{
	struct heard h;

	(void)state;
	run_shell(&h, "echo one; echo two >&2; printf thr; sleep 0.05; printf 'ee\\n\\nlast'");
	assert_int_equal(h.n, 5);
	assert_string_equal(h.lines[0], "one");
	assert_string_equal(h.lines[1], "two");
	assert_string_equal(h.lines[2], "three");
	assert_string_equal(h.lines[3], "");
	assert_string_equal(h.lines[4], "last"); /* without a line end, at its end */
	assert_int_equal(h.status, 0);
	assert_int_equal(h.signo, 0);
	forget(&h);
}

static void bytes_pass_as_they_are(void **state)
{
	struct heard h;

	(void)state;
	run_shell(&h, "printf 'a\\000b\\r\\n\\377\\n'");
	assert_int_equal(h.n, 2);
	assert_int_equal(h.sizes[0], 4);
	assert_memory_equal(h.lines[0], "a\0b\r", 4);
	assert_int_equal((unsigned char)h.lines[1][0], 0xff);
	forget(&h);
}

static void long_lines_are_cut(void **state)
{
	static const int sizes[] = { 8191, 8192, 8193, 16384, 16385, 300000 };
	struct heard h;
	char script[200];

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		snprintf(script, sizeof script, "head -c %d /dev/zero | tr '\\0' x; printf '\\nnext\\n'; head -c %d /dev/zero", sizes[i], sizes[i]);
		run_shell(&h, script);
		size_t most = sizes[i] < PROCESS_LINE_MOST ? (size_t)sizes[i] : PROCESS_LINE_MOST;
		assert_int_equal(h.n, 3);
		assert_int_equal(h.sizes[0], most);
		assert_int_equal(h.lines[0][most - 1], 'x');
		assert_string_equal(h.lines[1], "next");
		assert_int_equal(h.sizes[2], most); /* the last one, without a line end */
		forget(&h);
	}
}

static void a_flood_is_heard_whole(void **state)
{
	struct heard h;

	(void)state;
	run_shell(&h, "seq 1 200000");
	assert_int_equal(h.n, 200000);
	assert_int_equal(h.bytes, 9 + 90 * 2 + 900 * 3 + 9000 * 4 + 90000 * 5 + 100001 * 6);
	forget(&h);
}

/* somebody else holds the pipe open: its end is told nevertheless, with what it had said */
static void a_grandchild_does_not_hold_up_the_end(void **state)
{
	struct heard h;

	(void)state;
	run_shell(&h, "sleep 5 & echo said; echo $!");
	assert_int_equal(h.n, 2);
	assert_string_equal(h.lines[0], "said");
	kill((pid_t)atoi(h.lines[1]), SIGKILL);
	forget(&h);
}

static void nobody_needs_to_listen(void **state)
{
	char *argv[4];
	struct heard h;
	struct process_spec s = shell(&h, argv, "seq 1 50000; exit 3");

	(void)state;
	s.output = NULL;
	start(&h, &s);
	run(&h);
	assert_int_equal(h.status, 3);
	forget(&h);
}

/* ---- its end ---- */

static void exit_codes_and_signals_are_told(void **state)
{
	struct heard h;

	(void)state;
	run_shell(&h, "exit 0");
	assert_int_equal(h.status, 0);
	forget(&h);
	run_shell(&h, "exit 42");
	assert_int_equal(h.status, 42);
	assert_int_equal(h.signo, 0);
	forget(&h);
	run_shell(&h, "kill -SEGV $$");
	assert_int_equal(h.signo, SIGSEGV);
	forget(&h);
}

static void it_can_be_signalled(void **state)
{
	static const int signos[] = { SIGTERM, SIGKILL };
	char *argv[4];
	struct heard h;

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct process_spec s = shell(&h, argv, "echo up; exec sleep 60");
		start(&h, &s);
		run_until_line(&h);
		process_kill(h.process, signos[i]);
		run(&h);
		assert_int_equal(h.signo, signos[i]);
		assert_int_equal(h.ends, 1);
		forget(&h);
	}
}

static void it_leads_a_session_of_its_own(void **state)
{
	struct heard h;

	(void)state;
	run_shell(&h, "echo $$; read -r p c s pp g sid rest </proc/self/stat; cut -d' ' -f6 /proc/$$/stat");
	assert_string_equal(h.lines[0], h.lines[1]);
	forget(&h);
}

static bool is_alive(pid_t pid)
{
	char path[64], state = 'X';
	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	FILE *f = fopen(path, "r");
	if (f != NULL && fscanf(f, "%*d (%*[^)]) %c", &state) != 1)
		state = 'X';
	if (f != NULL)
		fclose(f);
	return state != 'X' && state != 'Z';
}

static void wait_gone(pid_t pid)
{
	for (int i = 0; i < 500 && is_alive(pid); i++)
		usleep(10000);
	assert_false(is_alive(pid));
}

static void freed_while_it_runs_it_is_killed_with_its_own(void **state)
{
	char *argv[4];
	struct heard h;
	struct process_spec s = shell(&h, argv, "sleep 60 & echo $!; wait");

	(void)state;
	start(&h, &s);
	pid_t pid = process_pid(h.process);
	run_until_line(&h);
	assert_true(is_alive(pid));
	process_free(h.process);
	h.process = NULL;
	wait_gone(pid);
	wait_gone((pid_t)atoi(h.lines[0]));
	assert_int_equal(h.ends, 0);
	forget(&h);
	/* close_loop() reaps it: the last test looks */
}

static void callbacks_may_free_it(void **state)
{
	char *argv[4];
	struct heard h;
	struct process_spec s = shell(&h, argv, "seq 1 10000; sleep 60");

	(void)state;
	h.free_at_line = true;
	start(&h, &s);
	run(&h);
	assert_int_equal(h.n, 1);
	assert_int_equal(h.ends, 0);
	forget(&h);
	s = shell(&h, argv, "echo x");
	h.free_at_end = true;
	start(&h, &s);
	run(&h);
	assert_int_equal(h.ends, 1);
	forget(&h);
	s = shell(&h, argv, "printf x; exit 1"); /* its last, partial line is handed over at its end */
	h.free_at_line = true;
	start(&h, &s);
	run(&h);
	assert_int_equal(h.ends, 0);
	forget(&h);
}

static void the_loop_may_close_first(void **state)
{
	char *argv[4];
	struct heard h;
	struct process_spec s = shell(&h, argv, "exec sleep 60");

	(void)state;
	start(&h, &s);
	pid_t pid = process_pid(h.process);
	loop_close(loop);
	assert_false(is_alive(pid));
	assert_int_equal(waitpid(pid, NULL, WNOHANG), -1);
	assert_int_equal(h.ends, 0);
	assert_int_equal(loop_open(&loop, 0, NULL), TENON_OK);
}

/* ---- what it gets to see ---- */

static void it_sees_its_own_environment_folder_and_stdin(void **state)
{
	static char x[] = "X=a b", y[] = "Y=2";
	char *argv[4], *env[] = { x, y, NULL };
	struct heard h;
	struct process_spec s = shell(&h, argv, "echo \"$X$Y$TENON_TEST_LEAK\"; pwd; cat | wc -c; echo $#");

	(void)state;
	setenv("TENON_TEST_LEAK", "leaked", 1);
	s.env = env;
	s.cwd = "/usr";
	start(&h, &s);
	run(&h);
	assert_string_equal(h.lines[0], "a b2");
	assert_string_equal(h.lines[1], "/usr");
	assert_int_equal(atoi(h.lines[2]), 0);
	forget(&h);
	run_shell(&h, "tr '\\0' '\\n' </proc/$$/environ");
	assert_int_equal(h.n, 0); /* env NULL: none */
	forget(&h);
}

static void signals_are_as_at_birth(void **state)
{
	struct heard h;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	run_shell(&h, "grep -E '^Sig(Ign|Blk)' /proc/self/status | grep -vc ':.0000000000000000$'; :");
	assert_string_equal(h.lines[0], "0");
	forget(&h);
}

/* without opening any, as ls and globs do */
#define LIST_FDS "i=0; while [ $i -lt 600 ]; do [ -e /proc/$$/fd/$i ] && printf '%d ' $i; i=$((i+1)); done"

static void the_hello_is_on_fd_3_and_nothing_else_is(void **state)
{
	char *argv[4];
	struct heard h;
	struct process_spec s = shell(&h, argv, "cat <&3; echo .; " LIST_FDS);
	int leaked = open("/dev/null", O_RDONLY), high = fcntl(leaked, F_DUPFD, 500); /* neither is CLOEXEC */

	(void)state;
	s.hello = "secret\nsecond";
	s.hello_n = 13;
	start(&h, &s);
	run(&h);
	assert_int_equal(h.n, 3);
	assert_string_equal(h.lines[0], "secret");
	assert_string_equal(h.lines[1], "second.");
	assert_string_equal(h.lines[2], "0 1 2 3 ");
	forget(&h);
	run_shell(&h, LIST_FDS);
	assert_string_equal(h.lines[0], "0 1 2 ");
	forget(&h);
	close(leaked);
	close(high);
}

static void a_hello_may_be_large_or_empty(void **state)
{
	enum { LARGE = 3 << 20 };
	char *argv[4], *large = calloc(1, LARGE);
	struct heard h;

	(void)state;
	for (size_t n = 0; n <= LARGE; n += LARGE) {
		struct process_spec s = shell(&h, argv, "wc -c <&3");
		s.hello = large;
		s.hello_n = n;
		start(&h, &s);
		run(&h);
		assert_int_equal(atoi(h.lines[0]), n);
		forget(&h);
	}
	struct process_spec s = shell(&h, argv, "true");
	struct err e = { 0 };
	s.hello = large;
	s.hello_n = (size_t)PROCESS_HELLO_MOST + 1; /* refused before it is read */
	assert_int_equal(process_start(loop, &s, &h.process, &e), TENON_INVALID_ARGUMENT);
	assert_null(h.process);
	assert_non_null(strstr(e.text, "hello"));
	free(large);
}

/* ---- what cannot be started ---- */

static void refuse(const struct process_spec *s, int code, const char *text)
{
	struct process *p = (struct process *)(uintptr_t)8;
	struct err e = { 0 };

	assert_int_equal(process_start(loop, s, &p, &e), code);
	assert_null(p);
	if (strstr(e.text, text) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", e.text, text);
}

static void what_cannot_be_started_says_why(void **state)
{
	char *argv[4];
	struct heard h;
	struct process_spec s = shell(&h, argv, "true");

	(void)state;
	s.file = "/no/such/program";
	refuse(&s, TENON_NOT_FOUND, "/no/such/program: no such file");
	s.file = "/etc/passwd";
	refuse(&s, TENON_PERMISSION_DENIED, "/etc/passwd: permission denied");
	s.file = "/bin/sh";
	s.cwd = "/no/such/folder";
	refuse(&s, TENON_NOT_FOUND, "/bin/sh in /no/such/folder: no such file");
	s.cwd = NULL;
	s.hello = "x";
	s.hello_n = 1;
	s.file = "/";
	refuse(&s, TENON_PERMISSION_DENIED, "/: permission denied");
	assert_int_equal(h.n + (size_t)h.ends, 0);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void no_memory_is_survived(void **state)
{
	char *argv[4];
	struct heard h;
	struct process_spec s = shell(&h, argv, "true");
	int rc = TENON_NO_MEMORY;

	(void)state;
	for (long nth = 1; rc == TENON_NO_MEMORY; nth++) {
		struct err e = { 0 };
		mem_fail_nth(nth);
		rc = process_start(loop, &s, &h.process, &e);
		mem_fail_nth(0);
		assert_true(rc == TENON_OK || (h.process == NULL && *e.text != '\0'));
		assert_true(rc == TENON_NO_MEMORY || nth > 2);
	}
	assert_int_equal(rc, TENON_OK);
	run(&h);
	assert_int_equal(h.ends, 1);
	forget(&h);
}

/* no descriptor is left to make a pipe of */
static void no_descriptors_are_survived(void **state)
{
	char *argv[4];
	struct heard h;
	struct process_spec s = shell(&h, argv, "true");
	struct rlimit was, few;
	int refused = 0;

	(void)state;
	s.hello = "x";
	s.hello_n = 1;
	getrlimit(RLIMIT_NOFILE, &was);
	few = was;
	few.rlim_cur = (rlim_t)dup(0); /* the first that is free: from none on, one more each time */
	close((int)few.rlim_cur);
	for (int rc = -1; rc < 0; few.rlim_cur++) {
		struct err e = { 0 };
		setrlimit(RLIMIT_NOFILE, &few);
		rc = process_start(loop, &s, &h.process, &e);
		setrlimit(RLIMIT_NOFILE, &was);
		refused += rc < 0;
		assert_true(rc == TENON_OK || (h.process == NULL && strcasestr(e.text, "too many open files") != NULL));
	}
	assert_true(refused >= 3);
	run(&h);
	forget(&h);
}

/* as root it becomes another user, without root's groups; anybody else is refused */
static void it_runs_as_another_user(void **state)
{
	char *argv[4];
	struct heard h;
	struct process_spec s = shell(&h, argv, "id -u; id -g; id -G");

	(void)state;
	s.uid = s.gid = geteuid() == 0 ? 65534 : 0;
	if (geteuid() != 0) {
		refuse(&s, TENON_PERMISSION_DENIED, "as user 0, group 0");
		return;
	}
	start(&h, &s);
	run(&h);
	for (int i = 0; i < 3; i++)
		assert_string_equal(h.lines[i], "65534");
	forget(&h);
}

/* ---- what is left ---- */

static size_t count_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	size_t n = 0;

	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

static void nothing_is_left_of_200(void **state)
{
	char *argv[4];
	struct heard h;
	size_t before = count_fds();

	(void)state;
	for (int i = 0; i < 200; i++) {
		struct process_spec s = shell(&h, argv, "echo x; exec sleep 60");
		if (i % 4 == 0)
			s.file = "/no/such/program";
		s.hello = "x";
		s.hello_n = 1;
		if (process_start(loop, &s, &h.process, NULL) < 0) {
			assert_int_equal(i % 4, 0);
			continue;
		}
		if (i % 2 == 1) {
			run_until_line(&h);
			process_kill(h.process, SIGKILL);
			run(&h);
			assert_int_equal(h.ends, 1);
		}
		forget(&h); /* every other time while it still runs */
	}
	close_loop(NULL);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	open_loop(NULL);
	assert_int_equal(count_fds(), before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(lines_come_whole_and_in_order, open_loop, close_loop),
		cmocka_unit_test_setup_teardown(bytes_pass_as_they_are, open_loop, close_loop),
		cmocka_unit_test_setup_teardown(long_lines_are_cut, open_loop, close_loop),
		cmocka_unit_test_setup_teardown(a_flood_is_heard_whole, open_loop, close_loop),
		cmocka_unit_test_setup_teardown(a_grandchild_does_not_hold_up_the_end, open_loop, close_loop),
		cmocka_unit_test_setup_teardown(nobody_needs_to_listen, open_loop, close_loop),
		cmocka_unit_test_setup_teardown(exit_codes_and_signals_are_told, open_loop, close_loop),
		cmocka_unit_test_setup_teardown(it_can_be_signalled, open_loop, close_loop),
		cmocka_unit_test_setup_teardown(it_leads_a_session_of_its_own, open_loop, close_loop),
		cmocka_unit_test_setup_teardown(freed_while_it_runs_it_is_killed_with_its_own, open_loop, close_loop),
		cmocka_unit_test_setup_teardown(callbacks_may_free_it, open_loop, close_loop),
		cmocka_unit_test_setup_teardown(the_loop_may_close_first, open_loop, close_loop),
		cmocka_unit_test_setup_teardown(it_sees_its_own_environment_folder_and_stdin, open_loop, close_loop),
		cmocka_unit_test_setup_teardown(signals_are_as_at_birth, open_loop, close_loop),
		cmocka_unit_test_setup_teardown(the_hello_is_on_fd_3_and_nothing_else_is, open_loop, close_loop),
		cmocka_unit_test_setup_teardown(a_hello_may_be_large_or_empty, open_loop, close_loop),
		cmocka_unit_test_setup_teardown(what_cannot_be_started_says_why, open_loop, close_loop),
		cmocka_unit_test_setup_teardown(no_memory_is_survived, open_loop, close_loop),
		cmocka_unit_test_setup_teardown(no_descriptors_are_survived, open_loop, close_loop),
		cmocka_unit_test_setup_teardown(it_runs_as_another_user, open_loop, close_loop),
		cmocka_unit_test_setup_teardown(nothing_is_left_of_200, open_loop, close_loop),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
