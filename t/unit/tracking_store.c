/* SPDX-License-Identifier: Apache-2.0 */
/* tracking_store - tracking's handlers over a real SQLite driver, both as built and under mock hosts: what goes wrong
 * between them.
 *
 * Each write is tried with the store failing at its 1st, 2nd, ... call, and with memory running out at its 1st, 2nd, ...
 * allocation: it must end with an error and leave everything as it was. */
#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../plugins/service/tracking/tracking.h"
#include "mock/mock.h"
#include <cmocka.h> /* last: it has a macro fail() */

#define MOST_CALLS 64

static struct fixture {
	char dir[64], why[1024];
	struct mock *store, *tracking;
	struct mock_call *asked[MOST_CALLS]; /* of the store, for one call of tracking */
	size_t n, steps;                     /* how many, and the steps of the last transaction */
	size_t fail_at;                      /* the store is down from this call on; 0: never */
	void (*meanwhile)(void);             /* somebody else's act before a transaction; once */
	char run[40];
} f;

/* ---- the store, as tracking sees it ---- */

static int answer(struct tenon_call *c, const struct mock_question *q, void *arg)
{
	(void)arg;
	if (f.fail_at != 0 && f.n + 1 >= f.fail_at)
		return tenon_fail(c, TENON_UNAVAILABLE, "the store is down");
	if (strcmp(q->method, "tx") == 0 && f.meanwhile != NULL) {
		void (*act)(void) = f.meanwhile;
		f.meanwhile = NULL;
		act();
	}
	assert_true(f.n < MOST_CALLS);
	struct mock_call *s = f.asked[f.n++] = mock_call_new(f.store, q->method);
	int code = mock_run(s, q->args);
	if (strcmp(q->method, "tx") == 0)
		f.steps = ((const struct sql_tx_args *)q->args)->steps.n;
	if (code < 0)
		return tenon_fail(c, code, "%s", s->message);
	memcpy(q->result, s->result, s->row->result->size);
	return code;
}

static void forget(void)
{
	for (size_t i = 0; i < f.n; i++)
		mock_call_free(f.asked[i]);
	f.n = 0;
}

/* runs a method; the call must be freed with done() */
static struct mock_call *ask_in(const char *workspace, const char *method, const void *args, int64_t allocs)
{
	struct mock_call *c = mock_call_new(f.tracking, method);
	assert_non_null(c);
	c->pub.workspace = workspace;
	c->allocs = allocs;
	mock_run(c, args);
	return c;
}

static void done(struct mock_call *c)
{
	mock_call_free(c);
	forget();
}

static int ask(const char *method, const void *args)
{
	struct mock_call *c = ask_in("default", method, args, -1);
	int code = c->code;
	snprintf(f.why, sizeof f.why, "%s", c->message);
	done(c);
	return code;
}

/* what the run is, as one text: equal texts, equal runs */
static void describe(char *to, size_t size)
{
	struct run_args a = { .has = { 1 }, .run_id = f.run };
	struct mock_call *c = ask_in("default", "get_run", &a, -1);
	assert_int_equal(c->code, 0);
	const struct run *r = &((struct run_result *)c->result)->run;
	int n = snprintf(to, size, "%s %d %lld %zu datasets;", r->info.run_name, (int)r->info.status, (long long)r->info.lifecycle_stage,
	                 r->inputs.dataset_inputs.n);
	for (size_t i = 0; i < r->data.metrics.n; i++)
		n += snprintf(to + n, size - (size_t)n, " %s=%g@%lld", r->data.metrics.v[i].key, r->data.metrics.v[i].value,
		              (long long)r->data.metrics.v[i].step);
	for (size_t i = 0; i < r->data.params.n; i++)
		n += snprintf(to + n, size - (size_t)n, " %s=%s", r->data.params.v[i].key, r->data.params.v[i].value);
	for (size_t i = 0; i < r->data.tags.n; i++)
		n += snprintf(to + n, size - (size_t)n, " %s=%s", r->data.tags.v[i].key, r->data.tags.v[i].value);
	done(c);
}

/* ---- a new store and a run in it for each test ---- */

/* the descriptor of a plugin of the build; never closed, as in the core */
static const struct tenon_plugin *load(const char *name)
{
	const char *build = getenv("TENON_BUILD");
	char path[512];
	snprintf(path, sizeof path, "%s/plugins/%s.so", build != NULL ? build : "build", name);
	void *so = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (so == NULL)
		fail_msg("%s", dlerror());
	const struct tenon_plugin *(*describe_it)(void);
	*(void **)&describe_it = dlsym(so, "tenon_plugin_v1");
	assert_non_null(describe_it);
	return describe_it();
}

static int begin(void **state)
{
	(void)state;
	static struct tenon_plugin plugin;
	memset(&f, 0, sizeof f);
	strcpy(f.dir, "/tmp/tenon-tracking-XXXXXX");
	assert_non_null(mkdtemp(f.dir));
	static const char *const none[] = { NULL };
	if (mock_open(&f.store, load("sql/sqlite"), f.dir, none, f.why, sizeof f.why) != 0)
		fail_msg("%s", f.why);
	plugin = *load("service/tracking");
	int (*start)(struct tenon_call *) = plugin.start;
	plugin.start = NULL; /* started below, when its store can answer */
	if (mock_open(&f.tracking, &plugin, f.dir, none, f.why, sizeof f.why) != 0)
		fail_msg("%s", f.why);
	mock_on_call(f.tracking, answer, NULL);
	struct mock_call *c = mock_call_new(f.tracking, "get_run");
	assert_int_equal(start(&c->pub), 0);
	done(c);
	struct create_run_args a = { .has = { .experiment_id = 1, .run_name = 1 }, .experiment_id = "0", .run_name = "first", .user_id = "" };
	c = ask_in("default", "create_run", &a, -1);
	assert_int_equal(c->code, 0);
	snprintf(f.run, sizeof f.run, "%s", ((struct run_result *)c->result)->run.info.run_id);
	done(c);
	return 0;
}

static int end(void **state)
{
	(void)state;
	char command[128];
	mock_close(f.tracking);
	mock_close(f.store);
	snprintf(command, sizeof command, "rm -rf '%s'", f.dir);
	return system(command);
}

/* ---- one of each write ---- */

static struct log_metric_args metric = { .has = { 1, 1, 1, 1, 1 }, .run_id = f.run, .key = "loss", .value = 0.5, .timestamp = 1, .step = 3,
	.model_id = "", .dataset_name = "", .dataset_digest = "" };
static struct log_param_args param = { .has = { 1, 1, 1 }, .run_id = f.run, .key = "lr", .value = "0.1" };
static struct set_tag_args tag = { .has = { 1, 1, 1 }, .run_id = f.run, .key = "mlflow.runName", .value = "renamed" };
#define NO_MODEL .dataset_name = "", .dataset_digest = "", .model_id = "", .run_id = "" /* absent texts are never NULL */
static struct metric_arg points[] = { { .has = { 1, 1, 1, 1 }, .key = "acc", .value = 1, .timestamp = 1, .step = 2, NO_MODEL },
	{ .has = { 1, 1, 1, 1 }, .key = "acc", .value = 2, .timestamp = 1, .step = 1, NO_MODEL } };
static struct param_arg params[] = { { .has = { 1, 1 }, .key = "depth", .value = "3" } };
static struct tag_arg tags[] = { { .has = { 1, 1 }, .key = "note", .value = "x" } };
static struct log_batch_args batch = { .has = { 1, 1, 1, 1 }, .run_id = f.run, .metrics = { points, 2 }, .params = { params, 1 }, .tags = { tags, 1 } };
static struct log_model_args model = { .has = { 1, 1 }, .run_id = f.run,
	.model_json = "{\"artifact_path\":\"m\",\"flavors\":{\"f\":{}},\"utc_time_created\":\"t\",\"run_id\":\"r\"}" };
static struct input_tag_arg input_tags[] = { { .has = { 1, 1 }, .key = "k", .value = "v" } };
static struct dataset_input_arg datasets[] = { { .has = { 1, 1 }, .tags = { input_tags, 1 }, .dataset = { .has = { 1, 1, 1, 1 },
	.name = "train", .digest = "d", .source_type = "local", .source = "s", .schema = "", .profile = "" } } };
static struct log_inputs_args inputs = { .has = { 1, 1 }, .run_id = f.run, .datasets = { datasets, 1 } };
static struct update_run_args update = { .has = { .run_id = 1, .status = 1, .run_name = 1 }, .run_id = f.run, .status = RUN_FAILED,
	.run_name = "updated" };
static struct run_args run_only = { .has = { 1 }, .run_id = f.run };

static const struct write { const char *method; const void *args; } writes[] = {
	{ "log_metric", &metric }, { "log_parameter", &param }, { "set_tag", &tag }, { "log_batch", &batch }, { "log_model", &model },
	{ "log_inputs", &inputs }, { "update_run", &update }, { "delete_run", &run_only },
};
#define WRITES (sizeof writes / sizeof *writes)

/* ---- tests ---- */

static void a_warm_metric_is_one_transaction_of_three_steps(void **state)
{
	(void)state;
	assert_int_equal(ask("log_metric", &metric), 0);
	struct mock_call *c = ask_in("default", "log_metric", &metric, -1);
	assert_int_equal(c->code, 0);
	assert_int_equal(f.n, 1);
	assert_int_equal(f.steps, 3);
	done(c);
}

static void a_failing_store_leaves_all_as_it_was(void **state)
{
	(void)state;
	char before[2000], after[2000];
	for (size_t w = 0; w < WRITES; w++) {
		describe(before, sizeof before);
		int code = TENON_UNAVAILABLE;
		for (f.fail_at = 1; f.fail_at < 10; f.fail_at++) {
			code = ask(writes[w].method, writes[w].args);
			if (code == TENON_OK)
				break;
			assert_int_equal(code, TENON_UNAVAILABLE);
			assert_string_equal(f.why, "the store is down");
			size_t at = f.fail_at;
			f.fail_at = 0;
			describe(after, sizeof after);
			assert_string_equal(after, before);
			f.fail_at = at;
		}
		f.fail_at = 0;
		assert_int_equal(code, TENON_OK);
		describe(after, sizeof after);
		assert_string_not_equal(after, before);
	}
}

static void no_memory_is_an_error_and_no_crash(void **state)
{
	(void)state;
	char before[2000], after[2000];
	for (size_t w = 0; w < WRITES; w++) {
		describe(before, sizeof before);
		for (int64_t allocs = 0; allocs < 60; allocs++) {
			struct mock_call *c = ask_in("default", writes[w].method, writes[w].args, allocs);
			int code = c->code;
			done(c);
			describe(after, sizeof after);
			if (code == TENON_OK)
				break;
			assert_string_equal(after, before);
		}
		assert_string_not_equal(after, before);
	}
}

static void workspaces_are_apart(void **state)
{
	(void)state;
	struct mock_call *c;
	assert_int_equal(ask("log_metric", &metric), 0); /* the run is in the cache */
	for (size_t w = 0; w < WRITES; w++) {
		c = ask_in("other", writes[w].method, writes[w].args, -1);
		assert_int_equal(c->code, TENON_NOT_FOUND);
		done(c);
	}
	c = ask_in("other", "get_run", &run_only, -1);
	assert_int_equal(c->code, TENON_NOT_FOUND);
	done(c);
	struct experiment_args e = { .has = { 1 }, .experiment_id = "0" };
	static const char *const methods[] = { "get_experiment", "delete_experiment", "restore_experiment" };
	for (size_t i = 0; i < 3; i++) {
		c = ask_in("other", methods[i], &e, -1);
		assert_int_equal(c->code, TENON_NOT_FOUND);
		done(c);
	}
	struct create_experiment_args a = { .has = { .name = 1 }, .name = "Default", .artifact_location = "" };
	c = ask_in("other", "create_experiment", &a, -1);
	assert_int_equal(c->code, TENON_OK); /* names are a workspace's own */
	done(c);
	assert_int_equal(ask("create_experiment", &a), TENON_ALREADY_EXISTS);
}

static void delete_the_run(void)
{
	struct mock_call *c = mock_call_new(f.tracking, "delete_run");
	mock_run(c, &run_only);
	mock_call_free(c); /* what the store was asked for it stays until the outer call is done */
}

static void a_run_that_is_deleted_meanwhile_is_not_written(void **state)
{
	(void)state;
	char text[120];
	snprintf(text, sizeof text, "The run %s must be in the 'active' state. Current state is deleted.", f.run);
	for (size_t w = 0; w < WRITES - 1; w++) {
		assert_int_equal(ask(writes[w].method, writes[w].args), 0); /* the caches are warm: the only transaction is the write */
		f.meanwhile = delete_the_run;
		assert_int_equal(ask(writes[w].method, writes[w].args), TENON_INVALID_ARGUMENT);
		assert_memory_equal(f.why, text, strlen(text));
		assert_int_equal(ask("restore_run", &run_only), 0);
	}
}

static void log_another_model(void)
{
	struct mock_call *c = mock_call_new(f.tracking, "log_model");
	mock_run(c, &model);
	assert_int_equal(c->code, 0);
	mock_call_free(c);
}

static void two_models_at_once_are_both_kept(void **state)
{
	(void)state;
	char text[2000];
	assert_int_equal(ask("log_model", &model), 0);
	f.meanwhile = log_another_model;
	assert_int_equal(ask("log_model", &model), 0);
	describe(text, sizeof text);
	size_t n = 0;
	for (const char *p = text; (p = strstr(p, "\"artifact_path\"")) != NULL; p++)
		n++;
	assert_int_equal(n, 3);
}

static void a_param_conflict_undoes_the_batch(void **state)
{
	(void)state;
	char before[2000], after[2000];
	struct param_arg clash[] = { { .has = { 1, 1 }, .key = "new", .value = "1" }, { .has = { 1, 1 }, .key = "lr", .value = "it's" } };
	struct log_batch_args a = batch;
	assert_int_equal(ask("log_parameter", &param), 0);
	describe(before, sizeof before);
	a.params = (struct param_arg_list){ clash, 2 };
	assert_int_equal(ask("log_batch", &a), TENON_INVALID_ARGUMENT);
	assert_non_null(strstr(f.why, "logged='[{'key': 'lr', 'old_value': '0.1', 'new_value': \"it's\"}]'"));
	describe(after, sizeof after);
	assert_string_equal(after, before);
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, begin, end)
	const struct CMUnitTest tests[] = { TEST(a_warm_metric_is_one_transaction_of_three_steps), TEST(a_failing_store_leaves_all_as_it_was),
		TEST(no_memory_is_an_error_and_no_crash), TEST(workspaces_are_apart), TEST(a_run_that_is_deleted_meanwhile_is_not_written),
		TEST(two_models_at_once_are_both_kept), TEST(a_param_conflict_undoes_the_batch) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
