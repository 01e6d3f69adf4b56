/* SPDX-License-Identifier: Apache-2.0 */
/* value - one entry into one value of a row's type, and whether it is within the row's range and pattern.
 *
 * Errors show what stood there, except for SECRET rows and what a file held. */
#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"
#include "entry.h"
#include "freeform.h"
#include "unit.h"
#include "wire/decode.h"
#include "wire/number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* what is being read */
struct input {
	struct conf *conf;
	const struct column *column;
	struct entry *entry;
	const char *text;
	struct err *err;
};

static int wrong(const struct input *in, const char *expected, const char *near)
{
	bool hidden = in->column->field->flags & TENON_SECRET || in->entry->in_file;
	struct excerpt x = excerpt_of(hidden ? "***" : in->text);

	return entry_fail(in->entry, in->err, "\"%s\" is not %s%s%s%s", x.text, expected, near != NULL ? "; did you mean \"" : "",
	                  near != NULL ? near : "", near != NULL ? "\"?" : "");
}

/* ---- by type ---- */

static int read_bool(const struct input *in, bool *x)
{
	static const char *const words[] = { "true", "yes", "on", "false", "no", "off" };

	for (size_t i = 0; i < 6; i++)
		if (strcasecmp(in->text, words[i]) == 0) {
			*x = i < 3;
			return TENON_OK;
		}
	return wrong(in, "true or false", text_nearest(in->text, words, 6));
}

static int read_i64(const struct input *in, int64_t *x)
{
	const char *label = in->column->field->label;

	switch (unit_parse(label, in->text, x)) {
	case UNIT_GOOD:
		return TENON_OK;
	case UNIT_TOO_LARGE:
		return wrong(in, "a number that fits into 64 bits", NULL);
	case UNIT_WRONG:
		break;
	}
	return wrong(in, unit_expected(label), NULL);
}

static int read_f64(const struct input *in, double *x)
{
	if (!number_parse_double(in->text, strlen(in->text), x) || !isfinite(*x))
		return wrong(in, "a number", NULL);
	return TENON_OK;
}

static int read_enum(const struct input *in, int64_t *x)
{
	const char *names[64];
	char expected[160] = "one of";
	size_t count = 0, at = strlen(expected);

	for (const struct tenon_name *k = in->column->field->names; k->name != NULL && count < 64; k++) {
		if (strcmp(k->name, in->text) == 0) {
			*x = k->value;
			return TENON_OK;
		}
		names[count++] = k->name;
		if (at < sizeof expected)
			at += (size_t)snprintf(expected + at, sizeof expected - at, "%s %s", count > 1 ? "," : "", k->name);
	}
	return wrong(in, expected, text_nearest(in->text, names, count));
}

static int read_bytes(const struct input *in, void *at)
{
	return decode_plain(in->column, in->text, &in->conf->arena, at) ? TENON_OK : wrong(in, "base64 text", NULL);
}

static int read_json(const struct input *in, struct tenon_json *out)
{
	struct buf b = { 0 };
	int rc = freeform_add(in->conf, in->entry, &b, false, in->err);

	*out = (struct tenon_json){ rc < 0 || b.failed ? NULL : arena_text(&in->conf->arena, b.p, b.n), b.n };
	buf_free(&b);
	return rc == TENON_OK && out->p == NULL ? conf_no_memory(in->err) : rc;
}

static int read_text(const struct input *in, void *at)
{
	switch ((enum tenon_type)in->column->field->type) {
	case TENON_BOOL: return read_bool(in, at);
	case TENON_I64: return read_i64(in, at);
	case TENON_F64: return read_f64(in, at);
	case TENON_ENUM: return read_enum(in, at);
	case TENON_BYTES: return read_bytes(in, at);
	case TENON_STR: *(const char **)at = in->text; return TENON_OK;
	default: return TENON_INTERNAL; /* JSON and MSG do not come here */
	}
}

/* ---- limits ---- */

static int out_of_range(const struct entry *e, const struct column *c, const char *is, const char *unit, struct err *err)
{
	struct buf b = { 0 };

	unit_print_range(&b, *unit == '\0' ? c->field->label : NULL, c->has_least ? &c->least : NULL, c->has_most ? &c->most : NULL);
	buf_addc(&b, '\0');
	int rc = b.failed ? conf_no_memory(err) : entry_fail(e, err, "%s%s; %s must be %s", is, unit, *unit != '\0' ? "there" : "it", b.p);
	buf_free(&b);
	return rc;
}

int value_check_count(const struct column *c, const struct entry *e, size_t n, struct err *err)
{
	char is[24];

	if ((!c->has_least || (int64_t)n >= c->least) && (!c->has_most || (int64_t)n <= c->most))
		return TENON_OK;
	snprintf(is, sizeof is, "%zu", n);
	return out_of_range(e, c, is, " items", err);
}

static int check_text(const struct input *in, const char *s)
{
	const struct column *c = in->column;
	const struct tenon_pattern *p = c->field->pattern;
	int64_t n = (int64_t)utf8_length(s);
	char is[24];

	if (c->field->card == TENON_ONE && ((c->has_least && n < c->least) || (c->has_most && n > c->most))) {
		snprintf(is, sizeof is, "%lld", (long long)n);
		return out_of_range(in->entry, c, is, " characters", in->err);
	}
	if (p == NULL || p->accepts == NULL || p->accepts(s))
		return TENON_OK;
	char expected[160];
	snprintf(expected, sizeof expected, "%s (%s)", p->name, p->regex);
	return wrong(in, expected, NULL);
}

static int check_number(const struct input *in, const void *at)
{
	const struct column *c = in->column;
	const struct excerpt is = excerpt_of(c->field->flags & TENON_SECRET || in->entry->in_file ? "***" : in->text);
	bool low, high;

	if (c->field->type == TENON_I64) {
		low = c->has_least && *(const int64_t *)at < c->least;
		high = c->has_most && *(const int64_t *)at > c->most;
	} else {
		low = c->has_least && *(const double *)at < (double)c->least;
		high = c->has_most && *(const double *)at > (double)c->most;
	}
	return low || high ? out_of_range(in->entry, c, is.text, "", in->err) : TENON_OK;
}

static int check(const struct input *in, const void *at)
{
	const struct tenon_field *f = in->column->field;

	if (f->type == TENON_STR)
		return check_text(in, *(const char *const *)at);
	/* of a list, the range counts the items */
	return f->card == TENON_ONE && (f->type == TENON_I64 || f->type == TENON_F64) ? check_number(in, at) : TENON_OK;
}

int value_read(struct conf *c, const struct column *column, struct entry *e, void *at, struct err *err)
{
	struct input in = { c, column, e, "", err };
	int rc;

	if (column->field->type == TENON_JSON) {
		rc = yaml_expand(c, e, err);
		entry_mark(e);
		return rc == TENON_OK ? read_json(&in, at) : rc;
	}
	if (e->kind != ENTRY_TEXT)
		return entry_fail(e, err, "%s where a single value belongs", entry_kind_name(e));
	rc = source_text(c, e, &in.text, err);
	if (rc == TENON_OK)
		rc = read_text(&in, at);
	return rc == TENON_OK ? check(&in, at) : rc;
}
