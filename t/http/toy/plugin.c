/* SPDX-License-Identifier: Apache-2.0 */
/* service/toy - methods that do what tests of the door need: echo, sleep, count, list at length, take and give bytes.
 *
 * Files lie flat in the instance's folder; a `/` in a name becomes `_` there. The dialect `toy` words errors as {"error","text"}. */
#include <tenon/plugin.h>

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- messages ---- */

#define ECHO_ARGS(F, S) \
	F(S, const char *, text, .flags = TENON_REQUIRED, .doc = "comes back") \
	F(S, int64_t, n, .dflt = "7", .range = "0..100", .doc = "comes back too") \
	F(S, struct tenon_strs, many, .doc = "any number of texts")
TENON_MESSAGE(echo_args, ECHO_ARGS);
#define ECHO_RESULT(F, S) \
	F(S, const char *, text) \
	F(S, int64_t, n) \
	F(S, struct tenon_strs, many) \
	F(S, const char *, trace)
TENON_MESSAGE(echo_result, ECHO_RESULT);

#define NAP_ARGS(F, S) \
	F(S, int64_t, ms, .dflt = "10", .doc = "how long")
TENON_MESSAGE(nap_args, NAP_ARGS);
#define COUNT_RESULT(F, S) \
	F(S, int64_t, cancelled, .doc = "naps that were cancelled") \
	F(S, int64_t, broken, .doc = "uploads that broke off") \
	F(S, int64_t, unwanted, .doc = "answers that nobody took to the end")
TENON_MESSAGE(count_result, COUNT_RESULT);

#define LIST_ARGS(F, S) \
	F(S, int64_t, n, .dflt = "3", .doc = "items") \
	F(S, int64_t, size, .dflt = "10", .doc = "bytes of padding in each") \
	F(S, int64_t, fail_at, .dflt = "-1", .doc = "the item at which it breaks")
TENON_MESSAGE(list_args, LIST_ARGS);
#define ITEM(F, S) \
	F(S, int64_t, i) \
	F(S, const char *, pad)
TENON_MESSAGE(item, ITEM);
#define LIST_RESULT(F, S) \
	F(S, struct item_list, items, TENON_MANY(item), .flags = TENON_EMIT) \
	F(S, const char *, next)
TENON_MESSAGE(list_result, LIST_RESULT);

enum how { WHOLE_FILE, IN_MEMORY, NO_SIZE, BREAKS };
static const struct tenon_name hows[] = { { "file", WHOLE_FILE }, { "memory", IN_MEMORY }, { "no_size", NO_SIZE }, { "breaks", BREAKS }, { 0 } };
#define GET_ARGS(F, S) \
	F(S, const char *, name, .flags = TENON_REQUIRED, .doc = "of the file") \
	F(S, int64_t, how, .type = TENON_ENUM, .names = hows, .dflt = "file", .doc = "sendfile, or chunks of memory")
TENON_MESSAGE(get_args, GET_ARGS);
#define PUT_ARGS(F, S) \
	F(S, const char *, name, .flags = TENON_REQUIRED, .doc = "of the file") \
	F(S, int64_t, most, .dflt = "0", .doc = "fails past so many bytes; -1 = at once") \
	F(S, int64_t, pause, .dflt = "0", .doc = "ms of sleep after each read")
TENON_MESSAGE(put_args, PUT_ARGS);
#define PUT_RESULT(F, S) \
	F(S, int64_t, size, .doc = "bytes taken")
TENON_MESSAGE(put_result, PUT_RESULT);

/* ---- handlers ---- */

static struct count_result counts; /* home loop only */

static int echo(struct tenon_call *c, const struct echo_args *a, struct echo_result *out)
{
	if (strcmp(a->text, "fail") == 0)
		return tenon_fail(c, TENON_NOT_FOUND, "nothing is called %s", a->text);
	*out = (struct echo_result){ .has = { 1, 1, a->has.many, 1 }, .text = a->text, .n = a->n, .many = a->many, .trace = c->trace };
	return TENON_OK;
}
TENON_HANDLER(echo, struct echo_args, struct echo_result)

static int nap(struct tenon_call *c, const struct nap_args *a, struct tenon_empty *out)
{
	int rc = tenon_sleep(c, a->ms);

	(void)out;
	counts.cancelled += rc < 0;
	return rc;
}
TENON_HANDLER(nap, struct nap_args, struct tenon_empty)

/* ends only when it sleeps its time, whoever waits */
static int drowse(struct tenon_call *c, const struct nap_args *a, struct tenon_empty *out)
{
	(void)c;
	(void)out;
	usleep((useconds_t)a->ms * 1000);
	return TENON_OK;
}
TENON_HANDLER(drowse, struct nap_args, struct tenon_empty)

static int nothing(void *arg)
{
	(void)arg;
	return TENON_OK;
}

/* to a worker thread and back */
static int hop(struct tenon_call *c, const struct nap_args *a, struct tenon_empty *out)
{
	(void)a;
	(void)out;
	return c->host->offload(c, 0, nothing, NULL);
}
TENON_HANDLER(hop, struct nap_args, struct tenon_empty)

static int count(struct tenon_call *c, const struct tenon_empty *a, struct count_result *out)
{
	(void)c;
	(void)a;
	*out = counts;
	out->has.cancelled = out->has.broken = out->has.unwanted = 1;
	return TENON_OK;
}
TENON_HANDLER(count, struct tenon_empty, struct count_result)

static int list(struct tenon_call *c, const struct list_args *a, struct list_result *out)
{
	char *pad = tenon_alloc(c, (size_t)a->size + 1);

	if (pad == NULL)
		return TENON_NO_MEMORY;
	memset(pad, 'x', (size_t)a->size);
	for (int64_t i = 0; i < a->n; i++) {
		struct item one = { .has = { 1, 1 }, .i = i, .pad = pad };
		if (i == a->fail_at)
			return tenon_fail(c, TENON_UNAVAILABLE, "broke at %lld", (long long)i);
		int rc = tenon_emit(c, &one);
		counts.unwanted += rc < 0;
		TRY(rc);
	}
	out->next = "more";
	out->has.next = 1;
	return TENON_OK;
}
TENON_HANDLER(list, struct list_args, struct list_result)

static char *path_of(struct tenon_call *c, const char *name)
{
	char *path = tenon_printf(c, "%s/%s", c->host->data_dir, name);

	for (char *p = path == NULL ? NULL : path + strlen(c->host->data_dir) + 1; p != NULL && *p != '\0'; p++)
		if (*p == '/')
			*p = '_';
	return path;
}

static int send_memory(struct tenon_call *c, int fd, struct tenon_span span, bool breaks)
{
	enum { PART = 50000, BREAK_AFTER = 300000 };
	char *part = tenon_alloc(c, PART);
	int64_t sent = 0;
	int rc = part == NULL ? TENON_NO_MEMORY : TENON_OK;

	while (rc == TENON_OK && sent < span.length) {
		size_t want = span.length - sent < PART ? (size_t)(span.length - sent) : PART;
		ssize_t got = pread(fd, part, want, span.offset + sent);
		if (got <= 0 || (breaks && sent > BREAK_AFTER))
			return tenon_fail(c, TENON_DATA_LOSS, "the file breaks off");
		rc = tenon_write(c, part, (size_t)got);
		sent += got;
	}
	counts.unwanted += rc < 0;
	return rc;
}

static int get(struct tenon_call *c, const struct get_args *a, struct tenon_empty *out)
{
	const char *path = path_of(c, a->name);
	int fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	struct tenon_span span;
	struct stat st;

	(void)out;
	if (fd < 0 || fstat(fd, &st) != 0)
		return tenon_fail(c, TENON_NOT_FOUND, "no file is called %s", a->name);
	struct tenon_content content = { .type = "text/plain; charset=utf-8", .filename = a->name, .etag = "e1", .size = a->how == NO_SIZE ? -1 : st.st_size,
	                                 .mtime = 1000000000 };
	int rc = c->host->content(c, &content, &span);
	if (span.length < 0)
		span.length = st.st_size;
	if (rc == TENON_OK && span.length > 0 && a->how == WHOLE_FILE)
		return c->host->write_file(c, fd, span.offset, span.length);
	if (rc == TENON_OK && span.length > 0)
		rc = send_memory(c, fd, span, a->how == BREAKS);
	close(fd);
	return rc;
}
TENON_HANDLER(get, struct get_args, struct tenon_empty)

static int receive(struct tenon_call *c, const struct put_args *a, int fd, int64_t *size)
{
	enum { PART = 65536 };
	char *part = tenon_alloc(c, PART);
	int64_t got = part == NULL ? TENON_NO_MEMORY : 1;

	while (got > 0 && (got = tenon_read(c, part, PART)) > 0) {
		if (write(fd, part, (size_t)got) != got)
			return TENON_STORAGE_FULL;
		*size += got;
		if (a->most > 0 && *size > a->most)
			return tenon_fail(c, TENON_STORAGE_FULL, "no room for more than %lld bytes", (long long)a->most);
		if (a->pause > 0)
			TRY(tenon_sleep(c, a->pause));
	}
	return (int)got;
}

static int put(struct tenon_call *c, const struct put_args *a, struct put_result *out)
{
	const char *path = path_of(c, a->name);

	if (a->most < 0)
		return tenon_fail(c, TENON_PERMISSION_DENIED, "nothing is taken here");
	int fd = path == NULL ? -1 : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return tenon_fail(c, TENON_INVALID_ARGUMENT, "%s cannot be a file", a->name);
	out->has.size = 1;
	int rc = receive(c, a, fd, &out->size);
	close(fd);
	counts.broken += rc == TENON_CANCELLED;
	if (rc < 0)
		unlink(path);
	return rc;
}
TENON_HANDLER(put, struct put_args, struct put_result)

/* ---- dialect ---- */

#define TOY_ERROR(F, S) \
	F(S, const char *, error) \
	F(S, const char *, text)
TENON_MESSAGE(toy_error, TOY_ERROR);

static void word(struct tenon_problem *p, void *error, void *(*alloc)(void *, size_t), void *arena)
{
	(void)alloc;
	(void)arena;
	*(struct toy_error *)error = (struct toy_error){ .has = { 1, 1 }, .error = p->code == TENON_NO_ROUTE ? "NO_SUCH_PATH" : "TOY", .text = p->message };
	if (p->code == TENON_NOT_FOUND)
		p->status = 410;
}

static const struct tenon_dialect toy = { .size = sizeof toy, .flags = TENON_QUERY_OR_BODY | TENON_LOOSE_NUMBERS, .name = "toy",
                                          .error = &toy_error_table, .word = word, .error_type = "application/json" };
static const struct tenon_dialect *const dialects[] = { &toy, NULL };

/* ---- descriptor ---- */

#define ROUTES(...) (const struct tenon_route[]){ __VA_ARGS__, { 0 } }
static const struct tenon_method methods[] = {
	{ .name = "echo", .args = &echo_args_table, .result = &echo_result_table, .handler = echo_handler, .permission = "read", .cli = "echo TEXT",
	  .routes = ROUTES({ "toy", "POST /(api|ajax-api)/9.0/toy/echo" }, { "toy", "GET /api/9.0/toy/echo" }, { "toy", "GET /api/9.0/toy/echo/{text}" }),
	  .errors = "NOT_FOUND", .doc = "Gives back what it got. The text `fail` is not found." },
	{ .name = "nap", .args = &nap_args_table, .result = &tenon_empty_table, .handler = nap_handler, .permission = "read", .doc = "Sleeps." },
	{ .name = "slow", .args = &nap_args_table, .result = &tenon_empty_table, .handler = nap_handler, .permission = "read", .deadline_ms = 300,
	  .doc = "Sleeps, at most 300 ms." },
	{ .name = "drowse", .flags = TENON_BLOCKING, .args = &nap_args_table, .result = &tenon_empty_table, .handler = drowse_handler,
	  .permission = "read", .deadline_ms = 300, .doc = "Sleeps on its thread, whatever happens." },
	{ .name = "hop", .args = &nap_args_table, .result = &tenon_empty_table, .handler = hop_handler, .permission = "read",
	  .routes = ROUTES({ "toy", "GET /api/9.0/toy/hop" }), .doc = "Goes to another thread and comes back." },
	{ .name = "count", .args = &tenon_empty_table, .result = &count_result_table, .handler = count_handler, .permission = "read",
	  .doc = "What happened to other calls." },
	{ .name = "list", .args = &list_args_table, .result = &list_result_table, .handler = list_handler, .permission = "read",
	  .routes = ROUTES({ "toy", "GET /api/9.0/toy/list" }), .doc = "Lists as much as is wanted." },
	{ .name = "get", .flags = TENON_STREAM_OUT, .args = &get_args_table, .result = &tenon_empty_table, .handler = get_handler,
	  .permission = "read", .routes = ROUTES({ "toy", "GET /api/9.0/toy/files/{name*}" }), .errors = "NOT_FOUND", .doc = "A file." },
	{ .name = "put", .flags = TENON_STREAM_IN | TENON_WRITE, .args = &put_args_table, .result = &put_result_table, .handler = put_handler,
	  .permission = "edit", .routes = ROUTES({ "toy", "PUT /api/9.0/toy/files/{name*}" }), .doc = "Takes a file." },
	{ .name = "secret", .flags = TENON_HIDDEN, .args = &nap_args_table, .result = &tenon_empty_table, .handler = nap_handler, .doc = "Not for the door." },
	{ 0 } };
static const struct tenon_lane lanes[] = { { "work", 2, 1000 }, { 0 } };

static const struct tenon_plugin plugin = { .size = sizeof plugin, .abi = TENON_ABI, .name = "toy", .version = "1", .interface = "service",
                                            .licence = "Apache-2.0", .doc = "For tests of the door.", .methods = methods, .lanes = lanes,
                                            .dialects = dialects, .builtin = "toy" };
TENON_EXPORT(plugin);
