/* SPDX-License-Identifier: Apache-2.0 */
/* copy - SQLite's online backup into NAME.part, then a rename, so that NAME is whole or not there. */
#include "copy.h"
#include "fault.h"
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static int copy_pages(struct conn *from, struct tenon_call *call, const char *to)
{
	struct conn target = { .store = from->store };
	int rc = sqlite3_open_v2(to, &target.db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
	sqlite3_backup *backup = rc == SQLITE_OK ? sqlite3_backup_init(target.db, "main", from->db, "main") : NULL;

	if (backup != NULL) {
		sqlite3_backup_step(backup, -1);
		rc = sqlite3_backup_finish(backup);
	} else if (rc == SQLITE_OK) {
		rc = sqlite3_extended_errcode(target.db);
	}
	int code = rc == SQLITE_OK ? TENON_OK : fault(call, &target, rc, NULL);
	sqlite3_close(target.db);
	return code;
}

/* the directory entry of `path` */
static int sync_folder(const char *path)
{
	char folder[4096];
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		snprintf(folder, sizeof folder, ".");
	else
		snprintf(folder, sizeof folder, "%.*s", slash == path ? 1 : (int)(slash - path), path);
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = fd < 0 ? -1 : fsync(fd);
	int errnum = errno;
	if (fd >= 0)
		close(fd);
	errno = errnum;
	return rc;
}

int copy_make(struct conn *c, struct tenon_call *call, const char *to)
{
	char *part = tenon_printf(call, "%s.part", to);

	if (part == NULL)
		return TENON_NO_MEMORY;
	unlink(part);
	int code = copy_pages(c, call, part);
	if (code == TENON_OK && (rename(part, to) != 0 || sync_folder(to) != 0))
		code = tenon_fail(call, TENON_UNAVAILABLE, "%s: %s", to, strerror(errno));
	if (code < 0) {
		const char *why = tenon_strndup(call, tenon_reason(call), strlen(tenon_reason(call)));
		unlink(part);
		return tenon_fail(call, code, "no copy of the database before its migration, so it was not changed: %s", why != NULL ? why : "");
	}
	return TENON_OK;
}
