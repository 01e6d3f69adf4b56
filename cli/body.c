/* SPDX-License-Identifier: Apache-2.0 */
/* body - one printer a field type; the server checks again, but a wrong word is better found before it is sent. */
#include "body.h"
#include "args.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "catalogue.h"
#include "exits.h"
#include "http.h"
#include "talk.h"
#include "wire/json.h"
#include "wire/number.h"
#include "wire/print.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { MOST_FILE = 64 << 20 };

/* ---- @FILE ---- */

static int read_file(const char *name, struct buf *out)
{
	FILE *f = strcmp(name, "-") == 0 ? stdin : fopen(name, "rb");
	char part[16384];
	size_t n;

	if (f == NULL)
		return complain(EXIT_USAGE, "%s: %s", name, strerror(errno));
	while (out->n <= MOST_FILE && (n = fread(part, 1, sizeof part, f)) > 0)
		buf_add(out, part, n);
	bool bad = ferror(f);
	int why = errno;
	if (f != stdin)
		fclose(f);
	if (bad)
		return complain(EXIT_USAGE, "%s: %s", name, strerror(why));
	if (out->n > MOST_FILE || out->failed)
		return complain(EXIT_USAGE, "%s: more than %d MiB; an argument is no upload", name, MOST_FILE >> 20);
	return EXIT_OK;
}

int body_files(struct args *args, struct arena *a)
{
	for (size_t i = 0; i < args->n; i++) {
		struct given *g = &args->v[i];
		struct buf text = { 0 };
		if (g->value[0] != '@')
			continue;
		if (g->value[1] == '@') {
			g->value++;
			continue;
		}
		int rc = read_file(g->value + 1, &text);
		if (rc == EXIT_OK && text.n > 0 && memchr(text.p, '\0', text.n) != NULL)
			rc = complain(EXIT_USAGE, "%s: it holds NUL bytes, which no argument may", g->value + 1);
		if (rc == EXIT_OK && (g->value = arena_text(a, text.n == 0 ? "" : text.p, text.n)) == NULL)
			rc = complain(EXIT_FAILED, "out of memory");
		buf_free(&text);
		if (rc != EXIT_OK)
			return rc;
	}
	return EXIT_OK;
}

/* ---- one value ---- */

static int wrong(const struct arg *arg, const char *value, const char *expected)
{
	return complain(EXIT_USAGE, "%s: \"%.80s\" is not %s", arg->name, value, expected);
}

static int add_str(struct buf *b, const struct arg *arg, const char *value)
{
	if (utf8_check(value, strlen(value)) != strlen(value))
		return wrong(arg, value, "UTF-8 text");
	print_string(b, value);
	return EXIT_OK;
}

static int add_i64(struct buf *b, const struct arg *arg, const char *value)
{
	int64_t x;

	if (!number_parse_i64(value, strlen(value), &x))
		return wrong(arg, value, "a whole number of 64 bits");
	print_i64(b, x);
	return EXIT_OK;
}

static int add_f64(struct buf *b, const struct arg *arg, const char *value)
{
	static const struct { const char *typed, *sent; } words[] = {
		{ "nan", "\"NaN\"" }, { "inf", "\"Infinity\"" }, { "infinity", "\"Infinity\"" }, { "+inf", "\"Infinity\"" },
		{ "-inf", "\"-Infinity\"" }, { "-infinity", "\"-Infinity\"" },
	};
	double x;

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcasecmp(value, words[i].typed) == 0) {
			buf_adds(b, words[i].sent);
			return EXIT_OK;
		}
	if (!number_parse_double(value, strlen(value), &x) || x - x != 0)
		return wrong(arg, value, "a number that a double can hold, or nan, inf, -inf");
	print_double(b, x, 0);
	return EXIT_OK;
}

static int add_bool(struct buf *b, const struct arg *arg, const char *value)
{
	static const char *const yes[] = { "true", "yes", "1" }, *const no[] = { "false", "no", "0" };

	for (size_t i = 0; i < 3; i++)
		if (strcasecmp(value, yes[i]) == 0 || strcasecmp(value, no[i]) == 0) {
			buf_adds(b, strcasecmp(value, yes[i]) == 0 ? "true" : "false");
			return EXIT_OK;
		}
	return wrong(arg, value, "true or false");
}

static int add_enum(struct buf *b, const struct arg *arg, const char *value)
{
	for (size_t i = 0; i < arg->n_names; i++)
		if (strcasecmp(arg->names[i], value) == 0) {
			print_string(b, arg->names[i]);
			return EXIT_OK;
		}
	const char *near = text_nearest(value, arg->names, arg->n_names);
	struct buf list = { 0 };
	for (size_t i = 0; i < arg->n_names; i++)
		buf_printf(&list, "%s%s", i > 0 ? ", " : "", arg->names[i]);
	complain(EXIT_USAGE, "%s: \"%.80s\" is none of %.*s", arg->name, value, (int)list.n, list.n == 0 ? "" : list.p);
	buf_free(&list);
	if (near != NULL)
		say("  did you mean %s?", near);
	return EXIT_USAGE;
}

static int add_json(struct buf *b, const struct arg *arg, const char *value)
{
	struct json j = json_over(value, strlen(value));
	struct tenon_json v = json_skip(&j);

	if (v.p == NULL || !json_done(&j))
		return wrong(arg, value, "JSON");
	buf_add(b, v.p, v.n);
	return EXIT_OK;
}

/* A sub-message as JSON; "k=v" is short for {"key":"k","value":"v"}, as tags and params have it. */
static int add_msg(struct buf *b, const struct arg *arg, const char *value)
{
	const char *equals = strchr(value, '=');

	if (*value == '{' || equals == NULL)
		return add_json(b, arg, value);
	if (utf8_check(value, strlen(value)) != strlen(value))
		return wrong(arg, value, "UTF-8 text");
	buf_adds(b, "{\"key\":");
	print_stringn(b, value, (size_t)(equals - value));
	buf_adds(b, ",\"value\":");
	print_string(b, equals + 1);
	buf_addc(b, '}');
	return EXIT_OK;
}

static int add_bytes(struct buf *b, const struct arg *arg, const char *value)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *p = (const unsigned char *)value;
	size_t n = strlen(value);

	(void)arg;
	buf_addc(b, '"');
	for (size_t i = 0; i < n; i += 3) {
		unsigned x = (unsigned)p[i] << 16 | (i + 1 < n ? (unsigned)p[i + 1] << 8 : 0) | (i + 2 < n ? p[i + 2] : 0);
		buf_addc(b, digits[x >> 18]);
		buf_addc(b, digits[x >> 12 & 63]);
		buf_addc(b, i + 1 < n ? digits[x >> 6 & 63] : '=');
		buf_addc(b, i + 2 < n ? digits[x & 63] : '=');
	}
	buf_addc(b, '"');
	return EXIT_OK;
}

static int add_value(struct buf *b, const struct given *g)
{
	static const struct { const char *type; int (*add)(struct buf *, const struct arg *, const char *); } types[] = {
		{ "str", add_str }, { "i64", add_i64 }, { "f64", add_f64 }, { "bool", add_bool }, { "enum", add_enum },
		{ "json", add_json }, { "msg", add_msg }, { "bytes", add_bytes },
	};

	for (size_t i = 0; i < sizeof types / sizeof *types && !g->raw; i++)
		if (strcmp(g->arg->type, types[i].type) == 0)
			return types[i].add(b, g->arg, g->value);
	return add_json(b, g->arg, g->value); /* raw, or a type of a newer server */
}

/* ---- all of them ---- */

/* "k=v" as a member of a map */
static int add_member(struct buf *b, const struct given *g)
{
	const char *equals = strchr(g->value, '=');

	if (equals == NULL)
		return wrong(g->arg, g->value, "KEY=VALUE");
	print_stringn(b, g->value, (size_t)(equals - g->value));
	buf_addc(b, ':');
	return add_value(b, &(struct given){ g->arg, equals + 1, false });
}

static int add_arg(struct buf *b, const struct arg *arg, const struct args *args)
{
	bool one = strcmp(arg->card, "array") != 0 && strcmp(arg->card, "map") != 0, map = strcmp(arg->card, "map") == 0, first = true;
	int rc = EXIT_OK;

	for (size_t i = 0; i < args->n; i++) /* a raw value is the whole array or map */
		if (args->v[i].arg == arg && args->v[i].raw)
			one = true;
	if (!one)
		buf_addc(b, map ? '{' : '[');
	for (size_t i = 0; i < args->n && rc == EXIT_OK; i++) {
		if (args->v[i].arg != arg)
			continue;
		if (!first)
			buf_addc(b, ',');
		first = false;
		rc = map && !one ? add_member(b, &args->v[i]) : add_value(b, &args->v[i]);
	}
	if (!one)
		buf_addc(b, map ? '}' : ']');
	return rc;
}

static bool is_given(const struct arg *arg, const struct args *args)
{
	for (size_t i = 0; i < args->n; i++)
		if (args->v[i].arg == arg)
			return true;
	return false;
}

int body_json(struct buf *b, const struct method *m, const struct args *args, const char *page_token)
{
	bool first = true;
	int rc = EXIT_OK;

	buf_addc(b, '{');
	for (size_t i = 0; i < m->n_args && rc == EXIT_OK; i++) {
		const struct arg *arg = &m->args[i];
		bool page = page_token != NULL && strcmp(arg->name, "page_token") == 0;
		if (!page && !is_given(arg, args))
			continue;
		if (!first)
			buf_addc(b, ',');
		first = false;
		print_string(b, arg->name);
		buf_addc(b, ':');
		if (page)
			print_string(b, page_token);
		else
			rc = add_arg(b, arg, args);
	}
	buf_addc(b, '}');
	buf_addc(b, '\0');
	return rc == EXIT_OK && b->failed ? complain(EXIT_FAILED, "out of memory") : rc;
}

int body_query(struct buf *b, const struct method *m, const struct args *args)
{
	struct buf checked = { 0 };
	int rc = body_json(&checked, m, args, NULL);

	buf_free(&checked);
	for (size_t i = 0; i < args->n && rc == EXIT_OK; i++) {
		buf_addc(b, i == 0 ? '?' : '&');
		http_escape(b, args->v[i].arg->name);
		buf_addc(b, '=');
		http_escape(b, args->v[i].value);
	}
	return rc;
}
