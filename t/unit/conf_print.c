/* SPDX-License-Identifier: Apache-2.0 */
/* conf_print - unit tests of core/conf: what is in force is printed, reads back, and keeps its secrets; sections as Markdown. */
#include "conf_fixture.h"

static char *printed(struct loaded *l)
{
	struct buf b = { 0 };

	conf_print(l->conf, &b);
	char *text = buf_take(&b);
	assert_non_null(text);
	return text;
}

static void rows_show_value_doc_and_origin(void **state)
{
	static const char *const sets[] = { "wait=30s", "sql.readers=3" };
	static const char *const lines[] = {
		"# where it | serves\nlisten: \"[::1]:80\"  # tenon.yaml:1\n",
		"# how large\nsize: 64KiB  # tenon.yaml:2\n",
		"wait: 30s  # --set\n",
		"retry: 1s  # default\n",
		"dirs: [a, \"no\"]  # tenon.yaml:3\n",
		"# name:  # not set\n",
		"\n# what is logged\nlog:\n  # how much is written\n  level: debug  # tenon.yaml:4\n  colour: true  # default\n",
		"# tls:\n#   # PEM file\n#   cert:  # required\n#   version: 3  # default\n",
		"models:\n  -\n    # what it is called\n    name: one  # tenon.yaml:6\n    size: 1KiB  # default\n",
		"\nhttp:\n  max_body: 64KiB  # default\n",
		"\ninstances:\n  s3:\n    plugin: blob/s3  # tenon.yaml:8\n    placement: 0  # default\n  sql:\n",
		"    readers: 3  # --set\n",
	};
	struct loaded l;

	(void)state;
	write_text("tenon.yaml", "bind: '[::1]:80'\nsize: 65536\ndirs: [a, no]\nlog: {level: debug}\nmodels:\n- name: one\n"
	                         "instances:\n  s3: {plugin: blob/s3}\n");
	assert_int_equal(load_file(&l, "tenon.yaml", sets, 2), TENON_OK);
	char *text = printed(&l);
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		if (strstr(text, lines[i]) == NULL)
			fail_msg("%s\nis not in\n%s", lines[i], text);
	free(text);
	conf_close(l.conf);
}

/* an override takes its text as it is, so it brings in what YAML would not */
static void what_is_printed_reads_back(void **state)
{
	static const char *const texts[] = {
		"", " ", "null", "~", "true", "No", "0x1F", "1e3", "- a", "a: b", "a #b", "# a", "'", "\"", "\\", "\\n", "a\nb\tc\r", "\x01\x1f\x7f",
		"$${HOME}", "$$${HOME}", "$", "$$", "a$${", "{a: b}", "[a]", "*a", "&a", "!file x", "!", "%", "@", "`", "|", ">", "---", "...", "a:", "-",
		"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80", "\xC2\x80\xC2\x85\xC2\x9F\xC2\xA0", "\xE2\x80\xA8\xE2\x80\xA9", "\xEF\xBB\xBF",
		"\xEF\xBF\xBD\xEF\xBF\xBE\xEF\xBF\xBF",
		"trailing ", "\n\nlines\n", "\xF0\x9F\xBF\xBE",
	};
	struct loaded l, again;
	char set[300];

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		snprintf(set, sizeof set, "listen=%s", texts[i]);
		good(&l, "", set);
		char *text = printed(&l);
		good(&again, text, NULL);
		assert_string_equal(l.top.listen, again.top.listen);
		assert_true(again.top.has.listen);
		free(text);
		conf_close(l.conf);
		conf_close(again.conf);
	}
}

static void printing_twice_is_printing_once(void **state)
{
	struct loaded first, second;

	(void)state;
	good(&first, "size: 3KiB\nwait: 90s\nratio: 0.1\nports: [1, 2]\nlabels: {'a b': c}\nkey: aGk=\n"
	             "extra: {a: [1, '2', '${HOME}', '$${x}']}\n"
	             "headers: {Authorization: hush}\ntoken: hush\npin: 5\nsocket: ''\ntls: {cert: x}\nmodels: [{name: a}, {name: b, size: 1}]\n", "sql.trace=t");
	char *text = printed(&first);
	assert_null(strstr(text, "hush"));
	assert_non_null(strstr(text, "token: \"***\""));
	assert_non_null(strstr(text, "headers: {\"Authorization\": \"***\"}"));
	assert_non_null(strstr(text, "# pin: \"***\""));
	good(&second, text, NULL);
	conf_close(first.conf);
	char *once = printed(&second);
	conf_close(second.conf);
	good(&second, once, NULL);
	char *twice = printed(&second);
	conf_close(second.conf);
	assert_string_equal(once, twice);
	free(text);
	free(once);
	free(twice);
}

static void what_was_read_is_printed_whatever_became_of_its_file(void **state)
{
	struct loaded l;

	(void)state;
	write_text("word", "once\n");
	good(&l, "extra: [!file word]\nlisten: !file word\n", NULL);
	assert_int_equal(unlink("word"), 0);
	char *text = printed(&l);
	assert_non_null(strstr(text, "extra: [\"once\"]"));
	assert_non_null(strstr(text, "listen: once"));
	free(text);
	conf_close(l.conf);
}

static void a_file_name_cannot_end_its_comment(void **state)
{
	static const char name[] = "a\nevil: 1\n#.yaml";
	struct loaded l;

	(void)state;
	write_text(name, "size: 7\n");
	assert_int_equal(load_file(&l, name, NULL, 0), TENON_OK);
	char *text = printed(&l);
	assert_null(strstr(text, "\nevil"));
	assert_non_null(strstr(text, "size: 7  # a evil: 1 #.yaml:1\n"));
	free(text);
	conf_close(l.conf);
}

static void a_section_becomes_a_table(void **state)
{
	static const char *const lines[] = {
		"### core\n\n| key | type | default | range | what it is |\n|---|---|---|---|---|\n",
		"| `listen` | text | `127.0.0.1:5500` |  | where it \\| serves |\n",
		"| `size` | size | `1KiB` | 1 to 1MiB | how large |\n",
		"| `wait` | time in ms | `1s` | at least 0 | how long |\n",
		"| `name` | text |  | at most 8 characters, lower case letters |  |\n",
		"| `dirs` | list of text |  | at most 3 items, lower case letters |  |\n",
		"| `labels` | mapping to text |  |  |  |\n",
		"| `token` | text, secret |  | 3 to 64 characters |  |\n",
		"| `log` | section |  |  | what is logged |\n| `log.level` | one of `error`, `info`, `debug` | `info` |  | how much is written |\n",
		"| `models` | list of section |  |  |  |\n| `models[].name` | text | required |  | what it is called |\n",
	};
	struct buf b = { 0 };

	(void)state;
	conf_doc(&b, "core", &top_rows_table);
	char *text = buf_take(&b);
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		if (strstr(text, lines[i]) == NULL)
			fail_msg("%s\nis not in\n%s", lines[i], text);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_show_value_doc_and_origin), cmocka_unit_test(what_is_printed_reads_back),
		cmocka_unit_test(printing_twice_is_printing_once), cmocka_unit_test(what_was_read_is_printed_whatever_became_of_its_file),
		cmocka_unit_test(a_file_name_cannot_end_its_comment),
		cmocka_unit_test(a_section_becomes_a_table),
	};
	return cmocka_run_group_tests(tests, enter_scratch, leave_scratch);
}
