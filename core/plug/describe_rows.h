/* SPDX-License-Identifier: Apache-2.0 */
/* describe_rows - what a description says, as messages. Included by describe.c and described.c alone.
 *
 * Tables are numbered by their place in `tables`; a row, an argument and a config refer to a table by its number, so tables may be
 * shared, and may refer to themselves. A text that is absent is a NULL of the descriptor. */
#ifndef PLUG_DESCRIBE_ROWS_H
#define PLUG_DESCRIBE_ROWS_H

#include <tenon/row.h>

/* describe.c: what names and texts may be */
extern const struct tenon_pattern describe_word, describe_words, describe_name, describe_names, describe_text;

#define DESCRIBE_NAME .pattern = &describe_name, .range = "1..128"
#define DESCRIBE_WORD .pattern = &describe_word, .range = "1..128"
#define DESCRIBE_TEXT(most) .pattern = &describe_text, .range = ".." #most

#define DESCRIBED_NAME(F, S) \
	F(S, const char *, name, .flags = TENON_REQUIRED, .pattern = &describe_text, .range = "1..256", .doc = "a spelling of an ENUM") \
	F(S, int64_t, value, .flags = TENON_REQUIRED, .doc = "what it stands for")
TENON_STRUCT(described_name, DESCRIBED_NAME);

#define DESCRIBED_ROW(F, S) \
	F(S, const char *, name, .flags = TENON_REQUIRED, DESCRIBE_WORD, .doc = "of the member") \
	F(S, int64_t, type, .flags = TENON_REQUIRED, .range = "1..8", .doc = "enum tenon_type") \
	F(S, int64_t, card, .range = "0..2", .doc = "enum tenon_card") \
	F(S, int64_t, group, .range = "0..255", .doc = "rows of one group exclude each other") \
	F(S, int64_t, flags, .range = "0..63", .doc = "enum tenon_field_flag") \
	F(S, int64_t, table, .range = "0..4095", .doc = "MSG: number of the table") \
	F(S, struct described_name_list, names, TENON_MANY(described_name), .range = "..4096", .doc = "ENUM: its spellings") \
	F(S, const char *, pattern, DESCRIBE_TEXT(128), .doc = "name of the rule for its strings") \
	F(S, const char *, regex, DESCRIBE_TEXT(1024), .doc = "the rule") \
	F(S, const char *, aliases, DESCRIBE_TEXT(1024), .doc = "other spellings of the name") \
	F(S, const char *, dflt, DESCRIBE_TEXT(4096), .doc = "the default, as JSON text") \
	F(S, const char *, range, DESCRIBE_TEXT(64), .doc = "least..most") \
	F(S, const char *, label, DESCRIBE_TEXT(128), .doc = "what the value is called, or its unit") \
	F(S, const char *, doc, DESCRIBE_TEXT(8192), .doc = "what it is")
TENON_STRUCT(described_row, DESCRIBED_ROW);

#define DESCRIBED_TABLE(F, S) \
	F(S, const char *, name, .flags = TENON_REQUIRED, DESCRIBE_WORD, .doc = "of the message") \
	F(S, struct described_row_list, rows, TENON_MANY(described_row), .range = "..256", .doc = "in the order of their presence bits")
TENON_STRUCT(described_table, DESCRIBED_TABLE);

#define DESCRIBED_ROUTE(F, S) \
	F(S, const char *, dialect, DESCRIBE_WORD, .doc = "the dialect that speaks there; absent: native") \
	F(S, const char *, path, .flags = TENON_REQUIRED, DESCRIBE_TEXT(400), .doc = "VERB /path")
TENON_STRUCT(described_route, DESCRIBED_ROUTE);

#define DESCRIBED_METHOD(F, S) \
	F(S, const char *, name, .flags = TENON_REQUIRED, DESCRIBE_WORD, .doc = "of the method") \
	F(S, int64_t, since, .range = "0..4294967295", .doc = "revision of the interface that brought it") \
	F(S, int64_t, flags, .range = "0..127", .doc = "enum tenon_method_flag, without BLOCKING") \
	F(S, int64_t, args, .flags = TENON_REQUIRED, .range = "0..4095", .doc = "number of the table") \
	F(S, int64_t, result, .flags = TENON_REQUIRED, .range = "0..4095", .doc = "number of the table") \
	F(S, int64_t, deadline_ms, .range = "0..4294967295", .doc = "0: the default") \
	F(S, struct described_route_list, routes, TENON_MANY(described_route), .range = "..64", .doc = "REST bindings") \
	F(S, const char *, cli, DESCRIBE_TEXT(256), .doc = "words of the command line") \
	F(S, const char *, permission, DESCRIBE_TEXT(256), .doc = "action@argument") \
	F(S, const char *, errors, DESCRIBE_TEXT(1024), .doc = "codes that it may end with") \
	F(S, const char *, doc, DESCRIBE_TEXT(8192), .doc = "what it does")
TENON_STRUCT(described_method, DESCRIBED_METHOD);

#define DESCRIBED_RESOLVER(F, S) \
	F(S, const char *, field, .flags = TENON_REQUIRED, .pattern = &describe_words, .range = "1..1024", .doc = "arguments that name such an entity") \
	F(S, const char *, kind, .flags = TENON_REQUIRED, DESCRIBE_WORD, .doc = "of the entity")
TENON_STRUCT(described_resolver, DESCRIBED_RESOLVER);

#define DESCRIBED_TOPIC(F, S) \
	F(S, const char *, name, .flags = TENON_REQUIRED, DESCRIBE_TEXT(128), .doc = "words with dots between them") \
	F(S, int64_t, table, .flags = TENON_REQUIRED, .range = "0..4095", .doc = "number of the table of its events") \
	F(S, const char *, doc, DESCRIBE_TEXT(8192), .doc = "when it is published")
TENON_STRUCT(described_topic, DESCRIBED_TOPIC);

#define DESCRIBED_PLUGIN(F, S) \
	F(S, int64_t, abi, .flags = TENON_REQUIRED, .doc = "TENON_ABI of its build") \
	F(S, const char *, name, .flags = TENON_REQUIRED, DESCRIBE_NAME, .doc = "of the plugin") \
	F(S, const char *, interface, .flags = TENON_REQUIRED, DESCRIBE_NAME, .doc = "what it implements") \
	F(S, const char *, version, .flags = TENON_REQUIRED, DESCRIBE_TEXT(128), .doc = "of the plugin") \
	F(S, const char *, licence, DESCRIBE_TEXT(128), .doc = "SPDX") \
	F(S, const char *, doc, DESCRIBE_TEXT(8192), .doc = "what it is") \
	F(S, const char *, needs, .pattern = &describe_names, .range = "..1024", .doc = "instances that must run before") \
	F(S, const char *, builtin, DESCRIBE_NAME, .doc = "the instance that is there without being configured") \
	F(S, int64_t, config, .range = "0..4095", .doc = "number of the table; absent: none") \
	F(S, bool, starts, .doc = "it has a start function: work to do before its first call") \
	F(S, bool, dialects, .doc = "it brings dialects, which the door calls: it cannot run outside of the core") \
	F(S, struct described_table_list, tables, TENON_MANY(described_table), .range = "..4096", .doc = "all that are referred to") \
	F(S, struct described_method_list, methods, TENON_MANY(described_method), .range = "..4096", .doc = "its rows") \
	F(S, struct described_resolver_list, resolvers, TENON_MANY(described_resolver), .range = "..64", .doc = "the kinds of entities that it owns") \
	F(S, struct described_topic_list, topics, TENON_MANY(described_topic), .range = "..256", .doc = "the events that it publishes")
TENON_STRUCT(described_plugin, DESCRIBED_PLUGIN);

extern const struct tenon_table described_plugin_table; /* describe.c */

#endif
