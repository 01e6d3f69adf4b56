/* SPDX-License-Identifier: Apache-2.0 */
/* conf_fixture - a scratch folder in which the configuration is called tenon.yaml. */
#ifndef CONF_FIXTURE_H
#define CONF_FIXTURE_H

#include "conf_tables.h"
#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

static inline void write_file(const char *name, const char *text, size_t n)
{
	FILE *f = fopen(name, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

static inline void write_text(const char *name, const char *text) { write_file(name, text, strlen(text)); }

/* `set` may be NULL */
static inline int load(struct loaded *l, const char *yaml, const char *set)
{
	write_text("tenon.yaml", yaml);
	return load_file(l, "tenon.yaml", &set, set != NULL);
}

/* loads what must be right */
static inline void good(struct loaded *l, const char *yaml, const char *set)
{
	if (load(l, yaml, set) < 0)
		fail_msg("%s: %s", yaml, l->err.text);
}

static inline int enter_scratch(void **state)
{
	static char dir[] = "/tmp/tenon-conf-XXXXXX";

	(void)state;
	return mkdtemp(dir) == NULL || chdir(dir) != 0;
}

static inline int leave_scratch(void **state)
{
	char dir[100];

	(void)state;
	if (getcwd(dir, sizeof dir) == NULL || chdir("/") != 0)
		return 1;
	char command[120];
	snprintf(command, sizeof command, "rm -r '%s'", dir);
	return system(command);
}

#endif
