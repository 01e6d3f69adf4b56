/* SPDX-License-Identifier: Apache-2.0 */
/* fault - one table. */
#include "fault.h"
#include "store.h"

#include <errno.h>

/* what and what to do; a row whose `todo` is NULL is a matter of the statement, not of the file */
static const struct fault_row {
	int sqlite, code;
	const char *what, *todo;
} rows[] = {
	{ SQLITE_CONSTRAINT, TENON_CONFLICT,     "it would break a rule of the tables", NULL },
	{ SQLITE_TOOBIG,     TENON_TOO_LARGE,    "a value is too large", NULL },
	{ SQLITE_NOMEM,      TENON_NO_MEMORY,    "out of memory", NULL },
	{ SQLITE_BUSY,       TENON_UNAVAILABLE,  "database is locked by another process", "close the program that holds it; each call tries anew" },
	{ SQLITE_LOCKED,     TENON_UNAVAILABLE,  "database is locked by another process", "close the program that holds it; each call tries anew" },
	{ SQLITE_FULL,       TENON_STORAGE_FULL, "no room left on its disk", "free some space; tenond goes on by itself then" },
	{ SQLITE_READONLY,   TENON_UNAVAILABLE,  "the file cannot be written", "make it and its folder writable for tenond's user, or its disk" },
	{ SQLITE_PERM,       TENON_UNAVAILABLE,  "access is denied", "make the file and its folder writable for tenond's user" },
	{ SQLITE_AUTH,       TENON_UNAVAILABLE,  "access is denied", "make the file and its folder writable for tenond's user" },
	{ SQLITE_CANTOPEN,   TENON_UNAVAILABLE,  "the file cannot be opened", "look at its folder's existence and permissions" },
	{ SQLITE_IOERR,      TENON_UNAVAILABLE,  "reading or writing failed", "look at the disk" },
	{ SQLITE_PROTOCOL,   TENON_UNAVAILABLE,  "the file's locks are in disorder", "use a local disk, and let no other program open it" },
	{ SQLITE_NOLFS,      TENON_UNAVAILABLE,  "the file is too large for its file system", "move it to another one" },
	{ SQLITE_CORRUPT,    TENON_DATA_LOSS,    "the database is damaged", "stop tenond and restore a backup" },
	{ SQLITE_NOTADB,     TENON_DATA_LOSS,    "the file is no SQLite database", "move it away, or restore a backup" },
	{ 0,                 TENON_INTERNAL,     "the statement is wrong", NULL },
};

/* The disk may be full in more words than SQLITE_FULL: a quota, a file size limit, no room for the log's index. */
static bool is_full(int errnum) { return errnum == ENOSPC || errnum == EDQUOT || errnum == EFBIG; }

static int last_errno(sqlite3_file *file)
{
	int errnum = 0;

	if (file != NULL && file->pMethods != NULL)
		file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &errnum);
	return errnum;
}

/* What the system said. SQLite keeps it for statements; what COMMIT met is kept by the log, or by the database file. */
static int system_errno(sqlite3 *db)
{
	sqlite3_file *log = NULL, *file = NULL;
	int errnum = sqlite3_system_errno(db);

	if (errnum != 0)
		return errnum;
	sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
	sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file);
	errnum = last_errno(log);
	return errnum != 0 ? errnum : last_errno(file);
}

static int fault_interrupted(struct tenon_call *call)
{
	if (call->host->clock() > call->deadline)
		return tenon_fail(call, TENON_DEADLINE_EXCEEDED, "the query took longer than its deadline");
	return tenon_fail(call, TENON_CANCELLED, "the query was cancelled");
}

int fault(struct tenon_call *call, const struct conn *c, int rc, const char *sql)
{
	const struct fault_row *row = rows;
	int primary = rc & 0xff, errnum = 0;

	if (primary == SQLITE_INTERRUPT)
		return fault_interrupted(call);
	if (rc == SQLITE_CONSTRAINT_DATATYPE)
		primary = SQLITE_ERROR; /* a parameter of the wrong type is a bug, not a conflict */
	if (primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN)
		errnum = system_errno(c->db);
	if (is_full(errnum))
		primary = SQLITE_FULL;
	while (row->sqlite != 0 && row->sqlite != primary)
		row++;
	if (row->todo == NULL)
		return tenon_fail(call, row->code, "%s: %s%s%.300s", row->what, sqlite3_errmsg(c->db), sql != NULL ? ": " : "", sql != NULL ? sql : "");
	return tenon_fail(call, row->code, "%s: %s (%s%s%s, SQLite code %d): %s", c->store->path, row->what, sqlite3_errstr(rc),
	                  errnum != 0 ? ": " : "", errnum != 0 ? strerror(errnum) : "", rc, row->todo);
}
