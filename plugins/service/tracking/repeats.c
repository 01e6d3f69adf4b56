/* SPDX-License-Identifier: Apache-2.0 */
/* repeats - sorted, equal keys are neighbours. */
#include "repeats.h"

#include <stdlib.h>

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int repeats_refuse_tags(struct tenon_call *c, const char **keys, size_t n)
{
	qsort(keys, n, sizeof *keys, compare);
	for (size_t i = 1; i < n; i++)
		if (strcmp(keys[i - 1], keys[i]) == 0)
			return tenon_fail(c, TENON_INVALID_ARGUMENT, "Tag '%s' is given more than once", keys[i]);
	return TENON_OK;
}
