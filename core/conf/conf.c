/* SPDX-License-Identifier: Apache-2.0 */
/* conf - opening and closing a configuration. Reading it is section.c, printing it show.c. */
#include "conf.h"
#include "base/err.h"
#include "base/mem.h"
#include "entry.h"

static int fill(struct conf *c, const char *file, const char *const *sets, size_t n, struct err *err)
{
	int rc = file != NULL ? yaml_read_file(c, file, err) : TENON_OK;

	if (rc == TENON_OK && c->root == NULL && (c->root = entry_new(c, ENTRY_MAP, file, 1)) == NULL)
		rc = conf_no_memory(err);
	if (rc == TENON_OK)
		c->root->known = true;
	for (size_t i = 0; i < n && rc == TENON_OK; i++)
		rc = set_apply(c, sets[i], i + 1, err);
	return rc;
}

int conf_open(struct conf **out, const char *file, const char *const *sets, size_t n, struct err *err)
{
	struct conf *c = *out = mem_zero(sizeof *c);

	if (c == NULL)
		return conf_no_memory(err);
	arena_init(&c->arena, MOST_MEMORY);
	int rc = fill(c, file, sets, n, err);
	if (rc < 0) {
		conf_close(c);
		*out = NULL;
	}
	return rc;
}

void conf_close(struct conf *c)
{
	if (c == NULL)
		return;
	arena_free(&c->arena);
	mem_free(c);
}
