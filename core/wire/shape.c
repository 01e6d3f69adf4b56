/* SPDX-License-Identifier: Apache-2.0 */
/* shape - compiled under one lock into memory that is never given back; found again without it.
 *
 * A bucket is a chain to which shapes are only ever put in front. A table and those that it refers to are published
 * together, when all of them are good. */
#include "shape.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/text.h"
#include "decoder.h"
#include "number.h"

#include <ctype.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

enum { BUCKETS = 512 };

static _Atomic(struct shape *) known[BUCKETS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct arena memory;   /* of all shapes; under the lock */
static struct shape *pending; /* being made; under the lock */

size_t shape_item_size(const struct tenon_field *f)
{
	if (f->card == TENON_MAP)
		return sizeof(struct tenon_pair);
	switch ((enum tenon_type)f->type) {
	case TENON_BOOL: return sizeof(bool);
	case TENON_I64: case TENON_ENUM: return sizeof(int64_t);
	case TENON_F64: return sizeof(double);
	case TENON_STR: return sizeof(char *);
	case TENON_BYTES: return sizeof(struct tenon_bytes);
	case TENON_JSON: return sizeof(struct tenon_json);
	case TENON_MSG: return f->sub == NULL ? 0 : f->sub->size;
	}
	return 0;
}

size_t shape_member_size(const struct tenon_field *f)
{
	return f->card == TENON_ONE ? shape_item_size(f) : sizeof(struct shape_array);
}

const char *shape_enum_name(const struct tenon_field *f, int64_t value)
{
	for (const struct tenon_name *n = f->names; n->name != NULL; n++)
		if (n->value == value)
			return n->name;
	return NULL;
}

void shape_unset(const struct shape *s, void *message, uint32_t i)
{
	const struct tenon_field *f = s->columns[i].field;

	if (!shape_has(message, i))
		return;
	memcpy((char *)message + f->offset, (char *)s->blank + f->offset, shape_member_size(f));
	shape_clear(message, i);
}

/* ---- one row ---- */

static int bad(struct err *e, const struct tenon_table *t, const struct tenon_field *f, const char *what)
{
	return err_set(e, TENON_INVALID_ARGUMENT, "table %s, row %s: %s", t->name, f->name, what);
}

static const char *spell_camel(const char *name)
{
	char *camel = arena_text(&memory, name, strlen(name)), *out = camel;

	for (const char *s = name; camel != NULL && *s != '\0'; s++) {
		if (s[0] == '_' && s[1] != '\0')
			*out++ = (char)toupper((unsigned char)*++s);
		else
			*out++ = *s;
	}
	if (camel != NULL)
		*out = '\0';
	return camel;
}

static const char *print_key(const char *name)
{
	char *key = arena_alloc(&memory, strlen(name) + 4);

	if (key != NULL)
		sprintf(key, "\"%s\":", name);
	return key;
}

/* does a range mean anything to a row of this type? */
static bool has_measure(const struct tenon_field *f)
{
	return f->card != TENON_ONE || f->type == TENON_I64 || f->type == TENON_F64 || f->type == TENON_STR || f->type == TENON_BYTES;
}

/* the whole number next to x, away from zero where it is none: for those who count in them */
static int64_t whole_around(double x)
{
	int64_t whole = x >= 9e18 ? INT64_MAX : x <= -9e18 ? INT64_MIN : (int64_t)x;

	if (x > -9e18 && x < 9e18 && (double)whole != x)
		whole += x > 0 ? 1 : -1;
	return whole;
}

static bool parse_reals(struct column *c, const char *least, size_t least_n, const char *most, size_t most_n)
{
	if ((c->has_least && !number_parse_double(least, least_n, &c->f_least)) || (c->has_most && !number_parse_double(most, most_n, &c->f_most)))
		return false;
	c->least = whole_around(c->f_least);
	c->most = whole_around(c->f_most);
	return !(c->has_least && c->has_most && c->f_least > c->f_most);
}

static bool parse_range(struct column *c)
{
	const char *range = c->field->range, *dots = range == NULL ? NULL : strstr(range, "..");
	bool reals = c->field->type == TENON_F64 && c->field->card == TENON_ONE;

	if (range == NULL)
		return true;
	if (dots == NULL || !has_measure(c->field))
		return false;
	size_t least_n = (size_t)(dots - range), most_n = strlen(dots + 2);
	c->has_least = least_n > 0;
	c->has_most = most_n > 0;
	if (reals)
		return parse_reals(c, range, least_n, dots + 2, most_n);
	return (!c->has_least || number_parse_i64(range, least_n, &c->least)) &&
	       (!c->has_most || number_parse_i64(dots + 2, most_n, &c->most)) &&
	       !(c->has_least && c->has_most && c->least > c->most);
}

static size_t alignment(const struct tenon_field *f) { return f->type == TENON_BOOL && f->card == TENON_ONE ? 1 : 8; }

/* NULL, or what is wrong with the row as it is written */
static const char *find_fault(const struct tenon_field *f)
{
	if (f->name == NULL || *f->name == '\0' || strpbrk(f->name, "\"\\ ") != NULL)
		return "its name is empty, or has a quote, backslash or space in it";
	if (f->type < TENON_BOOL || f->type > TENON_MSG || f->card > TENON_MAP)
		return "it has no type";
	if (f->type == TENON_MSG && f->sub == NULL)
		return "a message without a table (TENON_SUB, TENON_MANY)";
	if (f->type == TENON_ENUM && f->names == NULL)
		return "an enum without names";
	if (f->card == TENON_MAP && f->type != TENON_STR)
		return "a map of something else than strings";
	if (f->pattern != NULL && (f->type != TENON_STR || f->card == TENON_MAP))
		return "a pattern for something else than strings";
	return NULL;
}

/* do the rows of a table lie within the struct, behind its presence bits, aligned, and apart unless they exclude each other? */
static int check_place(struct shape *s, uint32_t i, struct err *e)
{
	const struct tenon_field *f = &s->table->fields[i];
	size_t size = shape_member_size(f);

	if (f->offset < s->words * 8 || f->offset + size > s->table->size)
		return bad(e, s->table, f, "it lies outside of the struct, or over its presence bits");
	if (f->offset % alignment(f) != 0)
		return bad(e, s->table, f, "its offset is not aligned");
	for (uint32_t k = 0; k < i; k++) {
		const struct tenon_field *other = &s->table->fields[k];
		if (strcmp(other->name, f->name) == 0)
			return bad(e, s->table, f, "the name is there twice");
		if (other->offset >= f->offset + size || f->offset >= other->offset + shape_member_size(other))
			continue;
		if (f->group == 0 || f->group != other->group)
			return bad(e, s->table, f, "it shares its place with a row that is not of its group");
		s->columns[i].shares = s->columns[k].shares = true;
	}
	return TENON_OK;
}

static int put_default(struct shape *s, const struct column *c, struct err *e)
{
	const struct tenon_field *f = c->field;

	if (f->dflt == NULL)
		return TENON_OK;
	if (c->shares)
		return bad(e, s->table, f, "a default in a place that it shares");
	return decoder_default(c, f->dflt, &memory, shape_at(c, s->blank)) ? TENON_OK : bad(e, s->table, f, "its default is none of its type");
}

static int compile(const struct tenon_table *, struct shape **, struct err *);

static int compile_column(struct shape *s, uint32_t i, struct err *e)
{
	struct column *c = &s->columns[i];
	const struct tenon_field *f = &s->table->fields[i];
	const char *fault = find_fault(f);
	struct shape *sub = NULL;

	*c = (struct column){ .field = f, .name = f->name, .size = (uint32_t)shape_item_size(f) };
	if (fault != NULL)
		return bad(e, s->table, f, fault);
	if (!parse_range(c))
		return bad(e, s->table, f, "its range is not \"least..most\"");
	int rc = f->type == TENON_MSG ? compile(f->sub, &sub, e) : TENON_OK;
	if (rc < 0)
		return rc;
	if (sub != NULL && !sub->ready && f->card == TENON_ONE)
		return bad(e, s->table, f, "a message that holds itself");
	c->sub = sub;
	c->camel = strchr(f->name, '_') == NULL ? f->name : spell_camel(f->name);
	c->key = print_key(f->name);
	if (c->camel == NULL || c->key == NULL)
		return err_set(e, TENON_NO_MEMORY, "no memory for table %s", s->table->name);
	c->name_n = strlen(f->name);
	c->camel_n = strlen(c->camel);
	if (f->flags & TENON_REQUIRED)
		s->required[i / 64] |= (uint64_t)1 << (i % 64);
	s->requires |= f->flags & TENON_REQUIRED || f->group > 0 || (sub != NULL && (sub->requires || !sub->ready));
	s->checks |= f->range != NULL || f->pattern != NULL || (sub != NULL && (sub->checks || !sub->ready));
	return check_place(s, i, e);
}

static int fill_blank(struct shape *s, struct err *e)
{
	int rc = TENON_OK;

	for (uint32_t i = 0; i < s->table->n && rc == TENON_OK; i++) {
		const struct column *c = &s->columns[i];
		if (c->field->card == TENON_ONE && c->field->type == TENON_STR && !c->shares)
			*(const char **)shape_at(c, s->blank) = "";
		if (c->field->card == TENON_ONE && c->field->type == TENON_MSG)
			memcpy(shape_at(c, s->blank), c->sub->blank, c->sub->table->size);
		rc = put_default(s, c, e);
	}
	return rc;
}

/* ---- a table ---- */

static uint64_t mix(uint64_t h, const void *p, size_t n) /* FNV-1a */
{
	for (size_t i = 0; i < n; i++)
		h = (h ^ ((const unsigned char *)p)[i]) * 1099511628211u;
	return h;
}

static uint64_t digest(const struct shape *s)
{
	uint64_t h = mix(14695981039346656037u, &s->table->size, sizeof s->table->size);

	for (uint32_t i = 0; i < s->table->n; i++) {
		const struct tenon_field *f = &s->table->fields[i];
		const struct shape *sub = s->columns[i].sub;
		uint8_t kind[] = { f->type, f->card };
		h = mix(h, f->name, strlen(f->name) + 1);
		h = mix(h, kind, sizeof kind);
		h = mix(h, &f->offset, sizeof f->offset);
		if (sub != NULL && sub->ready)
			h = mix(h, &sub->digest, sizeof sub->digest);
		else if (sub != NULL) /* a table within itself has no digest yet: its name stands for it */
			h = mix(h, sub->table->name, strlen(sub->table->name));
	}
	return h;
}

static _Atomic(struct shape *) *bucket(const struct tenon_table *t) { return &known[((uintptr_t)t >> 4) % BUCKETS]; }

static struct shape *look_up(const struct tenon_table *t)
{
	struct shape *s = atomic_load_explicit(bucket(t), memory_order_acquire);

	while (s != NULL && s->table != t)
		s = s->next;
	return s;
}

static int check_table(const struct tenon_table *t, struct err *e)
{
	if (t->n > SHAPE_ROWS_MOST)
		return err_set(e, TENON_INVALID_ARGUMENT, "table %s: %u rows, %d at most", t->name, t->n, SHAPE_ROWS_MOST);
	if (t->size < 8 || t->size < (t->n + 63) / 64 * 8)
		return err_set(e, TENON_INVALID_ARGUMENT, "table %s: no room for its presence bits", t->name);
	return TENON_OK;
}

static int compile(const struct tenon_table *t, struct shape **out, struct err *e)
{
	int rc = check_table(t, e);

	if (rc < 0 || (*out = look_up(t)) != NULL)
		return rc;
	for (struct shape *p = pending; p != NULL; p = p->next)
		if (p->table == t) {
			*out = p;
			return TENON_OK;
		}
	struct shape *s = *out = arena_alloc(&memory, sizeof *s);
	if (s == NULL || (s->columns = arena_alloc(&memory, t->n * sizeof *s->columns)) == NULL ||
	    (s->blank = arena_alloc(&memory, t->size)) == NULL)
		return err_set(e, TENON_NO_MEMORY, "no memory for table %s", t->name);
	s->table = t;
	s->words = t->n == 0 ? 1 : (t->n + 63) / 64;
	s->next = pending;
	pending = s;
	for (uint32_t i = 0; i < t->n && rc == TENON_OK; i++)
		rc = compile_column(s, i, e);
	if (rc < 0 || (rc = fill_blank(s, e)) < 0)
		return rc;
	s->digest = digest(s);
	s->ready = true;
	return TENON_OK;
}

static void publish(void)
{
	while (pending != NULL) {
		struct shape *s = pending;
		_Atomic(struct shape *) *b = bucket(s->table);
		pending = s->next;
		s->next = atomic_load_explicit(b, memory_order_relaxed);
		atomic_store_explicit(b, s, memory_order_release);
	}
}

int shape_get(const struct tenon_table *t, const struct shape **out, struct err *e)
{
	struct shape *s = look_up(t);
	int rc = TENON_OK;

	if (s == NULL) {
		pthread_mutex_lock(&lock);
		void *mark = arena_mark(&memory);
		rc = mark == NULL ? err_set(e, TENON_NO_MEMORY, "no memory for table %s", t->name) : compile(t, &s, e);
		if (rc == TENON_OK)
			publish();
		else
			arena_rewind(&memory, mark); /* the tables of a bad plugin are met again and again */
		pending = NULL;
		pthread_mutex_unlock(&lock);
	}
	*out = rc == TENON_OK ? s : NULL;
	return rc;
}

/* ---- finding a member ---- */

static bool is_called(const struct column *c, const char *name, size_t n, bool camel)
{
	return (c->name_n == n && memcmp(c->name, name, n) == 0) || (camel && c->camel_n == n && memcmp(c->camel, name, n) == 0) ||
	       (c->field->aliases != NULL && text_has_word(c->field->aliases, name, n));
}

int shape_find(const struct shape *s, const char *name, size_t n, bool camel, int hint)
{
	int rows = (int)s->table->n, first = hint >= 0 && hint < rows ? hint : 0;

	for (int i = first; i < rows; i++)
		if (is_called(&s->columns[i], name, n, camel))
			return i;
	for (int i = 0; i < first; i++)
		if (is_called(&s->columns[i], name, n, camel))
			return i;
	return -1;
}
