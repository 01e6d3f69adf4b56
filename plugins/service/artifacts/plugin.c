/* SPDX-License-Identifier: Apache-2.0 */
/* service/artifacts - the artifact proxy of MLflow over a blob store.
 *
 * Model    A path is checked and becomes a key below the caller's workspace; then the call is relayed to the blob instance,
 *          so bytes go between door and store, never through here. Multipart and presigned links are answered as a server
 *          without them answers: the client falls back to a plain PUT and GET.
 * Source   mlflow/server/handlers.py (mlflow_artifacts), protos/mlflow_artifacts.proto. */
#include "artifacts.h"
#include "media.h"
#include "messages.h"
#include "path.h"
#include "run.h"

#include <stdlib.h>

enum { UI_UPLOAD_MOST = 10 << 20 };

static const char *blob_of(const struct tenon_call *c) { return ((const struct artifacts *)c->self)->blob; }

/* ---- bytes ---- */

static int store(struct tenon_call *c, const char *key, int64_t least, int64_t most)
{
	struct blob_put_args put = { .has = { .key = 1, .least = 1, .most = 1 }, .key = key, .least = least, .most = most };
	struct blob_put_result stored = { .has = { 0 } };
	return TENON_RELAY(c, blob_of(c), "put", blob_put_args, &put, blob_put_result, &stored);
}

static bool is_directory(struct tenon_call *c, const char *key)
{
	struct blob_list_args list = { .has = { .prefix = 1, .max = 1 }, .prefix = key, .after = "", .max = 1 };
	struct blob_list_result found = { .has = { 0 } };
	return TENON_CALL(c, blob_of(c), "list", blob_list_args, &list, blob_list_result, &found) == TENON_OK && found.entries.n > 0;
}

static int send(struct tenon_call *c, const char *key, const char *path)
{
	struct blob_key_args get = { .has = { .key = 1 }, .key = key };
	struct tenon_content content = { .type = media_type(path_name(key)), .filename = path_name(key), .size = -1, .mtime = -1 };
	struct tenon_empty out;

	TRY(c->host->content(c, &content, NULL));
	int rc = TENON_RELAY(c, blob_of(c), "get", blob_key_args, &get, tenon_empty, &out);
	if (rc != TENON_NOT_FOUND)
		return rc;
	if (is_directory(c, key))
		return tenon_fail(c, TENON_INVALID_ARGUMENT, "Artifact path refers to a directory, not a file: '%s'", path);
	return tenon_fail(c, TENON_NOT_FOUND, "No such artifact: '%s'", path);
}

static int check_file_name(struct tenon_call *c, const char *path)
{
	const char *name = path_name(path);

	if (strncmp(name, ".artifact.uploading.", 20) == 0)
		return tenon_fail(c, TENON_INVALID_ARGUMENT, "Invalid artifact file name: '%s'. Artifact names starting with '.artifact.uploading.' are "
		                  "reserved.", name);
	if (*name == '\0')
		return tenon_fail(c, TENON_INVALID_ARGUMENT, "Artifact path must include a filename (cannot end with '/').");
	return TENON_OK;
}

/* A name to be stored must be the name that it is found by: what reading forgives (`a//b`, `a/./b`) writing refuses. */
static int check_name(struct tenon_call *c, const char *path, const char *key)
{
	const char *found = key + strlen(c->workspace) + 1;

	TRY(check_file_name(c, path));
	if (strcmp(path, found) == 0)
		return TENON_OK;
	return tenon_fail(c, TENON_INVALID_ARGUMENT, "Invalid artifact path: '%s'. Names may be treated as files in certain cases, and must not resolve "
	                  "to other names when treated as such. This name would resolve to '%s'", path, found);
}

static int upload(struct tenon_call *c, const struct path_args *a, struct tenon_empty *out)
{
	const char *path = path_check(c, a->artifact_path);
	const char *key = path == NULL ? NULL : path_key(c, "", path);

	(void)out;
	if (key == NULL)
		return TENON_INVALID_ARGUMENT;
	TRY(check_name(c, path, key));
	return store(c, key, 0, 0);
}
TENON_HANDLER(upload, struct path_args, struct tenon_empty)

static int download(struct tenon_call *c, const struct path_args *a, struct tenon_empty *out)
{
	const char *path = path_check(c, a->artifact_path);
	const char *key = path == NULL ? NULL : path_key(c, "", path);

	(void)out;
	return key == NULL ? TENON_INVALID_ARGUMENT : send(c, key, path);
}
TENON_HANDLER(download, struct path_args, struct tenon_empty)

static int delete(struct tenon_call *c, const struct path_args *a, struct tenon_empty *out)
{
	const char *path = path_check(c, a->artifact_path);
	const char *key = path == NULL ? NULL : path_key(c, "", path);
	struct blob_key_args del = { .has = { .key = 1 }, .key = key };
	struct blob_delete_result gone = { .has = { 0 } };

	(void)out;
	if (key == NULL)
		return TENON_INVALID_ARGUMENT;
	if (strcmp(path_name(path), ".") == 0 || strlen(key) <= strlen(c->workspace) + 1) /* never a directory by that name, nor all there is */
		return tenon_fail(c, TENON_INVALID_ARGUMENT, "Invalid path");
	int rc = TENON_CALL(c, blob_of(c), "delete", blob_key_args, &del, blob_delete_result, &gone);
	return rc == TENON_NOT_FOUND ? TENON_OK : rc; /* what is not there is deleted already */
}
TENON_HANDLER(delete, struct path_args, struct tenon_empty)

/* ---- listings ---- */

/* the children of `key`; their paths get `prefix` in front, "" or a path */
static int browse_key(struct tenon_call *c, const char *key, const char *prefix, struct file_info_list *files)
{
	struct blob_list_args list = { .has = { .prefix = 1 }, .prefix = key, .after = "" };
	struct blob_list_result found = { .has = { 0 } };

	TRY(TENON_CALL(c, blob_of(c), "list", blob_list_args, &list, blob_list_result, &found));
	files->n = found.entries.n;
	files->v = tenon_alloc(c, files->n * sizeof *files->v + 1);
	for (size_t i = 0; files->v != NULL && i < files->n; i++) {
		const struct blob_entry *e = &found.entries.v[i];
		size_t n = strlen(prefix);
		bool slash = n > 0 && prefix[n - 1] != '/';
		files->v[i] = (struct file_info){ .has = { .path = 1, .is_dir = 1, .file_size = !e->is_prefix && e->size > 0 },
		                                  .path = n > 0 ? tenon_printf(c, "%s%s%s", prefix, slash ? "/" : "", e->name) : e->name,
		                                  .is_dir = e->is_prefix, .file_size = e->size };
		if (files->v[i].path == NULL)
			return TENON_NO_MEMORY;
	}
	return files->v == NULL ? TENON_NO_MEMORY : TENON_OK;
}

static int browse(struct tenon_call *c, const struct browse_args *a, struct browse_result *out)
{
	const char *path = path_check(c, a->path);
	const char *key = path == NULL ? NULL : path_key(c, "", path);

	out->has.files = 1;
	return key == NULL ? TENON_INVALID_ARGUMENT : browse_key(c, key, "", &out->files);
}
TENON_HANDLER(browse, struct browse_args, struct browse_result)

static int list(struct tenon_call *c, const struct list_args *a, struct list_result *out)
{
	const char *path = path_check(c, a->path);
	struct run_root root;

	if (path == NULL)
		return TENON_INVALID_ARGUMENT;
	TRY(run_root(c, a->run_id, &root));
	const char *key = path_key(c, root.path, path);
	out->has.root_uri = out->has.files = 1;
	out->root_uri = root.uri;
	return key == NULL ? TENON_NO_MEMORY : browse_key(c, key, path, &out->files);
}
TENON_HANDLER(list, struct list_args, struct list_result)

/* ---- files of a run, for browsers ---- */

struct run_file { const char *key, *path, *shown; /* `path`: below the run's root, as asked for; `shown`: below the artifact root */ };

static int find_run_file(struct tenon_call *c, const struct run_file_args *a, struct run_file *f)
{
	const char *run_id = *a->run_id != '\0' ? a->run_id : a->has.run_uuid ? a->run_uuid : "None";
	const char *safe = path_check(c, a->path);
	struct run_root root;

	if (safe == NULL)
		return TENON_INVALID_ARGUMENT;
	TRY(run_root(c, run_id, &root));
	f->key = path_key(c, root.path, safe);
	f->path = safe;
	f->shown = tenon_printf(c, "%s/%s", root.path, safe);
	return f->key == NULL || f->shown == NULL ? TENON_NO_MEMORY : TENON_OK;
}

static int get_file(struct tenon_call *c, const struct run_file_args *a, struct tenon_empty *out)
{
	struct run_file file;

	(void)out;
	if (!a->has.path)
		return tenon_fail(c, TENON_INVALID_ARGUMENT, "Request must specify path.");
	TRY(find_run_file(c, a, &file));
	return send(c, file.key, file.shown);
}
TENON_HANDLER(get_file, struct run_file_args, struct tenon_empty)

static int upload_file(struct tenon_call *c, const struct run_file_args *a, struct tenon_empty *out)
{
	struct run_file file;

	(void)out;
	if (*a->run_id == '\0' && *a->run_uuid == '\0')
		return tenon_fail(c, TENON_INVALID_ARGUMENT, "Request must specify run_id or run_uuid.");
	if (*a->path == '\0')
		return tenon_fail(c, TENON_INVALID_ARGUMENT, "Request must specify path.");
	TRY(find_run_file(c, a, &file));
	const char *alone = path_key(c, "", file.path);
	TRY(alone == NULL ? TENON_NO_MEMORY : check_name(c, file.path, alone));
	int rc = store(c, file.key, 1, UI_UPLOAD_MOST);
	if (rc == TENON_TOO_LARGE)
		return tenon_fail(c, TENON_INVALID_ARGUMENT, "Artifact size is too large. Max size is 10MB.");
	return rc == TENON_INVALID_ARGUMENT ? tenon_fail(c, rc, "Request must specify data.") : rc;
}
TENON_HANDLER(upload_file, struct run_file_args, struct tenon_empty)

/* ---- what this server has not ---- */

/* behind the last slash or backslash: old clients send their local path, perhaps one of Windows */
static const char *last_part(const char *path)
{
	const char *name = path_name(path), *back = strrchr(name, '\\');
	return back != NULL ? back + 1 : name;
}

static int no_multipart(struct tenon_call *c, const char *artifact_path, const char *file)
{
	const char *name = last_part(file);

	if (path_check(c, artifact_path) == NULL || (name = path_check(c, name)) == NULL)
		return TENON_INVALID_ARGUMENT;
	name = last_part(name); /* separators that were escaped */
	if (*name == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return tenon_fail(c, TENON_INVALID_ARGUMENT, "Invalid path");
	return tenon_fail(c, TENON_UNSUPPORTED, "Multipart upload is not supported for the current artifact repository");
}

static int mpu_create(struct tenon_call *c, const struct mpu_create_args *a, struct tenon_empty *out)
{
	(void)out;
	return no_multipart(c, a->artifact_path, a->path);
}
TENON_HANDLER(mpu_create, struct mpu_create_args, struct tenon_empty)

static int mpu_complete(struct tenon_call *c, const struct mpu_complete_args *a, struct tenon_empty *out)
{
	(void)out;
	return no_multipart(c, a->artifact_path, a->path);
}
TENON_HANDLER(mpu_complete, struct mpu_complete_args, struct tenon_empty)

static int mpu_abort(struct tenon_call *c, const struct mpu_abort_args *a, struct tenon_empty *out)
{
	(void)out;
	return no_multipart(c, a->artifact_path, a->path);
}
TENON_HANDLER(mpu_abort, struct mpu_abort_args, struct tenon_empty)

static int presigned(struct tenon_call *c, const struct path_args *a, struct tenon_empty *out)
{
	(void)out;
	if (path_check(c, a->artifact_path) == NULL)
		return TENON_INVALID_ARGUMENT;
	return tenon_fail(c, TENON_UNSUPPORTED, "Multipart download is not supported for the current artifact repository");
}
TENON_HANDLER(presigned, struct path_args, struct tenon_empty)

static int presigned_upload(struct tenon_call *c, const struct presigned_upload_args *a, struct tenon_empty *out)
{
	struct run_root root;

	(void)out;
	if ((*a->run_id == '\0') == (*a->model_id == '\0'))
		return tenon_fail(c, TENON_INVALID_ARGUMENT, "Exactly one of run_id and model_id must be provided.");
	if (path_check(c, a->path) == NULL)
		return TENON_INVALID_ARGUMENT;
	if (*a->run_id != '\0') {
		TRY(run_root(c, a->run_id, &root));
		return tenon_fail(c, TENON_INVALID_ARGUMENT, "Presigned upload is not supported for proxied artifact storage (artifact URI scheme: %.*s). "
		                  "This endpoint requires a direct cloud storage artifact URI.", (int)strcspn(root.uri, ":"), root.uri);
	}
	return tenon_fail(c, TENON_UNSUPPORTED, "Presigned upload is not supported for the current artifact repository");
}
TENON_HANDLER(presigned_upload, struct presigned_upload_args, struct tenon_empty)

/* ---- the table ---- */

#define PROXY "/(api|ajax-api)/2.0/mlflow-artifacts/"
#define ROUTE(name, verb_path) static const struct tenon_route name[] = { { "mlflow", verb_path }, { 0 } }

ROUTE(upload_route, "PUT " PROXY "artifacts/{artifact_path*}");
ROUTE(download_route, "GET " PROXY "artifacts/{artifact_path*}");
ROUTE(delete_route, "DELETE " PROXY "artifacts/{artifact_path*}");
ROUTE(browse_route, "GET " PROXY "artifacts");
ROUTE(list_route, "GET /(api|ajax-api)/2.0/mlflow/artifacts/list");
ROUTE(get_file_route, "GET /get-artifact");
ROUTE(upload_file_route, "POST /ajax-api/2.0/mlflow/upload-artifact");
ROUTE(mpu_create_route, "POST " PROXY "mpu/create/{artifact_path*}");
ROUTE(mpu_complete_route, "POST " PROXY "mpu/complete/{artifact_path*}");
ROUTE(mpu_abort_route, "POST " PROXY "mpu/abort/{artifact_path*}");
ROUTE(presigned_upload_route, "POST /(api|ajax-api)/2.0/mlflow/artifacts/presigned-upload-url");
ROUTE(presigned_route, "GET " PROXY "presigned/{artifact_path*}");

#define METHOD(fn, args_t, result_t) .name = #fn, .since = 1, .args = &args_t##_table, .result = &result_t##_table, .handler = fn##_handler
static const struct tenon_method methods[] = {
	{ METHOD(upload, path_args, tenon_empty), .flags = TENON_WRITE | TENON_IDEMPOTENT | TENON_STREAM_IN, .routes = upload_route,
	  .cli = "artifacts put ARTIFACT_PATH", .permission = "edit@artifact_path", .errors = "STORAGE_FULL CONFLICT",
	  .doc = "Stores the request's body as an artifact, whole or not at all." },
	{ METHOD(download, path_args, tenon_empty), .flags = TENON_IDEMPOTENT | TENON_STREAM_OUT, .routes = download_route,
	  .cli = "artifacts get ARTIFACT_PATH", .permission = "read@artifact_path", .errors = "NOT_FOUND",
	  .doc = "Answers with an artifact's bytes; understands Range and If-None-Match." },
	{ METHOD(delete, path_args, tenon_empty), .flags = TENON_WRITE | TENON_IDEMPOTENT, .routes = delete_route,
	  .cli = "artifacts rm ARTIFACT_PATH", .permission = "edit@artifact_path", .doc = "Deletes an artifact, or all below a directory." },
	{ METHOD(browse, browse_args, browse_result), .flags = TENON_IDEMPOTENT, .routes = browse_route,
	  .cli = "artifacts ls PATH", .permission = "read@path", .doc = "Lists a directory of the artifact root." },
	{ METHOD(list, list_args, list_result), .flags = TENON_IDEMPOTENT, .routes = list_route, .cli = "runs artifacts RUN_ID PATH",
	  .permission = "read@run_id", .errors = "NOT_FOUND", .doc = "Lists a directory of a run's artifacts." },
	{ METHOD(get_file, run_file_args, tenon_empty), .flags = TENON_IDEMPOTENT | TENON_STREAM_OUT, .routes = get_file_route,
	  .permission = "read@run_id", .errors = "NOT_FOUND", .doc = "Answers with the bytes of a run's artifact." },
	{ METHOD(upload_file, run_file_args, tenon_empty), .flags = TENON_WRITE | TENON_IDEMPOTENT | TENON_STREAM_IN,
	  .routes = upload_file_route, .permission = "edit@run_uuid", .errors = "NOT_FOUND STORAGE_FULL",
	  .doc = "Stores a small artifact of a run, from a browser." },
	{ METHOD(mpu_create, mpu_create_args, tenon_empty), .routes = mpu_create_route, .permission = "edit@artifact_path", .errors = "UNSUPPORTED",
	  .doc = "Multipart uploads are not offered: clients fall back to one PUT." },
	{ METHOD(mpu_complete, mpu_complete_args, tenon_empty), .routes = mpu_complete_route, .permission = "edit@artifact_path",
	  .errors = "UNSUPPORTED", .doc = "Multipart uploads are not offered." },
	{ METHOD(mpu_abort, mpu_abort_args, tenon_empty), .routes = mpu_abort_route, .permission = "edit@artifact_path", .errors = "UNSUPPORTED",
	  .doc = "Multipart uploads are not offered." },
	{ METHOD(presigned, path_args, tenon_empty), .flags = TENON_IDEMPOTENT, .routes = presigned_route, .permission = "read@artifact_path",
	  .errors = "UNSUPPORTED", .doc = "Presigned links are not offered: clients fall back to a plain GET." },
	{ METHOD(presigned_upload, presigned_upload_args, tenon_empty), .routes = presigned_upload_route, .permission = "edit@run_id",
	  .errors = "NOT_FOUND UNSUPPORTED", .doc = "Presigned links are not offered: clients upload through this server." },
	{ 0 },
};

/* ---- lifecycle ---- */

#define ARTIFACTS_CONFIG(F, S) \
	F(S, const char *, blob, .dflt = "blob", .doc = "the blob instance that keeps the bytes") \
	F(S, const char *, tracking, .dflt = "tracking", .doc = "the service that knows the runs")
TENON_MESSAGE(artifacts_config, ARTIFACTS_CONFIG);

static void destroy(void *self)
{
	struct artifacts *s = self;
	free(s->blob);
	free(s->tracking);
	free(s);
}

static int create(const struct tenon_host *h, const void *config, void **self, char *why, size_t size)
{
	const struct artifacts_config *cfg = config;
	struct artifacts *s = calloc(1, sizeof *s);

	(void)h, (void)why, (void)size;
	if (s == NULL)
		return TENON_NO_MEMORY;
	s->blob = strdup(cfg->blob);
	s->tracking = strdup(cfg->tracking);
	*self = s;
	if (s->blob != NULL && s->tracking != NULL)
		return TENON_OK;
	destroy(s);
	return TENON_NO_MEMORY;
}

/* What a path belongs to: 1/<run_id>/... to the run, 1/... to the experiment, anything else to the workspace. */
static int path_parent(struct tenon_call *c, const char *path, struct tenon_entity *parent)
{
	size_t number = strspn(path, "0123456789"), id = path[number] == '/' ? strspn(path + number + 1, "0123456789abcdef") : 0;

	if (number == 0 || (path[number] != '/' && path[number] != '\0'))
		return TENON_OK;
	if (id == 32 && (path[number + 33] == '/' || path[number + 33] == '\0'))
		*parent = (struct tenon_entity){ "run", tenon_strndup(c, path + number + 1, id) };
	else
		*parent = (struct tenon_entity){ "experiment", tenon_strndup(c, path, number) };
	return parent->id != NULL ? TENON_OK : TENON_NO_MEMORY;
}

static const struct tenon_resolver resolvers[] = { { "artifact_path path", "artifact", path_parent }, { NULL, NULL, NULL } };

static const struct tenon_plugin artifacts = {
	.size = sizeof artifacts, .abi = TENON_ABI, .name = "artifacts", .version = "1.0.0", .interface = "service", .licence = "Apache-2.0",
	.doc = "MLflow's artifact proxy over a blob store.", .config = &artifacts_config_table, .methods = methods,
	.needs = "blob tracking", .builtin = "artifacts", .create = create, .destroy = destroy, .resolvers = resolvers,
};
TENON_EXPORT(artifacts);
