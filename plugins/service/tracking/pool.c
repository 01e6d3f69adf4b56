/* SPDX-License-Identifier: Apache-2.0 */
/* pool - over the host's arena. */
#include "pool.h"

static void *call_alloc(void *c, size_t n) { return tenon_alloc(c, n); }

struct pool pool_of(struct tenon_call *c) { return (struct pool){ .alloc = call_alloc, .arena = c }; }

void *pool_take(const struct pool *p, size_t n) { return p->alloc(p->arena, n); }

char *pool_text(const struct pool *p, const char *s, size_t n)
{
	char *copy = pool_take(p, n + 1);
	if (copy != NULL && n > 0)
		memcpy(copy, s, n);
	return copy;
}

int pool_refuse(struct pool *p, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	char *text = n < 0 ? NULL : pool_take(p, (size_t)n + 1);
	if (text == NULL)
		return TENON_NO_MEMORY;
	va_start(ap, fmt);
	vsnprintf(text, (size_t)n + 1, fmt, ap);
	va_end(ap);
	p->why = text;
	return TENON_INVALID_ARGUMENT;
}

int pool_fail(struct tenon_call *c, const struct pool *p, int code)
{
	if (code == TENON_NO_MEMORY)
		return tenon_fail(c, code, "no memory to read the query");
	return tenon_fail(c, code, "%s", p->why);
}
