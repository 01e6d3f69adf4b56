/* test - @NAME@ on the mock host: no daemon, no network. Prints TAP. */
#include "messages.h"

#include <tenon/mock.h>

const struct tenon_plugin *tenon_plugin_v1(void);

static int count, failed;

static void ok(bool good, const char *what)
{
	printf("%sok %d - %s\n", good ? "" : "not ", ++count, what);
	failed += !good;
}

static void greets(struct mock *m)
{
	struct mock_call *c = mock_call_new(m, "greet");
	struct greet_args args = { .has = { 1, 1 }, .name = "Ada", .times = 2 };
	int code = mock_run(c, &args);
	const struct greet_result *r = (const struct greet_result *)c->result;

	ok(code == TENON_OK && r->has.text && strcmp(r->text, "Hi, Ada! Hi, Ada!") == 0, "it greets, as often as it is told to");
	mock_call_free(c);
}

static void refuses(struct mock *m)
{
	struct mock_call *c = mock_call_new(m, "greet");
	struct greet_args args = { .has = { 1, 0 }, .name = "nobody", .times = 1 };

	ok(mock_run(c, &args) == TENON_NOT_FOUND && *c->message != '\0',
	   "nobody is not greeted, and it says why");
	mock_call_free(c);
}

static void runs_out_of_memory(struct mock *m)
{
	struct mock_call *c = mock_call_new(m, "greet");
	struct greet_args args = { .has = { 1, 1 }, .name = "Ada", .times = 2 };

	c->allocs = 0; /* the host has no memory to give */
	ok(mock_run(c, &args) == TENON_NO_MEMORY, "out of memory is an answer");
	mock_call_free(c);
}

int main(void)
{
	const char *const settings[] = { "greeting=Hi", NULL };
	char why[512];
	struct mock *m;

	if (mock_open(&m, tenon_plugin_v1(), ".", settings, why, sizeof why) < 0) {
		printf("Bail out! %s\n", why);
		return 1;
	}
	greets(m);
	refuses(m);
	runs_out_of_memory(m);
	mock_close(m);
	printf("1..%d\n", count);
	return failed > 0;
}
