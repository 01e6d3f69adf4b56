/* SPDX-License-Identifier: Apache-2.0 */
/* freeform - entries as JSON text, for JSON rows. Only here does a plain word have a type of its own: true, false, null and
 * JSON's numbers; all else is a string. */
#include "freeform.h"
#include "base/buf.h"
#include "quote.h"

#include <string.h>

static size_t digits(const char *s) { return strspn(s, "0123456789"); }

static bool is_number(const char *s)
{
	size_t n;

	s += *s == '-';
	n = digits(s);
	if (n == 0 || (n > 1 && *s == '0'))
		return false;
	s += n;
	if (*s == '.') {
		if ((n = digits(++s)) == 0)
			return false;
		s += n;
	}
	if (*s == 'e' || *s == 'E') {
		s++;
		s += *s == '+' || *s == '-';
		if ((n = digits(s)) == 0)
			return false;
		s += n;
	}
	return *s == '\0';
}

static int add_text(struct conf *c, struct entry *e, struct buf *b, bool as_yaml, struct err *err)
{
	const char *text;
	int rc = source_text(c, e, &text, err);

	if (rc < 0)
		return rc;
	if (e->plain && text == e->text && (is_number(text) || strcmp(text, "true") == 0 || strcmp(text, "false") == 0))
		buf_adds(b, text);
	else
		quote_add(b, text, as_yaml);
	return TENON_OK;
}

int freeform_add(struct conf *c, struct entry *e, struct buf *b, bool as_yaml, struct err *err)
{
	bool map = e->kind == ENTRY_MAP;
	int rc = TENON_OK;

	if (e->kind == ENTRY_TEXT)
		return add_text(c, e, b, as_yaml, err);
	if (e->kind == ENTRY_NONE) {
		buf_adds(b, "null");
		return TENON_OK;
	}
	buf_addc(b, map ? '{' : '[');
	for (struct entry *k = e->first; k != NULL && rc == TENON_OK; k = k->next) {
		if (k != e->first)
			buf_adds(b, ", ");
		if (map) {
			quote_add(b, k->key, false);
			buf_adds(b, ": ");
		}
		rc = freeform_add(c, k, b, as_yaml, err);
	}
	buf_addc(b, map ? '}' : ']');
	return rc;
}
