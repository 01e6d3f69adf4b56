/* SPDX-License-Identifier: Apache-2.0 */
/* json_target - the C half of json_decode. */
#ifndef FUZZ_JSON_TARGET_H
#define FUZZ_JSON_TARGET_H

#include <stddef.h>

enum target_scan { SCAN_TAKEN, SCAN_REFUSED, SCAN_TOO_DEEP, SCAN_SURROGATE };

enum target_scan target_scan_json(const char *p, size_t n);
void target_decode(const char *p, size_t n);

#endif
