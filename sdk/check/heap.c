/* SPDX-License-Identifier: Apache-2.0 */
/* heap - malloc and its relatives before glibc's, which are still there under their other names. */
#include "heap.h"

#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

_Thread_local bool heap_inside;
static atomic_long countdown; /* allocations until the one that fails; 0: none will */
static atomic_bool happened;

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
bool heap_works(void) { return false; }
#else
bool heap_works(void) { return true; }

extern char __executable_start, etext; /* the linker's */
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);

static bool refuse(const void *caller)
{
	if (!heap_inside || atomic_load_explicit(&countdown, memory_order_relaxed) == 0)
		return false;
	if ((const char *)caller >= &__executable_start && (const char *)caller < &etext)
		return false;
	if (atomic_fetch_sub(&countdown, 1) != 1)
		return false;
	atomic_store(&happened, true);
	errno = ENOMEM;
	return true;
}

#define PUBLIC __attribute__((visibility("default")))
#define REFUSED refuse(__builtin_return_address(0))

PUBLIC void *malloc(size_t n) { return REFUSED ? NULL : __libc_malloc(n); }
PUBLIC void *calloc(size_t n, size_t size) { return REFUSED ? NULL : __libc_calloc(n, size); }
PUBLIC void *realloc(void *p, size_t n) { return n > 0 && REFUSED ? NULL : __libc_realloc(p, n); }
PUBLIC void *memalign(size_t align, size_t n) { return REFUSED ? NULL : __libc_memalign(align, n); }
PUBLIC void *aligned_alloc(size_t align, size_t n) { return REFUSED ? NULL : __libc_memalign(align, n); }
PUBLIC int posix_memalign(void **p, size_t align, size_t n)
{
	if (REFUSED)
		return ENOMEM;
	*p = __libc_memalign(align, n);
	return *p == NULL ? ENOMEM : 0;
}
#endif

void heap_fail_nth(long nth)
{
	atomic_store(&happened, false);
	atomic_store(&countdown, nth);
}

bool heap_failed(void) { return atomic_load(&happened); }

size_t heap_in_use(void)
{
	struct mallinfo2 m = mallinfo2();
	return m.uordblks + m.hblkhd;
}
