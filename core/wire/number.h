/* SPDX-License-Identifier: Apache-2.0 */
/* number - numbers as text, exact and shortest, behind C linkage (C++17's charconv does the work). Pure; any thread. */
#ifndef WIRE_NUMBER_H
#define WIRE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The shortest text that reads back as `x`, spelled as Python's repr: 1.0, 0.1, 1e+16, 1.5e-07. Finite numbers only.
 * Returns the length; no NUL. */
size_t number_print_double(char out[32], double x);
size_t number_print_i64(char out[24], int64_t x);

/* All of the text must be the number. A double too large for the type is an infinity; an integer too large is refused. */
bool number_parse_double(const char *s, size_t n, double *x);
bool number_parse_i64(const char *s, size_t n, int64_t *x);

#ifdef __cplusplus
}
#endif
#endif
