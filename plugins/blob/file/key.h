/* SPDX-License-Identifier: Apache-2.0 */
/* key - what a blob key may be (iface/blob.h), and its segments one by one. Pure. */
#ifndef FILE_KEY_H
#define FILE_KEY_H

#include <stdbool.h>
#include <stddef.h>

enum { KEY_MOST = 1024, SEGMENT_MOST = 255 };

/* NULL if `key` is a key, otherwise what is wrong with it. `or_root`: "" is fine too. */
const char *key_fault(const char *key, bool or_root);

/* The next segment of *at into `segment`, moving *at behind it; false at the end. Of a key without fault only. */
bool key_next(const char **at, char segment[SEGMENT_MOST + 1]);

#endif
