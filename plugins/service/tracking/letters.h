/* SPDX-License-Identifier: Apache-2.0 */
/* letters - is a code point beyond ASCII a letter or a digit? Pure, any thread. */
#ifndef TRACKING_LETTERS_H
#define TRACKING_LETTERS_H

#include <stdbool.h>
#include <stdint.h>

bool letter_or_digit(uint32_t point); /* point >= 0x80 */

#endif
