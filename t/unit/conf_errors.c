/* SPDX-License-Identifier: Apache-2.0 */
/* conf_errors - unit tests of core/conf: what every mistake is answered with, word for word, and what no memory does. */
#include "conf_fixture.h"
#include "base/mem.h"

struct mistake { const char *made, *answer; };
#define EACH(m, list) for (const struct mistake *m = (list); m < (list) + sizeof(list) / sizeof *(list); m++)

static void check(const struct mistake *m, int rc, const struct loaded *l)
{
	if (rc >= 0 || strcmp(l->err.text, m->answer) != 0)
		fail_msg("\n%s\n  is answered: %s\n  expected:    %s", m->made, rc < 0 ? l->err.text : "(nothing)", m->answer);
}

static void in_file(const struct mistake *m)
{
	struct loaded l;

	check(m, load(&l, m->made, NULL), &l);
	conf_close(l.conf);
}

static void in_set(const struct mistake *m)
{
	struct loaded l;

	check(m, load(&l, "dirs: [a]\n", m->made), &l);
	conf_close(l.conf);
}

static void values_of_the_wrong_type(void **state)
{
	static const struct mistake list[] = {
		{ "\nsize: 12 apples\n", "tenon.yaml:2: size: \"12 apples\" is not a size (a whole number of bytes, or with KiB, MiB, GiB)" },
		{ "size: 64mb\n", "tenon.yaml:1: size: \"64mb\" is not a size (a whole number of bytes, or with KiB, MiB, GiB)" },
		{ "wait: 5 weeks\n", "tenon.yaml:1: wait: \"5 weeks\" is not a time (a whole number of milliseconds, or with ms, s, m, h, d)" },
		{ "retry: 5ms\n", "tenon.yaml:1: retry: \"5ms\" is not a time (a whole number of seconds, or with s, m, h, d)" },
		{ "loops: two\n", "tenon.yaml:1: loops: \"two\" is not a whole number" },
		{ "loops: 4KiB\n", "tenon.yaml:1: loops: \"4KiB\" is not a whole number" },
		{ "loops: ''\n", "tenon.yaml:1: loops: \"\" is not a whole number" },
		{ "loops: 99999999999999999999\n", "tenon.yaml:1: loops: \"99999999999999999999\" is not a number that fits into 64 bits" },
		{ "size: 9999999999GiB\n", "tenon.yaml:1: size: \"9999999999GiB\" is not a number that fits into 64 bits" },
		{ "log: {level: debgu}\n", "tenon.yaml:1: log.level: \"debgu\" is not one of error, info, debug; did you mean \"debug\"?" },
		{ "log: {level: xyzzy}\n", "tenon.yaml:1: log.level: \"xyzzy\" is not one of error, info, debug" },
		{ "durable: ture\n", "tenon.yaml:1: durable: \"ture\" is not true or false; did you mean \"true\"?" },
		{ "ratio: half\n", "tenon.yaml:1: ratio: \"half\" is not a number" },
		{ "ratio: nan\n", "tenon.yaml:1: ratio: \"nan\" is not a number" },
		{ "key: '*'\n", "tenon.yaml:1: key: \"*\" is not base64 text" },
		{ "size: [1, 2]\n", "tenon.yaml:1: size: a list where a single value belongs" },
		{ "size: {a: 1}\n", "tenon.yaml:1: size: a mapping where a single value belongs" },
		{ "dirs: {a: b}\n", "tenon.yaml:1: dirs: a mapping where a list belongs" },
		{ "dirs: [a, ~]\n", "tenon.yaml:1: dirs[1]: nothing where a single value belongs" },
		{ "ports: [1, x]\n", "tenon.yaml:1: ports[1]: \"x\" is not a whole number" },
		{ "labels: {a: [1]}\n", "tenon.yaml:1: labels.a: a list where a single value belongs" },
		{ "labels: [x]\n", "tenon.yaml:1: labels: a list where a mapping (`key: value` lines) belongs" },
		{ "models: [x]\n", "tenon.yaml:1: models[0]: \"x\" is not a mapping (`key: value` lines)" },
		{ "models:\n- name: a\n  size: 1x\n", "tenon.yaml:3: models[0].size: \"1x\" is not a size (a whole number of bytes, or with KiB, MiB, GiB)" },
		{ "log: 5\n", "tenon.yaml:1: log: \"5\" is not a mapping (`key: value` lines)" },
		{ "http:\n  - a\n", "tenon.yaml:1: http: a list where a mapping (`key: value` lines) belongs" },
		{ "instances: 5\n", "tenon.yaml:1: instances: \"5\" is not a mapping (`key: value` lines)" },
		{ "size: \"a\\nb\\x1b\"\n", "tenon.yaml:1: size: \"a b \" is not a size (a whole number of bytes, or with KiB, MiB, GiB)" },
	};

	(void)state;
	EACH(m, list)
		in_file(m);
}

static void values_out_of_range(void **state)
{
	static const struct mistake list[] = {
		{ "size: 2MiB\n", "tenon.yaml:1: size: 2MiB; it must be 1 to 1MiB" },
		{ "size: 0\n", "tenon.yaml:1: size: 0; it must be 1 to 1MiB" },
		{ "wait: -1\n", "tenon.yaml:1: wait: -1; it must be at least 0" },
		{ "loops: 65\n", "tenon.yaml:1: loops: 65; it must be 1 to 64" },
		{ "ratio: 1.01\n", "tenon.yaml:1: ratio: 1.01; it must be 0 to 1" },
		{ "name: abcdefghi\n", "tenon.yaml:1: name: 9 characters; there must be at most 8" },
		{ "name: Abc\n", "tenon.yaml:1: name: \"Abc\" is not lower case letters (^[a-z]*$)" },
		{ "dirs: [a, B]\n", "tenon.yaml:1: dirs[1]: \"B\" is not lower case letters (^[a-z]*$)" },
		{ "dirs: [a, b, c, d]\n", "tenon.yaml:1: dirs: 4 items; there must be at most 3" },
		{ "ports: [1, 2, 3, 4]\n", "tenon.yaml:1: ports: 4 items; there must be at most 3" },
	};

	(void)state;
	EACH(m, list)
		in_file(m);
}

static void keys_that_are_wrong(void **state)
{
	static const struct mistake list[] = {
		{ "\n\nsiez: 1\n", "tenon.yaml:3: siez: unknown key; did you mean \"size\"?" },
		{ "instances:\n  sql:\n    raeders: 1\n", "tenon.yaml:3: instances.sql.raeders: unknown key; did you mean \"readers\"?" },
		{ "instances:\n  s3: {placment: 1}\n", "tenon.yaml:2: instances.s3.placment: unknown key; did you mean \"placement\"?" },
		{ "instances:\n  s3: {zzzzzzzz: 1}\n", "tenon.yaml:2: instances.s3.zzzzzzzz: unknown key; known here: plugin, placement" },
		{ "models: [{name: a, siez: 1}]\n", "tenon.yaml:1: models[0].siez: unknown key; did you mean \"size\"?" },
		{ "htpp: {max_body: 1}\n", "tenon.yaml:1: htpp: unknown key; did you mean \"http\"?" },
		{ "max_body: 1\n", "tenon.yaml:1: max_body: unknown key; did you mean \"http.max_body\"?" },
		{ "sql: {readers: 1}\n", "tenon.yaml:1: sql: unknown key; did you mean \"instances.sql\"?" },
		{ "listen_file: x\n", "tenon.yaml:1: listen_file: unknown key; known here: listen, size, wait, retry, loops, durable, ratio, name, dirs, "
		                      "ports, labels, token, pin, headers, socket, port, key, extra, log, tls, models, http, instances" },
		{ "instances: {a.b: {plugin: x}}\n", "tenon.yaml:1: instances.a.b: a name here has letters, digits, _ and - only" },
		{ "instances: {../x: {plugin: x}}\n", "tenon.yaml:1: instances.../x: a name here has letters, digits, _ and - only" },
		{ "size: 1\nloops: 2\nsize: 2\n", "tenon.yaml:3:1: the key \"size\" is there already, in line 1" },
		{ "listen: a\nbind: b\n", "tenon.yaml:2: bind: listen is there already, spelled another way" },
		{ "socket: a\nport: 1\n", "tenon.yaml:2: port: only one of socket and port may be there" },
		{ "models: [{size: 1}]\n", "tenon.yaml:1: models[0]: name is required: what it is called" },
		{ "tls: {version: 4}\n", "tenon.yaml:1: tls: cert is required: PEM file" },
		{ "'': 1\n", "tenon.yaml:1:1: an empty key" },
		{ "? [a]\n: 1\n", "tenon.yaml:1:3: a key must be a single word, not a list or mapping" },
	};

	(void)state;
	EACH(m, list)
		in_file(m);
}

static void a_section_that_is_absent_but_required(void **state)
{
	struct loaded l;
	struct model_rows m;

	(void)state;
	good(&l, "", NULL);
	assert_int_equal(conf_read(l.conf, "instances.m", &model_rows_table, &m, &l.err), TENON_INVALID_ARGUMENT);
	assert_string_equal(l.err.text, "instances.m.name is required: what it is called; set it in the configuration file, or with --set instances.m.name=...");
	conf_close(l.conf);
}

static void text_that_is_no_yaml(void **state)
{
	static const struct mistake list[] = {
		{ "a: b: c\n", "tenon.yaml:1:5: a second `: ` in the line; put the value in quotes, or check the indentation" },
		{ "log:\n  level: info\n colour: no\n", "tenon.yaml:3:2: neither a `key: value` nor an end here; check the indentation" },
		{ "\tsize: 1\n", "tenon.yaml:1:1: a tab in the indentation; YAML wants spaces" },
		{ "log:\n\tlevel: info\n", "tenon.yaml:2:1: a tab in the indentation; YAML wants spaces" },
		{ "size: 1\nloops\n", "tenon.yaml:3:1: a line without `: `" },
		{ "a: [\n", "tenon.yaml:2:1: a value is missing here, or a `[` or `{` has no end" },
		{ "a: [b\n", "tenon.yaml:2:1: a list in `[ ]` that goes on without `,` or has no `]`" },
		{ "a: {b\n", "tenon.yaml:2:1: a mapping in `{ }` that goes on without `,` or has no `}`" },
		{ "a: 'x\n\n", "tenon.yaml:3:1: the quote that begins in line 1 has no end" },
		{ "a: \"\\q\"\n", "tenon.yaml:1:5: an unknown escape; write `\\\\` for a backslash, or use single quotes" },
		{ "{a: 1}\nb\n", "tenon.yaml:2:1: text behind the end; check the indentation" },
		{ "a: @x\n", "tenon.yaml:1:4: a value cannot begin with this character; put it in quotes" },
		{ "a: 1\nb: \x01\n", "tenon.yaml:2:1: the character U+0001 is not allowed here" },
		{ "a: 1\nb: \xE4\n", "tenon.yaml:2:1: not UTF-8" },
		{ "\xFF\xFE" "a", "tenon.yaml:1:1: not UTF-8" },
		{ "listen: \"a\\0b\"\n", "tenon.yaml:1:9: the character U+0000 in a value" },
		{ "a: &x 1\n", "tenon.yaml:1:4: anchors (&name) are not supported" },
		{ "a: &x [*x, *x]\n", "tenon.yaml:1:4: anchors (&name) are not supported" },
		{ "a: *x\n", "tenon.yaml:1:4: aliases (*name) are not supported" },
		{ "a: !foo x\n", "tenon.yaml:1:4: an unknown tag; the only one is `!file PATH`, the text of a file" },
		{ "a: !u!foo x\n", "tenon.yaml:1:4: an unknown tag; the only one is `!file PATH`, the text of a file" },
		{ "a: !!map {}\n", "tenon.yaml:1:4: a tag in front of a list or mapping" },
		{ "- a\n- b\n", "tenon.yaml:1: the file must be a mapping (`key: value` lines)" },
		{ "hello\n", "tenon.yaml:1: the file must be a mapping (`key: value` lines)" },
		{ "a: 1\n--- {}\n", "tenon.yaml:2:1: a second document (`---`); a configuration is one" },
		{ "a: {b: {c: {d: {e: {f: {g: {h: {i: {j: {k: {l: {m: {n: {o: {p: {q: 1}}}}}}}}}}}}}}}}\n", "tenon.yaml:1:64: nested deeper than 16 levels" },
	};

	(void)state;
	EACH(m, list)
		in_file(m);
}

static void variables_and_files_that_are_not_there(void **state)
{
	static const struct mistake list[] = {
		{ "listen: ${CONF_ABSENT}\n", "tenon.yaml:1: listen: the environment has no CONF_ABSENT; set it, or write ${CONF_ABSENT:-default}" },
		{ "listen: ${CONF_LATIN}\n", "tenon.yaml:1: listen: what the environment has as CONF_LATIN is not UTF-8" },
		{ "listen: ${a.b}\n", "tenon.yaml:1: listen: `${` begins no ${NAME} or ${NAME:-default}; for the characters themselves write $${" },
		{ "listen: '${CONF_LATIN:-'\n",
		  "tenon.yaml:1: listen: `${` begins no ${NAME} or ${NAME:-default}; for the characters themselves write $${" },
		{ "listen: ${CONF_LONG}${CONF_LONG}\n", "tenon.yaml:1: listen: longer than 64 KiB once its variables are replaced" },
		{ "size: !file word\n", "tenon.yaml:1: size: \"***\" is not a size (a whole number of bytes, or with KiB, MiB, GiB)" },
		{ "token: !file nosuch\n", "tenon.yaml:1: token: cannot read the file nosuch: No such file or directory" },
		{ "token_file: .\n", "tenon.yaml:1: token_file: . is not a file" },
		{ "token_file: /dev/zero\n", "tenon.yaml:1: token_file: /dev/zero is not a file" },
		{ "token_file: blank\n", "tenon.yaml:1: token_file: the file blank is empty" },
		{ "token_file: binary\n", "tenon.yaml:1: token_file: the file binary is not UTF-8 text" },
		{ "token_file: long\n", "tenon.yaml:1: token_file: the file long is larger than 64 KiB" },
		{ "token: abc\ntoken_file: x\n", "tenon.yaml:2: token_file: token is there already, spelled another way" },
	};
	static char text[70001];

	(void)state;
	memset(text, 'a', 70000);
	write_text("long", text);
	text[40000] = '\0';
	setenv("CONF_LONG", text, 1);
	setenv("CONF_LATIN", "\xE4", 1);
	unsetenv("CONF_ABSENT");
	write_text("word", "hush\n");
	write_text("blank", "\n");
	write_file("binary", "a\0b", 3);
	EACH(m, list)
		in_file(m);
}

static void secrets_are_not_shown(void **state)
{
	static const struct mistake list[] = {
		{ "token: hu\n", "tenon.yaml:1: token: 2 characters; there must be 3 to 64" },
		{ "token: [hush]\n", "tenon.yaml:1: token: a list where a single value belongs" },
		{ "pin: hush\n", "tenon.yaml:1: pin: \"***\" is not a whole number" },
		{ "headers: hush\n", "tenon.yaml:1: headers: \"***\" is not a mapping (`key: value` lines)" },
	};
	static const struct mistake sets[] = { { "headers={hush", "--set headers: a mapping in `{ }` that goes on without `,` or has no `}`" } };

	(void)state;
	EACH(m, list)
		in_file(m);
	EACH(m, sets)
		in_set(m);
}

static void overrides_that_are_wrong(void **state)
{
	static const struct mistake list[] = {
		{ "size", "--set size: write it as key=value, the key as in log.level" },
		{ "=1", "--set =1: write it as key=value, the key as in log.level" },
		{ "a..b=1", "--set a..b=1: write it as key=value, the key as in log.level" },
		{ ".a=1", "--set .a=1: write it as key=value, the key as in log.level" },
		{ "a.=1", "--set a.=1: write it as key=value, the key as in log.level" },
		{ "listen=\xE4", "--set: an override that is not UTF-8" },
		{ "size=x", "--set size: \"x\" is not a size (a whole number of bytes, or with KiB, MiB, GiB)" },
		{ "loops=", "--set loops: \"\" is not a whole number" },
		{ "size.x=1", "--set size: a mapping where a single value belongs" },
		{ "dirs.x=1", "tenon.yaml:1: dirs: a key below it is set on the command line, but it is not a mapping" },
		{ "dirs=[A]", "--set dirs[0]: \"A\" is not lower case letters (^[a-z]*$)" },
		{ "dirs=[a", "--set dirs: a list in `[ ]` that goes on without `,` or has no `]`" },
		{ "dirs=[a]]", "--set dirs: text behind the end; check the indentation" },
		{ "log.levle=debug", "--set log.levle: unknown key; did you mean \"level\"?" },
		{ "htpp.max_body=1", "--set htpp: unknown key; did you mean \"http\"?" },
		{ "sql.raeders=1", "--set instances.sql.raeders: unknown key; did you mean \"readers\"?" },
		{ "sql={readers: 1}", "--set sql: unknown key; did you mean \"instances.sql\"?" },
		{ "a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a=1", "--set a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a=1: nested deeper than 16 levels" },
	};

	(void)state;
	EACH(m, list)
		in_set(m);
}

static void files_that_are_no_configuration(void **state)
{
	static const struct mistake list[] = {
		{ "/nonexistent/tenon.yaml", "cannot read /nonexistent/tenon.yaml: No such file or directory" },
		{ "/", "cannot read /: it is a folder; name the file" },
		{ "large", "large: larger than 4 MiB" },
		{ "/dev/zero", "/dev/zero: larger than 4 MiB" },
		{ "binary.yaml", "binary.yaml:2:1: the character U+0000; is this a text file?" },
		{ "many", "many:10000:2: more than 10000 values" },
	};
	static char text[(4 << 20) + 2];
	struct loaded l;

	(void)state;
	memset(text, '#', sizeof text - 1);
	write_text("large", text);
	for (size_t i = 0; i < 10001; i++)
		memcpy(text + 2 * i, "-\n", 2);
	write_file("many", text, 20002);
	write_file("binary.yaml", "a: 1\n\0", 6);
	EACH(m, list) {
		check(m, load_file(&l, m->made, NULL, 0), &l);
		assert_null(l.conf);
	}
}

static void long_names_are_cut_between_characters(void **state)
{
	char yaml[1000] = "log: {";
	struct loaded l;

	(void)state;
	for (size_t i = 0; i < 100; i++)
		strcat(yaml, "ää");
	strcat(yaml, ": 1}\n");
	assert_true(load(&l, yaml, NULL) < 0);
	assert_string_equal(l.err.text, "tenon.yaml:1: log.ääääääääääääääääääääääääääääää...: unknown key; known here: level, colour");
	conf_close(l.conf);
}

/* every allocation fails once: it is said, and nothing is leaked or read wrongly */
static void memory_runs_out(void **state)
{
	static const char yaml[] = "listen: ${PATH}\nsize: 2KiB\ndirs: [a, b]\nlabels: {a: b}\nmodels: [{name: a}]\nextra: [1]\n"
	                           "http: {max_body: 1}\n";
	static const char *const sets[] = { "sql.readers=3", "log={level: debug}" };
	struct loaded l;
	struct buf b = { 0 };
	int failed = 0;

	(void)state;
	write_text("tenon.yaml", yaml);
	for (long nth = 1; nth < 60; nth++) {
		mem_fail_nth(nth);
		int rc = load_file(&l, "tenon.yaml", sets, 2);
		if (rc == TENON_OK)
			conf_print(l.conf, &b);
		mem_fail_nth(0);
		assert_true(rc == TENON_OK || rc == TENON_NO_MEMORY);
		failed += rc < 0;
		conf_close(l.conf);
		buf_free(&b);
		b = (struct buf){ 0 };
	}
	assert_true(failed > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_of_the_wrong_type), cmocka_unit_test(values_out_of_range), cmocka_unit_test(keys_that_are_wrong),
		cmocka_unit_test(a_section_that_is_absent_but_required), cmocka_unit_test(text_that_is_no_yaml),
		cmocka_unit_test(variables_and_files_that_are_not_there), cmocka_unit_test(secrets_are_not_shown),
		cmocka_unit_test(overrides_that_are_wrong), cmocka_unit_test(files_that_are_no_configuration),
		cmocka_unit_test(long_names_are_cut_between_characters), cmocka_unit_test(memory_runs_out),
	};
	return cmocka_run_group_tests(tests, enter_scratch, leave_scratch);
}
