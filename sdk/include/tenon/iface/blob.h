/* SPDX-License-Identifier: Apache-2.0 */
/* iface/blob - what an object store does for services. Implemented by plugins/blob/<vendor>.
 *
 * A key is a relative path of `/`-separated segments in UTF-8. Segments are never empty, `.` or `..`; keys never begin
 * or end with `/`, hold no U+0000, and are at most 1,024 bytes. A key that breaks this is INVALID_ARGUMENT and touches
 * nothing. «Directories» exist only as prefixes of keys.
 *
 * `put` is atomic: a reader sees the old object or the new one, never a part; it is answered when the bytes are durable.
 * Bytes go by stream, never through a service: a service relays its call to `put` or `get` (TENON_RELAY). */
#ifndef TENON_IFACE_BLOB_H
#define TENON_IFACE_BLOB_H

#include "../plugin.h"

#define BLOB_KEY_ARGS(F, S) \
	F(S, const char *, key, .flags = TENON_REQUIRED, .doc = "the object's key")
TENON_MESSAGE(blob_key_args, BLOB_KEY_ARGS);

/* put: takes the call's stream to its end. Nothing is stored unless the stream ended well and its length fits: TOO_LARGE
 * past `most`, INVALID_ARGUMENT below `least`. STORAGE_FULL, UNAVAILABLE. */
#define BLOB_PUT_ARGS(F, S) \
	F(S, const char *, key, .flags = TENON_REQUIRED, .doc = "the object's key") \
	F(S, int64_t, least, .dflt = "0", .doc = "bytes that it must have at least") \
	F(S, int64_t, most, .dflt = "0", .doc = "bytes that it may have at most; 0 = any number")
TENON_MESSAGE(blob_put_args, BLOB_PUT_ARGS);
#define BLOB_PUT_RESULT(F, S) \
	F(S, int64_t, size, .doc = "bytes stored") \
	F(S, const char *, digest, .doc = "sha256 of them, lower-case hex")
TENON_MESSAGE(blob_put_result, BLOB_PUT_RESULT);

/* get (blob_key_args -> tenon_empty): answers with the object's bytes; sets size, etag and mtime of the content.
 * NOT_FOUND: no such object, or the key is only a prefix. */

/* list: the direct children of a prefix ("" = the root), by name. A key that is an object, or is not there, has none. */
#define BLOB_LIST_ARGS(F, S) \
	F(S, const char *, prefix, .doc = "a key, or \"\"") \
	F(S, const char *, after, .doc = "start behind this name") \
	F(S, int64_t, max, .dflt = "0", .doc = "at most so many; 0 = all")
TENON_MESSAGE(blob_list_args, BLOB_LIST_ARGS);
#define BLOB_ENTRY(F, S) \
	F(S, const char *, name, .doc = "last segment") \
	F(S, bool, is_prefix, .doc = "a directory") \
	F(S, int64_t, size, .doc = "bytes; objects only")
TENON_MESSAGE(blob_entry, BLOB_ENTRY);
#define BLOB_LIST_RESULT(F, S) \
	F(S, struct blob_entry_list, entries, TENON_MANY(blob_entry))
TENON_MESSAGE(blob_list_result, BLOB_LIST_RESULT);

/* delete (blob_key_args): the object, or everything below the prefix. NOT_FOUND when there is neither. */
#define BLOB_DELETE_RESULT(F, S) \
	F(S, int64_t, deleted, .doc = "objects removed")
TENON_MESSAGE(blob_delete_result, BLOB_DELETE_RESULT);

#endif
