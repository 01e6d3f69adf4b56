/* SPDX-License-Identifier: Apache-2.0 */
/* decode_json - one walk over the text of a message and of those within it.
 *
 * On failure the scanner stands wherever it met the fault. The walk over the whole message sets it back to the value's
 * beginning, and from there on only cuts the text into rows. */
#include "base/arena.h"
#include "decoder.h"

#include <string.h>

/* One object being walked. The sets say which rows came, and how they were called. */
struct walk {
	const struct shape *shape;
	void *message;
	struct place here;
	int hint;
	uint64_t named[SHAPE_WORDS_MOST], cameled[SHAPE_WORDS_MOST], aliased[SHAPE_WORDS_MOST];
};

static bool holds(const uint64_t *set, int i) { return set[i / 64] >> (i % 64) & 1; }
static void include(uint64_t *set, int i) { set[i / 64] |= (uint64_t)1 << (i % 64); }

static void walk_begin(struct decoder *d, struct walk *w, const struct shape *s, void *message)
{
	w->shape = s;
	w->message = message;
	w->here = (struct place){ .up = d->place };
	w->hint = 0;
	for (uint32_t k = 0; k < s->words; k++)
		w->named[k] = w->cameled[k] = w->aliased[k] = 0;
}

static bool spells(struct tenon_json key, const char *name, size_t n) { return key.n == n + 2 && memcmp(key.p + 1, name, n) == 0; }

/* the row that a key, taken just now, names, NO_ROW or NO_ROOM */
enum { NO_ROW = -1, NO_ROOM = -2 };

static int find_row(struct decoder *d, const struct walk *w, struct tenon_json *key)
{
	if (!d->j.plain) {
		enum tenon_kind kind;
		char *name = decoder_room(d, key->n + 1);
		ptrdiff_t n = name == NULL ? 0 : json_unescape(name + 1, *key, &kind);
		if (name == NULL || n < 0)
			return name == NULL ? NO_ROOM : NO_ROW;
		*key = (struct tenon_json){ name, (size_t)n + 2 };
	}
	if ((uint32_t)w->hint < w->shape->table->n && spells(*key, w->shape->columns[w->hint].name, w->shape->columns[w->hint].name_n))
		return w->hint;
	return shape_find(w->shape, key->p + 1, key->n - 2, d->flags & TENON_CAMEL_NAMES, w->hint);
}

/* Does the member whose value begins at `from` come again? Then only the last one counts, and this one may be wrong. If so,
 * moves behind this one. */
static bool comes_again(struct decoder *d, const struct walk *w, int i, struct mark from)
{
	struct tenon_json key;
	struct json here = d->j, behind;
	bool again = false;

	if (d->flags & TENON_REFUSE_UNKNOWN || d->j.fault != TENON_K_NONE)
		return false;
	decoder_go_back(d, from);
	json_skip(&d->j);
	behind = d->j;
	while (!again && json_next(&d->j, &key)) {
		again = find_row(d, w, &key) == i;
		json_skip(&d->j);
	}
	d->j = again ? behind : here; /* a fault further on is met again, in its turn */
	return again;
}

static int take_value(struct decoder *d, struct walk *w, int i)
{
	const struct column *c = &w->shape->columns[i];
	bool whole = c->field->card == TENON_ONE && c->field->type != TENON_MSG; /* else what came before the failure stays */
	struct mark from;
	int rc;

	shape_unset(w->shape, w->message, (uint32_t)i);
	if (json_peek(&d->j) == JSON_NULL)
		return json_skip(&d->j).p != NULL ? TENON_OK : decoder_fail_syntax(d);
	from = decoder_mark(d);
	if (!whole)
		shape_set(w->message, (uint32_t)i);
	rc = decoder_member(d, c, shape_at(c, w->message));
	if (rc == TENON_OK)
		shape_set(w->message, (uint32_t)i);
	else if (c->field->card != TENON_ONE && ((struct shape_array *)shape_at(c, w->message))->n == 0)
		shape_clear(w->message, (uint32_t)i);
	if (rc == TENON_INVALID_ARGUMENT && comes_again(d, w, i, from)) {
		decoder_forget(d);
		return TENON_OK;
	}
	return rc;
}

static int skip_value(struct decoder *d, struct tenon_json *raw)
{
	*raw = json_skip(&d->j);
	return raw->p != NULL ? TENON_OK : decoder_fail_syntax(d);
}

/* Notes under which name a row came. False: its value does not count (an alias of what its name said already). */
static bool note_name(struct decoder *d, struct walk *w, int i, struct tenon_json key, int *rc)
{
	const struct column *c = &w->shape->columns[i];
	bool name = spells(key, c->name, c->name_n);
	bool camel = !name && d->flags & TENON_CAMEL_NAMES && spells(key, c->camel, c->camel_n);
	uint64_t *set = name ? w->named : camel ? w->cameled : w->aliased;

	if (holds(set, i) && d->flags & TENON_REFUSE_UNKNOWN)
		*rc = decoder_fail(d, TENON_K_TWICE, c, (struct tenon_json){ NULL, 0 }, "it is given twice");
	else if ((name && holds(w->cameled, i)) || (camel && holds(w->named, i)))
		*rc = decoder_fail(d, TENON_K_TWICE, c, (struct tenon_json){ NULL, 0 }, "it is given twice, as \"%s\" and as \"%s\"", c->name, c->camel);
	include(set, i);
	if (name || camel)
		return !(holds(w->aliased, i) && json_peek(&d->j) == JSON_NULL && shape_has(w->message, (uint32_t)i));
	return !((holds(w->named, i) || holds(w->cameled, i)) && shape_has(w->message, (uint32_t)i));
}

static int take_unknown(struct decoder *d, const struct walk *w, struct tenon_json key)
{
	struct tenon_json raw;
	int rc = skip_value(d, &raw);

	if (rc < 0 || !(d->flags & TENON_REFUSE_UNKNOWN))
		return rc;
	const char *name = arena_text(d->arena, key.p + 1, key.n - 2 < 60 ? key.n - 2 : 60);
	if (name == NULL)
		return decoder_fail_memory(d);
	d->place = w->here.up;
	rc = decoder_fail_unknown(d, w->shape, name, raw);
	d->place = &w->here;
	return rc;
}

/* a member as it stood in the text; row: NO_ROW, or the row whose value this is */
struct pair { struct tenon_json key, raw; int row; };

static int take_pair(struct decoder *d, struct walk *w, struct pair *p)
{
	int i = find_row(d, w, &p->key), rc = TENON_OK;

	p->row = NO_ROW;
	if (i < 0)
		return i == NO_ROOM ? decoder_fail_memory(d) : take_unknown(d, w, p->key);
	w->hint = i + 1;
	w->here.column = &w->shape->columns[i];
	bool counts = note_name(d, w, i, p->key, &rc);
	if (rc < 0 || !counts)
		return rc < 0 ? rc : skip_value(d, &p->raw);
	p->row = i;
	json_peek(&d->j);
	p->raw.p = d->j.p;
	rc = take_value(d, w, i);
	p->raw.n = (size_t)(d->j.p - p->raw.p);
	return rc;
}

int decoder_message(struct decoder *d, const struct shape *s, void *message)
{
	struct walk w;
	struct pair p;
	int rc = TENON_OK;

	if (d->levels >= DECODER_LEVELS)
		return decoder_fail(d, TENON_K_DEPTH, NULL, (struct tenon_json){ NULL, 0 }, "more than %d messages within messages", DECODER_LEVELS);
	walk_begin(d, &w, s, message);
	shape_blank(s, message);
	d->levels++;
	d->place = &w.here;
	json_enter(&d->j, '{');
	while (rc == TENON_OK && json_next(&d->j, &p.key))
		rc = take_pair(d, &w, &p);
	d->place = w.here.up;
	d->levels--;
	return rc == TENON_OK && d->j.fault != TENON_K_NONE ? decoder_fail_syntax(d) : rc;
}

/* ---- the whole message ---- */

static void keep_text(struct decoder *d, int row, struct tenon_json key, struct tenon_json raw)
{
	d->raw[row] = raw;
	d->name[row] = (struct tenon_json){ key.p + 1, key.n - 2 };
}

/* behind the first failure: keeps the text of a member, and does not decode it */
static int cut_pair(struct decoder *d, struct walk *w, struct tenon_json key)
{
	int i = find_row(d, w, &key);
	struct tenon_json raw;
	int rc = skip_value(d, &raw);

	if (rc < 0 || i < 0)
		return i == NO_ROOM ? decoder_fail_memory(d) : rc;
	const struct column *c = &w->shape->columns[i];
	bool alias = !spells(key, c->name, c->name_n) && !(d->flags & TENON_CAMEL_NAMES && spells(key, c->camel, c->camel_n));
	bool known = d->raw[i].p != NULL && json_type_of(d->raw[i]) != JSON_NULL;
	if (known && (alias || json_type_of(raw) == JSON_NULL) && holds(alias ? w->named : w->aliased, i))
		return TENON_OK;
	include(alias ? w->aliased : w->named, i);
	keep_text(d, i, key, raw);
	return TENON_OK;
}

static int take_pairs(struct decoder *d, struct walk *w)
{
	struct pair p = { .row = NO_ROW };
	int first = TENON_OK;

	json_enter(&d->j, '{');
	while (json_next(&d->j, &p.key)) {
		struct tenon_json key = p.key;
		struct mark from = decoder_mark(d);
		bool plain = d->j.plain;
		int rc = first < 0 ? first : take_pair(d, w, &p);
		if (rc == TENON_NO_MEMORY || d->j.fault != TENON_K_NONE)
			return rc;
		if (rc == TENON_OK && p.row >= 0)
			keep_text(d, p.row, p.key, p.raw);
		if (rc == TENON_OK)
			continue;
		first = rc;
		decoder_go_back(d, from);
		d->j.plain = plain;
		if ((rc = cut_pair(d, w, key)) < 0)
			return rc;
	}
	return d->j.fault != TENON_K_NONE || !json_done(&d->j) ? decoder_fail_syntax(d) : first;
}

int decoder_walk(struct decoder *d, void *out)
{
	struct walk w;
	int rc;

	walk_begin(d, &w, d->shape, out);
	if (json_peek(&d->j) != JSON_OBJECT) {
		struct tenon_json raw = json_skip(&d->j);
		return json_done(&d->j) ? decoder_fail(d, TENON_K_TYPE, NULL, raw, "the body must be a JSON object") : decoder_fail_syntax(d);
	}
	d->place = &w.here;
	rc = take_pairs(d, &w);
	d->place = NULL;
	return rc;
}
