/* SPDX-License-Identifier: Apache-2.0 */
/* talk - text for terminals; columns are counted by wcwidth in a UTF-8 locale, which main sets. */
#include "talk.h"
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

static void speak(const char *prefix, const char *fmt, va_list va)
{
	char text[4096];
	struct buf b = { 0 };

	vsnprintf(text, sizeof text, fmt, va);
	buf_adds(&b, prefix);
	for (const char *line = text; line != NULL; ) {
		const char *end = strchr(line, '\n');
		plain_add(&b, line, end == NULL ? strlen(line) : (size_t)(end - line), 0);
		buf_addc(&b, '\n');
		line = end == NULL ? NULL : end + 1;
	}
	fwrite(b.p, 1, b.n, stderr);
	buf_free(&b);
}

int complain(int code, const char *fmt, ...)
{
	va_list va;

	va_start(va, fmt);
	speak("tenon: ", fmt, va);
	va_end(va);
	return code;
}

void say(const char *fmt, ...)
{
	va_list va;

	va_start(va, fmt);
	speak("", fmt, va);
	va_end(va);
}

/* Marks that turn the direction of writing: a name could pretend to be another one. */
static bool turns(wchar_t c) { return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x200E || c == 0x200F; }

/* one character of the text: its bytes, and how it is shown */
struct glyph { size_t bytes, width; const char *shown; size_t n; };

static struct glyph glyph_at(const char *s, size_t n)
{
	static const char *const escapes[] = { ['\t'] = "\\t", ['\n'] = "\\n", ['\r'] = "\\r" };
	mbstate_t state = { 0 };
	wchar_t c;
	size_t bytes = mbrtowc(&c, s, n, &state);

	if (bytes == 0 || bytes > n)
		return (struct glyph){ 1, 1, "?", 1 };
	if (c < (wchar_t)(sizeof escapes / sizeof *escapes) && escapes[c] != NULL)
		return (struct glyph){ bytes, 2, escapes[c], 2 };
	int width = wcwidth(c);
	if (width < 0 || turns(c))
		return (struct glyph){ bytes, 1, "?", 1 };
	return (struct glyph){ bytes, (size_t)width, s, bytes };
}

size_t plain_add(struct buf *b, const char *s, size_t n, size_t most)
{
	size_t width = 0, kept = 0, at_kept = b->n; /* what fits beside an ellipsis */

	for (size_t i = 0; i < n; ) {
		struct glyph g = glyph_at(s + i, n - i);
		if (most > 0 && width + g.width > most) {
			b->n = at_kept;
			buf_adds(b, "…");
			return kept + 1;
		}
		buf_add(b, g.shown, g.n);
		width += g.width;
		i += g.bytes;
		if (width < most) {
			kept = width;
			at_kept = b->n;
		}
	}
	return width;
}

bool paints(void)
{
	const char *no = getenv("NO_COLOR");

	return isatty(STDOUT_FILENO) && (no == NULL || *no == '\0');
}

size_t terminal_width(void)
{
	struct winsize w;

	if (!isatty(STDOUT_FILENO))
		return 0;
	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 0 ? w.ws_col : 80;
}
