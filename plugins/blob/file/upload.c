/* SPDX-License-Identifier: Apache-2.0 */
/* upload - write, fsync, rename, fsync the folder: in this order an object is whole or not there. */
#include "upload.h"
#include "tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>
#include <tenon/error.h>
#include <unistd.h>

int upload_open(struct upload *u, int tmp, uint64_t id)
{
	*u = (struct upload){ .tmp = tmp, .fd = -1 };
	snprintf(u->name, sizeof u->name, "%016llx.part", (unsigned long long)id);
	u->sha = EVP_MD_CTX_new();
	if (u->sha == NULL || EVP_DigestInit_ex(u->sha, EVP_sha256(), NULL) != 1) {
		errno = ENOMEM;
		return TENON_NO_MEMORY;
	}
	u->fd = openat(tmp, u->name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (u->fd < 0 && errno == ENOENT) /* the folder of temporary files was removed */
		return TENON_UNAVAILABLE;
	return u->fd < 0 ? tree_code(errno) : TENON_OK;
}

int upload_add(struct upload *u, const void *p, size_t n)
{
	EVP_DigestUpdate(u->sha, p, n);
	for (const char *at = p; n > 0;) {
		ssize_t wrote = write(u->fd, at, n);
		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0)
			return tree_code(errno);
		at += wrote;
		n -= (size_t)wrote;
		u->size += wrote;
	}
	return TENON_OK;
}

static void finish_digest(struct upload *u)
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	EVP_DigestFinal_ex(u->sha, sum, &n);
	for (unsigned i = 0; i < n && i < 32; i++)
		snprintf(u->digest + 2 * i, 3, "%02x", sum[i]);
}

int upload_commit(struct upload *u, int root, const char *key)
{
	char leaf[256];

	finish_digest(u);
	/* kept beside the bytes where the file system can; a reader without it makes its ETag from size and times */
	if (fsetxattr(u->fd, "user.tenon.sha256", u->digest, 64, 0) != 0 && errno == ENOSPC)
		return tree_code(errno);
	if (fsync(u->fd) != 0)
		return tree_code(errno);
	int dir = tree_open_parent(root, key, true, leaf);
	if (dir < 0)
		return dir;
	int rc = renameat(u->tmp, u->name, dir, leaf) != 0 || fsync(dir) != 0 ? tree_code(errno) : TENON_OK;
	int kept = errno;
	close(dir);
	errno = kept;
	if (rc == TENON_OK)
		u->name[0] = '\0';
	return rc;
}

void upload_drop(struct upload *u)
{
	int kept = errno;

	if (u->fd >= 0)
		close(u->fd);
	if (u->fd >= 0 && u->name[0] != '\0')
		unlinkat(u->tmp, u->name, 0);
	EVP_MD_CTX_free(u->sha);
	u->fd = -1;
	u->sha = NULL;
	errno = kept;
}

void upload_sweep(int tmp)
{
	int fd = openat(tmp, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *d;

	while (dir != NULL && (d = readdir(dir)) != NULL)
		if (strstr(d->d_name, ".part") != NULL)
			unlinkat(tmp, d->d_name, 0);
	if (dir != NULL)
		closedir(dir);
}
