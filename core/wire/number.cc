/* SPDX-License-Identifier: Apache-2.0 */
/* number - C++17's charconv behind C linkage: exact both ways, and several times quicker than strtod and printf. */
#include "number.h"

#include <charconv>
#include <cmath>
#include <cstring>

size_t number_print_i64(char out[24], int64_t x) { return static_cast<size_t>(std::to_chars(out, out + 24, x).ptr - out); }

/* repr writes an exponent from 1e16 up and below 1e-4; without one, a point is always there */
size_t number_print_double(char out[32], double x)
{
	double size = std::fabs(x);
	bool exponent = size >= 1e16 || (size < 1e-4 && size != 0);
	char *end = std::to_chars(out, out + 30, x, exponent ? std::chars_format::scientific : std::chars_format::fixed).ptr;
	size_t n = static_cast<size_t>(end - out);

	if (!exponent && std::memchr(out, '.', n) == nullptr) {
		out[n++] = '.';
		out[n++] = '0';
	}
	return n;
}

bool number_parse_i64(const char *s, size_t n, int64_t *x)
{
	int64_t value;
	auto r = std::from_chars(s, s + n, value);

	if (r.ec != std::errc() || r.ptr != s + n)
		return false;
	*x = value;
	return true;
}

/* Is a number that charconv calls out of range beyond the largest double, rather than below the smallest? Where its first
 * digit that counts stands, moved by the exponent, says so: out of range is hundreds of places off. */
static bool is_huge(const char *s, const char *end)
{
	const char *e = s, *point = nullptr, *first = nullptr;

	for (; e < end && *e != 'e' && *e != 'E'; e++) {
		if (*e == '.')
			point = e;
		else if (*e != '0' && *e != '-' && first == nullptr)
			first = e;
	}
	long long place = (point != nullptr ? point : e) - (first != nullptr ? first : e), exponent = 0;
	bool down = e + 1 < end && e[1] == '-';
	for (const char *p = e + 1; p < end; p++)
		if (*p >= '0' && *p <= '9' && exponent < 1000000000000)
			exponent = exponent * 10 + (*p - '0');
	return place + (down ? -exponent : exponent) > 0;
}

bool number_parse_double(const char *s, size_t n, double *x)
{
	double value = 0;
	size_t sign = n > 0 && s[0] == '-';

	if (sign == n || !((s[sign] >= '0' && s[sign] <= '9') || s[sign] == '.')) /* charconv also reads "inf" and "nan" */
		return false;
	auto r = std::from_chars(s, s + n, value);
	if (r.ptr != s + n || r.ec == std::errc::invalid_argument)
		return false;
	if (r.ec == std::errc::result_out_of_range)
		value = std::copysign(is_huge(s, s + n) ? HUGE_VAL : 0.0, sign ? -1.0 : 1.0);
	*x = value;
	return true;
}
