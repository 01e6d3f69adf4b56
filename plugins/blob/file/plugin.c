/* SPDX-License-Identifier: Apache-2.0 */
/* blob/file - objects as files below a local folder.
 *
 * Model    root/objects/<key> is the object, root/tmp/<id>.part one on its way in. Bytes arrive on the call's fiber, which
 *          parks for a slow sender; what blocks (write, fsync, rename, readdir) is offloaded to the lane `io`.
 * Threads  handlers on the home loop; everything of tree.h and upload.h on a worker.
 * Failure  a full disk is STORAGE_FULL, a read-only or vanished folder UNAVAILABLE, each with the path and the system's
 *          word for it; nothing half-written becomes visible. */
#include "key.h"
#include "tree.h"
#include "upload.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <tenon/iface/blob.h>
#include <unistd.h>

enum { PART = 256 << 10 };

struct file_store {
	const struct tenon_host *host;
	int root, tmp;   /* descriptors of objects/ and tmp/ */
	char *dir;
};

#define FILE_CONFIG(F, S) \
	F(S, const char *, dir, .doc = "where the objects lie; empty = the instance's own folder below --data")
TENON_MESSAGE(file_config, FILE_CONFIG);

/* every handler's first line */
static int check_key(struct tenon_call *c, const char *key, bool or_root)
{
	const char *fault = key_fault(key, or_root);
	return fault == NULL ? TENON_OK : tenon_fail(c, TENON_INVALID_ARGUMENT, "key \"%s\": %s", key, fault);
}

static int fail_errno(struct tenon_call *c, int code, int errnum, const char *what, const char *key)
{
	const struct file_store *s = c->self;

	if (code == TENON_NOT_FOUND)
		return tenon_fail(c, code, "no object \"%s\"", key);
	return tenon_fail(c, code, "%s \"%s\" below %s: %s", what, key, s->dir, errnum != 0 ? strerror(errnum) : "out of memory");
}

/* ---- put ---- */

struct put_work {
	struct file_store *store;
	struct upload up;
	const char *key;
	const void *p;
	size_t n;
	int errnum;
};

static int put_open(void *arg)
{
	struct put_work *w = arg;
	uint64_t id;
	w->store->host->random(&id, sizeof id);
	int rc = upload_open(&w->up, w->store->tmp, id);
	w->errnum = errno;
	return rc;
}

static int put_add(void *arg)
{
	struct put_work *w = arg;
	int rc = upload_add(&w->up, w->p, w->n);
	w->errnum = errno;
	return rc;
}

static int put_commit(void *arg)
{
	struct put_work *w = arg;
	int rc = upload_commit(&w->up, w->store->root, w->key);
	w->errnum = errno;
	return rc;
}

static int put_drop(void *arg)
{
	upload_drop(&((struct put_work *)arg)->up);
	return TENON_OK;
}

/* fills `part` as far as the stream goes: whole parts make few trips to the worker */
static int64_t read_part(struct tenon_call *c, char *part)
{
	int64_t n = 0, got = 1;

	while (n < PART && (got = tenon_read(c, part + n, (size_t)(PART - n))) > 0)
		n += got;
	return got < 0 ? got : n;
}

static int put_stream(struct tenon_call *c, const struct blob_put_args *a, struct put_work *w, char *part)
{
	int64_t n;

	while ((n = read_part(c, part)) > 0) {
		if (a->most > 0 && w->up.size + n > a->most)
			return tenon_fail(c, TENON_TOO_LARGE, "\"%s\" is longer than %lld bytes; nothing was stored", w->key, (long long)a->most);
		w->p = part;
		w->n = (size_t)n;
		int rc = c->host->offload(c, 0, put_add, w);
		if (rc < 0)
			return w->errnum != 0 ? fail_errno(c, rc, w->errnum, "cannot write", w->key) : rc;
	}
	if (n < 0)
		return tenon_fail(c, (int)n, "the upload of \"%s\" broke off; nothing was stored", w->key);
	if (w->up.size < a->least)
		return tenon_fail(c, TENON_INVALID_ARGUMENT, "\"%s\" is shorter than %lld bytes; nothing was stored", w->key, (long long)a->least);
	int rc = c->host->offload(c, 0, put_commit, w);
	return rc < 0 ? fail_errno(c, rc == TENON_NOT_FOUND ? TENON_CONFLICT : rc, w->errnum, "cannot store", w->key) : TENON_OK;
}

static int put(struct tenon_call *c, const struct blob_put_args *a, struct blob_put_result *out)
{
	struct put_work w = { .store = c->self, .key = a->key, .up = { .fd = -1 } };
	char *part = malloc(PART);

	if (part == NULL)
		return TENON_NO_MEMORY;
	int rc = check_key(c, a->key, false);
	if (rc == TENON_OK && (rc = c->host->offload(c, 0, put_open, &w)) < 0 && w.errnum != 0)
		fail_errno(c, rc, w.errnum, "cannot begin", a->key);
	if (rc == TENON_OK)
		rc = put_stream(c, a, &w, part);
	if (c->host->offload(c, 0, put_drop, &w) < 0)
		put_drop(&w); /* the lane is full: a close and an unlink on the loop are the lesser evil */
	free(part);
	if (rc < 0)
		return rc;
	out->has.size = out->has.digest = 1;
	out->size = w.up.size;
	out->digest = tenon_strndup(c, w.up.digest, 64);
	return out->digest == NULL ? TENON_NO_MEMORY : TENON_OK;
}
TENON_HANDLER(put, struct blob_put_args, struct blob_put_result)

/* ---- get ---- */

struct get_work { struct file_store *store; const char *key; int fd; struct stat st; char etag[80]; int errnum; };

static int get_open(void *arg)
{
	struct get_work *w = arg;
	char digest[64];

	w->fd = tree_open_object(w->store->root, w->key);
	w->errnum = errno;
	if (w->fd < 0)
		return w->fd;
	fstat(w->fd, &w->st);
	if (fgetxattr(w->fd, "user.tenon.sha256", digest, sizeof digest) == sizeof digest)
		snprintf(w->etag, sizeof w->etag, "%.64s", digest);
	else
		snprintf(w->etag, sizeof w->etag, "%llx-%llx.%lx", (unsigned long long)w->st.st_size,
		         (unsigned long long)w->st.st_mtim.tv_sec, w->st.st_mtim.tv_nsec);
	return TENON_OK;
}

static int get(struct tenon_call *c, const struct blob_key_args *a, struct tenon_empty *out)
{
	struct get_work w = { .store = c->self, .key = a->key, .fd = -1 };
	struct tenon_span span;

	(void)out;
	TRY(check_key(c, a->key, false));
	int rc = c->host->offload(c, 0, get_open, &w);
	if (rc < 0)
		return fail_errno(c, rc, w.errnum, "cannot read", a->key);
	struct tenon_content content = { .etag = tenon_strndup(c, w.etag, strlen(w.etag)), .size = w.st.st_size, .mtime = w.st.st_mtim.tv_sec };
	rc = c->host->content(c, &content, &span);
	if (rc == TENON_OK && span.length > 0)
		return c->host->write_file(c, w.fd, span.offset, span.length);
	close(w.fd);
	return rc;
}
TENON_HANDLER(get, struct blob_key_args, struct tenon_empty)

/* ---- list, delete ---- */

static int list(struct tenon_call *c, const struct blob_list_args *a, struct blob_list_result *out)
{
	const struct file_store *s = c->self;
	struct tree_entry *entries = NULL;
	size_t n = 0, from = 0, kept = 0;

	TRY(check_key(c, a->prefix, true));
	int rc = tree_list(s->root, a->prefix, &entries, &n);
	if (rc < 0)
		fail_errno(c, rc, errno, "cannot list", a->prefix);
	while (from < n && *a->after != '\0' && strcmp(entries[from].name, a->after) <= 0)
		from++;
	struct blob_entry *v = rc < 0 ? NULL : tenon_alloc(c, (n - from) * sizeof *v + 1);
	for (size_t i = from; v != NULL && i < n && (a->max <= 0 || (int64_t)kept < a->max); i++) {
		const struct tree_entry *e = &entries[i];
		v[kept] = (struct blob_entry){ .has = { .name = 1, .is_prefix = 1, .size = !e->is_dir },
		                               .name = tenon_strndup(c, e->name, strlen(e->name)), .is_prefix = e->is_dir, .size = e->size };
		if (v[kept++].name == NULL)
			v = NULL;
	}
	for (size_t i = 0; i < n; i++)
		free(entries[i].name);
	free(entries);
	if (rc < 0)
		return rc;
	out->has.entries = 1;
	out->entries = (struct blob_entry_list){ v, kept };
	return v == NULL ? TENON_NO_MEMORY : TENON_OK;
}
TENON_HANDLER(list, struct blob_list_args, struct blob_list_result)

static int delete(struct tenon_call *c, const struct blob_key_args *a, struct blob_delete_result *out)
{
	const struct file_store *s = c->self;

	TRY(check_key(c, a->key, false));
	int rc = tree_delete(s->root, a->key, &out->deleted);
	if (rc < 0)
		return fail_errno(c, rc, errno, "cannot delete", a->key);
	out->has.deleted = 1;
	return TENON_OK;
}
TENON_HANDLER(delete, struct blob_key_args, struct blob_delete_result)

/* ---- lifecycle ---- */

static int open_below(const char *dir, const char *name, char *why, size_t size)
{
	char path[4096];

	snprintf(path, sizeof path, "%s/%s", dir, name);
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return snprintf(why, size, "cannot make %s: %s", path, strerror(errno)), -1;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		snprintf(why, size, "cannot open %s: %s", path, strerror(errno));
	return fd;
}

static void destroy(void *self)
{
	struct file_store *s = self;

	if (s->root >= 0)
		close(s->root);
	if (s->tmp >= 0)
		close(s->tmp);
	free(s->dir);
	free(s);
}

static int create(const struct tenon_host *h, const void *config, void **self, char *why, size_t size)
{
	const struct file_config *cfg = config;
	const char *dir = *cfg->dir != '\0' ? cfg->dir : h->data_dir;
	struct file_store *s = calloc(1, sizeof *s);

	if (s == NULL || (s->dir = strdup(dir)) == NULL) {
		free(s);
		return TENON_NO_MEMORY;
	}
	s->host = h;
	s->root = s->tmp = -1;
	if ((mkdir(dir, 0700) != 0 && errno != EEXIST) || (s->root = open_below(dir, "objects", why, size)) < 0 ||
	    (s->tmp = open_below(dir, "tmp", why, size)) < 0) {
		if (*why == '\0')
			snprintf(why, size, "cannot make %s: %s", dir, strerror(errno));
		destroy(s);
		return TENON_UNAVAILABLE;
	}
	upload_sweep(s->tmp);
	*self = s;
	return TENON_OK;
}

static int is_writable(void *arg)
{
	const struct file_store *s = arg;
	struct stat root, tmp;
	bool there = fstat(s->root, &root) == 0 && fstat(s->tmp, &tmp) == 0 && root.st_nlink > 0 && tmp.st_nlink > 0;
	return there && faccessat(s->tmp, ".", W_OK, 0) == 0 ? TENON_OK : TENON_UNAVAILABLE;
}

static int ready(struct tenon_call *c)
{
	const struct file_store *s = c->self;
	int rc = c->host->offload(c, 0, is_writable, c->self);
	return rc < 0 ? tenon_fail(c, TENON_UNAVAILABLE, "%s cannot be written, or was removed: mend it and restart tenond", s->dir) : TENON_OK;
}

static const struct tenon_lane lanes[] = { { "io", 2, 4096 }, { 0 } };

static const struct tenon_method methods[] = {
	{ .name = "put", .since = 1, .flags = TENON_WRITE | TENON_IDEMPOTENT | TENON_STREAM_IN | TENON_HIDDEN, .args = &blob_put_args_table,
	  .result = &blob_put_result_table, .handler = put_handler, .errors = "STORAGE_FULL CONFLICT",
	  .doc = "Stores the call's stream as an object, whole or not at all." },
	{ .name = "get", .since = 1, .flags = TENON_IDEMPOTENT | TENON_STREAM_OUT | TENON_HIDDEN, .args = &blob_key_args_table,
	  .result = &tenon_empty_table, .handler = get_handler, .errors = "NOT_FOUND", .doc = "Answers with an object's bytes." },
	{ .name = "list", .since = 1, .flags = TENON_IDEMPOTENT | TENON_BLOCKING | TENON_HIDDEN, .args = &blob_list_args_table,
	  .result = &blob_list_result_table, .handler = list_handler, .doc = "The direct children of a prefix, by name." },
	{ .name = "delete", .since = 1, .flags = TENON_WRITE | TENON_IDEMPOTENT | TENON_BLOCKING | TENON_HIDDEN, .args = &blob_key_args_table,
	  .result = &blob_delete_result_table, .handler = delete_handler, .errors = "NOT_FOUND",
	  .doc = "Removes an object, or all below a prefix." },
	{ 0 },
};

static const struct tenon_plugin file = {
	.size = sizeof file, .abi = TENON_ABI, .name = "file", .version = "1.0.0", .interface = "blob", .licence = "Apache-2.0",
	.doc = "Objects as files below a local folder.", .config = &file_config_table, .methods = methods, .lanes = lanes,
	.builtin = "blob", .create = create, .destroy = destroy, .ready = ready,
};
TENON_EXPORT(file);
