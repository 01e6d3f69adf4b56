/* SPDX-License-Identifier: Apache-2.0 */
/* events - line by line. */
#include "events.h"
#include "exits.h"
#include "talk.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define DATA "data: "
#define GAP  "event: gap"

bool events_are(const char *type) { return strncmp(type, "text/event-stream", 17) == 0; }

static bool print_line(const struct buf *line)
{
	size_t skip = strlen(DATA);

	if (line->n == strlen(GAP) && memcmp(line->p, GAP, line->n) == 0)
		say("some events are missing here");
	if (line->n <= skip || memcmp(line->p, DATA, skip) != 0 || (line->n >= skip + 2 && line->p[skip + 1] == '}'))
		return true;
	return fwrite(line->p + skip, 1, line->n - skip, stdout) == line->n - skip && putchar('\n') != EOF;
}

bool events_print(struct buf *line, const void *p, size_t n)
{
	bool good = true;

	for (const char *at = p, *end = at + n; at < end && good;) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		buf_add(line, at, (size_t)((stop == NULL ? end : stop) - at));
		if (stop == NULL)
			break;
		good = print_line(line);
		line->n = 0;
		at = stop + 1;
	}
	if (line->failed)
		return complain(EXIT_FAILED, "out of memory"), false;
	if (good && fflush(stdout) == 0)
		return true;
	return complain(EXIT_FAILED, "stdout: %s", strerror(errno)), false;
}
