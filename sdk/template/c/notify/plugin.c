/* @NAME@ - a notifier that writes each message as a line of a file.
 *
 * A place to begin: what to do instead of writing a line stands in send_line(). What interface notify promises to its callers is
 * in <tenon/iface/notify.h>. */
#include <tenon/iface/notify.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- settings: rows; instances.@NAME@.file in tenond's configuration ---- */

#define CONFIG(F, S) \
	F(S, const char *, file, .range = "..1000", .doc = "where the lines go; empty = messages.log in the instance's own folder")
TENON_MESSAGE(@IDENT@_config, CONFIG);

/* ---- the instance ---- */

struct @IDENT@ { int fd; char *path; };

static void destroy(void *self)
{
	struct @IDENT@ *s = self;

	if (s->fd >= 0)
		close(s->fd);
	free(s->path);
	free(s);
}

static int create(const struct tenon_host *h, const void *config, void **self, char *why, size_t why_size)
{
	const struct @IDENT@_config *cfg = config;
	struct @IDENT@ *s = calloc(1, sizeof *s);
	size_t room = strlen(h->data_dir) + strlen(cfg->file) + 20;

	if (s == NULL || (s->path = malloc(room)) == NULL) {
		free(s);
		snprintf(why, why_size, "no memory");
		return TENON_NO_MEMORY;
	}
	if (*cfg->file != '\0')
		snprintf(s->path, room, "%s", cfg->file);
	else
		snprintf(s->path, room, "%s/messages.log", h->data_dir);
	s->fd = open(s->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (s->fd < 0) {
		snprintf(why, why_size, "file: %s cannot be opened: %s", s->path, strerror(errno));
		destroy(s);
		return TENON_UNAVAILABLE;
	}
	*self = s;
	return TENON_OK;
}

/* ---- methods: they may block, since they run on a thread of the lane `disk` ---- */

static int send_line(struct tenon_call *c, const struct notify_send_args *a, struct notify_send_result *out)
{
	const struct @IDENT@ *s = c->self;

	TRY(notify_check(c, a)); /* no line end in a title, no header that an argument smuggles in */
	char *line = tenon_printf(c, "%s %s: %s\n", a->id, notify_severity_name(a->severity), a->title); /* memory of the call: never freed by hand */
	if (line == NULL)
		return TENON_NO_MEMORY;
	if (write(s->fd, line, strlen(line)) < 0) /* UNAVAILABLE: the caller tries again later; a full disk may have room then */
		return tenon_fail(c, TENON_UNAVAILABLE, "%s: %s", s->path, strerror(errno));
	out->has.detail = 1;
	out->detail = "a line was written";
	return TENON_OK;
}
TENON_HANDLER(send_line, struct notify_send_args, struct notify_send_result)

/* as far as one can go without a message */
static int probe(struct tenon_call *c, const struct tenon_empty *a, struct notify_probe_result *out)
{
	const struct @IDENT@ *s = c->self;
	struct stat st;

	(void)a;
	if (fstat(s->fd, &st) != 0 || st.st_nlink == 0)
		return tenon_fail(c, TENON_UNAVAILABLE, "%s was removed: restart the instance", s->path);
	out->has.detail = 1;
	out->detail = "the file is there";
	return TENON_OK;
}
TENON_HANDLER(probe, struct tenon_empty, struct notify_probe_result)

/* ---- what the plugin says of itself ---- */

static const struct tenon_lane lanes[] = { { "disk", 1, 1000 }, { 0 } };
static const struct tenon_route probe_routes[] = { { "native", "GET /api/v1/@NAME@/probe" }, { 0 } };

static const struct tenon_method methods[] = {
	{ .name = "send", .since = 1, .flags = TENON_WRITE | TENON_BLOCKING | TENON_HIDDEN, .args = &notify_send_args_table,
	  .result = &notify_send_result_table, .handler = send_line_handler, .doc = "Writes a line." },
	{ .name = "probe", .since = 1, .flags = TENON_IDEMPOTENT | TENON_BLOCKING, .args = &tenon_empty_table,
	  .result = &notify_probe_result_table, .handler = probe_handler, .routes = probe_routes, .permission = "read@workspace",
	  .doc = "Says whether the file is there." },
	{ 0 },
};

static const struct tenon_plugin @IDENT@ = {
	.size = sizeof @IDENT@, .abi = TENON_ABI, .name = "@NAME@", .version = "0.1.0", .interface = "@INTERFACE@",
	.licence = "Apache-2.0", .doc = "Messages as lines of a file.", .config = &@IDENT@_config_table, .methods = methods, .lanes = lanes,
	.builtin = "@NAME@", .create = create, .destroy = destroy,
};
TENON_EXPORT(@IDENT@);
