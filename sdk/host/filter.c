/* SPDX-License-Identifier: Apache-2.0 */
/* filter - two lists of names, and the calls whose arguments decide. */
#include "filter.h"
#include "base/err.h"

#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

static const char *const killed[] = {
	"ptrace", "process_vm_readv", "process_vm_writev", "pidfd_getfd",
	"init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load", "reboot", "swapon", "swapoff",
	"mount", "umount2", "pivot_root", "move_mount", "open_tree", "fsopen", "fsconfig", "fsmount", "fspick", "mount_setattr",
};

static const char *const refused[] = {
	/* into the kernel, or around this filter */
	"bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter", "io_uring_register", "iopl", "ioperm", "modify_ldt", "syslog",
	"lookup_dcookie", "fanotify_init", "quotactl", "acct", "vhangup", "nfsservctl", "uselib", "ustat", "sysfs",
	"keyctl", "add_key", "request_key",
	/* other rooms, other files than those it can name */
	"unshare", "setns", "chroot", "open_by_handle_at", "name_to_handle_at",
	/* other processes */
	"kcmp", "tkill", "pidfd_open", "pidfd_send_signal", "process_madvise", "process_mrelease", "migrate_pages", "move_pages",
	/* memory that no limit of a process counts */
	"memfd_create", "memfd_secret", "shmget", "shmat", "shmctl", "msgget", "semget", "mq_open",
	/* the machine's clock and name */
	"settimeofday", "clock_settime", "clock_adjtime", "adjtimex", "sethostname", "setdomainname",
};

static const uint64_t namespaces[] = { CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET };

static const uint64_t kept_settings[] = { PR_SET_PDEATHSIG, PR_SET_MM, PR_SET_PTRACER };

/* a filter sees 64 bits where the kernel takes an int: equality must leave the upper ones out */
static const scmp_datum_t INT_BITS = 0xffffffff;

struct filter { scmp_filter_ctx ctx; int rc; const char *at; };

/* the first failure stays */
/* both must hold, where n is 2 */
static void add_both(struct filter *f, uint32_t action, const char *name, unsigned n, struct scmp_arg_cmp arg, struct scmp_arg_cmp other)
{
	int number = seccomp_syscall_resolve_name(name);

	if (f->rc != 0)
		return;
	f->at = name;
	f->rc = number == __NR_SCMP_ERROR ? -EINVAL : seccomp_rule_add(f->ctx, action, number, n, arg, other);
}

static void add(struct filter *f, uint32_t action, const char *name, unsigned n, struct scmp_arg_cmp arg)
{
	add_both(f, action, name, n, arg, arg);
}

static void add_list(struct filter *f, uint32_t action, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		add(f, action, names[i], 0, SCMP_CMP(0, SCMP_CMP_EQ, 0, 0));
}

/* signals and limits: only its own. A fork of it may not even signal itself; abort() ends it all the same. */
static void keep_to_itself(struct filter *f)
{
	static const char *const others[] = { "kill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo" };
	const uint32_t no = SCMP_ACT_ERRNO(EPERM);
	scmp_datum_t self = (scmp_datum_t)getpid();

	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		add(f, no, others[i], 1, SCMP_CMP(0, SCMP_CMP_NE, self, 0));
	add(f, no, "prlimit64", 1, SCMP_CMP(0, SCMP_CMP_NE, 0, 0));
	add(f, no, "setpriority", 1, SCMP_CMP(0, SCMP_CMP_NE, PRIO_PROCESS, 0));
	add(f, no, "setpriority", 1, SCMP_CMP(1, SCMP_CMP_NE, 0, 0));
	for (size_t i = 0; i < sizeof kept_settings / sizeof *kept_settings; i++)
		add(f, no, "prctl", 1, SCMP_CMP(0, SCMP_CMP_MASKED_EQ, INT_BITS, kept_settings[i]));
	add_both(f, no, "prctl", 2, SCMP_CMP(0, SCMP_CMP_MASKED_EQ, INT_BITS, PR_SET_DUMPABLE), SCMP_CMP(1, SCMP_CMP_NE, 0)); /* off it may be */
	add(f, no, "ioctl", 1, SCMP_CMP(1, SCMP_CMP_MASKED_EQ, INT_BITS, TIOCSTI)); /* typing into a terminal */
}

static void keep_from_running(struct filter *f, bool may_fork, bool exec)
{
	const uint32_t no = SCMP_ACT_ERRNO(EPERM);

	add(f, SCMP_ACT_ERRNO(ENOSYS), "clone3", 0, SCMP_CMP(0, SCMP_CMP_EQ, 0, 0));
	for (size_t i = 0; i < sizeof namespaces / sizeof *namespaces; i++)
		add(f, no, "clone", 1, SCMP_CMP(0, SCMP_CMP_MASKED_EQ, namespaces[i], namespaces[i]));
	if (!may_fork) {
		add(f, no, "clone", 1, SCMP_CMP(0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));
		add(f, no, "fork", 0, SCMP_CMP(0, SCMP_CMP_EQ, 0, 0));
		add(f, no, "vfork", 0, SCMP_CMP(0, SCMP_CMP_EQ, 0, 0));
	}
	if (!exec) {
		add(f, no, "execve", 0, SCMP_CMP(0, SCMP_CMP_EQ, 0, 0));
		add(f, no, "execveat", 0, SCMP_CMP(0, SCMP_CMP_EQ, 0, 0));
	}
}

int filter_write_no_exec(int fd, struct err *e)
{
	struct filter f = { .ctx = seccomp_init(SCMP_ACT_ALLOW), .at = "seccomp_init" };

	if (f.ctx == NULL)
		return err_set(e, TENON_NO_MEMORY, "sandbox: no memory for its filter");
	add(&f, SCMP_ACT_ERRNO(EPERM), "execve", 0, SCMP_CMP(0, SCMP_CMP_EQ, 0, 0));
	add(&f, SCMP_ACT_ERRNO(EPERM), "execveat", 0, SCMP_CMP(0, SCMP_CMP_EQ, 0, 0));
	if (f.rc == 0)
		f.rc = seccomp_attr_set(f.ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	if (f.rc == 0)
		f.rc = seccomp_export_bpf(f.ctx, fd);
	seccomp_release(f.ctx);
	return f.rc == 0 ? TENON_OK : err_set(e, TENON_UNSUPPORTED, "sandbox: the filter cannot be written (%s): %s", f.at, strerror(-f.rc));
}

int filter_load(bool may_fork, bool exec, struct err *e)
{
	struct filter f = { .ctx = seccomp_init(SCMP_ACT_ALLOW), .at = "seccomp_init" };

	if (f.ctx == NULL)
		return err_set(e, TENON_NO_MEMORY, "sandbox: no memory for its filter");
	add_list(&f, SCMP_ACT_KILL_PROCESS, killed, sizeof killed / sizeof *killed);
	add_list(&f, SCMP_ACT_ERRNO(EPERM), refused, sizeof refused / sizeof *refused);
	keep_to_itself(&f);
	keep_from_running(&f, may_fork, exec);
	if (f.rc == 0) {
		f.at = "the whole";
		f.rc = seccomp_attr_set(f.ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	}
	if (f.rc == 0)
		f.rc = seccomp_attr_set(f.ctx, SCMP_FLTATR_CTL_TSYNC, 1);
	if (f.rc == 0)
		f.rc = seccomp_attr_set(f.ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2); /* a tree: a dozen steps a call, not a hundred */
	if (f.rc == 0)
		f.rc = seccomp_load(f.ctx);
	seccomp_release(f.ctx);
	return f.rc == 0 ? TENON_OK : err_set(e, TENON_UNSUPPORTED, "sandbox: the filter cannot be set (%s): %s", f.at, strerror(-f.rc));
}
