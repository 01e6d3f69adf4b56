/* SPDX-License-Identifier: Apache-2.0 */
/* tracking_dialect - the mlflow dialect over tracking's own messages, without a server: requests in, MLflow's sentences out.
 *
 * The expected sentences were said by mlflow 3.17.2 itself; t/diff asks it again. */
#include "../../plugins/service/tracking/dialect.h"
#include "../../plugins/service/tracking/messages.h"
#include "base/arena.h"
#include "base/buf.h"
#include "wire/decode.h"
#include "wire/print.h"

#include <setjmp.h>
#include <cmocka.h>

#define SEE_DOCS " See the API docs for more information about request parameters."
#define JSON "application/json"

struct answer { int status, rc; const char *code, *text; union { struct log_batch_args batch; struct log_metric_args metric; struct set_tag_args tag; } args; };
static struct arena arena;

static void ask_as(struct answer *a, const struct tenon_table *table, const char *verb, const char *type, const char *query, const char *body)
{
	const struct shape *shape;
	struct tenon_problem p = { 0 };
	struct tenon_request rq = { .verb = verb, .path = "/", .content_type = type, .query = query, .body = { body, strlen(body) } };

	memset(a, 0, sizeof *a);
	assert_int_equal(shape_get(table, &shape, NULL), 0);
	assert_true(table->size <= sizeof a->args);
	a->rc = decode_request(shape, &mlflow_dialect, &arena, &rq, NULL, 0, &a->args, &p);
	if (a->rc >= 0)
		return;
	const struct tenon_table *t = mlflow_dialect.error;
	char *error = arena_alloc(&arena, t->size);
	mlflow_dialect.word(&p, error, arena_alloc_fn, &arena);
	a->status = p.status;
	a->code = *(const char **)(void *)(error + t->fields[0].offset);
	a->text = *(const char **)(void *)(error + t->fields[1].offset);
}

static void ask(struct answer *a, const struct tenon_table *table, const char *body)
{
	ask_as(a, table, "POST", JSON, NULL, body);
}

static void says(const struct tenon_table *table, const char *body, const char *text)
{
	struct answer a;
	ask(&a, table, body);
	if (a.rc >= 0)
		fail_msg("accepted: %s", body);
	assert_string_equal(a.text, text);
	assert_string_equal(a.code, "INVALID_PARAMETER_VALUE");
	assert_int_equal(a.status, 400);
}

static void accepts(const struct tenon_table *table, const char *body)
{
	struct answer a;
	ask(&a, table, body);
	if (a.rc < 0)
		fail_msg("refused: %s: %s", body, a.text);
}

/* ---- tests ---- */

static void content_type(void **state)
{
	(void)state;
	static const struct { const char *verb, *type, *text; } rows[] = {
		{ "POST", NULL, "Bad Request. Content-Type header is missing." },
		{ "PUT", "text/plain", "Bad Request. Content-Type must be one of ['application/json']." },
		{ "POST", "Application/JSON", "Bad Request. Content-Type must be one of ['application/json']." },
		{ "POST", "application/json ;x", "Bad Request. Content-Type must be one of ['application/json']." },
		{ "POST", "application/json;charset=utf-8", "Missing value for required parameter 'run_id'." SEE_DOCS },
		{ "DELETE", "text/plain", "Missing value for required parameter 'run_id'." SEE_DOCS },
		{ "GET", NULL, "Missing value for required parameter 'run_id'." SEE_DOCS },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct answer a;
		ask_as(&a, &set_tag_args_table, rows[i].verb, rows[i].type, NULL, "{}");
		assert_string_equal(a.text, rows[i].text);
	}
}

static void bodies(void **state)
{
	(void)state;
	static const char *const nothing[] = { "", "  ", "null", " null ", "[]", "{", "{\"run_id\":\"a\"", "x", "\"{}\"", "\"x\"", "\"\\ud800\"" };
	for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++)
		says(&set_tag_args_table, nothing[i], "Missing value for required parameter 'run_id'." SEE_DOCS);
	struct answer a;
	ask(&a, &set_tag_args_table, "\"{\\\"run_id\\\": \\\"r\\\", \\\"key\\\": \\\"k\\\", \\\"value\\\": \\\"\\\\u00e9\\ud83d\\ude00\\\"}\"");
	assert_int_equal(a.rc, 0);
	assert_string_equal(a.args.tag.value, "\xc3\xa9\xf0\x9f\x98\x80");
	ask(&a, &set_tag_args_table, "\xef\xbb\xbf {\"run_uuid\":\"r\",\"key\":\"a\",\"x\":[{}],\"key\":\"b\",\"value\":null}");
	assert_int_equal(a.rc, 0);
	assert_string_equal(a.args.tag.key, "b");
	assert_false(a.args.tag.has.value);
}

static void presence(void **state)
{
	(void)state;
	says(&set_tag_args_table, "{\"run_id\":\"\",\"key\":\"k\"}", "Missing value for required parameter 'run_id'." SEE_DOCS);
	says(&set_tag_args_table, "{\"run_id\":\"r\",\"key\":null}", "Missing value for required parameter 'key'." SEE_DOCS);
	says(&log_metric_args_table, "{\"run_id\":\"r\",\"key\":\"k\",\"value\":\"\",\"timestamp\":1}",
	     "Missing value for required parameter 'value'." SEE_DOCS);
	accepts(&set_tag_args_table, "{\"run_id\":\"r\",\"key\":\"k\",\"value\":\"\"}");
	says(&log_batch_args_table, "{\"run_id\":\"r\",\"metrics\":[{\"key\":\"k\",\"value\":1,\"timestamp\":1},{\"key\":\"k\",\"value\":1}]}",
	     "Missing value for required parameter 'metrics[1].timestamp'." SEE_DOCS);
	says(&log_batch_args_table, "{\"run_id\":\"r\",\"metrics\":[{\"key\":\"k\",\"value\":\"\",\"timestamp\":1}]}",
	     "Missing value for required parameter 'metrics[0].value'." SEE_DOCS);
	says(&log_batch_args_table, "{\"run_id\":\"r\",\"tags\":[{\"key\":\"\"}]}", "Missing value for required parameter 'tags[0].key'." SEE_DOCS);
	says(&set_tag_args_table, "{\"runId\" : \"r\",\"key\":\"k\"}", "Missing value for required parameter 'run_id'." SEE_DOCS);
	accepts(&update_run_args_table, "{\"run_id\" : \"r\",\"endTime\":5}");
	struct answer a;
	ask_as(&a, &run_args_table, "GET", NULL, "run_id=", "");
	assert_string_equal(a.text, "Missing value for required parameter 'run_id'." SEE_DOCS);
	ask_as(&a, &run_args_table, "GET", NULL, "runId=x", "");
	assert_string_equal(a.text, "Missing value for required parameter 'run_id'." SEE_DOCS);
	ask_as(&a, &run_args_table, "GET", NULL, "run_uuid=x+y%21", "");
	assert_int_equal(a.rc, 0);
}

static void types(void **state)
{
	(void)state;
	static const struct { const char *body, *value, *field, *type; } rows[] = {
		{ "{\"run_id\":31}", "31", "run_id", "int" },
		{ "{\"run_uuid\":31}", "31", "run_id", "int" },
		{ "{\"key\":[1],\"run_id\":31}", "31", "run_id", "int" }, /* MLflow judges in the order of its schema */
		{ "{\"run_id\":\"r\",\"key\":true}", "true", "key", "bool" },
		{ "{\"run_id\":\"r\",\"key\":\"k\",\"value\":\"abc\"}", "\"abc\"", "value", "str" },
		{ "{\"run_id\":\"r\",\"key\":\"k\",\"value\":[\"\xc3\xa9\", 1e3 ]}", "[\"\\u00e9\",1000.0]", "value", "list" },
		{ "{\"run_id\":\"r\",\"key\":\"k\",\"value\":1,\"timestamp\":\"\"}", "\"\"", "timestamp", "str" },
		{ "{\"run_id\":\"r\",\"key\":\"k\",\"value\":1,\"timestamp\":1.5}", "1.5", "timestamp", "float" },
		{ "{\"run_id\":\"r\",\"key\":\"k\",\"value\":1,\"timestamp\":1,\"step\":{ \"a\" : null }}", "{\"a\":null}", "step", "dict" },
	};
	char text[256];
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		snprintf(text, sizeof text, "Invalid value %s for parameter '%s' supplied:  Hint: Value was of type '%s'." SEE_DOCS, rows[i].value,
		         rows[i].field, rows[i].type);
		says(&log_metric_args_table, rows[i].body, text);
	}
	says(&log_batch_args_table, "{\"run_id\":\"r\",\"metrics\":[{\"key\":\"k\",\"value\":\"x\"}]}",
	     "Invalid value \"x\" for parameter 'metrics[0].value' supplied:  Hint: Value was of type 'str'." SEE_DOCS);
	says(&log_metric_args_table, "{\"run_id\":\"r\",\"key\":\"k\",\"value\":1,\"timestamp\":NaN}",
	     "Invalid value NaN for parameter 'timestamp' supplied:  Hint: Value was of type 'float'." SEE_DOCS);
	says(&update_run_args_table, "{\"run_id\":\"r\",\"status\":\"x\",\"run_name\":5}", /* an unknown word is the last to be named */
	     "Invalid value 5 for parameter 'run_name' supplied:  Hint: Value was of type 'int'." SEE_DOCS);
	says(&create_run_args_table, "{\"experiment_id\":\"0\",\"user_id\":7}",
	     "Invalid value 7 for parameter 'user_id' supplied:  Hint: Value was of type 'int'." SEE_DOCS);
	accepts(&log_metric_args_table, "{\"run_id\":\"r\",\"key\":\"k\",\"value\":\"NaN\",\"timestamp\":\"5\",\"step\":5.0}");
}

static void limits(void **state)
{
	(void)state;
	static const char characters[] = " supplied: Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), "
	                                 "colon(:) and slashes (/).";
	static const char paths[] = " supplied: Names may be treated as files in certain cases, and must not resolve to other names when "
	                            "treated as such. This name would resolve to ";
	char text[512], body[400], key[300];
	snprintf(text, sizeof text, "Invalid value \"k#\" for parameter 'name'%s", characters);
	says(&log_metric_args_table, "{\"run_id\":\"r\",\"key\":\"k#\",\"value\":1,\"timestamp\":1}", text);
	snprintf(text, sizeof text, "Invalid value \"k#\" for parameter 'metrics[0].name'%s", characters);
	says(&log_batch_args_table, "{\"run_id\":\"r\",\"metrics\":[{\"key\":\"k#\",\"value\":1,\"timestamp\":1}]}", text);
	snprintf(text, sizeof text, "Invalid value \"\\ud83d\\ude00\" for parameter 'tags[0].key'%s", characters);
	says(&log_batch_args_table, "{\"run_id\":\"r\",\"tags\":[{\"key\":\"\xf0\x9f\x98\x80\"}]}", text);
	snprintf(text, sizeof text, "Invalid value \"a//b\" for parameter 'key'%s'a/b'", paths);
	says(&create_experiment_args_table, "{\"name\":\"n\",\"tags\":[{\"key\":\"a//b\"}]}", text);
	snprintf(text, sizeof text, "Invalid value \"..\" for parameter 'key'%s'..'", paths);
	says(&set_tag_args_table, "{\"run_id\":\"r\",\"key\":\"..\"}", text);
	says(&log_batch_args_table, "{\"run_id\":\"x y\"}", "Invalid value \"x y\" for parameter 'run_id' supplied.");
	memset(key, 'x', 251);
	key[251] = 0;
	snprintf(body, sizeof body, "{\"run_id\":\"r\",\"key\":\"%s\",\"value\":1,\"timestamp\":1}", key);
	says(&log_metric_args_table, body, "'Metric name' exceeds the maximum length of 250 characters");
	snprintf(body, sizeof body, "{\"run_id\":\"r\",\"params\":[{\"key\":\"%s\"}]}", key);
	says(&log_batch_args_table, body, "'Param key' exceeds the maximum length of 250 characters");
	snprintf(body, sizeof body, "{\"run_id\":\"r\",\"tags\":[{\"key\":\"%s\"}]}", key);
	says(&log_batch_args_table, body, "'tags[0].key' exceeds the maximum length of 250 characters");
	says(&set_tag_args_table, "{\"run_id\":\"r\",\"key\":\"k\",\"value\":\"a\\u0000\"}", "'value' cannot contain NUL (0x00) characters");
}

/* every code has a name and a status; a refused value is not repeated without end */
static void codes(void **state)
{
	(void)state;
	const struct tenon_table *t = mlflow_dialect.error;
	for (int code = -1; code >= TENON_ERROR_LAST; code--) {
		struct tenon_problem p = { .code = code, .message = "why" };
		char *error = arena_alloc(&arena, t->size);
		mlflow_dialect.word(&p, error, arena_alloc_fn, &arena);
		assert_in_range(p.status, 400, 504);
		assert_string_equal(*(const char **)(void *)(error + t->fields[1].offset), "why");
	}
	char *body = arena_alloc(&arena, 100100);
	memset(body, 'x', 100000);
	memcpy(body, "{\"run_id\":[\"", 12);
	strcpy(body + 100000, "\"]}");
	struct answer a;
	ask(&a, &set_tag_args_table, body);
	assert_in_range(strlen(a.text), 100, 1000);
}

static int begin(void **state)
{
	(void)state;
	arena_init(&arena, 0);
	return 0;
}

static int end(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(content_type), cmocka_unit_test(bodies), cmocka_unit_test(presence),
		cmocka_unit_test(types), cmocka_unit_test(limits), cmocka_unit_test(codes) };
	return cmocka_run_group_tests(tests, begin, end);
}
