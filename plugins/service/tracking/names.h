/* SPDX-License-Identifier: Apache-2.0 */
/* names - the name that a run gets when its maker gives none: adjective-noun-NNN, at most 20 characters. */
#ifndef TRACKING_NAMES_H
#define TRACKING_NAMES_H

#include <stdint.h>

#define NAME_SIZE 21
void random_name(uint64_t random, char to[NAME_SIZE]);

#endif
