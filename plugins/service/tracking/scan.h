/* SPDX-License-Identifier: Apache-2.0 */
/* scan - how far a token reaches: one function a kind, which says how many bytes it takes at `p`, 0 for none.
 *
 * They were regular expressions once (sqlparse's); where backtracking decided what those took, the function says so. Like
 * look-behind they see what stands before `p`. Pure, any thread. */
#ifndef TRACKING_SCAN_H
#define TRACKING_SCAN_H

#include <stddef.h>

struct scan {
	const char *start, *p, *end; /* UTF-8; p < end where a function is asked */
	const char *last[4];         /* the last single quote, double quote, back quote, acute accent */
	int *futile;                 /* dollar quotes that were found never to close: after some no more are looked for */
};

struct scan scan_of(const char *text, size_t n, int *futile);

/* comments and spaces */
size_t scan_block_comment(const struct scan *);
size_t scan_line_comment(const struct scan *);
size_t scan_line_hint(const struct scan *);
size_t scan_newline(const struct scan *);
size_t scan_space(const struct scan *);

/* texts in quotes, and names in brackets */
size_t scan_dollar_quote(const struct scan *);
size_t scan_single(const struct scan *);
size_t scan_symbol(const struct scan *);
size_t scan_backquoted(const struct scan *);
size_t scan_accented(const struct scan *);
size_t scan_bracketed(const struct scan *);

/* names and what looks like them */
size_t scan_percent(const struct scan *);
size_t scan_variable(const struct scan *);
size_t scan_command(const struct scan *);
size_t scan_marked_name(const struct scan *);
size_t scan_name_before_dot(const struct scan *);
size_t scan_name_behind_dot(const struct scan *);
size_t scan_name_before_paren(const struct scan *);
size_t scan_word(const struct scan *);

/* numbers */
size_t scan_hexadecimal(const struct scan *);
size_t scan_scientific(const struct scan *);
size_t scan_decimal(const struct scan *);
size_t scan_integer(const struct scan *);

/* phrases of keywords */
size_t scan_go(const struct scan *);
size_t scan_time_zone(const struct scan *);

/* signs */
size_t scan_comparison(const struct scan *);
size_t scan_operator(const struct scan *);
size_t scan_punctuation(const struct scan *);
size_t scan_json_operator(const struct scan *);
size_t scan_any(const struct scan *); /* one character, whatever it is */

/* exactly this text; the first of some phrases, separated by `|`, whose spaces stand for any space and whose case does not matter */
size_t scan_text(const struct scan *, const char *text);
size_t scan_phrases(const struct scan *, const char *phrases);

#endif
