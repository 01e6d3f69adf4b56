/* SPDX-License-Identifier: Apache-2.0 */
/* sandbox - each attack runs in a child that has entered the sandbox, and its end says what happened; what honest plugins do runs
 * there, too. As root, children become `nobody`, but where the point is what root without capabilities may do. */
#include "base/err.h"
#include "host/sandbox.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <netdb.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

enum { NOBODY = 65534, NOT_ENTERED = 99 };

static char folder[] = "/tmp/tenon-sandbox-XXXXXX";
static char secret[] = "what the parent knows";
static char **environment; /* of programs that are not to run */

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
static struct sandbox_limits as_parent(void)
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

static void must_hold(const struct sandbox_limits *l, int (*attack)(void))
{
	int status = in_child(l, attack);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		fail_msg("exit %d, signal %d", WIFEXITED(status) ? WEXITSTATUS(status) : -1, WIFSIGNALED(status) ? WTERMSIG(status) : 0);
}

static void must_die(const struct sandbox_limits *l, int (*attack)(void), int signo)
{
	int status = in_child(l, attack);
	if (!WIFSIGNALED(status) || WTERMSIG(status) != signo)
		fail_msg("exit %d, signal %d instead of %d", WIFEXITED(status) ? WEXITSTATUS(status) : -1, WIFSIGNALED(status) ? WTERMSIG(status) : 0, signo);
}

/* ---- the parent's memory ---- */

static int trace(void) { return (int)ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) + 2; }

static int read_parent(void)
{
	char copy[sizeof secret];
	struct iovec to = { copy, sizeof copy }, from = { secret, sizeof secret };
	return process_vm_readv(getppid(), &to, 1, &from, 1, 0) == sizeof copy ? 1 : 2;
}

static int write_parent(void)
{
	char copy[sizeof secret] = "overwritten";
	struct iovec to = { secret, sizeof secret }, from = { copy, sizeof copy };
	return process_vm_writev(getppid(), &from, 1, &to, 1, 0) == sizeof copy ? 1 : 2;
}

static int open_parent(void)
{
	static const char *const names[] = { "mem", "environ", "maps", "fd/0", "task" };
	char path[64];

	for (size_t i = 0; i < 4; i++) {
		snprintf(path, sizeof path, "/proc/%d/%s", (int)getppid(), names[i]);
		MUST(open(path, O_RDONLY) < 0 && (errno == EACCES || errno == EPERM));
	}
	snprintf(path, sizeof path, "/proc/%d/mem", (int)getppid());
	MUST(open(path, O_RDWR) < 0);
	return 0;
}

static int vm_refused(void)
{
	char copy[sizeof secret];
	struct iovec to = { copy, sizeof copy }, from = { secret, sizeof secret };
	REFUSED(process_vm_readv(getppid(), &to, 1, &from, 1, 0), EPERM);
	REFUSED(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL), EPERM);
	return open_parent();
}

static void the_parents_memory_is_out_of_reach(void **state)
{
	struct sandbox_limits l = usual();

	(void)state;
	must_hold(&l, open_parent);
	must_die(&l, trace, SIGSYS);
	must_die(&l, read_parent, SIGSYS);
	must_die(&l, write_parent, SIGSYS);
	l.seccomp = false;
	must_hold(&l, vm_refused); /* another user, or undumpable */
	l = as_parent();
	l.seccomp = false;
	must_hold(&l, vm_refused); /* the same user: root too, for it has no capabilities; the parent is undumpable */
	l.seccomp = true;
	must_hold(&l, open_parent);
	must_die(&l, read_parent, SIGSYS);
	assert_string_equal(secret, "what the parent knows");
}

static int undo(void)
{
	MUST(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0);
	REFUSED(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0), EPERM);
	REFUSED(syscall(SYS_prctl, PR_SET_DUMPABLE | 1L << 32, 1, 0, 0, 0), EPERM); /* the kernel takes an int, the filter sees a long */
	REFUSED(prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0), EPERM);
	MUST(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
	MUST(setresuid(0, 0, 0) < 0 || geteuid() == getuid());
	MUST(prctl(PR_SET_NAME, "fine", 0, 0, 0) == 0);
	struct rlimit core;
	MUST(getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_max == 0);
	core.rlim_cur = core.rlim_max = 1;
	REFUSED(setrlimit(RLIMIT_CORE, &core), EPERM);
	return 0;
}

static void it_cannot_be_undone(void **state)
{
	struct sandbox_limits l = usual(), same = as_parent();

	(void)state;
	must_hold(&l, undo);
	must_hold(&same, undo);
}

/* ---- other processes ---- */

static int reach_others(void)
{
	struct rlimit none = { 0, 0 };

	REFUSED(kill(getppid(), 0), EPERM);
	REFUSED(kill(-1, 0), EPERM);
	REFUSED(kill(0, 0), EPERM);
	REFUSED(syscall(SYS_tgkill, getppid(), getppid(), 0), EPERM);
	REFUSED(syscall(SYS_tkill, getppid(), 0), EPERM);
	REFUSED(syscall(SYS_rt_sigqueueinfo, getppid(), 0, NULL), EPERM);
	REFUSED(syscall(SYS_pidfd_open, getppid(), 0), EPERM);
	REFUSED(prlimit(getppid(), RLIMIT_NOFILE, &none, NULL), EPERM);
	REFUSED(setpriority(PRIO_PROCESS, (id_t)getppid(), 19), EPERM);
	REFUSED(setpriority(PRIO_USER, 0, 19), EPERM);
	REFUSED(syscall(SYS_kcmp, getppid(), getpid(), 0, 0, 0), EPERM);
	MUST(kill(getpid(), 0) == 0 && raise(0) == 0 && setpriority(PRIO_PROCESS, 0, 5) == 0);
	return 0;
}

static void other_processes_are_out_of_reach(void **state)
{
	struct sandbox_limits l = usual(), same = as_parent();

	(void)state;
	must_hold(&l, reach_others);
	must_hold(&same, reach_others);
}

static void wait_for_the_end(void)
{
	struct sandbox_limits l = usual();

	l.parent = getppid();
	if (sandbox_enter(&l, NULL) < 0 || write(3, "in", 2) != 2)
		_exit(NOT_ENTERED);
	for (;;)
		pause();
}

static void it_dies_with_its_parent(void **state)
{
	int ends[2], fds[2], status;
	char got[8];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	for (int i = 0; i < 2; i++) {
		fds[i] = fcntl(ends[i], F_DUPFD, 10); /* out of the way of fd 3 */
		close(ends[i]);
	}
	pid_t middle = fork();
	if (middle == 0) {
		dup2(fds[1], 3);
		if (fork() == 0)
			wait_for_the_end();
		read(fds[0], got, 2); /* until it is in */
		_exit(0);
	}
	assert_int_equal(waitpid(middle, &status, 0), middle);
	assert_int_equal(status, 0);
	close(fds[1]);
	struct pollfd p = { fds[0], POLLIN, 0 };
	assert_int_equal(poll(&p, 1, 10000), 1);
	assert_int_equal(read(fds[0], got, sizeof got), 0); /* nobody holds the other end any more */
	close(fds[0]);
}

static void a_parent_that_is_gone_already_is_noticed(void **state)
{
	struct sandbox_limits l = usual();
	int status;
	pid_t pid;

	(void)state;
	l.parent = getpid() + 1;
	if ((pid = fork()) == 0) {
		struct err e = { 0 };
		_exit(sandbox_enter(&l, &e) == TENON_CANCELLED && strstr(e.text, "is gone") != NULL ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
}

/* ---- programs and forks ---- */

static int run_programs(void)
{
	static char sh[] = "sh", c[] = "-c", script[] = "exit 0";
	char *argv[] = { sh, c, script, NULL };
	pid_t pid;

	REFUSED(fork(), EPERM);
	REFUSED(vfork(), EPERM);
	REFUSED(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0), EPERM);
	REFUSED(syscall(SYS_clone3, NULL, 0), ENOSYS);
	MUST(posix_spawn(&pid, "/bin/sh", NULL, NULL, argv, environment) != 0);
	REFUSED(execve("/bin/sh", argv, environment), EPERM);
	REFUSED(execveat(AT_FDCWD, "/bin/sh", argv, environment, 0), EPERM);
	return 0;
}

static int run_allowed(void)
{
	static char sh[] = "sh", c[] = "-c", script[] = "exit 7";
	char *argv[] = { sh, c, script, NULL };
	int status;
	pid_t pid;

	MUST(posix_spawn(&pid, "/bin/sh", NULL, NULL, argv, environment) == 0);
	MUST(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 7);
	REFUSED(syscall(SYS_clone, SIGCHLD | CLONE_NEWUSER, 0, 0, 0, 0), EPERM);
	return 0;
}

static int fork_bomb(void)
{
	int n = 0;

	for (; n < 200; n++) {
		pid_t pid = fork();
		if (pid < 0)
			break;
		if (pid == 0) {
			poll(NULL, 0, 500);
			_exit(0);
		}
	}
	int error = errno;
	while (wait(NULL) > 0)
		;
	MUST(n < 20 && error == EAGAIN);
	return 0;
}

static void *wait_for_ever(void *arg)
{
	pause();
	return arg;
}

/* threads are allowed, and count */
static int thread_bomb(void)
{
	pthread_t thread;
	int n = 0, error = 0;

	while (n < 200 && (error = pthread_create(&thread, NULL, wait_for_ever, NULL)) == 0)
		n++;
	MUST(n < 20 && error == EAGAIN);
	return 0;
}

static void programs_are_not_run(void **state)
{
	struct sandbox_limits l = usual();

	(void)state;
	must_hold(&l, run_programs);
	l.fork = true;
	must_die(&l, read_parent, SIGSYS);
	l.fork = false;
	l.exec = true;
	must_hold(&l, run_allowed);
}

static void bombs_of_forks_and_threads_are_bounded(void **state)
{
	struct sandbox_limits l = usual();

	(void)state;
	l.processes = 20;
	must_hold(&l, thread_bomb);
	l.fork = true;
	must_hold(&l, fork_bomb);
}

/* ---- resources ---- */

static int take_much(void)
{
	const size_t much = (size_t)100 << 30;

	MUST(mmap(NULL, much, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) == MAP_FAILED);
	MUST(mmap(NULL, much, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) == MAP_FAILED);
#ifndef __SANITIZE_ADDRESS__ /* whose malloc ends the process */
	volatile size_t asked = much;
	MUST(malloc(asked) == NULL);
	size_t got = 0;
	while (got < much && malloc(1 << 20) != NULL)
		got += 1 << 20;
	MUST(got > 200 << 20 && got <= 256 << 20);
#endif
	return 0;
}

static void memory_is_bounded(void **state)
{
	struct sandbox_limits l = usual();
	void *free_of_it = mmap(NULL, (size_t)100 << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	(void)state;
	assert_true(free_of_it != MAP_FAILED); /* otherwise the test shows nothing */
	munmap(free_of_it, (size_t)100 << 30);
	l.memory = 256 << 20;
	l.seccomp = false; /* the filter is made with malloc, which ASan's room makes impossible under a limit */
	l.writable_dir = NULL;
	must_hold(&l, take_much);
}

static int leak_fds(void)
{
	int n = 0;

	while (n < 1000 && open("/dev/null", O_RDONLY) >= 0)
		n++;
	MUST(errno == EMFILE && n >= 20 && n <= 32);
	return 0;
}

static int fill_file(void)
{
	char part[4096] = { 0 };
	int fd = open("big", O_WRONLY | O_CREAT, 0666);
	struct stat st;
	ssize_t n;

	MUST(fd >= 0);
	while ((n = write(fd, part, sizeof part)) > 0)
		;
	MUST(errno == EFBIG && fstat(fd, &st) == 0 && st.st_size == 65536 && (st.st_mode & 077) == 0);
	REFUSED(memfd_create("x", 0), EPERM);
	return 0;
}

static int spin(void)
{
	for (volatile unsigned long i = 0;; i++)
		;
	return 0;
}

static void files_descriptors_and_time_are_bounded(void **state)
{
	struct sandbox_limits l = usual();

	(void)state;
	l.open_files = 32;
	l.file_bytes = 65536;
	must_hold(&l, leak_fds);
	must_hold(&l, fill_file);
	l.cpu_seconds = 1;
	must_die(&l, spin, SIGXCPU);
}

static int look_at_fds(void)
{
	for (int fd = 4; fd < 600; fd++)
		MUST(fcntl(fd, F_GETFD) < 0);
	MUST(fcntl(3, F_GETFD) == 0);
	char here[200];
	MUST(getcwd(here, sizeof here) != NULL && strcmp(here, folder) == 0 && strcmp(getenv("TMPDIR"), folder) == 0);
	return 0;
}

static void descriptors_of_before_are_closed(void **state)
{
	struct sandbox_limits l = usual();
	int fd = open("/dev/null", O_RDONLY), high = fcntl(fd, F_DUPFD, 500), third = fd == 3 ? fd : dup2(fd, 3);

	(void)state;
	must_hold(&l, look_at_fds);
	close(high);
	close(third);
	if (fd != third)
		close(fd);
}

/* ---- files of others ---- */

static char outside[] = "/tmp/tenon-outside-XXXXXX"; /* a file that all may write */

static int write_inside(void)
{
	MUST(mkdir("d", 0700) == 0 && rmdir("d") == 0);
	int fd = open("in", O_RDWR | O_CREAT | O_TRUNC, 0600);
	MUST(fd >= 0 && write(fd, "x", 1) == 1 && ftruncate(fd, 0) == 0 && rename("in", "moved") == 0 && unlink("moved") == 0);
	MUST(open("/dev/null", O_WRONLY) >= 0 && open("/etc/passwd", O_RDONLY) >= 0 && open(outside, O_RDONLY) >= 0);
	return 0;
}

static int write_outside(void)
{
	REFUSED(open(outside, O_WRONLY), EACCES);
	REFUSED(open("/tmp/tenon-outside-new", O_WRONLY | O_CREAT, 0600), EACCES);
	REFUSED(truncate(outside, 0), EACCES);
	REFUSED(unlink(outside), EACCES);
	REFUSED(mkdir("/tmp/tenon-outside-dir", 0700), EACCES);
	return write_inside();
}

static int write_anywhere(void)
{
	MUST(open(outside, O_WRONLY) >= 0);
	return 0;
}

static void only_its_folder_is_written(void **state)
{
	bool kept = syscall(SYS_landlock_create_ruleset, NULL, 0, 1) > 0; /* the kernel has Landlock */
	struct sandbox_limits l = usual();
	int fd = mkstemp(outside);

	(void)state;
	assert_true(fd >= 0 && fchmod(fd, 0666) == 0);
	must_hold(&l, kept ? write_outside : write_inside);
	l.writable_dir = NULL;
	must_hold(&l, write_anywhere);
	close(fd);
	unlink(outside);
}

/* ---- the kernel ---- */

static int probe(void)
{
	union bpf_attr attr = { .map_type = BPF_MAP_TYPE_ARRAY };

	REFUSED(syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof attr), EPERM);
	REFUSED(syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0), EPERM);
	REFUSED(syscall(SYS_keyctl, 0, 0, 0, 0, 0), EPERM);
	REFUSED(syscall(SYS_add_key, "user", "x", "y", 1, -3), EPERM);
	REFUSED(syscall(SYS_userfaultfd, 0), EPERM);
	REFUSED(syscall(SYS_io_uring_setup, 1, NULL), EPERM);
	REFUSED(unshare(CLONE_NEWUSER), EPERM);
	REFUSED(setns(0, 0), EPERM);
	REFUSED(chroot("/"), EPERM);
	struct file_handle handle = { 0 };
	REFUSED(open_by_handle_at(0, &handle, 0), EPERM);
	REFUSED(syscall(SYS_shmget, 1, 4096, 0), EPERM);
	REFUSED(syscall(SYS_clock_settime, 0, NULL), EPERM);
	return 0;
}

static int mount_it(void) { return mount("none", folder, "tmpfs", 0, NULL) == 0 ? 1 : 2; }
static int load_module(void) { return syscall(SYS_init_module, NULL, 0, "") == 0 ? 1 : 2; }
static int reboot_it(void) { return syscall(SYS_reboot, 0, 0, 0, NULL) == 0 ? 1 : 2; } /* with a wrong magic: it never would */
static int swap_it(void) { return syscall(SYS_swapon, folder, 0) == 0 ? 1 : 2; }
static int kexec_it(void) { return syscall(SYS_kexec_load, 0, 0, NULL, 0) == 0 ? 1 : 2; }

#ifdef __x86_64__
static int other_numbers(void) { return syscall(0x40000000 | SYS_getpid) > 0 ? 1 : 2; } /* x32 */
#endif

static void the_kernel_is_out_of_reach(void **state)
{
	int (*const worst[])(void) = { mount_it, load_module, reboot_it, swap_it, kexec_it };
	struct sandbox_limits l = usual();

	(void)state;
	must_hold(&l, probe);
	for (size_t i = 0; i < sizeof worst / sizeof *worst; i++)
		must_die(&l, worst[i], SIGSYS);
#ifdef __x86_64__
	must_die(&l, other_numbers, SIGSYS);
#endif
}

/* ---- what honest plugins do ---- */

static void *add_one(void *arg) { return (void *)((intptr_t)arg + 1); }

static int use_threads(void)
{
	pthread_t threads[8];
	void *out;

	for (intptr_t i = 0; i < 8; i++)
		MUST(pthread_create(&threads[i], NULL, add_one, (void *)i) == 0);
	for (intptr_t i = 0; i < 8; i++)
		MUST(pthread_join(threads[i], &out) == 0 && (intptr_t)out == i + 1);
	return 0;
}

static int use_sockets(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof at;
	struct addrinfo *found;
	int server = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0), event = eventfd(0, 0), epoll = epoll_create1(0), pair[2];
	struct epoll_event ev = { .events = EPOLLIN };
	char got[3] = "";

	MUST(bind(server, (struct sockaddr *)&at, n) == 0 && listen(server, 1) == 0 && getsockname(server, (struct sockaddr *)&at, &n) == 0);
	MUST(connect(client, (struct sockaddr *)&at, n) == 0);
	int peer = accept(server, NULL, NULL);
	MUST(peer >= 0 && write(client, "hi", 2) == 2 && read(peer, got, 2) == 2 && strcmp(got, "hi") == 0);
	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0 && event >= 0 && epoll_ctl(epoll, EPOLL_CTL_ADD, event, &ev) == 0);
	MUST(getaddrinfo("localhost", "80", NULL, &found) == 0);
	freeaddrinfo(found);
	return 0;
}

static int use_sqlite(void)
{
	sqlite3 *db;

	MUST(sqlite3_open("x.db", &db) == SQLITE_OK);
	MUST(sqlite3_exec(db, "PRAGMA journal_mode=WAL; CREATE TABLE t(x); INSERT INTO t VALUES(1); BEGIN; INSERT INTO t VALUES(2); COMMIT;"
	                      "PRAGMA wal_checkpoint(TRUNCATE)", NULL, NULL, NULL) == SQLITE_OK);
	MUST(sqlite3_close(db) == SQLITE_OK);
	return 0;
}

static int use_openssl(void)
{
	unsigned char digest[32], random[16];

	MUST(EVP_Q_digest(NULL, "SHA256", NULL, "x", 1, digest, NULL) == 1 && digest[0] == 0x2d);
	MUST(RAND_bytes(random, sizeof random) == 1);
	return 0;
}

static int use_curl(void)
{
	CURL *c = curl_easy_init();

	MUST(c != NULL && curl_easy_setopt(c, CURLOPT_URL, "http://localhost:1/") == CURLE_OK); /* its resolver is a thread */
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	MUST(curl_easy_perform(c) == CURLE_COULDNT_CONNECT);
	curl_easy_cleanup(c);
	return 0;
}

static int give_up(void)
{
	abort();
}

static void honest_plugins_work(void **state)
{
	struct sandbox_limits l = usual();

	(void)state;
	must_hold(&l, use_threads);
	must_hold(&l, use_sockets);
	must_hold(&l, use_sqlite);
	must_hold(&l, use_openssl);
	must_hold(&l, use_curl);
	must_die(&l, give_up, SIGABRT);
}

/* ---- what cannot be entered ---- */

static void what_cannot_be_entered_says_why(void **state)
{
	struct sandbox_limits l = usual();
	int status;
	pid_t pid;

	(void)state;
	l.writable_dir = "/no/such/folder";
	if ((pid = fork()) == 0) {
		struct err e = { 0 };
		_exit(sandbox_enter(&l, &e) == TENON_UNAVAILABLE && strstr(e.text, "/no/such/folder") != NULL ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
	if ((pid = fork()) == 0) {
		struct err e = { 0 };
		if (geteuid() == 0 && setresuid(NOBODY, NOBODY, NOBODY) != 0)
			_exit(1);
		l.uid = l.gid = 1;
		_exit(sandbox_enter(&l, &e) == TENON_PERMISSION_DENIED && strstr(e.text, "must be root") != NULL ? 0 : 2);
	}
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
}

int main(int argc, char **argv, char **envp)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_parents_memory_is_out_of_reach),
		cmocka_unit_test(it_cannot_be_undone),
		cmocka_unit_test(other_processes_are_out_of_reach),
		cmocka_unit_test(it_dies_with_its_parent),
		cmocka_unit_test(a_parent_that_is_gone_already_is_noticed),
		cmocka_unit_test(programs_are_not_run),
		cmocka_unit_test(bombs_of_forks_and_threads_are_bounded),
		cmocka_unit_test(memory_is_bounded),
		cmocka_unit_test(files_descriptors_and_time_are_bounded),
		cmocka_unit_test(descriptors_of_before_are_closed),
		cmocka_unit_test(only_its_folder_is_written),
		cmocka_unit_test(the_kernel_is_out_of_reach),
		cmocka_unit_test(honest_plugins_work),
		cmocka_unit_test(what_cannot_be_entered_says_why),
	};
	(void)argc;
	(void)argv;
	environment = envp;
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
