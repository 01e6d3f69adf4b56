/* SPDX-License-Identifier: Apache-2.0 */
/* conf - a configuration: lines that begin with "--set " are overrides, the rest is the file.
 *
 * Beside not crashing: whatever is accepted must be printed such that it reads back to the same values, and a mistake must
 * have been put into words. */
#include "../unit/conf_tables.h"
#include "base/buf.h"
#include "wire/shape.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MOST_SETS = 8 };

struct input { char *file; size_t n; const char *sets[MOST_SETS]; size_t n_sets; };

static void split(struct input *in, char *text, size_t n)
{
	char *end = text + n;

	*in = (struct input){ text, n, { NULL }, 0 };
	while (in->n_sets < MOST_SETS && in->n > 6 && memcmp(in->file, "--set ", 6) == 0) {
		char *line = in->file + 6, *stop = memchr(line, '\n', (size_t)(end - line));
		if (stop == NULL)
			return;
		*stop = '\0';
		in->sets[in->n_sets++] = line;
		in->file = stop + 1;
		in->n = (size_t)(end - in->file);
	}
}

static void must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "%s\n", what);
	abort();
}

/* ---- is what was read back the same? ---- */

static bool same_message(const struct shape *, const void *a, const void *b);

static bool same_value(const struct column *c, const void *a, const void *b)
{
	switch ((enum tenon_type)c->field->type) {
	case TENON_BOOL: return *(const bool *)a == *(const bool *)b;
	case TENON_I64: case TENON_ENUM: return *(const int64_t *)a == *(const int64_t *)b;
	case TENON_F64: return *(const double *)a == *(const double *)b;
	case TENON_STR: return strcmp(*(const char *const *)a, *(const char *const *)b) == 0;
	case TENON_BYTES: case TENON_JSON: {
		const struct tenon_bytes *x = a, *y = b;
		return x->n == y->n && (x->n == 0 || memcmp(x->p, y->p, x->n) == 0);
	}
	case TENON_MSG: return same_message(c->sub, a, b);
	}
	return false;
}

static bool same_list(const struct column *c, const struct shape_array *a, const struct shape_array *b)
{
	size_t size = shape_item_size(c->field);

	for (size_t i = 0; i < a->n && i < b->n; i++)
		if (!same_value(c, (const char *)a->v + i * size, (const char *)b->v + i * size))
			return false;
	return a->n == b->n;
}

static bool same_pairs(const struct tenon_map *a, const struct tenon_map *b)
{
	for (size_t i = 0; i < a->n && i < b->n; i++)
		if (strcmp(a->v[i].key, b->v[i].key) != 0 || strcmp(a->v[i].value, b->v[i].value) != 0)
			return false;
	return a->n == b->n;
}

/* Defaults may have become explicit. Secrets cannot come back, and an absent member of a group is nothing. */
static bool same_message(const struct shape *s, const void *a, const void *b)
{
	for (uint32_t i = 0; i < s->table->n; i++) {
		const struct column *c = &s->columns[i];
		const void *x = (const char *)a + c->field->offset, *y = (const char *)b + c->field->offset;
		if (c->field->flags & TENON_SECRET || (c->field->group > 0 && !shape_has(a, i)))
			continue;
		bool same = c->field->card == TENON_ARRAY ? same_list(c, x, y) : c->field->card == TENON_MAP ? same_pairs(x, y) : same_value(c, x, y);
		if (!same || (shape_has(a, i) && !shape_has(b, i)))
			return fprintf(stderr, "row %s of %s\n", c->name, s->table->name), false;
	}
	return true;
}

/* ---- the target ---- */

static int load_text(struct loaded *l, const char *text, size_t n, const char *const *sets, size_t n_sets)
{
	char name[32];
	int fd = memfd_create("conf", MFD_CLOEXEC);

	must(fd >= 0 && write(fd, text, n) == (ssize_t)n && lseek(fd, 0, SEEK_SET) == 0, "no memfd");
	snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
	int rc = load_file(l, name, sets, n_sets);
	close(fd);
	return rc;
}

static void check_printed(const struct loaded *l)
{
	struct loaded again;
	struct buf b = { 0 };
	const struct shape *s;

	conf_print(l->conf, &b);
	must(!b.failed, "no memory");
	if (load_text(&again, b.p, b.n, NULL, 0) < 0) {
		fprintf(stderr, "%.*s\n%s\n", (int)b.n, b.p, again.err.text);
		abort();
	}
	must(shape_get(&top_rows_table, &s, NULL) == TENON_OK && same_message(s, &l->top, &again.top), "not what was printed");
	must(l->http.max_body == again.http.max_body && l->sql.readers == again.sql.readers && strcmp(l->sql.trace, again.sql.trace) == 0,
	     "not what was printed");
	conf_close(again.conf);
	buf_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char *copy = malloc(n + 1);
	struct loaded l;
	struct input in;

	memcpy(copy, data, n);
	copy[n] = '\0';
	split(&in, copy, n);
	if (load_text(&l, in.file, in.n, in.sets, in.n_sets) == TENON_OK)
		check_printed(&l);
	must(l.err.code == 0 || *l.err.text != '\0', "a mistake without words");
	conf_close(l.conf);
	free(copy);
	return 0;
}
