/* SPDX-License-Identifier: Apache-2.0 */
/* bare_call - a call that can only allocate and fail, for the pure parts of plugins. bare_free() gives all of it back. */
#ifndef BARE_CALL_H
#define BARE_CALL_H

#include <stdlib.h>
#include <tenon/plugin.h>

static void *bare_memory[4096];
static size_t bare_n;
static char bare_reason[500];

static void *bare_alloc(struct tenon_call *c, size_t n)
{
	(void)c;
	return bare_n == sizeof bare_memory / sizeof *bare_memory ? NULL : (bare_memory[bare_n++] = calloc(1, n + 1));
}

static int bare_fail(struct tenon_call *c, int code, const char *fmt, va_list ap)
{
	(void)c;
	vsnprintf(bare_reason, sizeof bare_reason, fmt, ap);
	return code;
}

static const struct tenon_host bare_host = { .size = sizeof bare_host, .alloc = bare_alloc, .fail = bare_fail };
static struct tenon_call bare = { .host = &bare_host };

static int bare_free(void **state)
{
	(void)state;
	while (bare_n > 0)
		free(bare_memory[--bare_n]);
	return 0;
}

#endif
