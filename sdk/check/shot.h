/* SPDX-License-Identifier: Apache-2.0 */
/* shot - one call from the main thread: decoded, sent by the loop that plays the door, its bytes taken, its end awaited. */
#ifndef CHECK_SHOT_H
#define CHECK_SHOT_H

#include "stage.h"

struct bus;
struct loop;

void shot_fire(struct bus *, struct loop *door, struct instance *, const struct request *, struct answer *);

#endif
