/* SPDX-License-Identifier: Apache-2.0 */
/* trust - read, digest, compare, copy. */
#include "trust.h"
#include "base/buf.h"
#include "base/err.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MOST = 256 << 20, PATH_BYTES = 4096 };

static int read_file(const char *path, struct buf *b, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc = TENON_OK;
	ssize_t n = 1;

	if (fd < 0)
		return err_set(e, TENON_NOT_FOUND, "%s: %s", path, strerror(errno));
	while (rc == TENON_OK && n > 0) {
		if (!buf_reserve(b, 1 << 20))
			rc = err_set(e, TENON_NO_MEMORY, "no memory to read %s", path);
		else if ((n = read(fd, b->p + b->n, b->room - b->n)) < 0)
			rc = err_set(e, TENON_UNAVAILABLE, "%s: %s", path, strerror(errno));
		else if ((b->n += (size_t)n) > FILE_MOST)
			rc = err_set(e, TENON_TOO_LARGE, "%s is longer than %d MiB", path, FILE_MOST >> 20);
	}
	close(fd);
	return rc;
}

static int digest(const struct buf *b, char hex[65], struct err *e)
{
	unsigned char raw[32];
	unsigned n = sizeof raw;
	void *lib = dlopen("libcrypto.so.3", RTLD_NOW | RTLD_LOCAL);
	__typeof__(EVP_Digest) *sum = NULL;
	__typeof__(EVP_sha256) *sha256 = NULL;

	if (lib != NULL) {
		*(void **)&sum = dlsym(lib, "EVP_Digest");
		*(void **)&sha256 = dlsym(lib, "EVP_sha256");
	}
	if (sum == NULL || sha256 == NULL)
		return err_set(e, TENON_UNSUPPORTED, "trust: listed needs libcrypto.so.3; on Debian: apt-get install libssl3");
	if (sum(b->p, b->n, raw, &n, sha256(), NULL) != 1 || n != sizeof raw)
		return err_set(e, TENON_NO_MEMORY, "no SHA-256 could be made");
	for (size_t i = 0; i < sizeof raw; i++)
		snprintf(hex + 2 * i, 3, "%02x", raw[i]);
	return TENON_OK;
}

static int copy(const struct trust *t, const struct buf *b, const char *hex, char *out, struct err *e)
{
	char part[PATH_BYTES];

	if ((mkdir(t->copies, 0755) != 0 && errno != EEXIST) || snprintf(out, PATH_BYTES, "%s/%s.so", t->copies, hex) >= PATH_BYTES - 16)
		return err_set(e, TENON_UNAVAILABLE, "cannot make the folder %s: %s", t->copies, strerror(errno));
	snprintf(part, sizeof part, "%.4000s.%d", out, (int)getpid());
	int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0444);
	bool good = fd >= 0 && write(fd, b->p, b->n) == (ssize_t)b->n;
	if (fd >= 0)
		good = close(fd) == 0 && good;
	if (good && rename(part, out) == 0) /* also over one that is there: what was verified is what lies there */
		return TENON_OK;
	int rc = err_set(e, TENON_UNAVAILABLE, "cannot keep a copy at %s: %s", out, strerror(errno));
	unlink(part);
	return rc;
}

static bool is_listed(const struct trust *t, const char *hex)
{
	for (size_t i = 0; i < t->n; i++)
		if (strcasecmp(t->digests[i], hex) == 0)
			return true;
	return false;
}

int trust_admit(const struct trust *t, const char *path, char *out, struct err *e)
{
	size_t n = strlen(path);
	struct buf b = { 0 };
	char hex[65];

	if (snprintf(out, PATH_BYTES, "%s", path) >= PATH_BYTES)
		return err_set(e, TENON_INVALID_ARGUMENT, "the path is too long: %s", path);
	if (t->level == TRUST_ANY)
		return TENON_OK;
	if (t->level == TRUST_SHIPPED)
		return err_set(e, TENON_PERMISSION_DENIED, "it did not come with tenond, and `trust` is shipped");
	int rc = read_file(path, &b, e);
	if (rc == TENON_OK)
		rc = digest(&b, hex, e);
	if (rc == TENON_OK && !is_listed(t, hex))
		rc = err_set(e, TENON_PERMISSION_DENIED, "its SHA-256 is %s, which `trusted_plugins` does not list: add it if you know the file", hex);
	if (rc == TENON_OK && t->copies != NULL && n > 3 && strcmp(path + n - 3, ".so") == 0)
		rc = copy(t, &b, hex, out, e);
	buf_free(&b);
	return rc;
}
