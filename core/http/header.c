/* SPDX-License-Identifier: Apache-2.0 */
/* header - small scanners, one a grammar. */
#include "header.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

static const char *skip_space(const char *p)
{
	while (*p == ' ' || *p == '\t')
		p++;
	return p;
}

/* ---- lists ---- */

/* the next item of a list: its first byte and its length without blanks; NULL at the end */
static const char *next_item(const char **list, size_t *n)
{
	const char *p = *list;

	while (*p == ' ' || *p == '\t' || *p == ',')
		p++;
	if (*p == '\0')
		return NULL;
	size_t len = strcspn(p, ",");
	*list = p + len;
	while (len > 0 && (p[len - 1] == ' ' || p[len - 1] == '\t'))
		len--;
	*n = len;
	return p;
}

static bool is_word(const char *p, size_t n, const char *word)
{
	return n == strlen(word) && strncasecmp(p, word, n) == 0;
}

bool header_has_token(const char *list, const char *token)
{
	const char *item;
	size_t n;

	while ((item = next_item(&list, &n)) != NULL)
		if (is_word(item, n, token))
			return true;
	return false;
}

/* "gzip;q=0.5": the length of the name before `;`, and whether its q says no */
static size_t coding_name(const char *item, size_t n, bool *refused)
{
	const char *end = item + n, *semicolon = memchr(item, ';', n);

	*refused = false;
	if (semicolon == NULL)
		return n;
	size_t name = (size_t)(semicolon - item);
	const char *q = semicolon + 1;
	while (q < end && (*q == ' ' || *q == '\t'))
		q++;
	if (end - q >= 3 && (*q | 0x20) == 'q' && q[1] == '=') {
		*refused = q[2] == '0';
		for (q += 3; q < end && *refused; q++)
			*refused = *q == '0' || *q == '.' || *q == ' ' || *q == '\t';
	}
	while (name > 0 && (item[name - 1] == ' ' || item[name - 1] == '\t'))
		name--;
	return name;
}

bool header_accepts(const char *list, const char *coding)
{
	const char *item;
	bool any = false, refused;
	size_t n;

	while ((item = next_item(&list, &n)) != NULL) {
		size_t name = coding_name(item, n, &refused);
		if (is_word(item, name, coding))
			return !refused;
		if (is_word(item, name, "*"))
			any = !refused;
	}
	return any;
}

/* ---- entity tags ---- */

/* An opaque tag ("..." or W/"...") at p: its text and length; returns what follows, NULL when there is none. */
static const char *opaque_tag(const char *p, bool *weak, const char **text, size_t *n)
{
	*weak = p[0] == 'W' && p[1] == '/';
	p += *weak ? 2 : 0;
	if (*p++ != '"')
		return NULL;
	const char *end = strchr(p, '"');
	if (end == NULL)
		return NULL;
	*text = p;
	*n = (size_t)(end - p);
	return end + 1;
}

bool header_lists_etag(const char *list, const char *etag)
{
	const char *text;
	size_t n;
	bool weak;

	list = skip_space(list);
	if (*list == '*')
		return *skip_space(list + 1) == '\0';
	while (list != NULL) {
		while (*list == ',' || *list == ' ' || *list == '\t')
			list++;
		if (*list == '\0')
			return false;
		list = opaque_tag(list, &weak, &text, &n);
		if (list != NULL && n == strlen(etag) && memcmp(text, etag, n) == 0)
			return true;
	}
	return false;
}

bool header_is_etag(const char *value, const char *etag)
{
	const char *text;
	size_t n;
	bool weak;
	const char *rest = opaque_tag(skip_space(value), &weak, &text, &n);

	return rest != NULL && !weak && *skip_space(rest) == '\0' && n == strlen(etag) && memcmp(text, etag, n) == 0;
}

/* ---- dates ---- */

static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };

static int month_number(const char *name)
{
	for (int i = 0; i < 12; i++)
		if (strcmp(name, months[i]) == 0)
			return i;
	return -1;
}

int64_t header_date(const char *s)
{
	static const char *const forms[] = {
		"%*3s, %2d %3s %4d %2d:%2d:%2d GMT", "%*[A-Za-z], %2d-%3s-%2d %2d:%2d:%2d GMT", "%*3s %3s %2d %2d:%2d:%2d %4d" };
	struct tm t = { 0 };
	char month[4] = "";
	int year = 0;

	for (int form = 0; form < 3; form++) {
		int got = form == 2 ? sscanf(s, forms[form], month, &t.tm_mday, &t.tm_hour, &t.tm_min, &t.tm_sec, &year)
		                    : sscanf(s, forms[form], &t.tm_mday, month, &year, &t.tm_hour, &t.tm_min, &t.tm_sec);
		if (got != 6)
			continue;
		if (form == 1)
			year += year < 70 ? 2000 : 1900;
		t.tm_mon = month_number(month);
		t.tm_year = year - 1900;
		bool sound = t.tm_mon >= 0 && year >= 1970 && year <= 9999 && t.tm_mday >= 1 && t.tm_mday <= 31 && t.tm_hour >= 0 &&
		             t.tm_hour < 24 && t.tm_min >= 0 && t.tm_min < 60 && t.tm_sec >= 0 && t.tm_sec <= 60;
		return sound ? (int64_t)timegm(&t) : -1;
	}
	return -1;
}

void header_print_date(int64_t unix_seconds, char out[HEADER_DATE])
{
	time_t when = (time_t)unix_seconds;
	struct tm t;

	if (unix_seconds < 0 || unix_seconds > 253402300799 || gmtime_r(&when, &t) == NULL) {
		out[0] = '\0';
		return;
	}
	/* the % tell the compiler the widths that the check above gives */
	snprintf(out, HEADER_DATE, "%s, %02u %s %04u %02u:%02u:%02u GMT", days[t.tm_wday], (unsigned)t.tm_mday % 100u, months[t.tm_mon],
	         (unsigned)(t.tm_year + 1900) % 10000u, (unsigned)t.tm_hour % 100u, (unsigned)t.tm_min % 100u, (unsigned)t.tm_sec % 100u);
}

/* ---- ranges ---- */

/* digits at *p as a number; -1 when there are none or too many */
static int64_t number(const char **p)
{
	int64_t n = 0;
	int digits = 0;

	for (; **p >= '0' && **p <= '9'; (*p)++, digits++) {
		if (digits == 18)
			return -1;
		n = n * 10 + (**p - '0');
	}
	return digits == 0 ? -1 : n;
}

enum range_kind header_range(const char *s, int64_t size, int64_t *offset, int64_t *length)
{
	s = skip_space(s);
	if (strncasecmp(s, "bytes", 5) != 0)
		return RANGE_NONE;
	s = skip_space(s + 5);
	if (*s++ != '=')
		return RANGE_NONE;
	s = skip_space(s);
	int64_t first = number(&s), last;
	if (*s++ != '-')
		return RANGE_NONE;
	last = number(&s);
	if (*skip_space(s) != '\0' || (first < 0 && last < 0) || (first >= 0 && last >= 0 && last < first))
		return RANGE_NONE;
	if (first < 0) { /* the last `last` bytes */
		first = last < size ? size - last : 0;
		last = last == 0 ? -1 : size - 1;
	} else if (last < 0 || last >= size) {
		last = size - 1;
	}
	if (first >= size || last < first)
		return RANGE_BAD;
	*offset = first;
	*length = last - first + 1;
	return RANGE_PART;
}

/* ---- traces ---- */

static bool is_hex(const char *s, size_t n) /* lower case, not all zeros */
{
	bool zeros = true;

	for (size_t i = 0; i < n; i++) {
		if (!((s[i] >= '0' && s[i] <= '9') || (s[i] >= 'a' && s[i] <= 'f')))
			return false;
		zeros &= s[i] == '0';
	}
	return !zeros;
}

bool header_traceparent(const char *s, char *trace, char *flags)
{
	enum { VERSION = 0, TRACE = 3, SPAN = 36, FLAGS = 53, END = 55 };
	size_t n = strnlen(s, END + 1);

	if (n < END || s[TRACE - 1] != '-' || s[SPAN - 1] != '-' || s[FLAGS - 1] != '-')
		return false;
	if (memcmp(s, "ff", 2) == 0 || (s[0] != '0' && !is_hex(s, 1)) || (s[1] != '0' && !is_hex(s + 1, 1)))
		return false;
	/* version 00 ends here; later ones may go on behind a dash */
	if (n > END && (memcmp(s, "00", 2) == 0 || s[END] != '-'))
		return false;
	if (!is_hex(s + TRACE, 32) || !is_hex(s + SPAN, 16))
		return false;
	for (int i = FLAGS; i < END; i++)
		if (s[i] != '0' && !is_hex(s + i, 1))
			return false;
	memcpy(trace, s + TRACE, 32);
	trace[32] = '\0';
	memcpy(flags, s + FLAGS, 2);
	flags[2] = '\0';
	return true;
}
