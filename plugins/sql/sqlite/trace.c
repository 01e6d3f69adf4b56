/* SPDX-License-Identifier: Apache-2.0 */
/* trace - one write() a line, so that lines of several processes do not mix. */
#include "trace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int trace_open(struct trace *t, const char *path)
{
	*t = (struct trace){ .fd = -1 };
	pthread_mutex_init(&t->lock, NULL);
	if (path == NULL || *path == '\0')
		return 0;
	t->fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	return t->fd < 0 ? errno : 0;
}

void trace_close(struct trace *t)
{
	if (t->fd >= 0)
		close(t->fd);
	free(t->seen);
	pthread_mutex_destroy(&t->lock);
	*t = (struct trace){ .fd = -1 };
}

static uint64_t hash_text(const char *s)
{
	uint64_t h = 0xcbf29ce484222325u;
	for (; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * 0x100000001b3u;
	return h;
}

/* under the lock */
static bool is_new(struct trace *t, const char *line)
{
	uint64_t hash = hash_text(line);

	for (size_t i = 0; i < t->n; i++)
		if (t->seen[i] == hash)
			return false;
	if (t->n == t->room) {
		size_t room = t->room > 0 ? t->room * 2 : 64;
		uint64_t *seen = realloc(t->seen, room * sizeof *seen);
		if (seen == NULL)
			return true; /* then it may stand there twice */
		t->seen = seen;
		t->room = room;
	}
	t->seen[t->n++] = hash;
	return true;
}

static void print_string(FILE *f, const char *s)
{
	putc('"', f);
	for (; *s != '\0'; s++) {
		unsigned char ch = (unsigned char)*s;
		if (ch < 0x20)
			fprintf(f, "\\u%04x", ch);
		else
			fprintf(f, ch == '"' || ch == '\\' ? "\\%c" : "%c", ch);
	}
	putc('"', f);
}

static void write_line(struct trace *t, const char *line, size_t n)
{
	pthread_mutex_lock(&t->lock);
	/* a line that cannot be written is missed by the lint, which looks for all; the store goes on */
	if (is_new(t, line) && write(t->fd, line, n) < 0)
		t->broken = true;
	pthread_mutex_unlock(&t->lock);
}

static void trace_line(struct trace *t, const char *service, int64_t version, const char *sql)
{
	char *line = NULL;
	size_t n = 0;

	if (t->fd < 0 || t->broken)
		return;
	FILE *f = open_memstream(&line, &n);
	if (f == NULL)
		return;
	if (service != NULL) {
		fputs("{\"service\": ", f);
		print_string(f, service);
		fprintf(f, ", \"version\": %lld, \"sql\": ", (long long)version);
	}
	print_string(f, sql);
	fputs(service != NULL ? "}\n" : "\n", f);
	if (fclose(f) == 0)
		write_line(t, line, n);
	free(line);
}

void trace_statement(struct trace *t, const char *sql) { trace_line(t, NULL, 0, sql); }

void trace_migration(struct trace *t, const char *service, int64_t version, const char *sql) { trace_line(t, service, version, sql); }
