/* SPDX-License-Identifier: Apache-2.0 */
/* migrate - brings a service's tables to its newest version, in one transaction, or leaves them as they were.
 *
 * Table schema_version has a row for each service. Before tables that exist are changed, the whole database is copied
 * to FILE.before-<service>-v<version>; for tables that are only created there is nothing to lose. A database that is
 * newer than the service is refused: an older program would misread it. */
#include "copy.h"
#include "fault.h"
#include "store.h"
#include "words.h"

#include <ctype.h>

static int execute(struct conn *c, struct tenon_call *call, const char *sql)
{
	int rc = sqlite3_exec(c->db, sql, NULL, NULL, NULL);
	return rc == SQLITE_OK ? TENON_OK : fault(call, c, rc, sql);
}

static int read_version(struct conn *c, struct tenon_call *call, const char *service, int64_t *version)
{
	sqlite3_stmt *stmt;
	int rc = sqlite3_prepare_v2(c->db, "SELECT version FROM schema_version WHERE service = ?", -1, &stmt, NULL);

	if (rc != SQLITE_OK)
		return fault(call, c, rc, NULL);
	sqlite3_bind_text(stmt, 1, service, -1, SQLITE_STATIC);
	rc = sqlite3_step(stmt);
	*version = rc == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : 0;
	int code = rc == SQLITE_ROW || rc == SQLITE_DONE ? TENON_OK : fault(call, c, rc, NULL);
	sqlite3_finalize(stmt);
	return code;
}

static int write_version(struct conn *c, struct tenon_call *call, const char *service, int64_t version)
{
	sqlite3_stmt *stmt;
	int rc = sqlite3_prepare_v2(c->db, "INSERT INTO schema_version (service, version) VALUES (?, ?)"
	                            " ON CONFLICT (service) DO UPDATE SET version = excluded.version", -1, &stmt, NULL);

	if (rc != SQLITE_OK)
		return fault(call, c, rc, NULL);
	sqlite3_bind_text(stmt, 1, service, -1, SQLITE_STATIC);
	sqlite3_bind_int64(stmt, 2, version);
	rc = sqlite3_step(stmt);
	int code = rc == SQLITE_DONE ? TENON_OK : fault(call, c, rc, NULL);
	sqlite3_finalize(stmt);
	return code;
}

/* the statements of one version, one by one, so that an error names its statement */
static int run_version(struct conn *c, struct tenon_call *call, const char *sql)
{
	const char *rest = words_replace(call, sql);
	sqlite3_stmt *stmt;

	if (rest == NULL)
		return TENON_INTERNAL;
	while (*rest != '\0') {
		const char *begin = rest;
		int rc = sqlite3_prepare_v2(c->db, begin, -1, &stmt, &rest);
		if (rc == SQLITE_OK && stmt != NULL)
			while ((rc = sqlite3_step(stmt)) == SQLITE_ROW)
				;
		int code = rc == SQLITE_OK || rc == SQLITE_DONE ? TENON_OK : fault(call, c, rc, begin);
		sqlite3_finalize(stmt);
		if (code < 0)
			return code;
	}
	return TENON_OK;
}

static int run_versions(struct conn *c, struct tenon_call *call, const struct sql_migrate_args *a, int64_t from)
{
	int code = TENON_OK;

	for (int64_t v = from; v < (int64_t)a->versions.n && code == TENON_OK; v++)
		code = run_version(c, call, a->versions.v[v]);
	if (code == TENON_OK)
		code = write_version(c, call, a->service, (int64_t)a->versions.n);
	return code;
}

static int copy_before(struct conn *c, struct tenon_call *call, const struct sql_migrate_args *a, int64_t version)
{
	const char *path = c->store->path;
	char *to = tenon_printf(call, "%s.before-%s-v%zu", path, a->service, a->versions.n);

	if (to == NULL)
		return TENON_NO_MEMORY;
	TRY(copy_make(c, call, to));
	tenon_log(call, TENON_LOG_INFO, "%s goes from version %lld to %zu; the database as it was is %s", a->service, (long long)version,
	          a->versions.n, to);
	return TENON_OK;
}

static int migrate_from(struct conn *c, struct tenon_call *call, const struct sql_migrate_args *a, int64_t version)
{
	if (version > 0)
		TRY(copy_before(c, call, a, version));
	int rc = conn_control(c, CONTROL_BEGIN);
	if (rc != SQLITE_OK)
		return fault(call, c, rc, NULL);
	int code = run_versions(c, call, a, version);
	if (code == TENON_OK && (rc = conn_control(c, CONTROL_COMMIT)) != SQLITE_OK)
		code = fault(call, c, rc, NULL);
	if (code < 0 && !sqlite3_get_autocommit(c->db))
		conn_control(c, CONTROL_ROLLBACK);
	return code;
}

static bool is_name(const char *s)
{
	const char *p = s;
	while (isalnum((unsigned char)*p) || *p == '_' || *p == '-')
		p++;
	return p > s && *p == '\0';
}

int store_migrate(struct tenon_call *call, const void *args, void *result)
{
	const struct sql_migrate_args *a = args;
	struct store *s = call->self;
	struct conn *c = &s->writer;
	int64_t version = 0;

	(void)result;
	if (!is_name(a->service)) /* it becomes part of a file name */
		return tenon_fail(call, TENON_INVALID_ARGUMENT, "\"%s\" is no name of a service", a->service);
	for (size_t v = 0; v < a->versions.n; v++)
		trace_migration(&s->trace, a->service, (int64_t)v + 1, a->versions.v[v]);
	TRY(execute(c, call, "CREATE TABLE IF NOT EXISTS schema_version (service TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT"));
	TRY(read_version(c, call, a->service, &version));
	if (version > (int64_t)a->versions.n)
		return tenon_fail(call, TENON_FAILED_PRECONDITION,
		                  "%s: the tables of %s are of version %lld, and this tenond knows them up to %zu: start the newer tenond, or put back "
		                  "%s.before-%s-v%lld", s->path, a->service, (long long)version, a->versions.n, s->path, a->service, (long long)version);
	return version == (int64_t)a->versions.n ? TENON_OK : migrate_from(c, call, a, version);
}
