/* SPDX-License-Identifier: Apache-2.0 */
/* log - one line an event on stderr: text for people, JSON for machines, with instance and trace id.
 * Threads: any; a line is one write(2). Secrets never come here. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdarg.h>
#include <stdbool.h>

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG }; /* as enum tenon_log_level */

/* RELAYED: "<level>text trace=...", for the parent process that writes the log (a host's) */
enum log_format { LOG_TEXT, LOG_JSON, LOG_RELAYED };

void log_setup(int least, enum log_format); /* least: the chattiest level that is written */
bool log_wants(int level);
void log_line(int level, const char *instance, const char *trace, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void log_vline(int level, const char *instance, const char *trace, const char *fmt, va_list);

#define log_error(...) log_line(LOG_ERROR, "core", NULL, __VA_ARGS__)
#define log_warn(...)  log_line(LOG_WARN, "core", NULL, __VA_ARGS__)
#define log_info(...)  log_line(LOG_INFO, "core", NULL, __VA_ARGS__)
#define log_debug(...) log_line(LOG_DEBUG, "core", NULL, __VA_ARGS__)

#endif
