/* SPDX-License-Identifier: Apache-2.0 */
/* stack - the struct itself lives at the top of its room. */
#include "stack.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>

#if defined(__SANITIZE_ADDRESS__)
enum { SCALE = 4 }; /* ASan's redzones */
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
enum { SCALE = 4 };
#else
enum { SCALE = 1 };
#endif
#else
enum { SCALE = 1 };
#endif

enum { GUARD = 64 << 10, KEPT = 8 << 10, HOT = 32 };
static const size_t rooms[STACK_CLASSES] = { (size_t)SCALE * 64 << 10, (size_t)SCALE << 20 };

static _Thread_local struct { struct stack *first; unsigned n; } pools[STACK_CLASSES];
static atomic_long mapped;

static long most_mapped(void) /* a stack is two mappings; half of the kernel's map count is left to others */
{
	static atomic_long most;
	long n = atomic_load_explicit(&most, memory_order_relaxed);

	if (n == 0) {
		FILE *f = fopen("/proc/sys/vm/max_map_count", "re");
		if (f == NULL || fscanf(f, "%ld", &n) != 1)
			n = 65530;
		if (f != NULL)
			fclose(f);
		n /= 4;
		atomic_store_explicit(&most, n, memory_order_relaxed);
	}
	return n;
}

static struct stack *map_new(enum stack_class class)
{
	size_t size = GUARD + rooms[class];

	if (atomic_fetch_add(&mapped, 1) >= most_mapped())
		goto fail;
	char *base = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0);
	if (base == MAP_FAILED)
		goto fail;
	if (mprotect(base + GUARD, rooms[class], PROT_READ | PROT_WRITE) != 0) {
		munmap(base, size);
		goto fail;
	}
	char *top = base + size - ((sizeof(struct stack) + 63) & ~(size_t)63);
	struct stack *s = (struct stack *)(void *)top;
	*s = (struct stack){ .base = base, .low = base + GUARD, .top = top, .size = class };
	return s;
fail:
	atomic_fetch_sub(&mapped, 1);
	return NULL;
}

struct stack *stack_take(enum stack_class class)
{
	struct stack *s = pools[class].first;
	if (s == NULL)
		return map_new(class);
	pools[class].first = s->next;
	pools[class].n--;
	return s;
}

void stack_give(struct stack *s)
{
	if (pools[s->size].n >= HOT)
		madvise(s->low, ((size_t)(s->top - s->low) - KEPT) & ~(size_t)4095, MADV_DONTNEED);
	s->next = pools[s->size].first;
	pools[s->size].first = s;
	pools[s->size].n++;
}

void stack_pool_free(void)
{
	for (int class = 0; class < STACK_CLASSES; class++) {
		while (pools[class].first != NULL) {
			struct stack *s = pools[class].first;
			pools[class].first = s->next;
			munmap(s->base, GUARD + rooms[class]);
			atomic_fetch_sub(&mapped, 1);
		}
		pools[class].n = 0;
	}
}

bool stack_guards(const struct stack *s, const void *address)
{
	uintptr_t a = (uintptr_t)address, base = (uintptr_t)s->base;
	return a >= base && a < base + GUARD;
}
