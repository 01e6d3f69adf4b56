/* SPDX-License-Identifier: Apache-2.0 */
/* pairs - measured, then written. */
#include "pairs.h"

char *pairs_join(struct tenon_call *c, const struct tenon_map *m)
{
	size_t size = 1;

	for (size_t i = 0; i < m->n; i++)
		size += strlen(m->v[i].key) + strlen(m->v[i].value) + 2;
	char *out = tenon_alloc(c, size), *p = out;
	for (size_t i = 0; p != NULL && i < m->n; i++) {
		p = stpcpy(p, m->v[i].key);
		*p++ = '\t';
		p = stpcpy(p, m->v[i].value);
		*p++ = '\n';
	}
	return out;
}

int pairs_split(struct tenon_call *c, const char *text, struct tenon_map *out)
{
	size_t lines = 0;

	for (const char *p = text; (p = strchr(p, '\n')) != NULL; p++)
		lines++;
	*out = (struct tenon_map){ tenon_alloc(c, lines * sizeof *out->v + 1), 0 };
	if (out->v == NULL)
		return TENON_NO_MEMORY;
	while (out->n < lines) {
		size_t n = strcspn(text, "\n"), key = strcspn(text, "\t\n");
		struct tenon_pair *pair = &out->v[out->n++];
		pair->key = tenon_strndup(c, text, key);
		pair->value = key < n ? tenon_strndup(c, text + key + 1, n - key - 1) : "";
		if (pair->key == NULL || pair->value == NULL)
			return TENON_NO_MEMORY;
		text += n + 1;
	}
	return TENON_OK;
}
