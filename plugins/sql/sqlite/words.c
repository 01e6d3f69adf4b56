/* SPDX-License-Identifier: Apache-2.0 */
/* words - a table and one pass. */
#include "words.h"

#include <ctype.h>
#include <tenon/plugin.h>

/* TEXT compares by bytes in SQLite, as the collation "C" does. INTEGER PRIMARY KEY is numbered by the store. */
static const struct word { const char *name, *sqlite; } words[] = {
	{ "table", "STRICT" }, { "keyed", "STRICT, WITHOUT ROWID" }, { "id", "INTEGER PRIMARY KEY" }, { "i64", "INTEGER" },
	{ "f64", "REAL" }, { "text", "TEXT" }, { "bytes", "BLOB" }, { NULL, NULL },
};
enum { LONGEST = 21 }; /* strlen("STRICT, WITHOUT ROWID") */

static const struct word *find(const char *s, size_t n)
{
	for (const struct word *w = words; w->name != NULL; w++)
		if (strlen(w->name) == n && memcmp(w->name, s, n) == 0)
			return w;
	return NULL;
}

static size_t count_words(const char *s)
{
	size_t n = 0;
	for (; *s != '\0'; s++)
		n += *s == '$';
	return n;
}

char *words_replace(struct tenon_call *c, const char *sql)
{
	char *out = tenon_alloc(c, strlen(sql) + count_words(sql) * LONGEST + 1), *to = out;

	if (out == NULL) {
		tenon_fail(c, TENON_NO_MEMORY, "out of memory");
		return NULL;
	}
	while (*sql != '\0') {
		if (*sql != '$') {
			*to++ = *sql++;
			continue;
		}
		const char *name = ++sql;
		while (isalnum((unsigned char)*sql))
			sql++;
		const struct word *w = find(name, (size_t)(sql - name));
		if (w == NULL) {
			tenon_fail(c, TENON_INTERNAL, "a migration has no word $%.*s", (int)(sql - name), name);
			return NULL;
		}
		to = stpcpy(to, w->sqlite);
	}
	*to = '\0';
	return out;
}
