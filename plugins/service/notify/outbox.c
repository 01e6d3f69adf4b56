/* SPDX-License-Identifier: Apache-2.0 */
/* outbox - SQL of docs/sql-subset.md. */
#include "outbox.h"
#include "pairs.h"

static const char *store_of(struct tenon_call *c) { return ((const struct notify *)c->self)->store; }

/* ---- for callers ---- */

int outbox_add(struct tenon_call *c, const struct notify_send_args *a, const char *channel, bool *added)
{
	struct sql_tx tx = { .n = 0 };
	int64_t now = tenon_now(c);
	const char *attributes = pairs_join(c, &a->attributes);

	if (attributes == NULL)
		return tenon_fail(c, TENON_NO_MEMORY, "no memory for a message");
	sql_add(&tx, "INSERT INTO notify_outbox (workspace, message, channel, severity, title, body, html, link, attributes, state, tries, due,"
	             " lease, created, updated, note) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, ?, 0, ?, ?, '')"
	             " ON CONFLICT (workspace, message) DO NOTHING",
	        P_TEXT(c->workspace), P_TEXT(a->id), P_TEXT(channel), P_I64(a->severity), P_TEXT(a->title), P_TEXT(a->text), P_TEXT(a->html),
	        P_TEXT(a->link), P_TEXT(attributes), P_I64(now), P_I64(now), P_I64(now));
	sql_expect(&tx, SQL_AFFECTED, 1);
	TRY(sql_commit(c, store_of(c), &tx));
	*added = !tx.result.has.failed;
	return TENON_OK;
}

int outbox_state(struct tenon_call *c, const char *id, int64_t *state)
{
	struct sql_rows rows;

	TRY(sql_query(c, store_of(c), &rows, "SELECT state FROM notify_outbox WHERE workspace = ? AND message = ?", P_TEXT(c->workspace), P_TEXT(id)));
	if (sql_count(&rows) == 0)
		return tenon_fail(c, TENON_NOT_FOUND, "no message \"%s\"", id);
	*state = sql_i64(&rows, 0, 0);
	return TENON_OK;
}

static void read_message(const struct sql_rows *rows, size_t i, struct outbox_message *m)
{
	*m = (struct outbox_message){
		.id = sql_text(rows, i, 1), .channel = sql_text(rows, i, 2), .state = sql_i64(rows, i, 3), .tries = sql_i64(rows, i, 4),
		.severity = sql_i64(rows, i, 5), .title = sql_text(rows, i, 6), .created = sql_i64(rows, i, 7), .updated = sql_i64(rows, i, 8),
		.due = sql_i64(rows, i, 9), .note = sql_text(rows, i, 10),
	};
	m->has.id = m->has.channel = m->has.state = m->has.tries = m->has.severity = m->has.title = m->has.created = m->has.updated = 1;
	m->has.due = m->state == MESSAGE_QUEUED;
	m->has.note = *m->note != '\0';
}

int outbox_list(struct tenon_call *c, const struct ls_args *a, int64_t before, struct ls_result *out)
{
	struct sql_rows rows;

	TRY(sql_query(c, store_of(c), &rows,
	              "SELECT id, message, channel, state, tries, severity, title, created, updated, due, note FROM notify_outbox"
	              " WHERE workspace = ? AND id < ? AND (CAST(? AS TEXT) = '' OR channel = ?) AND (CAST(? AS BIGINT) < 0 OR state = ?)"
	              " ORDER BY id DESC LIMIT ?",
	              P_TEXT(c->workspace), P_I64(before), P_TEXT(a->channel), P_TEXT(a->channel), P_I64(a->has.state ? a->state : -1),
	              P_I64(a->state), P_I64(a->max)));
	size_t n = sql_count(&rows);
	struct outbox_message *v = tenon_alloc(c, n * sizeof *v + 1);
	if (v == NULL)
		return tenon_fail(c, TENON_NO_MEMORY, "no memory for %zu messages", n);
	for (size_t i = 0; i < n; i++)
		read_message(&rows, i, &v[i]);
	out->has.messages = 1;
	out->messages = (struct outbox_message_list){ v, n };
	out->has.next_page_token = n > 0 && (int64_t)n == a->max;
	if (out->has.next_page_token && (out->next_page_token = tenon_printf(c, "%lld", (long long)sql_i64(&rows, n - 1, 0))) == NULL)
		return TENON_NO_MEMORY;
	return TENON_OK;
}

int outbox_requeue(struct tenon_call *c, const char *id, bool *done)
{
	struct sql_tx tx = { .n = 0 };
	int64_t now = tenon_now(c);

	sql_add(&tx, "UPDATE notify_outbox SET state = 0, tries = 0, due = ?, updated = ? WHERE workspace = ? AND message = ? AND state <> 1",
	        P_I64(now), P_I64(now), P_TEXT(c->workspace), P_TEXT(id));
	sql_expect(&tx, SQL_AFFECTED, 1);
	TRY(sql_commit(c, store_of(c), &tx));
	*done = !tx.result.has.failed;
	return TENON_OK;
}

/* ---- for deliveries ---- */

int outbox_due(struct tenon_call *c, const char *channel, int64_t now, int64_t most, struct sql_rows *rows)
{
	return sql_query(c, store_of(c), rows,
	                 "SELECT id FROM notify_outbox WHERE state = 0 AND channel = ? AND due <= ? AND lease <= ? ORDER BY due, id LIMIT ?",
	                 P_TEXT(channel), P_I64(now), P_I64(now), P_I64(most));
}

int outbox_take(struct tenon_call *c, int64_t row, int64_t now, int64_t lease, bool *taken, struct notify_send_args *out, int64_t *tries)
{
	struct sql_tx tx = { .n = 0 };

	sql_add(&tx, "UPDATE notify_outbox SET lease = ?, tries = tries + 1 WHERE id = ? AND state = 0 AND due <= ? AND lease <= ?", P_I64(lease),
	        P_I64(row), P_I64(now), P_I64(now));
	sql_expect(&tx, SQL_AFFECTED, 1);
	sql_add(&tx, "SELECT message, severity, title, body, html, link, attributes, created, tries FROM notify_outbox WHERE id = ?", P_I64(row));
	TRY(sql_commit(c, store_of(c), &tx));
	*taken = !tx.result.has.failed;
	if (!*taken)
		return TENON_OK;
	const struct sql_rows *r = &tx.result.steps.v[1];
	*out = (struct notify_send_args){
		.id = sql_text(r, 0, 0), .severity = sql_i64(r, 0, 1), .title = sql_text(r, 0, 2), .text = sql_text(r, 0, 3),
		.html = sql_text(r, 0, 4), .link = sql_text(r, 0, 5), .created = sql_i64(r, 0, 7),
	};
	out->has.id = out->has.severity = out->has.title = out->has.text = out->has.html = out->has.link = out->has.created = 1;
	out->has.to = out->has.attributes = 1;
	*tries = sql_i64(r, 0, 8);
	return pairs_split(c, sql_text(r, 0, 6), &out->attributes);
}

int outbox_renew(struct tenon_call *c, const int64_t *ids, size_t n, int64_t lease)
{
	struct sql_tx tx = { .n = 0 };
	struct sql_value *v = tenon_alloc(c, n * 2 * sizeof *v + 1);

	if (v == NULL)
		return TENON_NO_MEMORY;
	for (size_t i = 0; i < n; i++) {
		v[2 * i] = P_I64(lease);
		v[2 * i + 1] = P_I64(ids[i]);
	}
	sql_add_n(&tx, "UPDATE notify_outbox SET lease = ? WHERE id = ? AND state = 0", v, 2 * n, 2);
	return sql_commit(c, store_of(c), &tx);
}

int outbox_settle(struct tenon_call *c, int64_t row, const struct outcome *o)
{
	struct sql_tx tx = { .n = 0 };

	sql_add(&tx, "UPDATE notify_outbox SET state = ?, due = ?, note = ?, updated = ?, lease = 0 WHERE id = ? AND state = 0", P_I64(o->state),
	        P_I64(o->due), P_TEXT(o->note), P_I64(tenon_now(c)), P_I64(row));
	return sql_commit(c, store_of(c), &tx);
}

/* ---- for order ---- */

int outbox_count(struct tenon_call *c, int64_t *queued)
{
	struct sql_rows rows;

	TRY(sql_query_n(c, store_of(c), &rows, "SELECT count(*) FROM notify_outbox WHERE state = 0", NULL, 0));
	*queued = sql_i64(&rows, 0, 0);
	return TENON_OK;
}

int outbox_sweep(struct tenon_call *c, int64_t before, int64_t most, int64_t *gone)
{
	struct sql_tx tx = { .n = 0 };

	*gone = 0;
	for (int64_t state = MESSAGE_SENT; state <= MESSAGE_FAILED; state++) {
		struct sql_value v[] = { P_I64(state), P_I64(before), P_I64(most) };
		tx.n = 0;
		sql_add_n(&tx, "DELETE FROM notify_outbox WHERE id IN"
		               " (SELECT id FROM notify_outbox WHERE state = ? AND updated < ? ORDER BY updated, id LIMIT ?)", v, 3, 0);
		TRY(sql_commit(c, store_of(c), &tx));
		*gone += tx.result.steps.v[0].affected;
	}
	return TENON_OK;
}
