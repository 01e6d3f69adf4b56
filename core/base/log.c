/* SPDX-License-Identifier: Apache-2.0 */
/* log - a line is put together on the stack and written at once, so lines of threads never mix. */
#include "log.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static atomic_int chattiest = LOG_INFO;
static atomic_int form = LOG_TEXT;
static const char *const names[] = { "error", "warn", "info", "debug" };

void log_setup(int least, enum log_format format)
{
	atomic_store(&chattiest, least);
	atomic_store(&form, (int)format);
}

bool log_wants(int level) { return level <= atomic_load_explicit(&chattiest, memory_order_relaxed); }

/* control characters and, in JSON, quotes are escaped: a client's text cannot forge a line */
static size_t escape(char *out, size_t room, const char *s, bool as_json)
{
	size_t n = 0;
	for (; *s != '\0' && n + 8 < room; s++) {
		unsigned char c = (unsigned char)*s;
		if (c < 0x20 || c == 0x7f)
			n += (size_t)snprintf(out + n, room - n, "\\u%04x", c);
		else if (as_json && (c == '"' || c == '\\'))
			out[n++] = '\\', out[n++] = (char)c;
		else
			out[n++] = (char)c;
	}
	out[n] = '\0';
	return n;
}

void log_vline(int level, const char *instance, const char *trace, const char *fmt, va_list ap)
{
	if (!log_wants(level))
		return;
	char text[1600], safe[2000], line[2400], stamp[40];
	struct timespec now;
	struct tm utc;
	int format = atomic_load_explicit(&form, memory_order_relaxed);

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%S", &utc);
	vsnprintf(text, sizeof text, fmt, ap);
	escape(safe, sizeof safe, text, format == LOG_JSON);
	trace = trace == NULL ? "" : trace;
	int n = format == LOG_RELAYED
		? snprintf(line, sizeof line, "<%d>%s%s%s\n", level & 3, safe, *trace != '\0' ? " trace=" : "", trace)
		: format == LOG_JSON
		? snprintf(line, sizeof line, "{\"time\":\"%s.%03dZ\",\"level\":\"%s\",\"instance\":\"%s\",\"trace_id\":\"%s\",\"message\":\"%s\"}\n",
		           stamp, (int)(now.tv_nsec / 1000000), names[level & 3], instance, trace, safe)
		: snprintf(line, sizeof line, "%s.%03dZ %-5s %s: %s%s%s\n", stamp, (int)(now.tv_nsec / 1000000), names[level & 3],
		           instance, safe, *trace != '\0' ? " trace=" : "", trace);
	if (n > 0 && write(STDERR_FILENO, line, (size_t)n) < 0)
		return; /* nowhere left to say it */
}

void log_line(int level, const char *instance, const char *trace, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	log_vline(level, instance, trace, fmt, ap);
	va_end(ap);
}
