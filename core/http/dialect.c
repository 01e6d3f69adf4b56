/* SPDX-License-Identifier: Apache-2.0 */
/* dialect - from the descriptors of the instances' plugins. */
#include "dialect.h"
#include "base/err.h"
#include "base/map.h"
#include "base/mem.h"
#include "bus/bus.h"
#include "wire/shape.h"

static int add(struct map *m, const struct tenon_dialect *row, struct err *e)
{
	struct dialect *d = map_get(m, row->name);

	if (d != NULL) /* another instance of the same plugin brings the same row */
		return d->row == row ? TENON_OK : err_set(e, TENON_ALREADY_EXISTS, "two plugins have a dialect called %s", row->name);
	d = mem_zero(sizeof *d);
	if (d == NULL || map_put(m, row->name, d) != TENON_OK) {
		mem_free(d);
		return err_set(e, TENON_NO_MEMORY, "no memory for dialect %s", row->name);
	}
	d->row = row;
	return shape_get(row->error, &d->error, e);
}

int dialects_open(struct map *m, const struct bus *bus, struct err *e)
{
	int rc = add(m, &native_dialect, e);

	MAP_EACH(&bus->instances, s) {
		const struct instance *in = s->value;
		const struct tenon_dialect *const *rows = in->plugin->dialects;
		for (size_t i = 0; rc == TENON_OK && rows != NULL && rows[i] != NULL; i++)
			rc = add(m, rows[i], e);
	}
	return rc;
}

void dialects_close(struct map *m)
{
	MAP_EACH(m, s)
		mem_free(s->value);
	map_free(m);
}
