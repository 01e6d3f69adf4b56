/* SPDX-License-Identifier: Apache-2.0 */
/* unsynced - an interposed write layer (LD_PRELOAD) that remembers what was not synced, so that a power cut can be played.
 *
 * Model    Before a write, truncate, create, rename, unlink or mkdir below $UNSYNCED_ROOT happens, a record with what was
 *          there goes to $UNSYNCED_LOG; fsync and fdatasync append a record that settles all earlier ones of that inode.
 *          After a SIGKILL, powercut.t takes back, in reverse order, every record that was not settled.
 * Record   six uint64: kind, inode, offset, length, old size, payload length; then the payload.
 * Threads  any; one lock around record and act, so that the order in the log is the order on disk. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { WRITE = 1, SYNC, CREATE, RENAME, UNLINK, MKDIR };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int log_fd = -1;
static char root[PATH_MAX];
static size_t root_n;
static unsigned long saved;

__attribute__((constructor)) static void start(void)
{
	const char *dir = getenv("UNSYNCED_ROOT"), *log = getenv("UNSYNCED_LOG");
	if (dir == NULL || log == NULL || realpath(dir, root) == NULL)
		return;
	root_n = strlen(root);
	log_fd = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static int below_root(const char *path) { return root_n > 0 && strncmp(path, root, root_n) == 0 && path[root_n] == '/'; }

static int path_of_fd(int fd, char *out)
{
	char link[40];
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ssize_t n = readlink(link, out, PATH_MAX - 1);
	out[n < 0 ? 0 : n] = '\0';
	return below_root(out) || strcmp(out, root) == 0;
}

static int path_at(int dir, const char *name, char *out)
{
	char base[PATH_MAX];
	if (name[0] == '/')
		snprintf(out, PATH_MAX, "%s", name);
	else if (dir == AT_FDCWD && getcwd(base, sizeof base) != NULL)
		snprintf(out, PATH_MAX, "%.2000s/%.2000s", base, name);
	else if (dir != AT_FDCWD && path_of_fd(dir, base))
		snprintf(out, PATH_MAX, "%.2000s/%.2000s", base, name);
	else
		out[0] = '\0';
	return below_root(out);
}

static uint64_t parent_ino(const char *path)
{
	char dir[PATH_MAX];
	struct stat st;
	snprintf(dir, sizeof dir, "%s", path);
	char *slash = strrchr(dir, '/');
	if (slash != NULL)
		*slash = '\0';
	return stat(dir, &st) == 0 ? st.st_ino : 0;
}

static void note(enum kind kind, uint64_t ino, uint64_t at, uint64_t n, uint64_t old_size, const void *p, size_t len)
{
	uint64_t head[6] = { kind, ino, at, n, old_size, len };
	struct iovec v[2] = { { head, sizeof head }, { (void *)p, len } };
	if (syscall(SYS_writev, log_fd, v, len > 0 ? 2 : 1) < 0)
		abort();
}

static void note_write(int fd, off_t at, size_t n)
{
	char path[PATH_MAX];
	struct stat st;
	if (log_fd < 0 || fd == log_fd || !path_of_fd(fd, path) || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return;
	size_t old = at >= st.st_size ? 0 : (size_t)(st.st_size - at) < n ? (size_t)(st.st_size - at) : n;
	char *p = malloc(old + 1);
	int again = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC); /* fd may be write-only */
	ssize_t got = old > 0 ? pread(again, p, old, at) : 0;
	close(again);
	note(WRITE, st.st_ino, (uint64_t)at, n, (uint64_t)st.st_size, p, got > 0 ? (size_t)got : 0);
	free(p);
}

#define REAL(ret, name, ...) \
	static ret (*real)(__VA_ARGS__); \
	if (real == NULL) \
		*(void **)&real = dlsym(RTLD_NEXT, name)

ssize_t pwrite64(int fd, const void *p, size_t n, off64_t at)
{
	REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
	pthread_mutex_lock(&lock);
	note_write(fd, at, n);
	ssize_t r = real(fd, p, n, at);
	pthread_mutex_unlock(&lock);
	return r;
}
ssize_t pwrite(int fd, const void *p, size_t n, off_t at) { return pwrite64(fd, p, n, at); }

ssize_t write(int fd, const void *p, size_t n)
{
	if (fd <= 2 || log_fd < 0)
		return syscall(SYS_write, fd, p, n);
	pthread_mutex_lock(&lock);
	note_write(fd, lseek(fd, 0, SEEK_CUR), n);
	ssize_t r = syscall(SYS_write, fd, p, n);
	pthread_mutex_unlock(&lock);
	return r;
}

int ftruncate64(int fd, off64_t size)
{
	struct stat st;
	pthread_mutex_lock(&lock);
	if (fstat(fd, &st) == 0)
		note_write(fd, size, st.st_size > size ? (size_t)(st.st_size - size) : 0);
	int r = (int)syscall(SYS_ftruncate, fd, size);
	pthread_mutex_unlock(&lock);
	return r;
}
int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

static int sync_with(int number, int fd)
{
	char path[PATH_MAX];
	struct stat st;
	pthread_mutex_lock(&lock);
	int r = (int)syscall(number, fd);
	if (r == 0 && log_fd >= 0 && path_of_fd(fd, path) && fstat(fd, &st) == 0)
		note(SYNC, st.st_ino, 0, 0, 0, NULL, 0);
	pthread_mutex_unlock(&lock);
	return r;
}
int fsync(int fd) { return sync_with(SYS_fsync, fd); }
int fdatasync(int fd) { return sync_with(SYS_fdatasync, fd); }

static int open_noting(int dir, const char *name, int flags, mode_t mode)
{
	char path[PATH_MAX];
	pthread_mutex_lock(&lock);
	if (flags & O_CREAT && log_fd >= 0 && path_at(dir, name, path) && access(path, F_OK) != 0)
		note(CREATE, parent_ino(path), 0, 0, 0, path, strlen(path) + 1);
	int fd = (int)syscall(SYS_openat, dir, name, flags, mode);
	pthread_mutex_unlock(&lock);
	return fd;
}

static mode_t mode_of(int flags, va_list ap) { return flags & (O_CREAT | O_TMPFILE) ? va_arg(ap, mode_t) : 0; }
#define OPEN(name, params, dir) \
	int name params \
	{ \
		va_list ap; \
		va_start(ap, flags); \
		mode_t mode = mode_of(flags, ap); \
		va_end(ap); \
		return open_noting(dir, path, flags, mode); \
	}
OPEN(open, (const char *path, int flags, ...), AT_FDCWD)
OPEN(open64, (const char *path, int flags, ...), AT_FDCWD)
OPEN(openat, (int at, const char *path, int flags, ...), at)
OPEN(openat64, (int at, const char *path, int flags, ...), at)

/* keeps what a rename or unlink would take away, under a name beside the log */
static void keep(const char *path, char *kept)
{
	snprintf(kept, PATH_MAX, "%.3000s.%lu", getenv("UNSYNCED_LOG"), ++saved);
	if (link(path, kept) != 0)
		kept[0] = '\0';
}

int renameat(int olddir, const char *old, int newdir, const char *new)
{
	char all[3 * PATH_MAX], a[PATH_MAX], b[PATH_MAX], kept[PATH_MAX] = "";
	pthread_mutex_lock(&lock);
	if (log_fd >= 0 && path_at(olddir, old, a) && path_at(newdir, new, b)) {
		keep(b, kept);
		int n = snprintf(all, sizeof all, "%s%c%s%c%s", a, 0, b, 0, kept);
		note(RENAME, parent_ino(b), 0, 0, 0, all, (size_t)n + 1);
	}
	int r = (int)syscall(SYS_renameat, olddir, old, newdir, new);
	pthread_mutex_unlock(&lock);
	return r;
}
int rename(const char *old, const char *new) { return renameat(AT_FDCWD, old, AT_FDCWD, new); }

int unlinkat(int dir, const char *name, int flags)
{
	char all[2 * PATH_MAX], path[PATH_MAX], kept[PATH_MAX] = "";
	pthread_mutex_lock(&lock);
	if (log_fd >= 0 && !(flags & AT_REMOVEDIR) && path_at(dir, name, path)) {
		keep(path, kept);
		int n = snprintf(all, sizeof all, "%s%c%s", path, 0, kept);
		note(UNLINK, parent_ino(path), 0, 0, 0, all, (size_t)n + 1);
	}
	int r = (int)syscall(SYS_unlinkat, dir, name, flags);
	pthread_mutex_unlock(&lock);
	return r;
}
int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }

int mkdirat(int dir, const char *name, mode_t mode)
{
	char path[PATH_MAX];
	pthread_mutex_lock(&lock);
	if (log_fd >= 0 && path_at(dir, name, path) && access(path, F_OK) != 0)
		note(MKDIR, parent_ino(path), 0, 0, 0, path, strlen(path) + 1);
	int r = (int)syscall(SYS_mkdirat, dir, name, mode);
	pthread_mutex_unlock(&lock);
	return r;
}
int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }
