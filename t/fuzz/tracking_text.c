/* SPDX-License-Identifier: Apache-2.0 */
/* tracking_text - one text as a key, a run id, JSON, a Python string and a location.
 *
 * Beside not crashing: normal forms are normal, what is spelled is JSON and spelled alike the second time, and a location
 * that is accepted can be resolved and extended. */
#include "../../plugins/service/tracking/jsontext.h"
#include "../../plugins/service/tracking/keys.h"
#include "../../plugins/service/tracking/location.h"
#include "../../plugins/service/tracking/pytext.h"
#include "base/arena.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static struct arena arena;

static void *take(struct tenon_call *c, size_t n)
{
	(void)c;
	return arena_alloc(&arena, n);
}

static int refuse(struct tenon_call *c, int code, const char *fmt, va_list ap)
{
	(void)c, (void)fmt, (void)ap;
	return code;
}

static const struct tenon_host host = { .alloc = take, .fail = refuse };
static struct tenon_call call = { .host = &host };

static void must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "%s\n", what);
	abort();
}

static void as_key(const char *text)
{
	char once[300], twice[300];
	key_normalize(text, once, sizeof once);
	key_normalize(once, twice, sizeof twice);
	bool cut = strlen(text) >= sizeof once - 1;
	must(cut || strcmp(once, twice) == 0, "a normal path is not normal");
	must(cut || !key_accepts(text) || strcmp(once, text) == 0, "a key that means another is accepted");
	must(!key_accepts(text) || key_has_good_characters(text), "a key with bad characters is accepted");
	run_id_accepts(text);
	name_accepts(text);
	must(characters(text, 10) <= strlen(text), "more bytes than there are");
}

static void as_json(const char *text)
{
	if (!jsontext_valid(text))
		return;
	struct pytext once = pytext_of(&call), twice = pytext_of(&call);
	pytext_json(&once, text, true);
	must(jsontext_valid(pytext_text(&once)), "what was spelled is no JSON");
	pytext_json(&twice, pytext_text(&once), true);
	must(strcmp(pytext_text(&once), pytext_text(&twice)) == 0, "spelled otherwise the second time");
	const char *start = jsontext_space(text);
	size_t length = (size_t)(jsontext_skip(start) - start);
	if (*start == '"') {
		char *room = malloc(length);
		jsontext_unescape((struct tenon_json){ start, length }, room);
		free(room);
	}
}

static void as_string(const char *text)
{
	struct pytext t = pytext_of(&call);
	pytext_repr(&t, text);
	t = pytext_of(&call);
	pytext_json_string(&t, text);
	must(jsontext_valid(pytext_text(&t)), "a string was spelled as no JSON");
}

static void as_location(const char *text)
{
	char why[LOCATION_WHY];
	const char *stored, *problem = location_problem(text, why, sizeof why);
	must((problem == NULL) == location_accepts(text), "accepted and refused");
	if (problem != NULL || location_resolve(&call, text, &stored) < 0)
		return;
	const char *below = location_append(&call, stored, "run/artifacts");
	must(below != NULL && strstr(below, "run/artifacts") != NULL, "a location was not extended");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char *text = malloc(n + 1);
	memcpy(text, data, n);
	text[n] = 0;
	arena_init(&arena, 0);
	as_key(text);
	as_json(text);
	as_string(text);
	as_location(text);
	arena_free(&arena);
	free(text);
	return 0;
}
