/* SPDX-License-Identifier: Apache-2.0 */
/* bus - the registry. */
#include "bus.h"
#include "call.h"
#include "base/err.h"
#include "base/mem.h"
#include "lane.h"
#include "wire/shape.h"

#include <stdio.h>
#include <string.h>

void bus_init(struct bus *b)
{
	*b = (struct bus){ .deadline_ms = 30000, .arena_limit = (size_t)256 << 20, .most_calls = 10000 };
	event_hub_open(&b->events);
}

static void instance_free(struct instance *in)
{
	for (size_t i = 0; i < in->n_lanes; i++)
		lane_free(in->lanes[i]);
	mem_free(in->lanes);
	MAP_EACH(&in->methods, s) {
		struct method *m = s->value;
		mem_free(m->name);
		mem_free(m->resolves);
		mem_free(m);
	}
	MAP_EACH(&in->gauges, s)
		mem_free(s->value);
	map_free(&in->methods);
	map_free(&in->gauges);
	event_forget(in);
	pthread_mutex_destroy(&in->gauge_lock);
	mem_free((char *)in->host.data_dir);
	mem_free(in);
}

void bus_free(struct bus *b)
{
	MAP_EACH(&b->instances, s)
		instance_free(s->value);
	map_free(&b->instances);
	event_hub_close(&b->events);
}

static int find_emit_row(const struct tenon_table *t)
{
	for (uint32_t i = 0; i < t->n; i++)
		if (t->fields[i].flags & TENON_EMIT)
			return (int)i;
	return -1;
}

int bus_add_method(struct instance *in, const struct tenon_method *row, struct method **out, struct err *e)
{
	struct method *m = mem_zero(sizeof *m);
	size_t size = strlen(in->name) + strlen(row->name) + 2;
	int rc;

	*out = NULL;
	if (m == NULL || (m->name = mem_alloc(size)) == NULL || map_put(&in->methods, row->name, m) != TENON_OK)
		return err_set(e, TENON_NO_MEMORY, "no memory for method %s", row->name);
	*out = m;
	snprintf(m->name, size, "%s.%s", in->name, row->name);
	m->row = row;
	m->instance = in;
	m->emit_row = find_emit_row(row->result);
	if (row->flags & TENON_BLOCKING && row->lane >= in->n_lanes)
		return err_set(e, TENON_INVALID_ARGUMENT, "method %s is BLOCKING on lane %u of %zu", m->name, row->lane, in->n_lanes);
	if ((rc = shape_get(row->args, &m->args, e)) < 0 || (rc = shape_get(row->result, &m->result, e)) < 0)
		return err_prefix(e, "method %s", m->name);
	return access_parse(m, e);
}

static int add_lanes(struct instance *in, struct err *e)
{
	const struct tenon_lane *rows = in->plugin->lanes;
	size_t n = 0;

	while (rows != NULL && rows[n].name != NULL)
		n++;
	if (n > 0 && (in->lanes = mem_zero(n * sizeof(struct lane *))) == NULL)
		return err_set(e, TENON_NO_MEMORY, "no memory for lanes");
	for (; in->n_lanes < n; in->n_lanes++)
		if ((in->lanes[in->n_lanes] = lane_new(in, &rows[in->n_lanes])) == NULL)
			return err_set(e, TENON_NO_MEMORY, "no memory for lane %s", rows[in->n_lanes].name);
	return TENON_OK;
}

/* "@ready": so that it can be asked where the instance is at home, in another process too */
static int ready_handler(struct tenon_call *c, const void *args, void *result)
{
	const struct tenon_plugin *p = ((struct call *)c)->method->instance->plugin;
	(void)args;
	(void)result;
	return p->ready == NULL ? TENON_OK : p->ready(c);
}
static const struct tenon_method ready_row = { .name = BUS_READY, .since = 1, .flags = TENON_HIDDEN | TENON_IDEMPOTENT,
	.args = &tenon_empty_table, .result = &tenon_empty_table, .handler = ready_handler };

int bus_add(struct bus *b, const struct tenon_plugin *plugin, const char *name, struct loop *home, struct instance **out,
            struct err *e)
{
	if (map_get(&b->instances, name) != NULL)
		return err_set(e, TENON_ALREADY_EXISTS, "there are two instances called %s", name);
	struct instance *in = mem_zero(sizeof *in);
	if (in == NULL || map_put(&b->instances, name, in) != TENON_OK)
		return err_set(e, TENON_NO_MEMORY, "no memory for instance %s", name);
	in->name = name;
	in->plugin = plugin;
	in->bus = b;
	in->home = home;
	pthread_mutex_init(&in->gauge_lock, NULL);
	list_init(&in->background);
	host_lend(&in->host);
	in->host.instance = name;
	*out = in;
	struct method *m;
	int rc = add_lanes(in, e);
	for (const struct tenon_method *row = plugin->methods; rc == TENON_OK && row->name != NULL; row++)
		rc = bus_add_method(in, row, &m, e);
	if (rc == TENON_OK)
		rc = bus_add_method(in, &ready_row, &m, e);
	if (rc == TENON_OK)
		rc = access_add(in, e);
	return rc == TENON_OK ? event_declare(in, e) : rc;
}

int bus_start_lanes(struct instance *in, struct err *e)
{
	int rc = TENON_OK;
	for (size_t i = 0; i < in->n_lanes && rc == TENON_OK; i++)
		rc = lane_start(in->lanes[i], e);
	return rc;
}

void bus_stop_lanes(struct instance *in)
{
	for (size_t i = 0; i < in->n_lanes; i++)
		lane_stop(in->lanes[i]);
}

struct instance *bus_instance(const struct bus *b, const char *name) { return map_get(&b->instances, name); }

struct method *bus_method(const struct bus *b, const char *instance, const char *method)
{
	struct instance *in = map_get(&b->instances, instance);
	return in == NULL ? NULL : map_get(&in->methods, method);
}

struct method *bus_find(const struct bus *b, const char *dotted)
{
	const char *dot = strchr(dotted, '.');
	struct instance *in = dot == NULL ? NULL : map_getn(&b->instances, dotted, (size_t)(dot - dotted));
	return in == NULL ? NULL : map_get(&in->methods, dot + 1);
}
