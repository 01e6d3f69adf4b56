/* SPDX-License-Identifier: Apache-2.0 */
/* mem - the one door to the heap, so that a test can make the Nth allocation fail.
 * Threads: any. Failure: NULL; callers return TENON_NO_MEMORY upward, only start-up may exit. */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

void *mem_alloc(size_t n) __attribute__((malloc));  /* uninitialised */
void *mem_zero(size_t n) __attribute__((malloc));   /* zeroed */
void *mem_grow(void *p, size_t n);                  /* realloc; on failure `p` stays valid */
void  mem_free(void *p);
char *mem_strdup(const char *s);

/* tests: the nth allocation from now on fails (1 = the next), and only that one; 0 switches it off */
void mem_fail_nth(long nth);

#endif
