/* SPDX-License-Identifier: Apache-2.0 */
/* filter - the texts of a search: filters of runs, experiments and models, order_by, page tokens. The first byte says which. */
#include "../../plugins/service/tracking/filter.h"
#include "../../plugins/service/tracking/model_filter.h"
#include "../../plugins/service/tracking/order.h"
#include "../../plugins/service/tracking/page.h"
#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void *take(void *arena, size_t n) { return arena_alloc(arena, n); }

static void read_filter(struct pool *p, const struct grammar *g, const char *text)
{
	struct filter f;
	if (filter_parse(p, g, text, &f) == TENON_OK)
		filter_check(p, g, &f);
}

static void read_order(struct pool *p, const struct grammar *g, const char *text)
{
	struct tenon_strs texts = { (const char *[]){ text, "start_time DESC" }, 2 };
	struct order o;
	order_parse(p, g, &texts, &o);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena a;
	struct page page;
	struct filter models;
	char *text = malloc(n + 1);
	struct pool p = { .alloc = take, .arena = &a };

	arena_init(&a, 64 << 20);
	memcpy(text, data, n);
	text[n] = '\0';
	const char *rest = n > 0 && *text != '\0' ? text + 1 : text;
	switch (*text) {
	case 'r': read_filter(&p, &grammar_runs, rest); break;
	case 'e': read_filter(&p, &grammar_experiments, rest); break;
	case 'm': model_filter_parse(&p, rest, &models); break;
	case 'o': read_order(&p, &grammar_runs, rest); break;
	case 'p': read_order(&p, &grammar_experiments, rest); break;
	default: page_decode(&p, rest, 1, &page); break;
	}
	arena_free(&a);
	free(text);
	return 0;
}
