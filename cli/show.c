/* SPDX-License-Identifier: Apache-2.0 */
/* show - from a result's JSON text to tables. */
#include "show.h"
#include "args.h"
#include "base/buf.h"
#include "catalogue.h"
#include "cell.h"
#include "exits.h"
#include "table.h"
#include "talk.h"
#include "wire/json.h"

#include <stdio.h>
#include <string.h>

/* the first array of messages among the result's rows */
static const char *rows_field(const struct method *m, struct arena *a)
{
	struct tenon_json result = json_member(m->text, "result");
	struct json j = json_over(result.p, result.n);

	if (json_type_of(result) != JSON_ARRAY || !json_enter(&j, '['))
		return NULL;
	while (json_next(&j, NULL)) {
		struct tenon_json field = json_skip(&j);
		if (strcmp(member_text(field, "type", a), "msg") == 0 && strcmp(member_text(field, "card", a), "array") == 0)
			return member_text(field, "name", a);
	}
	return NULL;
}

void show_begin(struct show *s, const struct options *o, const struct method *m)
{
	*s = (struct show){ .options = o, .method = m };
	arena_init(&s->memory, 0);
	s->rows = rows_field(m, &s->memory);
	s->table = table_new(&s->memory);
	s->merges = o->json && o->all && s->rows != NULL;
}

void show_free(struct show *s) { arena_free(&s->memory); }

static int written(bool good) { return good && fflush(stdout) == 0 ? EXIT_OK : complain(EXIT_FAILED, "stdout: cannot be written"); }

/* ---- JSON ---- */

static int merge(struct show *s, struct tenon_json array)
{
	struct json j = json_over(array.p, array.n);

	if (!s->begun)
		printf("{\"%s\":[", s->rows);
	s->begun = true;
	if (json_type_of(array) != JSON_ARRAY || !json_enter(&j, '['))
		return EXIT_OK;
	while (json_next(&j, NULL)) {
		struct tenon_json item = json_skip(&j);
		if (s->any)
			putchar(',');
		fwrite(item.p, 1, item.n, stdout);
		s->any = true;
	}
	return written(ferror(stdout) == 0);
}

/* ---- tables ---- */

struct filling { struct show *show; bool record; };

static void fill(void *arg, const char *path, struct tenon_json value)
{
	struct filling *f = arg;
	struct show *s = f->show;
	struct buf b = { 0 };

	cell_add(&b, path, value, &s->memory);
	buf_addc(&b, '\0');
	if (!b.failed && f->record) {
		table_row(s->table);
		table_cell(s->table, "name", path);
		table_cell(s->table, "value", b.p);
	} else if (!b.failed)
		table_cell(s->table, path, b.p);
	buf_free(&b);
}

static void add_rows(struct show *s, struct tenon_json array)
{
	struct json j = json_over(array.p, array.n);
	struct filling f = { .show = s };

	if (json_type_of(array) != JSON_ARRAY || !json_enter(&j, '['))
		return;
	while (json_next(&j, NULL)) {
		table_row(s->table);
		cell_walk(json_skip(&j), false, &s->memory, fill, &f);
	}
}

/* {"run": {...}} is shown as what is in it */
static struct tenon_json unwrapped(struct tenon_json result)
{
	struct json j = json_over(result.p, result.n);
	struct tenon_json key, only = { NULL, 0 };
	size_t n = 0;

	if (!json_enter(&j, '{'))
		return result;
	while (json_next(&j, &key)) {
		only = json_skip(&j);
		n++;
	}
	return n == 1 && json_type_of(only) == JSON_OBJECT ? only : result;
}

static void add_record(struct show *s, struct tenon_json result)
{
	struct filling f = { .show = s, .record = true };

	cell_walk(unwrapped(result), true, &s->memory, fill, &f);
}

int show_page(struct show *s, struct tenon_json result)
{
	char *copy;

	if (s->merges)
		return merge(s, json_member(result, s->rows));
	if (s->options->json) {
		fwrite(result.p, 1, result.n, stdout);
		putchar('\n');
		return written(ferror(stdout) == 0);
	}
	if (s->table == NULL || (copy = arena_copy(&s->memory, result.p, result.n)) == NULL)
		return complain(EXIT_FAILED, "out of memory");
	result.p = copy;
	if (s->rows != NULL)
		add_rows(s, json_member(result, s->rows));
	else
		add_record(s, result);
	return EXIT_OK;
}

int show_end(struct show *s)
{
	if (s->merges && s->begun) {
		printf("]}\n");
		return written(ferror(stdout) == 0);
	}
	if (s->options->json)
		return EXIT_OK;
	if (table_rows(s->table) == 0) {
		if (s->rows != NULL)
			say("no %s", s->rows);
		else
			say("done");
		return EXIT_OK;
	}
	if (s->rows == NULL)
		return table_print_record(s->table);
	int rc = s->options->columns == NULL ? EXIT_OK : table_choose(s->table, s->options->columns);
	return rc == EXIT_OK ? table_print(s->table) : rc;
}
