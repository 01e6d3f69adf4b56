/* SPDX-License-Identifier: Apache-2.0 */
/* tracking_dialect - a body, or behind a '?' a query, for tracking's messages under the mlflow dialect.
 *
 * Beside not crashing: what is refused gets a code, a status and a sentence. */
#include "../../plugins/service/tracking/dialect.h"
#include "../../plugins/service/tracking/messages.h"
#include "base/arena.h"
#include "wire/decode.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const struct tenon_table *const tables[] = { &log_batch_args_table, &log_metric_args_table, &create_run_args_table,
	&create_experiment_args_table, &log_inputs_args_table, &update_run_args_table, &run_args_table };

static void check_words(struct tenon_problem *p, struct arena *arena)
{
	const struct tenon_table *t = mlflow_dialect.error;
	char *error = arena_alloc(arena, t->size);
	mlflow_dialect.word(p, error, arena_alloc_fn, arena);
	const char *code = *(const char **)(void *)(error + t->fields[0].offset), *text = *(const char **)(void *)(error + t->fields[1].offset);
	if (p->status >= 400 && p->status <= 599 && code != NULL && *code && text != NULL && *text)
		return;
	fprintf(stderr, "%s was refused without words: %d %s %s\n", p->path, p->status, code, text);
	abort();
}

static void ask(const struct tenon_table *table, const char *text, size_t n)
{
	const struct shape *shape;
	struct arena arena;
	struct tenon_problem p = { 0 };
	bool query = n > 0 && text[0] == '?';
	struct tenon_request rq = { .verb = query ? "GET" : "POST", .path = "/", .content_type = "application/json",
	                            .query = query ? text + 1 : NULL, .body = { query ? NULL : text, query ? 0 : n } };

	arena_init(&arena, 0);
	void *out = arena_alloc(&arena, table->size);
	if (shape_get(table, &shape, NULL) < 0)
		abort();
	if (decode_request(shape, &mlflow_dialect, &arena, &rq, NULL, 0, out, &p) < 0)
		check_words(&p, &arena);
	arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char *text = malloc(n + 1);
	memcpy(text, data, n);
	text[n] = 0;
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
		ask(tables[i], text, n);
	free(text);
	return 0;
}
