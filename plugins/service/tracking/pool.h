/* SPDX-License-Identifier: Apache-2.0 */
/* pool - where parsers take their memory and leave the reason why they refuse: a call's arena, or a test's.
 *
 * What is taken is zeroed, aligned for any type, and given back by the pool's owner all at once. */
#ifndef TRACKING_POOL_H
#define TRACKING_POOL_H

#include <tenon/plugin.h>

struct pool {
	void *(*alloc)(void *arena, size_t);
	void *arena;
	const char *why;           /* set by pool_refuse */
};

struct pool pool_of(struct tenon_call *);
/* NULL when out of memory */
void *pool_take(const struct pool *, size_t n);
char *pool_text(const struct pool *, const char *s, size_t n);

/* Sets `why` and returns INVALID_ARGUMENT (NO_MEMORY if there is none for the text). */
int pool_refuse(struct pool *, const char *fmt, ...) TENON_PRINTF(2, 3);
/* ends the call with what a parser returned: its reason where there is one */
int pool_fail(struct tenon_call *, const struct pool *, int code);

#endif
