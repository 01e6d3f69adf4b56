/* test - @NAME@ on the mock host: no daemon, no network. Prints TAP. */
#include <tenon/iface/notify.h>
#include <tenon/mock.h>

#include <cstdlib>
#include <unistd.h>

extern "C" const struct tenon_plugin *tenon_plugin_v1(void);

static int count, failed;
static char dir[] = "/tmp/@NAME@-XXXXXX";
static char path[64];

static void ok(bool good, const char *what)
{
	printf("%sok %d - %s\n", good ? "" : "not ", ++count, what);
	failed += !good;
}

static int send_title(struct mock *m, const char *title)
{
	struct notify_send_args args;
	struct mock_call *c = mock_call_new(m, "send");

	memset(&args, 0, sizeof args);
	args.has.id = args.has.title = 1;
	args.id = "m1";
	args.title = title;
	args.text = args.html = args.link = "";
	int code = mock_run(c, &args);
	mock_call_free(c);
	return code;
}

static void writes(struct mock *m)
{
	char text[200] = "";

	ok(send_title(m, "hello") == TENON_OK, "a message is sent");
	FILE *f = fopen(path, "r");
	ok(f != NULL && fgets(text, sizeof text, f) != NULL && strcmp(text, "m1 info: hello\n") == 0, "it is a line of the file");
	if (f != NULL)
		fclose(f);
}

static void probes(struct mock *m)
{
	struct tenon_empty none = { 0 };
	struct mock_call *c = mock_call_new(m, "probe");

	ok(mock_run(c, &none) == TENON_OK, "probe finds the file");
	unlink(path);
	ok(mock_run(c, &none) == TENON_UNAVAILABLE && *c->message != '\0', "and says so when it is gone");
	mock_call_free(c);
}

int main(void)
{
	char why[512];
	struct mock *m;

	if (mkdtemp(dir) == NULL || mock_open(&m, tenon_plugin_v1(), dir, NULL, why, sizeof why) < 0) {
		printf("Bail out! %s\n", why);
		return 1;
	}
	snprintf(path, sizeof path, "%s/messages.log", dir);
	writes(m);
	ok(send_title(m, "a\r\nBcc: all@example.org") == TENON_INVALID_ARGUMENT, "a line end in a title is refused");
	probes(m);
	mock_close(m);
	rmdir(dir);
	printf("1..%d\n", count);
	return failed > 0;
}
