/* SPDX-License-Identifier: Apache-2.0 */
/* repeats - is a key given twice in one request? In n log n: clients choose how many there are. */
#ifndef TRACKING_REPEATS_H
#define TRACKING_REPEATS_H

#include <tenon/plugin.h>

/* INVALID_ARGUMENT if two of the texts are equal, which is then named as a tag. Sorts the array. */
int repeats_refuse_tags(struct tenon_call *c, const char **keys, size_t n);

#endif
