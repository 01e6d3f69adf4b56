/* SPDX-License-Identifier: Apache-2.0 */
/* unit - one table for each label; the first name of a factor is the one that is printed. */
#include "unit.h"
#include "base/buf.h"
#include "wire/number.h"

#include <string.h>

struct unit { const char *name; int64_t factor; bool printed; };

/* from the largest to the smallest */
static const struct unit bytes[] = {
	{ "TiB", (int64_t)1 << 40, true }, { "TB", 1000000000000 }, { "T", 1000000000000 }, { "GiB", 1 << 30, true }, { "GB", 1000000000 },
	{ "G", 1000000000 }, { "MiB", 1 << 20, true }, { "MB", 1000000 }, { "M", 1000000 }, { "KiB", 1 << 10, true }, { "kB", 1000 },
	{ "k", 1000 }, { "B", 1 }, { 0 },
};
static const struct unit milliseconds[] = {
	{ "d", 86400000, true }, { "h", 3600000, true }, { "m", 60000, true }, { "min", 60000 }, { "s", 1000, true }, { "ms", 1, true }, { 0 },
};
static const struct unit seconds[] = { { "d", 86400, true }, { "h", 3600, true }, { "m", 60, true }, { "min", 60 }, { "s", 1, true }, { 0 } };

static const struct kind { const char *label; const struct unit *units; const char *name, *expected; } kinds[] = {
	{ "bytes", bytes, "size", "a size (a whole number of bytes, or with KiB, MiB, GiB)" },
	{ "bytes/s", bytes, "size per second", "a size per second (a whole number of bytes, or with KiB, MiB, GiB)" },
	{ "ms", milliseconds, "time in ms", "a time (a whole number of milliseconds, or with ms, s, m, h, d)" },
	{ "s", seconds, "time in s", "a time (a whole number of seconds, or with s, m, h, d)" },
	{ "", NULL, "whole number", "a whole number" },
};

static const struct kind *kind_of(const char *label)
{
	const struct kind *k = kinds;

	while (k->units != NULL && (label == NULL || strcmp(k->label, label) != 0))
		k++;
	return k;
}

const char *unit_name(const char *label) { return kind_of(label)->name; }
const char *unit_expected(const char *label) { return kind_of(label)->expected; }

enum unit_fault unit_parse(const char *label, const char *text, int64_t *x)
{
	size_t sign = *text == '-', n = sign + strspn(text + sign, "0123456789");
	const char *name = text + n + strspn(text + n, " ");
	const struct unit *u = kind_of(label)->units;

	while (*name != '\0' && u != NULL && u->name != NULL && strcmp(u->name, name) != 0)
		u++;
	if (n == sign || (*name != '\0' && (u == NULL || u->name == NULL)))
		return UNIT_WRONG;
	if (!number_parse_i64(text, n, x) || (*name != '\0' && __builtin_mul_overflow(*x, u->factor, x)))
		return UNIT_TOO_LARGE;
	return UNIT_GOOD;
}

void unit_print(struct buf *b, const char *label, int64_t x)
{
	const struct unit *u = kind_of(label)->units;
	char number[24];

	while (u != NULL && u->name != NULL && !(u->printed && x != 0 && x % u->factor == 0))
		u++;
	bool unit = u != NULL && u->name != NULL;
	buf_add(b, number, number_print_i64(number, unit ? x / u->factor : x));
	if (unit)
		buf_adds(b, u->name);
}

void unit_print_range(struct buf *b, const char *label, const int64_t *least, const int64_t *most)
{
	buf_adds(b, least != NULL && most != NULL ? "" : least != NULL ? "at least " : "at most ");
	if (least != NULL)
		unit_print(b, label, *least);
	buf_adds(b, least != NULL && most != NULL ? " to " : "");
	if (most != NULL)
		unit_print(b, label, *most);
}
