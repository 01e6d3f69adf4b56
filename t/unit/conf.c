/* SPDX-License-Identifier: Apache-2.0 */
/* conf - unit tests of core/conf: that a right configuration becomes the right values. */
#include "conf_fixture.h"

static void nothing_at_all_gives_the_defaults(void **state)
{
	static const char *const empty[] = { "", "# only a comment\n", "---\n", "~\n", "http:\ninstances:\nlog: ~\ndirs: null\n", "\xEF\xBB\xBF" };
	struct loaded l;

	(void)state;
	for (size_t i = 0; i < sizeof empty / sizeof *empty; i++) {
		good(&l, empty[i], NULL);
		assert_string_equal(l.top.listen, "127.0.0.1:5500");
		assert_int_equal(l.top.size, 1024);
		assert_true(l.top.durable && l.top.ratio == 0.5);
		assert_int_equal(l.top.log.level, 2);
		assert_string_equal(l.top.token, "");
		assert_int_equal(l.http.max_body, 65536);
		assert_false(l.top.has.listen || l.top.has.log || l.top.has.dirs);
		conf_close(l.conf);
	}
	assert_int_equal(load_file(&l, NULL, NULL, 0), TENON_OK);
	assert_int_equal(l.sql.readers, 2);
	conf_close(l.conf);
}

static void single_values_are_read_by_type(void **state)
{
	struct loaded l;

	(void)state;
	good(&l, "listen: '[::1]:80'\nloops: 4\ndurable: Off\nratio: 1e-3\nname: no\nlog: {level: debug, colour: no}\nkey: aGk=\n", NULL);
	assert_string_equal(l.top.listen, "[::1]:80");
	assert_int_equal(l.top.loops, 4);
	assert_false(l.top.durable);
	assert_true(l.top.ratio == 1e-3);
	assert_string_equal(l.top.name, "no"); /* not false: the table says text */
	assert_int_equal(l.top.log.level, 3);
	assert_false(l.top.log.colour);
	assert_memory_equal(l.top.key.p, "hi", 2);
	assert_true(l.top.has.listen && l.top.has.log && l.top.log.has.level && !l.top.has.size);
	conf_close(l.conf);
	good(&l, "bind: 'x:1'\nname: !!str null\nsocket: \"\"\n", NULL);
	assert_string_equal(l.top.listen, "x:1");
	assert_string_equal(l.top.name, "null");
	assert_true(l.top.has.socket && *l.top.socket == '\0');
	conf_close(l.conf);
}

static void sizes_and_times_have_units(void **state)
{
	static const struct { const char *yaml; int64_t size, wait, retry; } cases[] = {
		{ "size: 10k\nwait: 4ms\nretry: 30s\n", 10000, 4, 30 },
		{ "size: 64KiB\nwait: 30s\nretry: 2m\n", 65536, 30000, 120 },
		{ "size: 1 MiB\nwait: 2m\nretry: 1h\n", 1048576, 120000, 3600 },
		{ "size: 1M\nwait: 1h\nretry: 5\n", 1000000, 3600000, 5 },
		{ "size: 7B\nwait: 1d\nretry: 1d\n", 7, 86400000, 86400 },
		{ "size: 7\nwait: 0\nretry: -1\n", 7, 0, -1 },
		{ "size: 007\nwait: 3min\nretry: 1min\n", 7, 180000, 60 },
	};
	struct loaded l;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		good(&l, cases[i].yaml, NULL);
		assert_int_equal(l.top.size, cases[i].size);
		assert_int_equal(l.top.wait, cases[i].wait);
		assert_int_equal(l.top.retry, cases[i].retry);
		conf_close(l.conf);
	}
}

static void lists_and_mappings_are_read(void **state)
{
	struct loaded l;

	(void)state;
	good(&l, "dirs: [a, b]\nports:\n- 1\n- 2\nlabels: {a.b/c: x, d: '1'}\nmodels:\n- name: one\n  size: 1KiB\n- {name: two}\n", NULL);
	assert_int_equal(l.top.dirs.n, 2);
	assert_string_equal(l.top.dirs.v[1], "b");
	assert_int_equal(l.top.ports.n, 2);
	assert_int_equal(l.top.ports.v[1], 2);
	assert_int_equal(l.top.labels.n, 2);
	assert_string_equal(l.top.labels.v[0].key, "a.b/c");
	assert_string_equal(l.top.labels.v[1].value, "1");
	assert_int_equal(l.top.models.n, 2);
	assert_string_equal(l.top.models.v[1].name, "two");
	assert_int_equal(l.top.models.v[1].size, 1024);
	conf_close(l.conf);
	good(&l, "dirs: a\nports: []\nlabels: {}\n", NULL); /* one stands for a list of one */
	assert_int_equal(l.top.dirs.n, 1);
	assert_true(l.top.has.ports && l.top.ports.n == 0 && l.top.has.labels && l.top.labels.n == 0);
	conf_close(l.conf);
}

static void free_form_values_become_json(void **state)
{
	static const char want[] = "{\"a\": [1, \"2\", true, null, -0.5e3, \"01\", \"yes\"], \"b \\\"q\": {}}";
	struct loaded l;

	(void)state;
	good(&l, "extra:\n  a: [1, '2', true, ~, -0.5e3, 01, yes]\n  b \"q: {}\n", NULL);
	assert_int_equal(l.top.extra.n, strlen(want));
	assert_memory_equal(l.top.extra.p, want, strlen(want));
	conf_close(l.conf);
	good(&l, "", "extra={x: [1]}");
	assert_memory_equal(l.top.extra.p, "{\"x\": [1]}", 10);
	conf_close(l.conf);
}

static void several_tables_read_one_section(void **state)
{
	struct loaded l;
	const char *names[2];
	char where[64];

	(void)state;
	good(&l, "instances:\n  s3: {plugin: blob/s3}\n  sql:\n    plugin: sql/sqlite\n    readers: 3\n", NULL);
	assert_string_equal(l.instance.plugin, "sql/sqlite");
	assert_int_equal(l.sql.readers, 3);
	assert_int_equal(conf_children(l.conf, "instances", names, 2), 2);
	assert_string_equal(names[0], "s3");
	assert_int_equal(conf_children(l.conf, "instances", names, 1), 1);
	assert_int_equal(conf_children(l.conf, "listen", names, 2), 0);
	assert_int_equal(conf_children(l.conf, "none.such", names, 2), 0);
	assert_true(conf_has(l.conf, "instances.s3.plugin") && conf_has(l.conf, ""));
	assert_false(conf_has(l.conf, "http") || conf_has(l.conf, "instances.s3.plugin.x"));
	assert_string_equal(conf_where(l.conf, "instances.sql.readers", where, sizeof where), "tenon.yaml:5");
	assert_string_equal(conf_where(l.conf, "http", where, sizeof where), "default");
	conf_close(l.conf);
}

static void overrides_win(void **state)
{
	static const char *const sets[] = { "size=20", "size=30", "log={level: error}", "log.colour=no", "http.max_body=1k", "sql.trace=x=y",
	                                    "instances.sql.readers=4", "sql.readers=5", "dirs=[a, b]", "listen=[::1]:80", "models=[{name: m}]",
	                                    "name=" };
	struct loaded l;

	(void)state;
	write_text("tenon.yaml", "size: 10\nhttp:\nlog: {level: debug}\ninstances: {sql: {readers: 3, trace: z}}\n");
	assert_int_equal(load_file(&l, "tenon.yaml", sets, 12), TENON_OK);
	assert_int_equal(l.top.size, 30);
	assert_int_equal(l.top.log.level, 0);
	assert_false(l.top.log.colour);
	assert_int_equal(l.http.max_body, 1000);
	assert_string_equal(l.sql.trace, "x=y");
	assert_int_equal(l.sql.readers, 5);
	assert_int_equal(l.top.dirs.n, 2);
	assert_string_equal(l.top.listen, "[::1]:80"); /* no list: the table says text */
	assert_string_equal(l.top.models.v[0].name, "m");
	assert_true(l.top.has.name && *l.top.name == '\0');
	conf_close(l.conf);
}

static void the_later_of_two_spellings_wins(void **state)
{
	static const char *const sets[] = { "sql.readers=5", "instances.sql.readers=6" };
	struct loaded l;

	(void)state;
	assert_int_equal(load_file(&l, NULL, sets, 2), TENON_OK);
	assert_int_equal(l.sql.readers, 6);
	conf_close(l.conf);
}

static void variables_are_replaced(void **state)
{
	struct loaded l;

	(void)state;
	setenv("CONF_TEST", "there", 1);
	setenv("CONF_EMPTY", "", 1);
	setenv("CONF_SIZE", "2", 1);
	setenv("CONF_NESTED", "${CONF_TEST}", 1);
	unsetenv("CONF_ABSENT");
	good(&l, "listen: x-${CONF_TEST}-${CONF_ABSENT:-else where}-${CONF_EMPTY:-e}${CONF_EMPTY}-$${CONF_TEST}-$-$CONF_TEST\n"
	         "size: ${CONF_SIZE}KiB\ntoken: '${CONF_NESTED}'\n", NULL);
	assert_string_equal(l.top.listen, "x-there-else where-e-${CONF_TEST}-$-$CONF_TEST");
	assert_int_equal(l.top.size, 2048);
	assert_string_equal(l.top.token, "${CONF_TEST}"); /* once, not twice */
	conf_close(l.conf);
	good(&l, "", "listen=${CONF_TEST}");
	assert_string_equal(l.top.listen, "there");
	conf_close(l.conf);
}

static void secrets_come_from_files(void **state)
{
	struct loaded l;

	(void)state;
	write_text("secret", "s3cret\n");
	good(&l, "token_file: secret\n", NULL);
	assert_string_equal(l.top.token, "s3cret");
	conf_close(l.conf);
	setenv("CONF_TEST", "cret", 1);
	good(&l, "token: !file se${CONF_TEST}\n", NULL);
	assert_string_equal(l.top.token, "s3cret");
	conf_close(l.conf);
	good(&l, "", "token_file=secret");
	assert_string_equal(l.top.token, "s3cret");
	conf_close(l.conf);
	assert_int_equal(system("mkdir -p sub && printf 'token_file: other\\n' > sub/t.yaml && printf 'below\\r\\n' > sub/other"), 0);
	assert_int_equal(load_file(&l, "sub/t.yaml", NULL, 0), TENON_OK); /* beside the configuration */
	assert_string_equal(l.top.token, "below");
	conf_close(l.conf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_at_all_gives_the_defaults), cmocka_unit_test(single_values_are_read_by_type),
		cmocka_unit_test(sizes_and_times_have_units), cmocka_unit_test(lists_and_mappings_are_read),
		cmocka_unit_test(free_form_values_become_json), cmocka_unit_test(several_tables_read_one_section),
		cmocka_unit_test(overrides_win), cmocka_unit_test(the_later_of_two_spellings_wins),
		cmocka_unit_test(variables_are_replaced), cmocka_unit_test(secrets_come_from_files),
	};
	return cmocka_run_group_tests(tests, enter_scratch, leave_scratch);
}
