/* SPDX-License-Identifier: Apache-2.0 */
/* mem - malloc with a fault that tests can set. */
#include "mem.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static atomic_long countdown;

static int must_fail(void)
{
	return atomic_load_explicit(&countdown, memory_order_relaxed) > 0 && atomic_fetch_sub(&countdown, 1) == 1;
}

void mem_fail_nth(long nth) { atomic_store(&countdown, nth); }

void *mem_alloc(size_t n) { return must_fail() ? NULL : malloc(n); }

void *mem_zero(size_t n) { return must_fail() ? NULL : calloc(1, n); }

void *mem_grow(void *p, size_t n) { return must_fail() ? NULL : realloc(p, n); }

void mem_free(void *p) { free(p); }

char *mem_strdup(const char *s)
{
	size_t n = strlen(s) + 1;
	char *p = mem_alloc(n);
	return p == NULL ? NULL : memcpy(p, s, n);
}
