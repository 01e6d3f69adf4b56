/* SPDX-License-Identifier: Apache-2.0 */
/* sandbox_escape - what foreign code may try from within: its parent, other processes, programs, forks, the kernel. */
#include "sandbox_fixture.h"

#include <fcntl.h>
#include <linux/bpf.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>

static char secret[] = "what the parent knows";
static char **environment; /* of programs that are not to run */

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
		cmocka_unit_test(the_kernel_is_out_of_reach),
	};
	(void)argc;
	(void)argv;
	environment = envp;
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
