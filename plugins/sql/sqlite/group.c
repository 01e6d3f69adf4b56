/* SPDX-License-Identifier: Apache-2.0 */
/* group - the method tx.
 *
 *	take --> [ BEGIN | message | SAVEPOINT message RELEASE | ... | COMMIT ] --> answer all
 *
 * Model    A group takes what is queued, until nothing is, or one of its limits is met. The message that a transaction
 *          begins with needs no savepoint: if it fails, ROLLBACK loses nobody else's work.
 * Failure  A message that fails, or whose expectation does not hold, is undone alone. Some errors (a full disk) roll the
 *          whole transaction back, and so may COMMIT: then each member runs again in a transaction of its own and answers
 *          for itself. No error leaves a state behind: the next group tries anew.
 * Threads  the one worker of lane `write`. */
#include "group.h"
#include "fault.h"
#include "rows.h"
#include "store.h"

#include <stdlib.h>

struct member {
	struct tenon_call *call;
	const struct sql_tx_args *args;
	struct sql_tx_result *out;
	int code;
};

struct group {
	struct conn *conn;
	size_t n, most, rows;
	int64_t until;     /* takes nobody any more then */
	size_t applied;    /* members in the open transaction */
	bool lost;         /* the transaction went, with what was applied */
	bool impatient;    /* another process has the lock: one waited for it, all others that are queued only look */
	struct member members[];
};

struct group *group_new(size_t messages)
{
	struct group *g = calloc(1, sizeof *g + messages * sizeof *g->members);

	if (g != NULL)
		g->most = messages;
	return g;
}

void group_free(struct group *g) { free(g); }

/* ---- one message ---- */

static bool holds(const struct sql_step *step, const struct sql_rows *rows)
{
	switch (step->expect) {
	case SQL_ROWS_ARE:
		return (int64_t)sql_count(rows) == step->count;
	case SQL_AFFECTED:
		return rows->affected == step->count;
	case SQL_NO_ROWS:
		return rows->values.n == 0;
	default:
		return true;
	}
}

/* Runs the steps within whatever transaction is open. OK with out->has.failed: an expectation did not hold. */
static int run_steps(struct group *g, struct member *m)
{
	const struct sql_step_list *steps = &m->args->steps;
	struct sql_tx_result *out = m->out;

	memset(out, 0, sizeof *out);
	tenon_forgive(m->call);
	if (steps->n == 0)
		return TENON_OK;
	out->steps.v = tenon_alloc(m->call, steps->n * sizeof *out->steps.v);
	if (out->steps.v == NULL)
		return TENON_NO_MEMORY;
	out->has.steps = 1;
	for (size_t i = 0; i < steps->n; i++) {
		int code = rows_run(g->conn, m->call, &steps->v[i], &out->steps.v[i], &g->rows);
		if (code < 0)
			return code;
		out->steps.n = i + 1;
		if (!holds(&steps->v[i], &out->steps.v[i])) {
			out->has.failed = 1;
			out->failed = (int64_t)i;
			return TENON_OK;
		}
	}
	return TENON_OK;
}

static int begin(struct group *g, struct member *m)
{
	struct conn *c = g->conn;

	TRY(store_still_there(c->store, m->call));
	int rc = conn_control(c, CONTROL_BEGIN);
	if (rc == SQLITE_OK)
		return TENON_OK;
	if ((rc & 0xff) == SQLITE_BUSY && !g->impatient) {
		sqlite3_busy_timeout(c->db, 0);
		g->impatient = true;
	}
	return fault(m->call, c, rc, NULL);
}

/* takes back all that is in the open transaction */
static void roll_back(struct group *g)
{
	if (!sqlite3_get_autocommit(g->conn->db))
		conn_control(g->conn, CONTROL_ROLLBACK);
	g->lost = g->applied > 0;
	g->applied = 0;
}

/* takes back one message; what it fails to, or what is gone already, is a transaction lost */
static void undo(struct group *g)
{
	struct conn *c = g->conn;

	if (g->applied > 0 && !sqlite3_get_autocommit(c->db) && conn_control(c, CONTROL_UNDO) == SQLITE_OK
	    && conn_control(c, CONTROL_RELEASE) == SQLITE_OK)
		return;
	roll_back(g);
}

static void apply(struct group *g, struct member *m)
{
	struct conn *c = g->conn;
	int rc = SQLITE_OK;

	m->code = g->applied == 0 ? begin(g, m) : TENON_OK;
	if (m->code < 0)
		return;
	if (g->applied > 0)
		rc = conn_control(c, CONTROL_SAVE);
	if (rc == SQLITE_OK)
		m->code = run_steps(g, m);
	if (rc == SQLITE_OK && m->code == TENON_OK && !m->out->has.failed) {
		if (g->applied > 0)
			rc = conn_control(c, CONTROL_RELEASE);
		if (rc == SQLITE_OK) {
			g->applied++;
			return;
		}
	}
	if (rc != SQLITE_OK)
		m->code = fault(m->call, c, rc, NULL);
	undo(g);
}

/* ---- all of them ---- */

static int commit(struct group *g)
{
	int rc = g->applied > 0 ? conn_control(g->conn, CONTROL_COMMIT) : SQLITE_OK;

	if (rc == SQLITE_OK)
		g->applied = 0;
	return rc;
}

/* in a transaction of its own */
static void apply_alone(struct group *g, struct member *m)
{
	apply(g, m);
	int rc = commit(g);
	if (rc != SQLITE_OK) {
		m->code = fault(m->call, g->conn, rc, NULL);
		roll_back(g);
	}
}

static bool take(struct group *g, struct tenon_batch *b, const struct store *s)
{
	const struct tenon_host *host = s->host;
	const void *args;
	void *out;

	if (g->n == g->most || (g->n > 0 && !g->impatient && (g->rows >= (size_t)s->conf.group_rows || host->clock() >= g->until)))
		return false;
	struct tenon_call *call = host->batch_take(b, 0, &args, &out);
	if (call == NULL)
		return false;
	g->members[g->n++] = (struct member){ .call = call, .args = args, .out = out };
	return true;
}

static void count(const struct store *s, const struct group *g, bool again)
{
	const struct tenon_host *host = s->host;

	host->metric_add(host, "groups_total", 1);
	host->metric_add(host, "messages_total", (double)g->n);
	host->metric_add(host, "rows_total", (double)g->rows);
	if (again)
		host->metric_add(host, "reruns_total", (double)g->n);
	host->metric_set(host, "wal_bytes", (double)conn_wal_bytes(g->conn));
}

int group_commit(struct tenon_batch *b, void *self)
{
	struct store *s = self;
	struct group *g = s->group;

	*g = (struct group){ .conn = &s->writer, .most = g->most, .until = s->host->clock() + s->conf.group_ms * 1000000 };
	while (!g->lost && take(g, b, s))
		apply(g, &g->members[g->n - 1]);
	if (!g->lost && commit(g) != SQLITE_OK)
		roll_back(g);
	bool again = g->lost;
	for (size_t i = 0; again && i < g->n; i++)
		apply_alone(g, &g->members[i]);
	for (size_t i = 0; i < g->n; i++)
		s->host->batch_finish(b, g->members[i].call, g->members[i].code);
	if (g->impatient)
		sqlite3_busy_timeout(s->writer.db, (int)s->conf.busy_timeout_ms);
	count(s, g, again);
	conn_checkpoint(&s->writer);
	return TENON_OK;
}
