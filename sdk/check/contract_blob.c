/* SPDX-License-Identifier: Apache-2.0 */
/* contract_blob - interface blob: methods and what they mean. */
#include "contract.h"

#include <tenon/iface/blob.h>

#define ROW(name_, args_t, result_t) .name = name_, .since = 1, .args = &args_t##_table, .result = &result_t##_table
static const struct tenon_method methods[] = {
	{ ROW("put", blob_put_args, blob_put_result), .flags = TENON_WRITE | TENON_STREAM_IN, .errors = "CONFLICT STORAGE_FULL",
	  .doc = "Takes the call's stream to its end and stores it under `key`: whole or not at all, answered when it is durable. A reader sees the old "
	         "object or the new one. TOO_LARGE past `most`, INVALID_ARGUMENT below `least` bytes." },
	{ ROW("get", blob_key_args, tenon_empty), .flags = TENON_IDEMPOTENT | TENON_STREAM_OUT, .errors = "NOT_FOUND",
	  .doc = "Answers with the object's bytes, or the part of them that is wanted; sets size, etag and mtime of the content. NOT_FOUND when the key is "
	         "only a prefix." },
	{ ROW("list", blob_list_args, blob_list_result), .flags = TENON_IDEMPOTENT,
	  .doc = "Lists the direct children of a prefix by name. A key that is an object, or is not there, has none." },
	{ ROW("delete", blob_key_args, blob_delete_result), .flags = TENON_WRITE | TENON_IDEMPOTENT, .errors = "NOT_FOUND",
	  .doc = "Removes the object, or everything below the prefix. NOT_FOUND when there is neither." },
	{ 0 },
};

#define KEY(k) "{\"key\":\"" k "\"}"
static const struct step steps[] = {
	{ "an object comes back as it was stored", "put", KEY("a/b"), .in = "hello, world", .has = "\"size\":12" },
	{ NULL, "get", KEY("a/b"), .out = "hello, world" },
	{ "a part of it is a part of it", "get", KEY("a/b"), .offset = 7, .length = 3, .out = "wor" },
	{ "put answers the sha256 of the bytes", "put", KEY("a/abc"), .in = "abc",
	  .has = "\"digest\":\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"" },
	{ "a second put replaces", "put", KEY("a/b"), .in = "new" },
	{ NULL, "get", KEY("a/b"), .out = "new" },
	{ "an empty object is an object", "put", KEY("a/empty"), .in = "", .has = "\"size\":0" },
	{ NULL, "list", "{\"prefix\":\"a\"}", .has = "\"name\":\"empty\"" },
	{ "too many bytes: TOO_LARGE, and nothing is stored", "put", "{\"key\":\"big\",\"most\":4}", .in = "12345", .code = TENON_TOO_LARGE },
	{ NULL, "get", KEY("big"), .code = TENON_NOT_FOUND },
	{ "too few bytes: INVALID_ARGUMENT, and nothing is stored", "put", "{\"key\":\"small\",\"least\":4}", .in = "123", .code = TENON_INVALID_ARGUMENT },
	{ NULL, "get", KEY("small"), .code = TENON_NOT_FOUND },
	{ "what is not there is NOT_FOUND", "get", KEY("none"), .code = TENON_NOT_FOUND },
	{ NULL, "delete", KEY("none"), .code = TENON_NOT_FOUND },
	{ "a prefix is no object", "get", KEY("a"), .code = TENON_NOT_FOUND },
	{ "a listing has direct children only, by name", "put", KEY("l/x/deep"), .in = "1" },
	{ NULL, "put", KEY("l/m"), .in = "22" },
	{ NULL, "list", "{\"prefix\":\"l\"}", .has = "[{\"name\":\"m\",\"is_prefix\":false,\"size\":2},{\"name\":\"x\",\"is_prefix\":true}]", .lacks = "deep" },
	{ "a listing starts behind `after` and ends at `max`", "list", "{\"prefix\":\"l\",\"after\":\"m\"}", .has = "\"x\"", .lacks = "\"m\"" },
	{ NULL, "list", "{\"prefix\":\"l\",\"max\":1}", .has = "\"m\"", .lacks = "\"x\"" },
	{ "an object, or nothing, has no children", "list", "{\"prefix\":\"l/m\"}", .lacks = "name" },
	{ NULL, "list", "{\"prefix\":\"nothing\"}", .lacks = "name" },
	{ "delete takes everything below a prefix", "delete", KEY("l"), .has = "\"deleted\":2" },
	{ NULL, "list", "{\"prefix\":\"l\"}", .lacks = "name" },
	{ "a bad key is INVALID_ARGUMENT and touches nothing", "put", KEY("../up"), .in = "x", .code = TENON_INVALID_ARGUMENT },
	{ NULL, "put", KEY("/abs"), .in = "x", .code = TENON_INVALID_ARGUMENT },
	{ NULL, "put", KEY("a//b"), .in = "x", .code = TENON_INVALID_ARGUMENT },
	{ NULL, "put", KEY("a/./b"), .in = "x", .code = TENON_INVALID_ARGUMENT },
	{ NULL, "put", KEY("dir/"), .in = "x", .code = TENON_INVALID_ARGUMENT },
	{ NULL, "put", KEY(""), .in = "x", .code = TENON_INVALID_ARGUMENT },
	{ NULL, "get", KEY("../up"), .code = TENON_INVALID_ARGUMENT },
	{ NULL, "delete", KEY("a/.."), .code = TENON_INVALID_ARGUMENT },
	{ "names are UTF-8, with spaces and quotes", "put", KEY("\u00fc/ \\\" %41 \u65e5"), .in = "u" },
	{ NULL, "get", KEY("\u00fc/ \\\" %41 \u65e5"), .out = "u" },
	{ 0 },
};

const struct contract blob_contract = {
	"blob", "What an object store does for services. A key is a relative path of `/`-separated segments in UTF-8, at most 1,024 bytes, none of them "
	"empty, `.` or `..`; a key that breaks this is INVALID_ARGUMENT and touches nothing. Bytes go by stream, never through a service: it relays its "
	"call (TENON_RELAY).", methods, steps,
};
