/* SPDX-License-Identifier: Apache-2.0 */
/* find - readdir, dlopen, and a look at the descriptor; or tenon-host does the latter two and says what it saw. */
#include "find.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"

#include "describe.h"
#include "python.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DESCRIBE_MS = 10000 };

static int check_descriptor(const struct tenon_plugin *p, const char *kind, struct err *e)
{
	size_t n = p->interface == NULL ? 0 : strlen(p->interface);

	if (p->abi != TENON_ABI)
		return err_set(e, TENON_UNSUPPORTED, "it speaks ABI %u, this tenond %d: rebuild it with this SDK", p->abi, TENON_ABI);
	if (p->size < sizeof *p)
		return err_set(e, TENON_UNSUPPORTED, "its descriptor has %u bytes, this tenond reads %zu: rebuild it", p->size, sizeof *p);
	if (p->name == NULL || p->interface == NULL || p->version == NULL || p->methods == NULL)
		return err_set(e, TENON_INVALID_ARGUMENT, "its descriptor lacks name, interface, version or methods");
	if (kind == NULL)
		return TENON_OK;
	if (strncmp(kind, p->interface, n) != 0 || kind[n] != '/' || strcmp(kind + n + 1, p->name) != 0)
		return err_set(e, TENON_INVALID_ARGUMENT, "it calls itself %s/%s but lies at %s", p->interface, p->name, kind);
	return TENON_OK;
}

const struct tenon_plugin *find_open(const char *path, const char *kind, struct err *e)
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

/* ---- described by a process of its own, whose crash is its own ---- */

static int read_all(int fd, struct buf *b, struct err *e)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	for (;;) {
		int rc = poll(&p, 1, DESCRIBE_MS);
		if (rc < 0 && errno == EINTR)
			continue;
		if (rc <= 0)
			return err_set(e, TENON_DEADLINE_EXCEEDED, "it did not describe itself within %d s", DESCRIBE_MS / 1000);
		if (!buf_reserve(b, 65536))
			return err_set(e, TENON_NO_MEMORY, "no memory");
		ssize_t n = read(fd, b->p + b->n, b->room - b->n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0 ? TENON_OK : err_set(e, TENON_UNAVAILABLE, "its description cannot be read");
		b->n += (size_t)n;
		if (b->n > DESCRIBE_BYTES_MOST)
			return err_set(e, TENON_TOO_LARGE, "its description is longer than %d bytes", DESCRIBE_BYTES_MOST);
	}
}

/* what it says on stderr, in the error; what it says on stdout, in `out` */
static int run_describe(const char *path, const char *python, struct buf *out, struct err *e)
{
	char program[PATH_MAX];
	char describe[] = "--describe", *argv[] = { program, describe, (char *)path, (char *)(uintptr_t)python, NULL }, *env[] = { NULL };
	int good[2], bad[2], status = 0;
	posix_spawn_file_actions_t files;
	struct buf said = { 0 };
	pid_t pid;

	find_host_program(program);
	if (pipe2(good, O_CLOEXEC) != 0)
		return err_set(e, TENON_UNAVAILABLE, "no pipe: %s", strerror(errno));
	if (pipe2(bad, O_CLOEXEC) != 0) {
		close(good[0]);
		close(good[1]);
		return err_set(e, TENON_UNAVAILABLE, "no pipe: %s", strerror(errno));
	}
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, good[1], STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&files, bad[1], STDERR_FILENO);
	int rc = posix_spawn(&pid, program, &files, NULL, argv, env);
	posix_spawn_file_actions_destroy(&files);
	close(good[1]);
	close(bad[1]);
	if (rc != 0) {
		rc = err_set(e, TENON_UNAVAILABLE, "%s: %s", program, strerror(rc));
	} else {
		rc = read_all(good[0], out, e);
		if (rc < 0)
			kill(pid, SIGKILL);
		read_all(bad[0], &said, NULL);
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
		if (rc == TENON_OK && status != 0) {
			said.n = said.n > 0 && said.p[said.n - 1] == '\n' ? said.n - 1 : said.n;
			rc = WIFSIGNALED(status) ? err_set(e, TENON_INVALID_ARGUMENT, "it died of signal %d when it was asked what it is", WTERMSIG(status))
				: err_set(e, TENON_INVALID_ARGUMENT, "%.*s", (int)said.n, said.p);
		}
	}
	close(good[0]);
	close(bad[0]);
	buf_free(&said);
	return rc;
}

const struct described *find_describe(const char *path, const char *kind, const char *python, struct err *e)
{
	struct buf bytes = { 0 };
	struct described *d = NULL;
	int rc = run_describe(path, python, &bytes, e);

	if (rc == TENON_OK)
		rc = describe_unpack(bytes.p, bytes.n, &d, e);
	buf_free(&bytes);
	return rc == TENON_OK && check_descriptor(d->plugin, kind, e) == TENON_OK ? d : NULL;
}

int find_load(struct found *f, struct err *e)
{
	if (f->python != NULL)
		return err_set(e, TENON_UNSUPPORTED, "%s is written in Python and runs in a process of its own only: its placement is process (or "
		               "default)", f->kind);
	const struct tenon_plugin *p = f->loaded ? f->plugin : find_open(f->path, f->kind, e);
	if (p == NULL)
		return e->code;
	f->plugin = p;
	f->loaded = true;
	return TENON_OK;
}

/* ---- folders ---- */

struct search { struct map *found; const struct find_conf *conf; struct python python; bool shipped; };

static int add_file(struct search *s, const char *dir, const char *interface, const char *file)
{
	char path[PATH_MAX], kind[512];
	size_t n = strlen(file);
	struct err e = { 0 };
	bool is_python = n > 3 && strcmp(file + n - 3, ".py") == 0, shipped = s->shipped && !is_python;

	if (n < 4 || (strcmp(file + n - 3, ".so") != 0 && !is_python))
		return TENON_OK;
	if (snprintf(path, sizeof path, "%s/%s/%s", dir, interface, file) >= (int)sizeof path ||
	    snprintf(kind, sizeof kind, "%s/%.*s", interface, (int)n - 3, file) >= (int)sizeof kind || map_get(s->found, kind) != NULL)
		return TENON_OK;
	char origin[PATH_MAX];
	snprintf(origin, sizeof origin, "%s", path);
	bool admitted = s->shipped || trust_admit(&s->conf->trust, origin, path, &e) == TENON_OK;
	const char *python = is_python && admitted ? python_program(&s->python, &e) : NULL;
	const struct described *d = shipped || !admitted || (is_python && python == NULL) ? NULL : find_describe(path, kind, python, &e);
	const struct tenon_plugin *p = shipped ? find_open(path, kind, &e) : d != NULL ? d->plugin : NULL;
	if (p == NULL) {
		log_error("plugin %s is left out: %s", origin, e.text);
		return TENON_OK;
	}
	struct found *f = mem_zero(sizeof *f);
	if (f == NULL)
		return TENON_NO_MEMORY;
	f->kind = mem_strdup(kind);
	f->path = mem_strdup(path);
	f->origin = mem_strdup(origin);
	f->plugin = p;
	f->python = python == NULL ? NULL : mem_strdup(python);
	f->shipped = f->loaded = shipped;
	f->lazy = shipped ? p->start == NULL : !d->starts;
	f->dialects = shipped ? p->dialects != NULL : d->dialects;
	return f->kind == NULL || f->path == NULL || f->origin == NULL || (python != NULL && f->python == NULL) ? TENON_NO_MEMORY : map_put(s->found, kind, f);
}

static int add_interface(struct search *s, const char *dir, const char *interface)
{
	char path[PATH_MAX];
	struct dirent *d;
	int rc = TENON_OK;

	if (snprintf(path, sizeof path, "%s/%s", dir, interface) >= (int)sizeof path)
		return TENON_OK;
	DIR *files = opendir(path);
	while (files != NULL && rc == TENON_OK && (d = readdir(files)) != NULL)
		rc = add_file(s, dir, interface, d->d_name);
	if (files != NULL)
		closedir(files);
	return rc;
}

int find_plugins(struct map *found, const struct find_conf *conf, struct err *e)
{
	char whole[PATH_MAX];
	struct search s = { .found = found, .conf = conf, .python = { .wanted = conf->python } };
	struct dirent *d;
	int rc = TENON_OK;

	for (size_t i = 0; i < conf->n; i++) {
		const char *path = realpath(conf->dirs[i].path, whole) != NULL ? whole : conf->dirs[i].path; /* a host has another working folder */
		DIR *dir = opendir(path);
		s.shipped = conf->dirs[i].shipped;
		while (dir != NULL && rc == TENON_OK && (d = readdir(dir)) != NULL)
			if (d->d_name[0] != '.')
				rc = add_interface(&s, path, d->d_name);
		if (dir != NULL)
			closedir(dir);
	}
	mem_free(s.python.program);
	return rc < 0 ? err_set(e, rc, "no memory to list the plugins") : TENON_OK;
}

void find_free(struct map *found)
{
	MAP_EACH(found, s) {
		struct found *f = s->value;
		mem_free(f->kind);
		mem_free(f->path);
		mem_free(f->origin);
		mem_free(f->python);
		mem_free(f);
	}
	map_free(found);
}

void find_host_program(char path[4096])
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);

	self[n < 0 ? 0 : n] = '\0';
	snprintf(path, 4096, "%.4000s/tenon-host", dirname(self));
}

void find_default_dirs(struct find_dir dirs[FIND_DEFAULTS], char rooms[FIND_DEFAULTS][4096])
{
	static const struct find_dir below[FIND_DEFAULTS] = { { "plugins", true }, { "../lib/tenon/plugins", true }, { "../lib/tenon/vendor", false } };
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);

	self[n < 0 ? 0 : n] = '\0';
	const char *dir = dirname(self);
	for (size_t i = 0; i < FIND_DEFAULTS; i++) {
		snprintf(rooms[i], sizeof rooms[i], "%.4000s/%s", dir, below[i].path);
		dirs[i] = (struct find_dir){ rooms[i], below[i].shipped };
	}
}
