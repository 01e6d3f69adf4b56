/* SPDX-License-Identifier: Apache-2.0 */
/* text - what strings need beyond string.h: UTF-8, and the word that was probably meant. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

size_t utf8_length(const char *s);            /* characters of valid UTF-8 */
size_t utf8_check(const char *s, size_t n);   /* n if valid (RFC 3629), otherwise offset of the first bad byte */

/* The word closest to `word` among `n` (by edit distance), or NULL when none is close: «did you mean». */
const char *text_nearest(const char *word, const char *const *words, size_t n);

/* Does `list`, words separated by spaces, hold `word` of `n` bytes? NULL list: no. */
bool text_has_word(const char *list, const char *word, size_t n);

#endif
