/* SPDX-License-Identifier: Apache-2.0 */
/* sandbox - what tenon-host does to itself before it loads foreign code. There is no way back.
 *
 * Model    In this order: descriptors above 3 are closed; umask 077; no new privileges; resource limits; another user, if asked; all
 *          capabilities dropped (root without them is a plain user that owns root's files); the one folder that it
 *          writes to; it dies with its parent, and nobody of its user may look into it; last a seccomp filter, for all threads.
 * The filter allows what it does not name: a plugin is any library that somebody linked, and an allow list would break with the
 *          next libc. It names what reaches beyond the process, in two classes:
 *          KILL (SIGSYS, the whole process): reading or writing another process's memory, kernel modules, kexec, reboot, swap,
 *            mounts. No library gets there by mistake or by looking what the kernel can do; who tries is an attacker, and the signal
 *            names it in the log.
 *          EPERM: what libraries probe for and live without (bpf, perf, keyrings, io_uring, userfaultfd, namespaces, memfd), what a
 *            careless plugin does and can be told (running programs, forking, signals to others, limits of others), and what would
 *            undo the above (prctl of dumpable and parent death). clone3 is ENOSYS, since a filter cannot see its flags: libc
 *            falls back to clone.
 * Works    threads, sockets, name lookup, files, mmap, timers, epoll, abort(): t/unit/sandbox.c, and nng, curl, sqlite, OpenSSL.
 * Threads  call it on the only thread. The death of the parent's *thread* that started this process is what ends it: start it from
 *          one that lives as long as the parent.
 * Failure  a negative code, with words; some steps are done then: the process must end.
 * Not here cgroups, network rules. `memory` and `processes` are per process and per user; a plugin with the parent's own
 *          user can still lower the priority of what that user runs: give it a uid of its own where the daemon may. */
#ifndef HOST_SANDBOX_H
#define HOST_SANDBOX_H

#include <stdbool.h>
#include <stdint.h>

struct err;

struct sandbox_limits {
	int64_t memory;           /* bytes of heap, stacks and other private memory; address space is bounded at 1 GiB + 2 times that. 0: none */
	int64_t cpu_seconds;      /* of all its life, then SIGXCPU; for throw-away processes. 0: none */
	int64_t open_files;       /* descriptors. 0: as the parent */
	int64_t processes;        /* threads and processes of its user, all together; the kernel exempts root. 0: none */
	int64_t file_bytes;       /* of the longest file it may write. 0: none */
	int uid, gid;             /* -1: keep. When set, supplementary groups are dropped */
	const char *writable_dir; /* its working folder and TMPDIR, and the only place where it writes (on kernels with Landlock; else as
	                           * the modes of files have it). NULL: "/", and writing is not restricted */
	int parent;               /* the pid that started it: if that is gone already, the sandbox fails. 0: not asked */
	bool seccomp;
	bool fork;                /* may fork */
	bool exec;                /* may run programs, and fork */
	bool become;              /* may become another program, without a fork; that one shuts the door behind itself (python.h) */
};

int sandbox_enter(const struct sandbox_limits *, struct err *);

#endif
