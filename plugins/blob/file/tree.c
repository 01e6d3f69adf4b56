/* SPDX-License-Identifier: Apache-2.0 */
/* tree - openat with O_NOFOLLOW at each step: what an attacker plants as a link is not followed, whatever the key says. */
#include "tree.h"
#include "key.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <tenon/error.h>
#include <unistd.h>

enum { DIR_FLAGS = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

int tree_code(int errnum)
{
	switch (errnum) {
	case ENOENT: case ENOTDIR: case ELOOP:
		return TENON_NOT_FOUND;
	case ENOSPC: case EDQUOT: case EFBIG:
		return TENON_STORAGE_FULL;
	case ENOMEM:
		return TENON_NO_MEMORY;
	case ENAMETOOLONG:
		return TENON_INVALID_ARGUMENT;
	case EISDIR: case EEXIST: case ENOTEMPTY:
		return TENON_CONFLICT;
	case EIO:
		return TENON_DATA_LOSS;
	default:
		return TENON_UNAVAILABLE;
	}
}

static int failed(int fd)
{
	int kept = errno;
	if (fd >= 0)
		close(fd);
	errno = kept;
	return tree_code(kept);
}

static int step_into(int dir, const char *segment, bool make)
{
	int fd = openat(dir, segment, DIR_FLAGS);

	if (fd >= 0 || errno != ENOENT || !make)
		return fd;
	if (mkdirat(dir, segment, 0700) != 0 && errno != EEXIST)
		return -1;
	if (fsync(dir) != 0) /* a new folder is durable before anything in it */
		return -1;
	return openat(dir, segment, DIR_FLAGS);
}

int tree_open_parent(int root, const char *key, bool make, char leaf[256])
{
	const char *at = key;
	struct stat st;

	if (fstat(root, &st) != 0 || st.st_nlink == 0) { /* the root itself was removed: nobody's object is «not found» */
		errno = ESTALE;
		return TENON_UNAVAILABLE;
	}
	int dir = fcntl(root, F_DUPFD_CLOEXEC, 0);

	while (dir >= 0 && key_next(&at, leaf) && *at != '\0') {
		int next = step_into(dir, leaf, make);
		if (next < 0)
			return failed(dir);
		close(dir);
		dir = next;
	}
	return dir >= 0 ? dir : failed(-1);
}

int tree_open_object(int root, const char *key)
{
	char leaf[256];
	struct stat st;
	int dir = tree_open_parent(root, key, false, leaf);

	if (dir < 0)
		return dir;
	int fd = openat(dir, leaf, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return failed(dir);
	close(dir);
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		errno = EISDIR;
		return TENON_NOT_FOUND;
	}
	return fd;
}

static int open_dir(int root, const char *key)
{
	char leaf[256] = ".";
	int dir = tree_open_parent(root, key, false, leaf);

	if (dir < 0 || *key == '\0')
		return dir;
	int fd = openat(dir, leaf, DIR_FLAGS);
	if (fd < 0)
		return failed(dir);
	close(dir);
	return fd;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct tree_entry *)a)->name, ((const struct tree_entry *)b)->name);
}

static int add_entry(struct tree_entry **v, size_t *n, int dir, const char *name)
{
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)))
		return TENON_OK; /* gone meanwhile, or nothing of ours */
	if ((*n & (*n - 1)) == 0) {
		struct tree_entry *more = realloc(*v, (*n == 0 ? 1 : *n * 2) * sizeof **v);
		if (more == NULL)
			return TENON_NO_MEMORY;
		*v = more;
	}
	struct tree_entry *e = &(*v)[*n];
	*e = (struct tree_entry){ strdup(name), S_ISDIR(st.st_mode), st.st_size };
	if (e->name == NULL)
		return TENON_NO_MEMORY;
	++*n;
	return TENON_OK;
}

int tree_list(int root, const char *prefix, struct tree_entry **entries, size_t *n)
{
	struct dirent *d;
	int fd = open_dir(root, prefix), rc = TENON_OK;

	*entries = NULL;
	*n = 0;
	if (fd < 0)
		return fd == TENON_NOT_FOUND ? TENON_OK : fd;
	DIR *dir = fdopendir(fd);
	if (dir == NULL)
		return failed(fd);
	while (rc == TENON_OK && (d = readdir(dir)) != NULL)
		if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0)
			rc = add_entry(entries, n, fd, d->d_name);
	closedir(dir);
	if (rc == TENON_OK && *n > 1)
		qsort(*entries, *n, sizeof **entries, by_name);
	errno = 0;
	return rc;
}

enum { DEEPEST = 600 }; /* keys have at most 512 segments */

static int delete_below(int dir, const char *name, int depth, int64_t *deleted)
{
	struct dirent *d;
	int fd = openat(dir, name, DIR_FLAGS), rc = TENON_OK;

	if (fd < 0)
		return failed(-1);
	DIR *list = depth > DEEPEST ? NULL : fdopendir(fd);
	if (list == NULL)
		return failed(fd);
	while (rc == TENON_OK && (d = readdir(list)) != NULL) {
		if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
			continue;
		if (unlinkat(fd, d->d_name, 0) == 0)
			++*deleted;
		else if (errno == EISDIR || errno == EPERM)
			rc = delete_below(fd, d->d_name, depth + 1, deleted);
		else if (errno != ENOENT)
			rc = tree_code(errno);
	}
	closedir(list);
	if (rc == TENON_OK && unlinkat(dir, name, AT_REMOVEDIR) != 0)
		rc = tree_code(errno);
	return rc;
}

int tree_delete(int root, const char *key, int64_t *deleted)
{
	char leaf[256];
	int dir = tree_open_parent(root, key, false, leaf), rc = TENON_OK;

	*deleted = 0;
	if (dir < 0)
		return dir;
	if (unlinkat(dir, leaf, 0) == 0)
		*deleted = 1;
	else if (errno == EISDIR || errno == EPERM)
		rc = delete_below(dir, leaf, 0, deleted);
	else
		rc = tree_code(errno);
	if (rc == TENON_OK && fsync(dir) != 0)
		rc = tree_code(errno);
	int kept = errno;
	close(dir);
	errno = kept;
	return rc;
}
