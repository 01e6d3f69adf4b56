/* SPDX-License-Identifier: Apache-2.0 */
/* convert - text to scalar values: query strings, numbers in quotes, enums, base64. Pure. Not for other folders.
 *
 * `loose` is what Python's protobuf reads: "+5", "1_000", "5.0" and "5e0" are integers, "inf" is a double. */
#ifndef WIRE_CONVERT_H
#define WIRE_CONVERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tenon_field;
struct tenon_bytes;

bool convert_i64(const char *s, size_t n, bool loose, int64_t *x);
bool convert_f64(const char *s, size_t n, bool loose, double *x); /* NaN, Infinity, -Infinity by name */
bool convert_whole(double f, bool cut, int64_t *x);               /* is it whole, or cut to be so, and within int64? */
bool convert_enum(const struct tenon_field *, const char *name, size_t n, int64_t *x);
bool convert_enum_value(const struct tenon_field *, int64_t value); /* has it a name? */
bool convert_enum_number(const struct tenon_field *, const char *s, size_t n, int64_t *x); /* the number of one that has a name */
bool convert_bool(const char *s, size_t n, bool *x);              /* true and false in any case */
/* `out` has room for n / 4 * 3 + 3 bytes; both alphabets of RFC 4648, padding may be left out */
bool convert_base64(const char *s, size_t n, unsigned char *out, size_t *length);

#endif
