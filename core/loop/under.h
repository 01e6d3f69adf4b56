/* SPDX-License-Identifier: Apache-2.0 */
/* under - what the files of this folder share of libuv. Not for other folders. */
#ifndef LOOP_UNDER_H
#define LOOP_UNDER_H

#include <uv.h>

struct loop;

uv_loop_t *loop_under(struct loop *);
/* of a process that its owner did not free before the loop was closed: kills it; its end closes the handle */
void process_abandon(uv_handle_t *);

#endif
