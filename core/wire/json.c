/* SPDX-License-Identifier: Apache-2.0 */
/* json - one pass and no recursion: open brackets are a bit each. Strings are looked through eight bytes at a time. */
#include "json.h"
#include "base/arena.h"
#include "base/text.h"

#include <endian.h>
#include <string.h>

#define ONES 0x0101010101010101u
#define TOPS 0x8080808080808080u

struct json json_over(const char *p, size_t n)
{
	return (struct json){ .begin = p, .p = p, .end = n > 0 ? p + n : p, .most_depth = JSON_DEPTH }; /* NULL is a text of no bytes, too */
}

static bool fail(struct json *j, enum tenon_kind fault, const char *at, const char *what)
{
	if (j->fault == TENON_K_NONE) {
		j->fault = fault;
		j->at = at;
		j->what = what;
	}
	j->p = j->end;
	return false;
}

/* moves to what comes next; false at the end of the text */
static inline bool space(struct json *j)
{
	while (j->p < j->end && (unsigned char)*j->p <= ' ') {
		if (*j->p != ' ' && *j->p != '\n' && *j->p != '\r' && *j->p != '\t')
			break;
		j->p++;
	}
	return j->p < j->end;
}

/* ---- strings ---- */

static int hex4(const char *p)
{
	int x = 0;

	for (int i = 0; i < 4; i++) {
		char c = p[i], low = (char)(c | 32);
		int digit = c >= '0' && c <= '9' ? c - '0' : low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
		if (digit < 0)
			return -1;
		x = x << 4 | digit;
	}
	return x;
}

static bool is_high(int x) { return x >= 0xD800 && x < 0xDC00; }
static bool is_low(int x) { return x >= 0xDC00 && x < 0xE000; }

/* p at the `u` of a checked escape: the low half that follows a high one, or -1 */
static int low_half(const char *p, const char *end)
{
	return end - p >= 11 && p[5] == '\\' && p[6] == 'u' ? hex4(p + 7) : -1;
}

static bool skip_escape(struct json *j) /* at the backslash */
{
	const char *p = j->p + 1;

	if (p >= j->end)
		return fail(j, TENON_K_SYNTAX, j->p, "a string that does not end");
	if (*p != 'u') {
		if (*p == '\0' || strchr("\"\\/bfnrt", *p) == NULL)
			return fail(j, TENON_K_SYNTAX, j->p, "an escape that JSON does not have");
		j->p = p + 1;
		return true;
	}
	int x = j->end - p < 5 ? -1 : hex4(p + 1);
	if (x < 0)
		return fail(j, TENON_K_SYNTAX, j->p, "expected four hexadecimal digits after \\u");
	bool pair = is_high(x) && is_low(low_half(p, j->end));
	if ((is_high(x) || is_low(x)) && !pair && !j->loose)
		return fail(j, TENON_K_UTF8, j->p, "half of a surrogate pair");
	j->p = p + (pair ? 11 : 5);
	return true;
}

/* Moves over characters that stand for themselves; `high` gathers the top bits of what was passed. Bytes that a test flags
 * are exact up to the first one flagged, which is all that is asked of them. */
static inline void skip_plain(struct json *j, uint64_t *high)
{
	const char *p = j->p;

	for (uint64_t w; j->end - p >= 8; p += 8) {
		memcpy(&w, p, 8);
		w = le64toh(w);
		uint64_t quote = w ^ ONES * '"', slash = w ^ ONES * '\\';
		uint64_t stop = (((w - ONES * 0x20) & ~w) | ((quote - ONES) & ~quote) | ((slash - ONES) & ~slash)) & TOPS;
		if (stop != 0) {
			int bytes = __builtin_ctzll(stop) / 8;
			*high |= bytes > 0 ? w << (64 - 8 * bytes) & TOPS : 0;
			j->p = p + bytes;
			return;
		}
		*high |= w & TOPS;
	}
	while (p < j->end && (unsigned char)*p >= 0x20 && *p != '"' && *p != '\\')
		*high |= (uint64_t)(unsigned char)*p++ & 0x80;
	j->p = p;
}

static bool skip_string(struct json *j) /* at the opening quote */
{
	const char *begin = ++j->p;
	uint64_t high = 0;

	for (j->plain = true;; j->plain = false) {
		skip_plain(j, &high);
		if (j->p >= j->end)
			return fail(j, TENON_K_SYNTAX, begin - 1, "a string that does not end");
		if (*j->p == '"')
			break;
		if (*j->p != '\\')
			return fail(j, TENON_K_SYNTAX, j->p, "a control character within a string");
		if (!skip_escape(j))
			return false;
	}
	size_t n = (size_t)(j->p - begin), good = high != 0 ? utf8_check(begin, n) : n;
	if (good != n)
		return fail(j, TENON_K_UTF8, begin + good, "bytes that are not UTF-8");
	j->p++;
	return true;
}

/* ---- numbers and words ---- */

static const char *digits(const char *p, const char *end)
{
	while (p < end && *p >= '0' && *p <= '9')
		p++;
	return p;
}

static bool skip_number(struct json *j)
{
	const char *p = j->p + (*j->p == '-'), *from = p;

	p = p < j->end && *p == '0' ? p + 1 : digits(p, j->end);
	bool good = p > from;
	if (good && p < j->end && *p == '.') {
		from = p + 1;
		p = digits(from, j->end);
		good = p > from;
	}
	if (good && p < j->end && (*p == 'e' || *p == 'E')) {
		from = p + 1;
		if (from < j->end && (*from == '+' || *from == '-'))
			from++;
		p = digits(from, j->end);
		good = p > from;
	}
	if (!good)
		return fail(j, TENON_K_SYNTAX, p < j->end ? p : j->end, "expected a digit");
	j->p = p;
	return true;
}

static bool skip_word(struct json *j)
{
	static const struct { const char *word; size_t n; bool loose; } words[] = {
		{ "true", 4, false }, { "false", 5, false }, { "null", 4, false },
		{ "NaN", 3, true }, { "Infinity", 8, true }, { "-Infinity", 9, true },
	};
	size_t left = (size_t)(j->end - j->p);

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (left >= words[i].n && memcmp(j->p, words[i].word, words[i].n) == 0 && (j->loose || !words[i].loose)) {
			j->p += words[i].n;
			return true;
		}
	return fail(j, TENON_K_SYNTAX, j->p, "expected a value");
}

/* ---- values ---- */

enum json_type json_type_of(struct tenon_json v)
{
	switch (v.p == NULL || v.n == 0 ? '\0' : *v.p) {
	case 'n': return JSON_NULL;
	case 't': return JSON_TRUE;
	case 'f': return JSON_FALSE;
	case '"': return JSON_STRING;
	case '[': return JSON_ARRAY;
	case '{': return JSON_OBJECT;
	case '-': case 'N': case 'I':
	case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': case '8': case '9': return JSON_NUMBER;
	default: return JSON_NONE;
	}
}

enum json_type json_peek(struct json *j)
{
	return space(j) ? json_type_of((struct tenon_json){ j->p, 1 }) : JSON_NONE;
}

static bool skip_scalar(struct json *j)
{
	switch (json_peek(j)) {
	case JSON_STRING:
		return skip_string(j);
	case JSON_NUMBER: {
		char c = *j->p == '-' && j->end - j->p > 1 ? j->p[1] : *j->p;
		return c == 'I' || c == 'N' ? skip_word(j) : skip_number(j);
	}
	default:
		return j->fault == TENON_K_NONE && j->p >= j->end ? fail(j, TENON_K_SYNTAX, j->end, "the text ends where a value is due") : skip_word(j);
	}
}

bool json_enter(struct json *j, char open)
{
	if (!space(j) || *j->p != open)
		return fail(j, TENON_K_SYNTAX, j->p, open == '{' ? "expected '{'" : "expected '['");
	if (j->depth >= j->most_depth || j->depth >= JSON_DEPTH_MOST)
		return fail(j, TENON_K_DEPTH, j->p, "more brackets within brackets than are allowed");
	j->depth++;
	j->p++;
	j->first = true;
	return true;
}

static bool next_key(struct json *j, struct tenon_json *key)
{
	if (!space(j) || *j->p != '"')
		return fail(j, TENON_K_SYNTAX, j->p, "expected a name in quotes");
	const char *from = j->p;
	if (!skip_string(j))
		return false;
	*key = (struct tenon_json){ from, (size_t)(j->p - from) };
	if (!space(j) || *j->p != ':')
		return fail(j, TENON_K_SYNTAX, j->p, "expected ':'");
	j->p++;
	return true;
}

bool json_next(struct json *j, struct tenon_json *key)
{
	if (j->fault != TENON_K_NONE)
		return false;
	if (!space(j))
		return fail(j, TENON_K_SYNTAX, j->end, "the text ends within brackets");
	if (*j->p == (key != NULL ? '}' : ']')) {
		j->p++;
		j->depth--;
		j->first = false;
		return false;
	}
	if (!j->first && *j->p++ != ',')
		return fail(j, TENON_K_SYNTAX, j->p - 1, key != NULL ? "expected ',' or '}'" : "expected ',' or ']'");
	j->first = false;
	return key == NULL || next_key(j, key);
}

/* opens brackets and closes them until the one it began with is closed */
static bool skip_brackets(struct json *j)
{
	uint64_t objects[JSON_DEPTH_MOST / 64 + 1] = { 0 }; /* bit d: the bracket at depth d is '{' */
	struct tenon_json key;
	int outside = j->depth;

	do {
		enum json_type type = json_peek(j);
		if (type == JSON_OBJECT || type == JSON_ARRAY) {
			if (!json_enter(j, *j->p))
				return false;
			uint64_t bit = (uint64_t)1 << (j->depth % 64), *word = &objects[j->depth / 64];
			*word = type == JSON_OBJECT ? *word | bit : *word & ~bit;
		} else if (!skip_scalar(j)) {
			return false;
		}
		while (j->depth > outside && !json_next(j, objects[j->depth / 64] >> (j->depth % 64) & 1 ? &key : NULL))
			if (j->fault != TENON_K_NONE)
				return false;
	} while (j->depth > outside);
	return true;
}

struct tenon_json json_skip(struct json *j)
{
	enum json_type type = json_peek(j);
	const char *from = j->p;
	bool good = j->fault == TENON_K_NONE && (type == JSON_OBJECT || type == JSON_ARRAY ? skip_brackets(j) : skip_scalar(j));

	return good ? (struct tenon_json){ from, (size_t)(j->p - from) } : (struct tenon_json){ NULL, 0 };
}

struct tenon_json json_take_string(struct json *j)
{
	if (json_peek(j) != JSON_STRING) {
		fail(j, TENON_K_SYNTAX, j->p, "expected a string");
		return (struct tenon_json){ NULL, 0 };
	}
	return json_skip(j);
}

struct tenon_json json_take_number(struct json *j)
{
	if (json_peek(j) != JSON_NUMBER) {
		fail(j, TENON_K_SYNTAX, j->p, "expected a number");
		return (struct tenon_json){ NULL, 0 };
	}
	return json_skip(j);
}

bool json_done(struct json *j)
{
	if (j->fault != TENON_K_NONE)
		return false;
	return !space(j) || fail(j, TENON_K_SYNTAX, j->p, "something follows the end of the value");
}

/* ---- what a string spells ---- */

static char *put_utf8(char *out, unsigned c)
{
	if (c < 0x80) {
		*out = (char)c;
		return out + 1;
	}
	static const unsigned char lead[] = { 0, 0xC0, 0xE0, 0xF0 };
	unsigned more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
	for (unsigned i = more; i > 0; i--, c >>= 6)
		out[i] = (char)(0x80 | (c & 0x3F));
	*out = (char)(lead[more] | c);
	return out + more + 1;
}

/* at the `u`: writes the character and moves behind it; NULL with the kind */
static char *put_unicode(char *out, const char **p, const char *end, enum tenon_kind *kind)
{
	int high = hex4(*p + 1), low = is_high(high) ? low_half(*p, end) : -1;

	if (is_high(high) && is_low(low)) {
		*p += 11;
		return put_utf8(out, 0x10000u + ((unsigned)(high - 0xD800) << 10) + (unsigned)(low - 0xDC00));
	}
	*kind = high == 0 ? TENON_K_NUL : is_high(high) || is_low(high) ? TENON_K_UTF8 : TENON_K_NONE;
	*p += 5;
	return *kind != TENON_K_NONE ? NULL : put_utf8(out, (unsigned)high);
}

ptrdiff_t json_unescape(char *out, struct tenon_json quoted, enum tenon_kind *kind)
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
	const char *p = quoted.p + 1, *end = quoted.p + quoted.n - 1;
	char *at = out;

	*kind = TENON_K_NONE;
	while (p < end) {
		const char *slash = memchr(p, '\\', (size_t)(end - p));
		size_t plain = (size_t)((slash != NULL ? slash : end) - p);
		memcpy(at, p, plain);
		at += plain;
		p += plain;
		if (slash == NULL)
			break;
		p++;
		if (*p == 'u') {
			if ((at = put_unicode(at, &p, end, kind)) == NULL)
				return -1;
			continue;
		}
		const char *letter = strchr(from, *p);
		*at++ = letter != NULL ? to[letter - from] : *p;
		p++;
	}
	*at = '\0';
	return at - out;
}

const char *json_string(struct tenon_json quoted, struct arena *a, enum tenon_kind *kind)
{
	char *out = arena_alloc(a, quoted.n);

	*kind = TENON_K_NONE;
	return out != NULL && json_unescape(out, quoted, kind) >= 0 ? out : NULL;
}

/* ---- free JSON that was checked before ---- */

bool json_is(struct tenon_json quoted, const char *text)
{
	size_t n = strlen(text), i = 0;
	const char *p = quoted.p + 1, *end = quoted.p + quoted.n - 1;
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";

	for (char piece[4]; p < end;) {
		enum tenon_kind kind;
		size_t more = 1;
		piece[0] = *p++;
		if (piece[0] == '\\' && *p == 'u') {
			char *behind = put_unicode(piece, &p, end, &kind);
			if (behind == NULL)
				return false;
			more = (size_t)(behind - piece);
		} else if (piece[0] == '\\') {
			const char *letter = strchr(from, *p);
			piece[0] = letter != NULL ? to[letter - from] : *p;
			p++;
		}
		if (n - i < more || memcmp(text + i, piece, more) != 0)
			return false;
		i += more;
	}
	return i == n;
}

static struct json walk(struct tenon_json text)
{
	struct json j = json_over(text.p, text.n);
	j.loose = true;
	j.most_depth = JSON_DEPTH_MOST;
	return j;
}

struct tenon_json json_member(struct tenon_json object, const char *name)
{
	struct json j = walk(object);
	struct tenon_json key, found = { NULL, 0 };

	if (json_type_of(object) == JSON_OBJECT && json_enter(&j, '{'))
		while (json_next(&j, &key)) {
			struct tenon_json value = json_skip(&j);
			if (json_is(key, name))
				found = value;
		}
	return found;
}

struct tenon_json json_item(struct tenon_json array, size_t index)
{
	struct json j = walk(array);

	if (json_type_of(array) == JSON_ARRAY && json_enter(&j, '['))
		for (size_t i = 0; json_next(&j, NULL); i++) {
			struct tenon_json value = json_skip(&j);
			if (i == index)
				return value;
		}
	return (struct tenon_json){ NULL, 0 };
}
