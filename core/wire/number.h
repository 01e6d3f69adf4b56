/* SPDX-License-Identifier: Apache-2.0 */
/* number - numbers to text and back: exact, shortest, without locale.
 *
 * Doubles are spelled as Python's repr spells them (1.0, 1e-05, 1e+16), since that is what clients compare with.
 * Threads: any. */
#ifndef WIRE_NUMBER_H
#define WIRE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Both return the length; there is no NUL. The double is finite. */
size_t number_print_double(char out[32], double x);
size_t number_print_i64(char out[24], int64_t x);

/* True if the whole text is a number in decimal digits, with `-`, point and exponent as they may be: less strict than JSON.
 * A double beyond the type becomes an infinity or zero; an integer beyond it is refused. *x is set only if true. */
bool number_parse_double(const char *s, size_t n, double *x);
bool number_parse_i64(const char *s, size_t n, int64_t *x);

#ifdef __cplusplus
}
#endif
#endif
