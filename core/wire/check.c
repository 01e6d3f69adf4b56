/* SPDX-License-Identifier: Apache-2.0 */
/* check - what a message of the right types must still meet, in the order of its rows, so that the first complaint is the
 * same every time: first what must be there, then what its values may be. */
#include "base/text.h"
#include "decoder.h"
#include "number.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- presence ---- */

static bool is_missing(const struct decoder *d, const struct column *c, const void *message, uint32_t i)
{
	if (!(c->field->flags & TENON_REQUIRED))
		return false;
	if (!shape_has(message, i)) {
		/* behind a forgiven failure the row was not decoded, though it may have been sent */
		struct tenon_json raw = d->stopped ? decoder_raw(d) : (struct tenon_json){ NULL, 0 };
		return raw.p == NULL || json_type_of(raw) == JSON_NULL;
	}
	return d->flags & TENON_EMPTY_IS_MISSING && c->field->type == TENON_STR && c->field->card == TENON_ONE &&
	       **(const char *const *)shape_at(c, message) == '\0';
}

/* Of rows that share their place both are looked at: nothing may be read there once the other was written over it. */
static int check_group(struct decoder *d, const struct shape *s, const void *message, uint32_t i)
{
	uint32_t n = s->columns[i].shares ? s->table->n : i;

	for (uint32_t k = 0; k < n; k++)
		if (k != i && s->columns[k].field->group == s->columns[i].field->group && shape_has(message, k))
			return decoder_fail(d, TENON_K_GROUP, &s->columns[i], decoder_raw(d), "%s is given already; only one of the two may be", s->columns[k].name);
	return TENON_OK;
}

static int require_items(struct decoder *d, const struct column *c, const struct shape_array *a)
{
	struct place here = { .up = d->place };
	int rc = TENON_OK;

	d->place = &here;
	for (; here.index < a->n && rc == TENON_OK; here.index++)
		rc = decoder_require(d, c->sub, (char *)a->v + here.index * c->size, false);
	d->place = here.up;
	return rc;
}

static int require_row(struct decoder *d, const struct shape *s, const void *message, uint32_t i, bool top)
{
	const struct column *c = &s->columns[i];
	bool judged = d->place->up == NULL && !top; /* the whole message's own rows: accept() or an earlier round did it */

	if (!judged && is_missing(d, c, message, i))
		return decoder_fail(d, TENON_K_MISSING, c, decoder_raw(d), "it is required");
	if (top || !shape_has(message, i))
		return TENON_OK;
	int rc = c->field->group > 0 ? check_group(d, s, message, i) : TENON_OK;
	if (rc < 0 || c->sub == NULL || !c->sub->requires)
		return rc;
	return c->field->card == TENON_ARRAY ? require_items(d, c, shape_at(c, message)) : decoder_require(d, c->sub, shape_at(c, message), false);
}

int decoder_require(struct decoder *d, const struct shape *s, const void *message, bool top)
{
	struct place here = { .up = d->place };
	int rc = TENON_OK;

	if (!s->requires)
		return TENON_OK;
	d->place = &here;
	for (uint32_t i = 0; i < s->table->n && rc == TENON_OK; i++) {
		const struct column *c = &s->columns[i];
		if (!(c->field->flags & TENON_REQUIRED) && c->field->group == 0 && c->sub == NULL)
			continue;
		here.column = c;
		rc = require_row(d, s, message, i, top);
	}
	d->place = here.up;
	return rc;
}

/* ---- values ---- */

static int out_of_range(struct decoder *d, enum tenon_kind kind, const struct column *c, int64_t is, const char *unit)
{
	if (c->has_least && c->has_most)
		return decoder_fail(d, kind, c, decoder_raw(d), "%" PRId64 "%s; it must be %" PRId64 " to %" PRId64, is, unit, c->least, c->most);
	return decoder_fail(d, kind, c, decoder_raw(d), "%" PRId64 "%s; it must be at %s %" PRId64, is, unit, c->has_least ? "least" : "most",
	                    c->has_least ? c->least : c->most);
}

static int check_count(struct decoder *d, enum tenon_kind kind, const struct column *c, int64_t is, const char *unit)
{
	bool good = (!c->has_least || is >= c->least) && (!c->has_most || is <= c->most);
	return good ? TENON_OK : out_of_range(d, kind, c, is, unit);
}

static int check_double(struct decoder *d, const struct column *c, double x)
{
	if ((!c->has_least || x >= c->f_least) && (!c->has_most || x <= c->f_most)) /* NaN is in no range */
		return TENON_OK;
	return decoder_fail(d, TENON_K_RANGE, c, decoder_raw(d), "%g; it must be %s", x, c->field->range);
}

static int check_pattern(struct decoder *d, const struct column *c, const char *s)
{
	const struct tenon_pattern *p = c->field->pattern;

	if (p == NULL || p->accepts == NULL || p->accepts(s)) /* a described pattern: where the plugin runs, it is looked at */
		return TENON_OK;
	if (c->field->flags & TENON_SECRET)
		return decoder_fail(d, TENON_K_PATTERN, c, (struct tenon_json){ NULL, 0 }, "it is not allowed: it must match %s (%s)", p->regex, p->name);
	return decoder_fail(d, TENON_K_PATTERN, c, (struct tenon_json){ s, strlen(s) }, "\"%.100s\" is not allowed: it must match %s (%s)", s, p->regex, p->name);
}

static int check_text(struct decoder *d, const struct column *c, const char *s)
{
	int rc = check_pattern(d, c, s);

	if (rc == TENON_OK && (c->has_least || c->has_most))
		rc = check_count(d, TENON_K_LENGTH, c, (int64_t)utf8_length(s), " characters");
	return rc;
}

static int check_items(struct decoder *d, const struct column *c, const struct shape_array *a)
{
	struct place here = { .up = d->place };
	int rc = check_count(d, TENON_K_ITEMS, c, (int64_t)a->n, c->field->card == TENON_MAP ? " entries" : " items");
	bool messages = c->sub != NULL && c->sub->checks, texts = c->field->pattern != NULL && c->field->card == TENON_ARRAY;

	d->place = &here;
	for (; (messages || texts) && here.index < a->n && rc == TENON_OK; here.index++) {
		const void *item = (char *)a->v + here.index * c->size;
		rc = messages ? decoder_check(d, c->sub, item) : check_pattern(d, c, *(const char *const *)item);
	}
	d->place = here.up;
	return rc;
}

static int check_row(struct decoder *d, const struct column *c, const void *at)
{
	if (c->field->card != TENON_ONE)
		return check_items(d, c, at);
	switch ((enum tenon_type)c->field->type) {
	case TENON_I64: return check_count(d, TENON_K_RANGE, c, *(const int64_t *)at, "");
	case TENON_F64: return check_double(d, c, *(const double *)at);
	case TENON_STR: return check_text(d, c, *(const char *const *)at);
	case TENON_BYTES: return check_count(d, TENON_K_LENGTH, c, (int64_t)((const struct tenon_bytes *)at)->n, " bytes");
	case TENON_MSG: return decoder_check(d, c->sub, at);
	default: return TENON_OK;
	}
}

int decoder_check(struct decoder *d, const struct shape *s, const void *message)
{
	struct place here = { .up = d->place };
	int rc = TENON_OK;

	if (!s->checks)
		return TENON_OK;
	d->place = &here;
	for (uint32_t i = 0; i < s->table->n && rc == TENON_OK; i++) {
		const struct column *c = &s->columns[i];
		here.column = c;
		if (shape_has(message, i) && (c->field->range != NULL || c->field->pattern != NULL || c->sub != NULL))
			rc = check_row(d, c, shape_at(c, message));
	}
	d->place = here.up;
	return rc;
}
