/* SPDX-License-Identifier: Apache-2.0 */
/* keys - what a key of a metric, param or tag, a run's id and an experiment's name may look like, as in MLflow 3.18. Pure, any
 * thread. */
#ifndef TRACKING_KEYS_H
#define TRACKING_KEYS_H

#include <stdbool.h>
#include <stddef.h>

/* Letters and digits of any script and `_ - . : / space`, and as a path it means itself: no `.`, `..` or empty part. */
bool key_accepts(const char *key);
/* only the first half of that */
bool key_has_good_characters(const char *key);
/* What the key means as a path, as posixpath.normpath says: "a//b/../c" is "a/c". Cut to fit `size` > 0. */
void key_normalize(const char *key, char *to, size_t size);

/* a letter or digit of ASCII, then at most 255 letters, digits, `_` or `-` */
bool run_id_accepts(const char *run_id);

/* is there anything but white space in it? */
bool name_accepts(const char *name);

/* Bytes of the first `limit` characters of UTF-8 text; its length if it has no more. */
size_t characters(const char *text, size_t limit);

#endif
