/* SPDX-License-Identifier: Apache-2.0 */
/* cell - walks JSON by the scanner; nothing is built but paths. */
#include "cell.h"
#include "base/arena.h"
#include "base/buf.h"
#include "catalogue.h"
#include "wire/json.h"
#include "wire/number.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define FIRST_MS 100000000000 /* 1973: smaller numbers are no times in ms but durations */

/* ---- one value ---- */

static const char *last_part(const char *path)
{
	const char *dot = strrchr(path, '.');
	return dot == NULL ? path : dot + 1;
}

static bool add_time(struct buf *b, const char *path, struct tenon_json v, struct arena *a)
{
	const char *name = last_part(path), *text = value_text(v, a);
	char shown[32];
	struct tm tm;
	int64_t ms;

	if (strcasestr(name, "time") == NULL || !number_parse_i64(text, strlen(text), &ms) || ms < FIRST_MS)
		return false;
	time_t s = (time_t)(ms / 1000);
	if (localtime_r(&s, &tm) == NULL || strftime(shown, sizeof shown, "%Y-%m-%d %H:%M:%S", &tm) == 0)
		return false;
	buf_adds(b, shown);
	return true;
}

static bool is_pair(struct tenon_json v) { return json_member(v, "key").p != NULL && json_member(v, "value").p != NULL; }

static void add_item(struct buf *b, struct tenon_json v, struct arena *a)
{
	if (!is_pair(v)) {
		buf_adds(b, value_text(v, a));
		return;
	}
	buf_adds(b, member_text(v, "key", a));
	buf_addc(b, '=');
	buf_adds(b, member_text(v, "value", a));
}

void cell_add(struct buf *b, const char *name, struct tenon_json v, struct arena *a)
{
	struct json j = json_over(v.p, v.n);

	if (json_type_of(v) != JSON_ARRAY) {
		if (!add_time(b, name, v, a))
			buf_adds(b, value_text(v, a));
		return;
	}
	for (bool first = json_enter(&j, '['); json_next(&j, NULL); first = false) {
		if (!first)
			buf_adds(b, ", ");
		add_item(b, json_skip(&j), a);
	}
}

/* ---- all below an object ---- */

struct walk {
	bool deep;
	struct arena *arena;
	void (*each)(void *, const char *, struct tenon_json);
	void *arg;
};

static void visit(struct walk *w, const char *path, struct tenon_json v);

static const char *join(struct walk *w, const char *path, const char *name)
{
	size_t n = strlen(path), room = n + strlen(name) + 2;
	char *s = n == 0 ? NULL : arena_alloc(w->arena, room);

	if (s != NULL)
		snprintf(s, room, "%s.%s", path, name);
	return s == NULL ? name : s;
}

static void visit_members(struct walk *w, const char *path, struct tenon_json object)
{
	struct json j = json_over(object.p, object.n);
	struct tenon_json key;

	if (!json_enter(&j, '{'))
		return;
	while (json_next(&j, &key)) {
		const char *name = value_text(key, w->arena);
		visit(w, join(w, path, name), json_skip(&j));
	}
}

static void visit_items(struct walk *w, const char *path, struct tenon_json array)
{
	struct json j = json_over(array.p, array.n);
	char index[24];

	if (!json_enter(&j, '['))
		return;
	for (size_t i = 0; json_next(&j, NULL); i++) {
		struct tenon_json v = json_skip(&j);
		snprintf(index, sizeof index, "%zu", i);
		if (is_pair(v))
			w->each(w->arg, join(w, path, member_text(v, "key", w->arena)), json_member(v, "value"));
		else
			visit(w, join(w, path, index), v);
	}
}

static bool holds_objects(struct tenon_json array)
{
	struct json j = json_over(array.p, array.n);

	return json_enter(&j, '[') && json_next(&j, NULL) && json_type_of(json_skip(&j)) == JSON_OBJECT;
}

static void visit(struct walk *w, const char *path, struct tenon_json v)
{
	if (json_type_of(v) == JSON_OBJECT)
		visit_members(w, path, v);
	else if (w->deep && json_type_of(v) == JSON_ARRAY && holds_objects(v))
		visit_items(w, path, v);
	else
		w->each(w->arg, path, v);
}

void cell_walk(struct tenon_json object, bool deep, struct arena *a, void (*each)(void *, const char *, struct tenon_json), void *arg)
{
	struct walk w = { .deep = deep, .arena = a, .each = each, .arg = arg };

	visit(&w, "", object);
}
