/* SPDX-License-Identifier: Apache-2.0 */
/* convert - the plain spelling is tried first; what only Python reads is brought to it. */
#include "convert.h"
#include "number.h"

#include <math.h>
#include <string.h>
#include <strings.h>
#include <tenon/row.h>

static bool is_word(const char *s, size_t n, const char *word) { return strlen(word) == n && memcmp(s, word, n) == 0; }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

static void trim(const char **s, size_t *n)
{
	for (; *n > 0 && is_blank(**s); ++*s)
		--*n;
	while (*n > 0 && is_blank((*s)[*n - 1]))
		--*n;
}

/* What Python's int() and float() read beyond plain numbers: a plus, and single underscores between digits. 0: not that. */
static size_t simplify(const char *s, size_t n, char *out, size_t room)
{
	size_t length = 0;

	trim(&s, &n);
	if (n > 1 && s[0] == '+' && s[1] != '-') {
		s++;
		n--;
	}
	for (size_t i = 0; i < n && length < room; i++) {
		if (s[i] != '_')
			out[length++] = s[i];
		else if (i == 0 || i + 1 == n || !is_digit(s[i - 1]) || !is_digit(s[i + 1]))
			return 0;
	}
	return length < room ? length : 0;
}

bool convert_whole(double f, bool cut, int64_t *x)
{
	if (!(f >= -9223372036854775808.0 && f < 9223372036854775808.0)) /* NaN neither */
		return false;
	int64_t whole = (int64_t)f;
	if (!cut && (double)whole != f)
		return false;
	*x = whole;
	return true;
}

/* what int() reads, once simplified */
static bool is_integer(const char *s, size_t n)
{
	size_t sign = n > 0 && s[0] == '-';

	for (size_t i = sign; i < n; i++)
		if (!is_digit(s[i]))
			return false;
	return n > sign;
}

bool convert_i64(const char *s, size_t n, bool loose, int64_t *x)
{
	char plain[512];
	double f;

	if (number_parse_i64(s, n, x))
		return true;
	if (!loose || memchr(s, ' ', n) != NULL || (n = simplify(s, n, plain, sizeof plain)) == 0)
		return false;
	if (is_integer(plain, n))
		return number_parse_i64(plain, n, x);
	return number_parse_double(plain, n, &f) && convert_whole(f, false, x);
}

static bool nonfinite(const char *s, size_t n, bool loose, double *x)
{
	bool minus = n > 0 && s[0] == '-';

	if (!loose) {
		*x = is_word(s, n, "NaN") ? NAN : minus ? -INFINITY : INFINITY;
		return is_word(s, n, "NaN") || is_word(s, n, "Infinity") || is_word(s, n, "-Infinity");
	}
	if (is_word(s, n, "nan")) /* protobuf refuses just this spelling */
		return false;
	trim(&s, &n);
	if (n > 0 && (*s == '-' || *s == '+')) {
		minus = *s == '-';
		s++;
		n--;
	}
	if (n == 3 && strncasecmp(s, "nan", 3) == 0) {
		*x = NAN;
		return true;
	}
	*x = minus ? -INFINITY : INFINITY;
	return (n == 3 && strncasecmp(s, "inf", 3) == 0) || (n == 8 && strncasecmp(s, "infinity", 8) == 0);
}

bool convert_f64(const char *s, size_t n, bool loose, double *x)
{
	char plain[512];

	if (number_parse_double(s, n, x))
		return loose || isfinite(*x);
	if (nonfinite(s, n, loose, x))
		return true;
	return loose && (n = simplify(s, n, plain, sizeof plain)) > 0 && number_parse_double(plain, n, x);
}

bool convert_enum(const struct tenon_field *f, const char *name, size_t n, int64_t *x)
{
	for (const struct tenon_name *k = f->names; k->name != NULL; k++)
		if (is_word(name, n, k->name)) {
			*x = k->value;
			return true;
		}
	return false;
}

bool convert_enum_number(const struct tenon_field *f, const char *s, size_t n, int64_t *x)
{
	char plain[512];
	int64_t value;

	n = simplify(s, n, plain, sizeof plain);
	if (!is_integer(plain, n) || !number_parse_i64(plain, n, &value) || !convert_enum_value(f, value))
		return false;
	*x = value;
	return true;
}

bool convert_enum_value(const struct tenon_field *f, int64_t value)
{
	for (const struct tenon_name *k = f->names; k->name != NULL; k++)
		if (k->value == value)
			return true;
	return false;
}

bool convert_bool(const char *s, size_t n, bool *x)
{
	*x = n == 4;
	return (n == 4 && strncasecmp(s, "true", 4) == 0) || (n == 5 && strncasecmp(s, "false", 5) == 0);
}

static int digit64(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (is_digit(c))
		return c - '0' + 52;
	return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

bool convert_base64(const char *s, size_t n, unsigned char *out, size_t *length)
{
	unsigned bits = 0, have = 0;
	unsigned char *at = out;

	for (int pads = 0; n > 0 && s[n - 1] == '=' && pads < 2; pads++)
		n--;
	if (n % 4 == 1)
		return false;
	for (size_t i = 0; i < n; i++) {
		int digit = digit64(s[i]);
		if (digit < 0)
			return false;
		bits = bits << 6 | (unsigned)digit;
		have += 6;
		if (have >= 8) {
			have -= 8;
			*at++ = (unsigned char)(bits >> have);
		}
	}
	*length = (size_t)(at - out);
	return true;
}
