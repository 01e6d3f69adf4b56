/* SPDX-License-Identifier: Apache-2.0 */
/* err - why something failed, in words for a human, and what the codes are called. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <tenon/error.h>

struct err {
	int code;        /* enum tenon_error; 0 = none */
	char text[512];  /* what was wrong, where, what to do; no line end */
};

/* Sets it, unless `e` is NULL or already set (the first cause stays), and returns `code`. */
int err_set(struct err *e, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* puts "prefix: " in front of the text, and returns the code */
int err_prefix(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

const char *error_name(int code);    /* "NOT_FOUND"; "UNKNOWN" for a code that is none */
const char *error_text(int code);    /* "no such thing" */
int         error_status(int code);  /* HTTP status; 500 for a code that is none */
int         error_code(const char *name); /* reverse of error_name; a code that is none if there is no such name */

#endif
