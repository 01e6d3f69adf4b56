/* SPDX-License-Identifier: Apache-2.0 */
/* result - does a handler's result keep what its table promises? */
#ifndef CHECK_RESULT_H
#define CHECK_RESULT_H

#include <stddef.h>

struct shape;

/* NULL, or what is wrong: a text that is NULL or no UTF-8, an array without its items, a bool that is neither. The path of it goes to
 * `at`. */
const char *result_fault(const struct shape *, const void *message, char *at, size_t at_size);

#endif
