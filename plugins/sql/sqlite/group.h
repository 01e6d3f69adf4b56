/* SPDX-License-Identifier: Apache-2.0 */
/* group - many `tx` messages, one COMMIT; nobody is answered before it. */
#ifndef SQLITE_GROUP_H
#define SQLITE_GROUP_H

#include <stddef.h>

struct group;
struct tenon_batch;

struct group *group_new(size_t messages); /* at most so many in one */
void group_free(struct group *);

/* the method tx; `self` is the store */
int group_commit(struct tenon_batch *, void *self);

#endif
