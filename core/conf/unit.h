/* SPDX-License-Identifier: Apache-2.0 */
/* unit - sizes and times as people write them: 64MiB, 10k, 4ms, 2m.
 *
 * Which unit a row counts in is its label: "bytes" and "bytes/s" (10k = 10,000; 10KiB = 10,240), "ms", "s". Rows with another
 * label, or none, are plain whole numbers. */
#ifndef CONF_UNIT_H
#define CONF_UNIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

enum unit_fault { UNIT_GOOD, UNIT_WRONG, UNIT_TOO_LARGE };

enum unit_fault unit_parse(const char *label, const char *text, int64_t *x);
void unit_print(struct buf *, const char *label, int64_t x); /* in the largest unit that it is a whole number of */
void unit_print_range(struct buf *, const char *label, const int64_t *least, const int64_t *most); /* "1KiB to 1MiB", "at least 1" */
const char *unit_name(const char *label);     /* "size", "time in ms", "whole number" */
const char *unit_expected(const char *label); /* "a size (a whole number of bytes, or with KiB, MiB, GiB)" */

#endif
