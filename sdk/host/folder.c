/* SPDX-License-Identifier: Apache-2.0 */
/* folder - a Landlock ruleset: all that changes files is handled, thus refused, but beneath the folder; reading is not handled. */
#include "folder.h"
#include "base/err.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef LANDLOCK_ACCESS_FS_REFER /* headers older than the kernel */
#define LANDLOCK_ACCESS_FS_REFER (1ULL << 13)
#endif
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif

static int failed(struct err *e, const char *what, const char *dir)
{
	return err_set(e, TENON_UNAVAILABLE, "sandbox: cannot keep to %s: %s: %s", dir, what, strerror(errno));
}

/* what this kernel's version can refuse of what changes files */
static uint64_t changes(long version)
{
	return LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
	       LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
	       LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM | (version >= 2 ? LANDLOCK_ACCESS_FS_REFER : 0) |
	       (version >= 3 ? LANDLOCK_ACCESS_FS_TRUNCATE : 0);
}

static int allow(int rules, const char *path, uint64_t what)
{
	struct landlock_path_beneath_attr rule = { .allowed_access = what, .parent_fd = open(path, O_PATH | O_CLOEXEC) };

	if (rule.parent_fd < 0)
		return -1;
	long rc = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	close(rule.parent_fd);
	return (int)rc;
}

static int enforce(int rules, const char *dir, uint64_t what, struct err *e)
{
	if (allow(rules, dir, what) != 0)
		return failed(e, "the folder", dir);
	if (allow(rules, "/dev/null", what & (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_TRUNCATE)) != 0)
		return failed(e, "/dev/null", dir);
	return syscall(SYS_landlock_restrict_self, rules, 0) == 0 ? TENON_OK : failed(e, "landlock_restrict_self", dir);
}

int folder_keep(const char *dir, struct err *e)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	uint64_t what = changes(version); /* the first member of the attributes; later ones may be left out */

	if (version < 0 && (errno == ENOSYS || errno == EOPNOTSUPP))
		return TENON_OK;
	int rules = (int)syscall(SYS_landlock_create_ruleset, &what, sizeof what, 0);
	if (rules < 0)
		return failed(e, "landlock_create_ruleset", dir);
	int rc = enforce(rules, dir, what, e);
	close(rules);
	return rc;
}
