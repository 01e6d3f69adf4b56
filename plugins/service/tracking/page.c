/* SPDX-License-Identifier: Apache-2.0 */
/* page - {"q": "<digest>", "k": [1.5, 1717000000000, "text", null]}, in base64. Doubles keep a point or an exponent. */
#include "page.h"
#include "jsontext.h"
#include "pytext.h"

#include <inttypes.h>
#include <stdlib.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* ---- digest ---- */

uint64_t page_mix(uint64_t digest, const char *text)
{
	do
		digest = (digest ^ (unsigned char)*text) * UINT64_C(0x100000001b3); /* FNV-1a, the NUL included */
	while (*text++ != '\0');
	return digest;
}

uint64_t page_mix_all(uint64_t digest, const struct tenon_strs *texts)
{
	for (size_t i = 0; i < texts->n; i++)
		digest = page_mix(digest, texts->v[i]);
	return page_mix(digest, "");
}

/* ---- base64 ---- */

static const char *encode(const struct pool *p, const char *s, size_t n)
{
	char *out = pool_take(p, (n + 2) / 3 * 4 + 1), *to = out;

	for (size_t i = 0; out != NULL && i < n; i += 3) {
		uint32_t c = 0;
		for (size_t k = 0; k < 3; k++)
			c = c << 8 | (i + k < n ? (unsigned char)s[i + k] : 0);
		for (size_t k = 0; k < 4; k++)
			*to++ = i + k <= n ? alphabet[c >> (18 - 6 * k) & 63] : '=';
	}
	return out;
}

/* As Python's b64decode: what is not of the alphabet is skipped; padding ends it, but must be there. -1: it is none. */
static ptrdiff_t decode(const char *s, char *to)
{
	uint32_t bits = 0;
	size_t place = 0, pads = 0;
	char *start = to;

	for (; *s != '\0'; s++) {
		const char *at = strchr(alphabet, *s);
		if ((unsigned char)*s >= 0x80)
			return -1;
		if (*s == '=' && place >= 2 && place + ++pads >= 4)
			return to - start;
		if (at == NULL)
			continue;
		pads = 0;
		bits = bits << 6 | (uint32_t)(at - alphabet);
		if (place > 0)
			*to++ = (char)(bits >> (place == 1 ? 4 : place == 2 ? 2 : 0) & 0xff);
		place = (place + 1) % 4;
	}
	return place == 0 ? to - start : -1;
}

/* ---- making ---- */

static void add_key(struct pytext *t, const struct sql_value *v)
{
	char number[40];

	if (v->has.text) {
		pytext_json_string(t, v->text);
		return;
	}
	if (v->has.i)
		snprintf(number, sizeof number, "%" PRId64, v->i);
	else if (v->has.f)
		snprintf(number, sizeof number, "%.17g", v->f);
	pytext_add(t, v->has.i || v->has.f ? number : "null");
	if (v->has.f && strpbrk(number, ".e") == NULL)
		pytext_add(t, ".0");
}

const char *page_encode(const struct pool *p, uint64_t digest, const struct sql_value *keys, size_t n)
{
	struct pytext t = { .alloc = p->alloc, .arena = p->arena };
	char head[40];

	snprintf(head, sizeof head, "{\"q\":\"%016" PRIx64 "\",\"k\":[", digest);
	pytext_add(&t, head);
	for (size_t i = 0; i < n; i++) {
		pytext_add(&t, i > 0 ? "," : "");
		add_key(&t, &keys[i]);
	}
	pytext_add(&t, "]}");
	return t.p == NULL ? NULL : encode(p, t.p, t.n);
}

/* ---- refusing, as Python spells what it got ---- */

static int refuse_bytes(struct pool *p, const char *bytes, size_t n)
{
	struct pytext t = { .alloc = p->alloc, .arena = p->arena };
	char quote = memchr(bytes, '\'', n) != NULL && memchr(bytes, '"', n) == NULL ? '"' : '\'', code[8];

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)bytes[i];
		if (c == '\n' || c == '\r' || c == '\t')
			snprintf(code, sizeof code, "\\%c", c == '\n' ? 'n' : c == '\r' ? 'r' : 't');
		else if (c < 0x20 || c >= 0x7f)
			snprintf(code, sizeof code, "\\x%02x", c);
		else
			snprintf(code, sizeof code, c == '\\' || c == quote ? "\\%c" : "%c", c);
		pytext_add(&t, code);
	}
	return pool_refuse(p, "Invalid page token, decoded value=b%c%s%c", quote, pytext_text(&t), quote);
}

static void add_string(struct pytext *t, struct tenon_json s)
{
	char *text = t->alloc(t->arena, s.n + 1);
	if (text == NULL)
		return;
	jsontext_unescape(s, text);
	pytext_repr(t, text);
}

/* repr(json.loads(json)) */
static void add_python(struct pytext *t, struct tenon_json json)
{
	struct jsontext_member m;
	bool first = true;

	if (*json.p == '"') {
		add_string(t, json);
	} else if (*json.p == 't' || *json.p == 'f' || *json.p == 'n') {
		pytext_add(t, *json.p == 't' ? "True" : *json.p == 'f' ? "False" : "None");
	} else if (*json.p != '{' && *json.p != '[') {
		pytext_json(t, json.p, false);
	} else {
		pytext_add(t, *json.p == '{' ? "{" : "[");
		for (const char *at = json.p; (at = jsontext_next(at, &m)) != NULL; first = false) {
			pytext_add(t, first ? "" : ", ");
			if (m.key.n > 0)
				add_string(t, m.key);
			pytext_add(t, m.key.n > 0 ? ": " : "");
			add_python(t, m.value);
		}
		pytext_add(t, *json.p == '{' ? "}" : "]");
	}
}

/* A string where MLflow's own tokens have their number is refused for that; all else as a whole. */
static int refuse_value(struct pool *p, const char *json)
{
	struct pytext t = { .alloc = p->alloc, .arena = p->arena };
	struct jsontext_member m;

	json = jsontext_space(json);
	for (const char *at = *json == '{' ? json : NULL; at != NULL && (at = jsontext_next(at, &m)) != NULL;) {
		char *text;
		if (!jsontext_is(m.key, "offset") || *m.value.p != '"' || m.value.n == 2)
			continue;
		if ((text = pool_take(p, m.value.n + 1)) == NULL)
			return TENON_NO_MEMORY;
		jsontext_unescape(m.value, text);
		return pool_refuse(p, "Invalid page token, not stringable %s", text);
	}
	add_python(&t, (struct tenon_json){ json, strlen(json) });
	return pool_refuse(p, "Invalid page token, parsed value=%s", pytext_text(&t));
}

int page_refuse(struct pool *p)
{
	return pool_refuse(p, "Invalid page token, it belongs to another query: filter, order_by, experiments and view must stay as they "
	                      "were on the page before");
}

/* ---- reading ---- */

static bool read_key(struct pool *p, struct tenon_json json, struct sql_value *to)
{
	char *text;

	if (*json.p == '"') {
		if ((text = pool_take(p, json.n + 1)) == NULL)
			return false;
		jsontext_unescape(json, text);
		*to = P_TEXT(text);
	} else if (*json.p == '-' || (*json.p >= '0' && *json.p <= '9')) {
		size_t n = strspn(json.p, "-0123456789");
		*to = n < json.n ? P_F64(strtod(json.p, NULL)) : P_I64(strtoll(json.p, NULL, 10));
	} else {
		*to = P_NULL;
	}
	return true;
}

static int read_keys(struct pool *p, struct tenon_json list, struct page *out)
{
	struct jsontext_member m;

	if (*list.p != '[' || (out->keys = pool_take(p, PAGE_KEYS_MAX * sizeof *out->keys)) == NULL)
		return *list.p == '[' ? TENON_NO_MEMORY : page_refuse(p);
	for (const char *at = list.p; (at = jsontext_next(at, &m)) != NULL;)
		if (out->n == PAGE_KEYS_MAX || !read_key(p, m.value, &out->keys[out->n++]))
			return page_refuse(p);
	return out->n > 0 ? TENON_OK : page_refuse(p);
}

/* ASCII, which all of ours is, without control characters but white space */
static bool is_plain(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (((unsigned char)s[i] < 0x20 && strchr("\t\n\r", s[i]) == NULL) || (unsigned char)s[i] >= 0x7f || s[i] == '\0')
			return false;
	return true;
}

int page_decode(struct pool *p, const char *token, uint64_t digest, struct page *out)
{
	struct tenon_json query = { 0 }, keys = { 0 };
	struct jsontext_member m;
	char hex[20], *json;

	*out = (struct page){ NULL, 0 };
	if (*token == '\0')
		return TENON_OK;
	if ((json = pool_take(p, strlen(token) + 1)) == NULL)
		return TENON_NO_MEMORY;
	ptrdiff_t n = decode(token, json);
	if (n < 0)
		return pool_refuse(p, "Invalid page token, could not base64-decode");
	if (!is_plain(json, (size_t)n) || !jsontext_valid(json))
		return refuse_bytes(p, json, (size_t)n);
	const char *start = jsontext_space(json);
	for (const char *at = *start == '{' ? start : NULL; at != NULL && (at = jsontext_next(at, &m)) != NULL;) {
		query = jsontext_is(m.key, "q") ? m.value : query;
		keys = jsontext_is(m.key, "k") ? m.value : keys;
	}
	if (query.p == NULL || keys.p == NULL)
		return refuse_value(p, json);
	snprintf(hex, sizeof hex, "%016" PRIx64, digest);
	return jsontext_is(query, hex) ? read_keys(p, keys, out) : page_refuse(p);
}
