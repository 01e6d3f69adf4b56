/* SPDX-License-Identifier: Apache-2.0 */
/* shape - compiled under one lock, found again by the table's address. */
#include "shape.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"
#include "number.h"

#include <ctype.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
enum { BUCKETS = 1024 };
static struct known { struct known *next; struct shape shape; } *known[BUCKETS];

size_t shape_item_size(const struct tenon_field *f)
{
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

/* ---- checking and compiling one row ---- */

static int bad(struct err *e, const struct tenon_table *t, const struct tenon_field *f, const char *what)
{
	return err_set(e, TENON_INVALID_ARGUMENT, "table %s, row %s: %s", t->name, f->name, what);
}

static char *camel_of(const char *name)
{
	char *camel = mem_strdup(name), *out = camel;

	for (const char *s = name; camel != NULL && *s != '\0'; s++)
		*out++ = s[0] == '_' && s[1] != '\0' ? (char)toupper((unsigned char)*++s) : *s;
	if (camel != NULL)
		*out = '\0';
	return camel;
}

static bool parse_range(struct column *c, const char *range)
{
	const char *dots = range == NULL ? NULL : strstr(range, "..");

	if (range == NULL)
		return true;
	if (dots == NULL)
		return false;
	c->has_least = dots > range;
	c->has_most = dots[2] != '\0';
	return (!c->has_least || number_parse_i64(range, (size_t)(dots - range), &c->least)) &&
	       (!c->has_most || number_parse_i64(dots + 2, strlen(dots + 2), &c->most));
}

static bool enum_value(const struct tenon_field *f, const char *name, int64_t *x)
{
	for (const struct tenon_name *n = f->names; n != NULL && n->name != NULL; n++)
		if (strcmp(n->name, name) == 0) {
			*x = n->value;
			return true;
		}
	return false;
}

static bool put_default(const struct tenon_field *f, void *at)
{
	size_t n = strlen(f->dflt);

	switch (f->type) {
	case TENON_BOOL: *(bool *)at = strcmp(f->dflt, "true") == 0; return *(bool *)at || strcmp(f->dflt, "false") == 0;
	case TENON_I64: return number_parse_i64(f->dflt, n, at);
	case TENON_F64: return number_parse_double(f->dflt, n, at);
	case TENON_STR: *(const char **)at = f->dflt; return true;
	case TENON_ENUM: return enum_value(f, f->dflt, at);
	default: return false;
	}
}

static int put_blank(struct shape *s, const struct column *c, struct err *e)
{
	const struct tenon_field *f = c->field;
	char *at = (char *)s->blank + f->offset;

	if (f->card != TENON_ONE)
		return f->dflt == NULL ? TENON_OK : bad(e, s->table, f, "an array has no default");
	if (f->group > 0) /* members of a group may share their place: absent means zero */
		return TENON_OK;
	if (f->type == TENON_STR)
		*(const char **)(void *)at = "";
	if (f->type == TENON_MSG)
		memcpy(at, c->sub->blank, f->sub->size);
	return f->dflt == NULL || put_default(f, at) ? TENON_OK : bad(e, s->table, f, "its default is none of its type");
}

static int compile_sub(const struct tenon_table *, const struct shape **, struct err *);

static int compile_column(struct shape *s, uint32_t i, struct err *e)
{
	struct column *c = &s->columns[i];
	const struct tenon_field *f = &s->table->fields[i];
	size_t size = f->card == TENON_ONE ? shape_item_size(f) : sizeof(struct shape_array);

	*c = (struct column){ .field = f, .name = f->name, .name_n = strlen(f->name) };
	for (uint32_t k = 0; k < i; k++)
		if (strcmp(s->table->fields[k].name, f->name) == 0)
			return bad(e, s->table, f, "the name is there twice");
	if (f->type == TENON_MSG && f->sub == NULL)
		return bad(e, s->table, f, "a message without a table (TENON_SUB, TENON_MANY)");
	if (f->type == TENON_ENUM && f->names == NULL)
		return bad(e, s->table, f, "an enum without names");
	if (f->offset + size > s->table->size)
		return bad(e, s->table, f, "it reaches past the struct");
	if (!parse_range(c, f->range))
		return bad(e, s->table, f, "its range is not \"least..most\"");
	c->camel = strchr(f->name, '_') == NULL ? f->name : camel_of(f->name);
	if (c->camel == NULL)
		return err_set(e, TENON_NO_MEMORY, "no memory for table %s", s->table->name);
	c->camel_n = strlen(c->camel);
	if (f->type == TENON_MSG) {
		int rc = compile_sub(f->sub, &c->sub, e);
		if (rc < 0)
			return rc;
		s->checks |= c->sub->checks;
	}
	s->checks |= (f->flags & TENON_REQUIRED) || f->range != NULL || f->pattern != NULL;
	return put_blank(s, c, e);
}

/* ---- digest ---- */

static uint64_t mix(uint64_t h, const void *p, size_t n)
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
		h = mix(h, f->name, strlen(f->name) + 1);
		h = mix(h, &f->type, 1);
		h = mix(h, &f->card, 1);
		h = mix(h, &f->offset, sizeof f->offset);
		for (const struct tenon_name *n = f->names; n != NULL && n->name != NULL; n++) {
			h = mix(h, n->name, strlen(n->name) + 1);
			h = mix(h, &n->value, sizeof n->value);
		}
		if (s->columns[i].sub != NULL)
			h = mix(h, &s->columns[i].sub->digest, sizeof h);
	}
	return h;
}

/* ---- the cache ---- */

static struct known **bucket(const struct tenon_table *t) { return &known[((uintptr_t)t >> 4) % BUCKETS]; }

static const struct shape *look_up(const struct tenon_table *t)
{
	for (struct known *k = *bucket(t); k != NULL; k = k->next)
		if (k->shape.table == t)
			return &k->shape;
	return NULL;
}

static void drop(struct known *k)
{
	for (uint32_t i = 0; k->shape.columns != NULL && i < k->shape.table->n; i++)
		if (k->shape.columns[i].camel != k->shape.columns[i].name)
			mem_free((char *)k->shape.columns[i].camel);
	mem_free(k->shape.columns);
	mem_free(k->shape.blank);
	mem_free(k);
}

/* under the lock, for writing */
static int compile_sub(const struct tenon_table *t, const struct shape **out, struct err *e)
{
	int rc = TENON_OK;

	if ((*out = look_up(t)) != NULL)
		return TENON_OK;
	struct known *k = mem_zero(sizeof *k);
	if (k == NULL || (k->shape.columns = mem_zero((t->n + 1) * sizeof(struct column))) == NULL ||
	    (k->shape.blank = mem_zero(t->size + 8)) == NULL)
		rc = err_set(e, TENON_NO_MEMORY, "no memory for table %s", t->name);
	if (k != NULL)
		k->shape.table = t;
	if (rc == TENON_OK && t->n > 0 && t->size < (t->n + 63) / 64 * 8)
		rc = err_set(e, TENON_INVALID_ARGUMENT, "table %s: no room for the presence bits", t->name);
	for (uint32_t i = 0; rc == TENON_OK && i < t->n; i++)
		rc = compile_column(&k->shape, i, e);
	if (rc < 0) {
		if (k != NULL)
			drop(k);
		return rc;
	}
	k->shape.digest = digest(&k->shape);
	k->next = *bucket(t);
	*bucket(t) = k;
	*out = &k->shape;
	return TENON_OK;
}

int shape_get(const struct tenon_table *t, const struct shape **out, struct err *e)
{
	int rc = TENON_OK;

	pthread_rwlock_rdlock(&lock);
	*out = look_up(t);
	pthread_rwlock_unlock(&lock);
	if (*out != NULL)
		return TENON_OK;
	pthread_rwlock_wrlock(&lock);
	rc = compile_sub(t, out, e);
	pthread_rwlock_unlock(&lock);
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
	uint32_t count = s->table->n;

	for (uint32_t k = 0; k < count; k++) {
		uint32_t i = ((uint32_t)hint + k) % count;
		if (is_called(&s->columns[i], name, n, camel))
			return (int)i;
	}
	return -1;
}
