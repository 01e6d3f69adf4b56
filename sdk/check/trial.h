/* SPDX-License-Identifier: Apache-2.0 */
/* trial - arguments made from a method's table: good ones, and each field missing, wrong, extreme or huge in turn.
 *
 * A trial is JSON text and what must become of it: REFUSED before the handler sees it, or anything that is a code. The order is
 * always the same. */
#ifndef CHECK_TRIAL_H
#define CHECK_TRIAL_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct shape;

/* Good arguments: of every required row, and of the others too if `all`. `row` >= 0 is left out, or has `value` instead. */
void trial_good(struct buf *, const struct shape *, bool all, int row, const char *value);

struct trial {
	const char *json;        /* valid until the next one */
	char what[160];          /* "name: missing" */
	bool must_refuse;
};

/* `base`: good arguments that the author knows (an object), or NULL */
void trial_each(const struct shape *, const char *base, void (*try)(const struct trial *, void *arg), void *arg);

#endif
