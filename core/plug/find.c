/* SPDX-License-Identifier: Apache-2.0 */
/* find - readdir, dlopen, and a look at the descriptor. */
#include "find.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"

#include <dirent.h>
#include <dlfcn.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int check_descriptor(const struct tenon_plugin *p, const char *kind, struct err *e)
{
	size_t n = p->interface == NULL ? 0 : strlen(p->interface);

	if (p->abi != TENON_ABI)
		return err_set(e, TENON_UNSUPPORTED, "it speaks ABI %u, this tenond %d: rebuild it with this SDK", p->abi, TENON_ABI);
	if (p->size < sizeof *p)
		return err_set(e, TENON_UNSUPPORTED, "its descriptor has %u bytes, this tenond reads %zu: rebuild it", p->size, sizeof *p);
	if (p->name == NULL || p->interface == NULL || p->version == NULL || p->methods == NULL)
		return err_set(e, TENON_INVALID_ARGUMENT, "its descriptor lacks name, interface, version or methods");
	if (strncmp(kind, p->interface, n) != 0 || kind[n] != '/' || strcmp(kind + n + 1, p->name) != 0)
		return err_set(e, TENON_INVALID_ARGUMENT, "it calls itself %s/%s but lies at %s.so", p->interface, p->name, kind);
	return TENON_OK;
}

static const struct tenon_plugin *open_plugin(const char *path, const char *kind, struct err *e)
{
	const struct tenon_plugin *(*describe)(void);
	void *so = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);

	if (so == NULL) {
		err_set(e, TENON_INVALID_ARGUMENT, "%s", dlerror());
		return NULL;
	}
	*(void **)&describe = dlsym(so, "tenon_plugin_v1");
	const struct tenon_plugin *p = describe == NULL ? NULL : describe();
	if (p == NULL)
		err_set(e, TENON_INVALID_ARGUMENT, "it exports no tenon_plugin_v1 (see TENON_EXPORT)");
	else if (check_descriptor(p, kind, e) < 0)
		p = NULL;
	return p;
}

static int add_file(struct map *found, const char *dir, const char *interface, const char *file)
{
	char path[PATH_MAX], kind[512];
	size_t n = strlen(file);
	struct err e = { 0 };

	if (n < 4 || strcmp(file + n - 3, ".so") != 0)
		return TENON_OK;
	if (snprintf(path, sizeof path, "%s/%s/%s", dir, interface, file) >= (int)sizeof path ||
	    snprintf(kind, sizeof kind, "%s/%.*s", interface, (int)n - 3, file) >= (int)sizeof kind || map_get(found, kind) != NULL)
		return TENON_OK;
	const struct tenon_plugin *p = open_plugin(path, kind, &e);
	if (p == NULL) {
		log_error("plugin %s is left out: %s", path, e.text);
		return TENON_OK;
	}
	struct found *f = mem_zero(sizeof *f);
	if (f == NULL)
		return TENON_NO_MEMORY;
	f->kind = mem_strdup(kind);
	f->path = mem_strdup(path);
	f->plugin = p;
	return f->kind == NULL || f->path == NULL ? TENON_NO_MEMORY : map_put(found, kind, f);
}

static int add_interface(struct map *found, const char *dir, const char *interface)
{
	char path[PATH_MAX];
	struct dirent *d;
	int rc = TENON_OK;

	if (snprintf(path, sizeof path, "%s/%s", dir, interface) >= (int)sizeof path)
		return TENON_OK;
	DIR *files = opendir(path);
	while (files != NULL && rc == TENON_OK && (d = readdir(files)) != NULL)
		rc = add_file(found, dir, interface, d->d_name);
	if (files != NULL)
		closedir(files);
	return rc;
}

int find_plugins(struct map *found, const char *const *dirs, size_t n, struct err *e)
{
	struct dirent *d;
	int rc = TENON_OK;

	for (size_t i = 0; i < n; i++) {
		DIR *dir = opendir(dirs[i]);
		while (dir != NULL && rc == TENON_OK && (d = readdir(dir)) != NULL)
			if (d->d_name[0] != '.')
				rc = add_interface(found, dirs[i], d->d_name);
		if (dir != NULL)
			closedir(dir);
	}
	return rc < 0 ? err_set(e, rc, "no memory to list the plugins") : TENON_OK;
}

void find_free(struct map *found)
{
	MAP_EACH(found, s) {
		struct found *f = s->value;
		mem_free(f->kind);
		mem_free(f->path);
		mem_free(f);
	}
	map_free(found);
}

void find_default_dirs(char built[4096], char installed[4096])
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);

	self[n < 0 ? 0 : n] = '\0';
	const char *dir = dirname(self);
	snprintf(built, 4096, "%.4000s/plugins", dir);
	snprintf(installed, 4096, "%.4000s/../lib/tenon/plugins", dir);
}
