/* SPDX-License-Identifier: Apache-2.0 */
/* model_points - three steps: all models are known; points that are not there yet are added; none of them has another value. */
#include "model_points.h"
#include "tracking.h"

enum { KNOWN_COLUMNS = 2, INSERT_COLUMNS = 8, SAME_COLUMNS = 6 };

static const char *or_null(const char *text) { return text[0] != '\0' ? text : NULL; }

static void fill(struct tenon_call *c, const struct runref *ref, const struct model_point *m, struct sql_value *known,
                 struct sql_value *insert, struct sql_value *same)
{
	known[0] = P_TEXT(m->model_id);
	known[1] = P_TEXT(c->workspace);
	insert[0] = P_TEXT(m->key);
	insert[1] = P_I64(m->point.step);
	insert[2] = P_I64(m->point.timestamp);
	insert[3] = P_I64(ref->run);
	insert[4] = P_F64(m->point.value);
	insert[5] = P_TEXT(or_null(m->dataset_name));
	insert[6] = P_TEXT(or_null(m->dataset_digest));
	insert[7] = P_TEXT(m->model_id);
	same[0] = P_TEXT(m->model_id);
	memcpy(same + 1, insert, 5 * sizeof *same);
}

int model_points_add(struct tenon_call *c, struct sql_tx *tx, const struct runref *ref, const struct model_point *v, size_t n,
                     struct model_steps *steps)
{
	*steps = (struct model_steps){ .any = n > 0 };
	if (n == 0)
		return TENON_OK;
	struct sql_value *known = tenon_alloc(c, n * (KNOWN_COLUMNS + INSERT_COLUMNS + SAME_COLUMNS) * sizeof *known);
	if (known == NULL)
		return tenon_fail(c, TENON_NO_MEMORY, "no memory for %zu metrics of models", n);
	struct sql_value *insert = known + n * KNOWN_COLUMNS, *same = insert + n * INSERT_COLUMNS;
	for (size_t i = 0; i < n; i++)
		fill(c, ref, &v[i], known + i * KNOWN_COLUMNS, insert + i * INSERT_COLUMNS, same + i * SAME_COLUMNS);
	steps->known = tx->n;
	sql_add_n(tx, "SELECT model_id FROM model WHERE model_id = ? AND workspace = ?", known, n * KNOWN_COLUMNS, KNOWN_COLUMNS);
	sql_expect(tx, SQL_ROWS_ARE, (int64_t)n);
	sql_add_n(tx, "INSERT INTO model_metric (model, key, step, timestamp, run, value, dataset_name, dataset_digest)"
	              " SELECT id, CAST(? AS TEXT), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS DOUBLE PRECISION),"
	              " CAST(? AS TEXT), CAST(? AS TEXT) FROM model WHERE model_id = ? ON CONFLICT DO NOTHING", insert, n * INSERT_COLUMNS,
	          INSERT_COLUMNS);
	steps->same = tx->n;
	sql_add_n(tx, "SELECT p.key, p.value FROM model m JOIN model_metric p ON p.model = m.id"
	              " WHERE m.model_id = ? AND p.key = ? AND p.step = ? AND p.timestamp = ? AND p.run = ? AND p.value <> ?", same,
	          n * SAME_COLUMNS, SAME_COLUMNS);
	sql_expect(tx, SQL_NO_ROWS, 0);
	return TENON_OK;
}

int model_points_refuse(struct tenon_call *c, const struct sql_tx *tx, const struct model_steps *steps, const struct model_point *v,
                        size_t n)
{
	const struct sql_rows *rows = &tx->result.steps.v[tx->result.failed];
	if ((size_t)tx->result.failed == steps->same)
		return tenon_fail(c, TENON_INVALID_ARGUMENT, "Metric '%s' of the model was already logged at that step and time by this run, with "
		                  "value %.17g", sql_text(rows, 0, 0), sql_f64(rows, 0, 1));
	size_t i = 0; /* rows are those of the points in their order, up to the first that has none */
	while (i + 1 < n && i < sql_count(rows) && strcmp(sql_text(rows, i, 0), v[i].model_id) == 0)
		i++;
	return tenon_fail(c, TENON_INVALID_ARGUMENT, "Logged model with ID '%s' not found.", v[i].model_id);
}

int model_points_check_dataset(struct tenon_call *c, const char *dataset_name, const char *dataset_digest)
{
	if ((dataset_name[0] == '\0') == (dataset_digest[0] == '\0'))
		return TENON_OK;
	return tenon_fail(c, TENON_INVALID_ARGUMENT, "Both dataset_name and dataset_digest must be provided if one is provided");
}
