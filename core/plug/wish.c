/* SPDX-License-Identifier: Apache-2.0 */
/* wish - a name that nobody knows is answered with the nearest one that is known. */
#include "wish.h"
#include "base/err.h"
#include "base/map.h"
#include "base/text.h"
#include "bus/bus.h"
#include "conf/conf.h"
#include "find.h"

#include <stdio.h>
#include <string.h>

const struct tenon_name placements[] = { { "default", PLACE_DEFAULT }, { "inline", PLACE_INLINE }, { "thread", PLACE_THREAD },
	{ "process", PLACE_PROCESS }, { 0 } };
TENON_TABLE(, instance_conf, INSTANCE_CONF);

enum placement wish_placement(const struct wish *w)
{
	enum placement p = (enum placement)w->conf.placement;
	const struct tenon_plugin *plugin = w->found->plugin;

	if (p != PLACE_DEFAULT)
		return p;
	bool outside = !w->found->shipped || (PLUGIN_HAS(plugin, placement) && strcmp(plugin->placement, "process") == 0);
	return outside ? PLACE_PROCESS : PLACE_INLINE;
}

/* of two that bring the same name it is that of the one that comes with tenond */
static struct found *builtin_of(const struct map *found, const char *name)
{
	struct found *theirs = NULL;

	MAP_EACH(found, s) {
		struct found *f = s->value;
		if (f->plugin->builtin == NULL || strcmp(f->plugin->builtin, name) != 0)
			continue;
		if (f->shipped)
			return f;
		theirs = theirs == NULL ? f : theirs;
	}
	return theirs;
}

static int unknown_kind(const struct map *found, const char *name, const char *kind, struct err *e)
{
	const char *kinds[WISHES_MOST];
	size_t n = 0;

	MAP_EACH(found, s)
		if (n < WISHES_MOST)
			kinds[n++] = s->key;
	const char *near = text_nearest(kind, kinds, n);
	return err_set(e, TENON_NOT_FOUND, "instances.%s.plugin: no plugin \"%s\" was found%s%s%s", name, kind,
	               near != NULL ? "; did you mean \"" : "", near != NULL ? near : "", near != NULL ? "\"?" : "");
}

static int wish_from_conf(struct conf *conf, const struct map *found, const char *name, struct wish *w, struct err *e)
{
	char path[300], where[300];

	snprintf(path, sizeof path, "instances.%s", name);
	*w = (struct wish){ .name = name };
	int rc = conf_read(conf, path, &instance_conf_table, &w->conf, e);
	if (rc < 0)
		return rc;
	if (*w->conf.plugin == '\0') {
		w->found = builtin_of(found, name);
		if (w->found != NULL)
			return TENON_OK;
		conf_where(conf, path, where, sizeof where);
		return err_set(e, TENON_INVALID_ARGUMENT, "%s: instances.%s: no plugin that was found brings an instance of this name: say which "
		               "`plugin:` it is, or look at plugin_dirs", where, name);
	}
	w->found = map_get(found, w->conf.plugin);
	if (w->found == NULL) {
		conf_where(conf, path, where, sizeof where);
		unknown_kind(found, name, w->conf.plugin, e);
		return err_prefix(e, "%s", where);
	}
	return TENON_OK;
}

static int add_wish(struct conf *conf, const struct map *found, const char *name, struct wish *wishes, size_t *n, struct err *e)
{
	for (size_t k = 0; k < *n; k++)
		if (strcmp(wishes[k].name, name) == 0)
			return TENON_OK;
	if (*n == WISHES_MOST)
		return err_set(e, TENON_LIMIT_EXCEEDED, "more than %d instances", WISHES_MOST);
	return wish_from_conf(conf, found, name, &wishes[(*n)++], e);
}

/* those of the configuration, then the built-in ones that it does not mention */
int wish_collect(struct conf *conf, const struct map *found, struct wish *wishes, size_t *n, struct err *e)
{
	const char *names[WISHES_MOST];
	size_t named = conf_children(conf, "instances", names, WISHES_MOST);
	int rc = TENON_OK;

	for (size_t i = 0; i < named && rc == TENON_OK; i++)
		rc = add_wish(conf, found, names[i], wishes, n, e);
	MAP_EACH(found, s) {
		const struct found *f = s->value;
		if (rc == TENON_OK && f->plugin->builtin != NULL)
			rc = add_wish(conf, found, f->plugin->builtin, wishes, n, e);
	}
	return rc;
}
