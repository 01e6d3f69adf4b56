/* @NAME@ - a notifier that writes each message as a line of a file.
 *
 * A place to begin: what to do instead of writing a line stands in send_line(). What interface notify promises to its callers is
 * in <tenon/iface/notify.h>. */
#include <tenon/iface/notify.h>

#include <cerrno>
#include <memory>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- settings: rows; instances.@NAME@.file in tenond's configuration ---- */

#define CONFIG(F, S) \
	F(S, const char *, file, .range = "..1000", .doc = "where the lines go; empty = messages.log in the instance's own folder")
TENON_MESSAGE(@IDENT@_config, CONFIG);

/* ---- the instance ---- */

namespace {

struct @IDENT@ {
	std::string path;
	int fd;

	explicit @IDENT@(std::string p) : path(std::move(p)), fd(open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600)) {}
	@IDENT@(const @IDENT@ &) = delete;
	@IDENT@ &operator=(const @IDENT@ &) = delete;
	~@IDENT@()
	{
		if (fd >= 0)
			close(fd);
	}
};

void destroy(void *self) { delete static_cast<@IDENT@ *>(self); }

/* No exception leaves the plugin: tenon::guard makes a code and a reason of it; TENON_HANDLER does the same for handlers. */
int create(const struct tenon_host *h, const void *config, void **self, char *why, size_t why_size)
{
	return tenon::guard(why, why_size, [&]() -> int {
		std::string file = static_cast<const @IDENT@_config *>(config)->file;
		auto s = std::make_unique<@IDENT@>(file.empty() ? std::string(h->data_dir) + "/messages.log" : file);
		if (s->fd < 0) {
			snprintf(why, why_size, "file: %s cannot be opened: %s", s->path.c_str(), strerror(errno));
			return TENON_UNAVAILABLE;
		}
		*self = s.release();
		return TENON_OK;
	});
}

/* ---- methods: they may block, since they run on a thread of the lane `disk` ---- */

int send_line(struct tenon_call *c, const struct notify_send_args *a, struct notify_send_result *out)
{
	const auto *s = static_cast<const @IDENT@ *>(c->self);

	TRY(notify_check(c, a)); /* no line end in a title, no header that an argument smuggles in */
	std::string line = std::string(a->id) + " " + notify_severity_name(a->severity) + ": " + a->title + "\n";
	if (write(s->fd, line.data(), line.size()) < 0) /* UNAVAILABLE: the caller tries again later; a full disk may have room then */
		return tenon_fail(c, TENON_UNAVAILABLE, "%s: %s", s->path.c_str(), strerror(errno));
	out->has.detail = 1;
	out->detail = "a line was written"; /* what is no literal must be memory of the call: tenon_strndup */
	return TENON_OK;
}
TENON_HANDLER(send_line, struct notify_send_args, struct notify_send_result)

/* as far as one can go without a message */
int probe(struct tenon_call *c, const struct tenon_empty *, struct notify_probe_result *out)
{
	const auto *s = static_cast<const @IDENT@ *>(c->self);
	struct stat st;

	if (fstat(s->fd, &st) != 0 || st.st_nlink == 0)
		return tenon_fail(c, TENON_UNAVAILABLE, "%s was removed: restart the instance", s->path.c_str());
	out->has.detail = 1;
	out->detail = "the file is there";
	return TENON_OK;
}
TENON_HANDLER(probe, struct tenon_empty, struct notify_probe_result)

}

/* ---- what the plugin says of itself ---- */

static const struct tenon_lane lanes[] = { { "disk", 1, 1000 }, {} };
static const struct tenon_route probe_routes[] = { { "native", "GET /api/v1/@NAME@/probe" }, {} };

static const struct tenon_method methods[] = {
	{ .name = "send", .since = 1, .flags = TENON_WRITE | TENON_BLOCKING | TENON_HIDDEN, .args = &notify_send_args_table,
	  .result = &notify_send_result_table, .handler = send_line_handler, .doc = "Writes a line." },
	{ .name = "probe", .since = 1, .flags = TENON_IDEMPOTENT | TENON_BLOCKING, .args = &tenon_empty_table,
	  .result = &notify_probe_result_table, .handler = probe_handler, .routes = probe_routes, .permission = "read@workspace",
	  .doc = "Says whether the file is there." },
	{},
};

static const struct tenon_plugin descriptor = {
	.size = sizeof descriptor, .abi = TENON_ABI, .name = "@NAME@", .version = "0.1.0", .interface = "@INTERFACE@",
	.licence = "Apache-2.0", .doc = "Messages as lines of a file.", .config = &@IDENT@_config_table, .methods = methods, .lanes = lanes,
	.builtin = "@NAME@", .create = create, .destroy = destroy,
};
TENON_EXPORT(descriptor);
