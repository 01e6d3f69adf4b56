/* SPDX-License-Identifier: Apache-2.0 */
/* sandbox - prctl, setrlimit, setresuid, capset; the filter is filter.c.
 *
 * The order matters: a change of user makes the kernel forget the parent-death signal and decide anew about dumpable, so both
 * come after it; closing and limits come before it, while they are certain to work. */
#include "sandbox.h"
#include "base/err.h"
#include "filter.h"
#include "folder.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { ADDRESS_SLACK = 1 << 30, LAST_CAPABILITY = 63 };

static int failed(struct err *e, const char *what) { return err_set(e, TENON_UNAVAILABLE, "sandbox: %s: %s", what, strerror(errno)); }

/* ---- limits ---- */

static int limit(int what, const char *name, int64_t soft, int64_t hard, struct err *e)
{
	struct rlimit now, l = { (rlim_t)soft, (rlim_t)hard };

	if (getrlimit(what, &now) != 0)
		return failed(e, name);
	if (now.rlim_max < l.rlim_max) /* what is there already is stricter */
		l.rlim_max = now.rlim_max;
	if (l.rlim_max < l.rlim_cur)
		l.rlim_cur = l.rlim_max;
	return setrlimit(what, &l) == 0 ? TENON_OK : failed(e, name);
}

/* RLIMIT_DATA counts private memory that can be written; RLIMIT_AS what is shared, too, but also libraries and what allocators
 * only reserve: hence the room */
static int limit_memory(int64_t bytes, struct err *e)
{
	int64_t space = bytes > (INT64_MAX - ADDRESS_SLACK) / 2 ? INT64_MAX : 2 * bytes + ADDRESS_SLACK;
	int rc = limit(RLIMIT_DATA, "memory (RLIMIT_DATA)", bytes, bytes, e);
	return rc == TENON_OK ? limit(RLIMIT_AS, "memory (RLIMIT_AS)", space, space, e) : rc;
}

static int limit_all(const struct sandbox_limits *l, struct err *e)
{
	int rc = limit(RLIMIT_CORE, "core dumps (RLIMIT_CORE)", 0, 0, e);

	if (rc == TENON_OK && l->memory > 0)
		rc = limit_memory(l->memory, e);
	if (rc == TENON_OK && l->cpu_seconds > 0) /* SIGXCPU first, and SIGKILL if it is caught */
		rc = limit(RLIMIT_CPU, "cpu_seconds (RLIMIT_CPU)", l->cpu_seconds, l->cpu_seconds + 1, e);
	if (rc == TENON_OK && l->open_files > 0)
		rc = limit(RLIMIT_NOFILE, "open_files (RLIMIT_NOFILE)", l->open_files, l->open_files, e);
	if (rc == TENON_OK && l->processes > 0)
		rc = limit(RLIMIT_NPROC, "processes (RLIMIT_NPROC)", l->processes, l->processes, e);
	if (rc == TENON_OK && l->file_bytes > 0)
		rc = limit(RLIMIT_FSIZE, "file_bytes (RLIMIT_FSIZE)", l->file_bytes, l->file_bytes, e);
	if (l->file_bytes > 0)
		signal(SIGXFSZ, SIG_IGN); /* an error of write(2), not an end */
	return rc;
}

/* ---- who it is ---- */

static int become(const struct sandbox_limits *l, struct err *e)
{
	if (l->uid < 0 && l->gid < 0)
		return TENON_OK;
	if (setgroups(0, NULL) != 0)
		return err_set(e, TENON_PERMISSION_DENIED, "sandbox: cannot become user %d, group %d: %s: the daemon must be root for that", l->uid, l->gid,
		               strerror(errno));
	if (l->gid >= 0 && setresgid((gid_t)l->gid, (gid_t)l->gid, (gid_t)l->gid) != 0)
		return failed(e, "setresgid");
	if (l->uid >= 0 && setresuid((uid_t)l->uid, (uid_t)l->uid, (uid_t)l->uid) != 0)
		return failed(e, "setresuid");
	if (l->uid > 0 && setresuid(0, 0, 0) == 0)
		return err_set(e, TENON_INTERNAL, "sandbox: user %d could become root again", l->uid);
	return TENON_OK;
}

/* Without CAP_SYS_PTRACE, and with fewer capabilities than its parent, root may not look into its parent either. */
static int drop_capabilities(struct err *e)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = { { 0 }, { 0 } };

	for (int c = 0; c <= LAST_CAPABILITY; c++) /* fails for a user without any, who has no use for it, and past the last */
		prctl(PR_CAPBSET_DROP, c, 0, 0, 0);
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	return syscall(SYS_capset, &head, none) == 0 ? TENON_OK : failed(e, "capset");
}

static int move_in(const struct sandbox_limits *l, struct err *e)
{
	const char *dir = l->writable_dir == NULL ? "/" : l->writable_dir;

	if (chdir(dir) != 0)
		return err_set(e, TENON_UNAVAILABLE, "sandbox: cannot enter %s as user %d: %s", dir, (int)getuid(), strerror(errno));
	if (l->writable_dir == NULL)
		return TENON_OK;
	return setenv("TMPDIR", dir, 1) == 0 ? folder_keep(dir, e) : failed(e, "TMPDIR");
}

/* a parent that died before prctl() sends no signal any more: so look afterwards whether it is still there */
static int die_with_parent(const struct sandbox_limits *l, struct err *e)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0)
		return failed(e, "PR_SET_PDEATHSIG");
	if (l->parent > 0 && getppid() != l->parent)
		return err_set(e, TENON_CANCELLED, "sandbox: the parent (process %d) is gone", l->parent);
	return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 ? TENON_OK : failed(e, "PR_SET_DUMPABLE");
}

int sandbox_enter(const struct sandbox_limits *l, struct err *e)
{
	int rc;

	if (close_range(4, ~0u, 0) != 0)
		return failed(e, "close_range");
	umask(077);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return failed(e, "PR_SET_NO_NEW_PRIVS");
	if ((rc = limit_all(l, e)) < 0 || (rc = become(l, e)) < 0 || (rc = drop_capabilities(e)) < 0 || (rc = move_in(l, e)) < 0)
		return rc;
	rc = die_with_parent(l, e);
	return rc == TENON_OK && l->seccomp ? filter_load(l->fork || l->exec, l->exec || l->become, e) : rc;
}
