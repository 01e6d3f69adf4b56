/* SPDX-License-Identifier: Apache-2.0 */
/* err - one table from TENON_ERRORS. */
#include "err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct { const char *name; int code, status; const char *text; } errors[] = {
#define X(name, code, http, text) { #name, code, http, text },
	TENON_ERRORS(X)
#undef X
};
enum { N = sizeof errors / sizeof *errors };

int err_set(struct err *e, int code, const char *fmt, ...)
{
	if (e == NULL || e->code != 0)
		return code;
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof e->text, fmt, ap);
	va_end(ap);
	e->code = code;
	return code;
}

int err_prefix(struct err *e, const char *fmt, ...)
{
	if (e == NULL)
		return 0;
	char old[sizeof e->text];
	va_list ap;
	memcpy(old, e->text, sizeof old);
	va_start(ap, fmt);
	int n = vsnprintf(e->text, sizeof e->text, fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n + 3 < sizeof e->text)
		snprintf(e->text + n, sizeof e->text - (size_t)n, ": %.*s", (int)(sizeof e->text - (size_t)n - 3), old);
	return e->code;
}

static int find(int code)
{
	int i = 0;
	while (i < N && errors[i].code != code)
		i++;
	return i;
}

const char *error_name(int code) { int i = find(code); return i < N ? errors[i].name : "UNKNOWN"; }

const char *error_text(int code) { int i = find(code); return i < N ? errors[i].text : "an error without a code"; }

int error_status(int code) { int i = find(code); return i < N ? errors[i].status : 500; }

int error_code(const char *name)
{
	for (int i = 0; i < N; i++)
		if (strcmp(errors[i].name, name) == 0)
			return errors[i].code;
	return TENON_INTERNAL - 1000;
}
