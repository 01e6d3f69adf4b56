/* SPDX-License-Identifier: Apache-2.0 */
/* tx - group commit: many messages, one COMMIT, a savepoint each.
 *
 * Model    take what is queued (up to 256 messages, 10,000 rows, 4 ms), run each in a savepoint of one transaction, COMMIT,
 *          and only then finish them. A message whose expectation fails, or that breaks a constraint, is rolled back alone.
 *          An error that took the whole transaction (a full disk does), or a COMMIT that fails, makes all members run again,
 *          one by one in transactions of their own, so that each gets its own outcome.
 * Threads  the writer's. */
#include "store.h"

enum { MOST_MEMBERS = 10000 };
enum outcome { APPLIED, REFUSED, BROKEN }; /* REFUSED: this message alone; BROKEN: the transaction is gone */

struct member { struct tenon_call *call; const struct sql_tx_args *args; struct sql_tx_result *result; int code; };

/* ---- one step, one message ---- */

static bool holds(const struct sql_step *s, const struct sql_rows *r)
{
	switch ((enum sql_expect)s->expect) {
	case SQL_ROWS_ARE: return (int64_t)sql_count(r) == s->count;
	case SQL_AFFECTED: return r->affected == s->count;
	case SQL_NO_ROWS: return sql_count(r) == 0;
	case SQL_ANY: break;
	}
	return true;
}

static int run_step(struct connection *k, struct tenon_call *c, const struct sql_step *s, struct sql_rows *out)
{
	size_t columns = s->columns > 0 ? (size_t)s->columns : s->params.n, runs = s->columns > 0 ? s->params.n / columns : 1;
	sqlite3_stmt *stmt = connection_prepare(k, c, s->sql);
	int rc = SQLITE_DONE, before = sqlite3_total_changes(k->db);

	if (stmt == NULL)
		return SQLITE_ERROR;
	for (size_t i = 0; i < runs && rc == SQLITE_DONE; i++) {
		rc = rows_bind(stmt, s->params.v + i * columns, columns);
		if (rc == SQLITE_OK)
			rc = rows_read(c, stmt, out);
		sqlite3_reset(stmt);
	}
	out->has.affected = 1;
	out->affected = sqlite3_total_changes(k->db) - before;
	k->store->rows += (int64_t)runs;
	return rc;
}

static enum outcome run_steps(struct connection *k, struct member *m)
{
	size_t n = m->args->steps.n;

	*m->result = (struct sql_tx_result){ .has = { .steps = 1 } };
	m->result->steps.v = tenon_alloc(m->call, n * sizeof *m->result->steps.v + 1);
	m->code = m->result->steps.v == NULL ? TENON_NO_MEMORY : TENON_OK;
	for (size_t i = 0; i < n && m->code == TENON_OK; i++) {
		const struct sql_step *s = &m->args->steps.v[i];
		struct sql_rows *out = &m->result->steps.v[i];
		int rc = run_step(k, m->call, s, out);
		m->result->steps.n = i + 1;
		if (rc == SQLITE_ERROR && *tenon_reason(m->call) != '\0')
			m->code = TENON_INTERNAL;
		else if (rc != SQLITE_DONE)
			m->code = connection_fail(k, m->call, rc);
		else if (!holds(s, out)) {
			m->result->has.failed = 1;
			m->result->failed = (int64_t)i;
			return REFUSED;
		}
	}
	if (m->code == TENON_OK)
		return APPLIED;
	return sqlite3_get_autocommit(k->db) || m->code != TENON_CONFLICT ? BROKEN : REFUSED;
}

/* ---- a group ---- */

static int begin(struct connection *k) { return connection_exec(k, "BEGIN IMMEDIATE"); }

static void roll_back(struct connection *k)
{
	if (!sqlite3_get_autocommit(k->db))
		connection_exec(k, "ROLLBACK");
}

/* on its own: every error is this message's */
static int run_alone(struct connection *k, struct member *m)
{
	int code = connection_open(k, m->call);
	if (code < 0)
		return code;
	int rc = begin(k);
	if (rc != SQLITE_OK)
		code = connection_fail(k, m->call, rc);
	else if (run_steps(k, m) != APPLIED)
		code = m->code;
	else if ((rc = connection_exec(k, "COMMIT")) != SQLITE_OK)
		code = connection_fail(k, m->call, rc);
	roll_back(k);
	if (connection_is_gone(rc) || code == TENON_DATA_LOSS)
		connection_close(k);
	return code;
}

static sqlite3_stmt *kept(struct connection *k, struct tenon_call *c, const char *sql) { return connection_prepare(k, c, sql); }

static int step_kept(sqlite3_stmt *stmt)
{
	int rc = stmt == NULL ? SQLITE_ERROR : sqlite3_step(stmt);
	if (stmt != NULL)
		sqlite3_reset(stmt);
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static enum outcome run_member(struct connection *k, struct member *m)
{
	if (step_kept(kept(k, m->call, "SAVEPOINT m")) != SQLITE_OK)
		return BROKEN;
	enum outcome o = run_steps(k, m);
	if (o == REFUSED && step_kept(kept(k, m->call, "ROLLBACK TO m")) != SQLITE_OK)
		return BROKEN;
	if (o != BROKEN && step_kept(kept(k, m->call, "RELEASE m")) != SQLITE_OK)
		return BROKEN;
	return o;
}

struct group { struct member *v; size_t n; };

static bool take_member(struct tenon_batch *b, const struct tenon_host *h, struct group *g)
{
	const void *args;
	void *result;
	struct tenon_call *c = h->batch_take(b, 0, &args, &result);

	if (c != NULL)
		g->v[g->n++] = (struct member){ .call = c, .args = args, .result = result };
	return c != NULL;
}

/* false: the transaction broke, and every member must run alone */
static bool run_group(struct tenon_batch *b, struct store *s, struct group *g)
{
	struct connection *k = &s->writer;
	int64_t until = s->host->clock() + s->config.group_ms * 1000000;

	if (connection_open(k, g->v[0].call) < 0 || step_kept(kept(k, g->v[0].call, "BEGIN IMMEDIATE")) != SQLITE_OK)
		return false;
	for (size_t i = 0; i < g->n; i++) {
		if (run_member(k, &g->v[i]) == BROKEN)
			return false;
		bool full = (int64_t)g->n >= s->config.group_messages || s->rows >= s->config.group_rows || s->host->clock() > until;
		if (i + 1 == g->n && !full)
			take_member(b, s->host, g);
	}
	return step_kept(kept(k, g->v[0].call, "COMMIT")) == SQLITE_OK;
}

static void note_group(struct store *s, const struct group *g)
{
	s->host->metric_add(s->host, "commit_groups", 1);
	s->host->metric_add(s->host, "commit_messages", (double)g->n);
	s->host->metric_add(s->host, "commit_rows", (double)s->rows);
}

int tx_batch(struct tenon_batch *b, void *self)
{
	static _Thread_local struct member members[MOST_MEMBERS];
	struct store *s = self;
	struct group g = { members, 0 };

	s->rows = 0;
	if (!take_member(b, s->host, &g))
		return TENON_OK;
	if (!run_group(b, s, &g)) {
		if (s->writer.db != NULL)
			roll_back(&s->writer);
		for (size_t i = 0; i < g.n; i++) {
			tenon_forgive(g.v[i].call);
			g.v[i].code = run_alone(&s->writer, &g.v[i]);
		}
	}
	note_group(s, &g);
	for (size_t i = 0; i < g.n; i++)
		s->host->batch_finish(b, g.v[i].call, g.v[i].code);
	return TENON_OK;
}
