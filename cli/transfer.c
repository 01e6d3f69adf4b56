/* SPDX-License-Identifier: Apache-2.0 */
/* transfer - what stands between libcurl's callbacks and a local file. */
#include "transfer.h"
#include "args.h"
#include "base/arena.h"
#include "base/clock.h"
#include "body.h"
#include "catalogue.h"
#include "events.h"
#include "exits.h"
#include "http.h"
#include "talk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECOND 1000000000LL

/* ---- progress ---- */

struct progress { int64_t started, shown, done; bool tty, drawn; };

static void add_size(struct buf *b, double n)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
	size_t u = 0;

	for (; n >= 1024 && u + 1 < sizeof units / sizeof *units; u++)
		n /= 1024;
	buf_printf(b, u == 0 ? "%.0f %s" : "%.1f %s", n, units[u]);
}

static void draw(const struct progress *p, int64_t now, int64_t of)
{
	enum { CELLS = 24 };
	double seconds = (double)(now - p->started) / SECOND, rate = (double)p->done / seconds;
	struct buf b = { 0 };

	buf_adds(&b, "\r\033[K");
	if (of > 0) {
		int full = (int)(CELLS * p->done / of);
		buf_printf(&b, "[%.*s%*s] %3d %%  ", full, "########################", CELLS - full, "", (int)(100 * p->done / of));
	}
	add_size(&b, (double)p->done);
	if (of > 0) {
		buf_adds(&b, " of ");
		add_size(&b, (double)of);
	}
	buf_adds(&b, "  ");
	add_size(&b, rate);
	buf_adds(&b, "/s");
	if (of > p->done && rate > 0)
		buf_printf(&b, "  %.0f s left", (double)(of - p->done) / rate);
	if (!b.failed)
		fwrite(b.p, 1, b.n, stderr);
	buf_free(&b);
}

static void on_moved(void *arg, int64_t done, int64_t of)
{
	struct progress *p = arg;
	int64_t now = clock_ns();

	p->done = done;
	if (!p->tty || now - p->started < SECOND || now - p->shown < SECOND / 10)
		return;
	p->shown = now;
	p->drawn = true;
	draw(p, now, of);
}

static struct progress progress_start(void) { return (struct progress){ .started = clock_ns(), .tty = isatty(STDERR_FILENO) }; }

static void wipe(const struct progress *p)
{
	if (p->drawn)
		fputs("\r\033[K", stderr);
}

static void summarise(const struct progress *p, const char *name, int64_t bytes)
{
	double seconds = (double)(clock_ns() - p->started) / SECOND;
	struct buf b = { 0 };

	add_size(&b, (double)bytes);
	buf_printf(&b, " in %.1f s", seconds);
	say("%s: %.*s", name, (int)b.n, b.p == NULL ? "" : b.p);
	buf_free(&b);
}

/* ---- download ---- */

struct sink {
	const char *name;     /* "-" = stdout */
	char *temp;           /* where it grows; NULL: not opened yet, or stdout */
	FILE *file;
	int64_t bytes;
	const struct move *move;
	struct progress *progress;
	bool named;           /* by --output */
	bool live;            /* events as they happen: lines for the terminal, no file */
	struct buf line;      /* of them: begun */
};

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash == NULL ? path : slash + 1;
}

static bool sink_open(struct sink *s)
{
	struct buf b = { 0 };
	struct stat st;

	s->live = !s->named && s->move->type != NULL && events_are(s->move->type);
	if (s->live)
		s->progress->tty = false;
	if (s->live || strcmp(s->name, "-") == 0) {
		s->file = stdout;
		return true;
	}
	if (stat(s->name, &st) == 0 && !S_ISREG(st.st_mode)) { /* a device or a pipe is written to, never replaced */
		s->file = fopen(s->name, "wbe");
		return s->file != NULL || (complain(EXIT_FAILED, "%s: %s", s->name, strerror(errno)), false);
	}
	char *target = realpath(s->name, NULL); /* behind a symbolic link: the link stays */
	const char *name = target != NULL ? target : s->name;
	buf_printf(&b, "%.*s.%.200s.XXXXXX", (int)(base_name(name) - name), name, base_name(name));
	free(target);
	s->temp = buf_take(&b);
	int fd = s->temp == NULL ? -1 : mkostemp(s->temp, O_CLOEXEC);
	if (fd < 0 || (s->file = fdopen(fd, "wb")) == NULL) {
		complain(EXIT_FAILED, "%s: %s", s->name, strerror(errno));
		if (fd >= 0) {
			close(fd);
			unlink(s->temp);
		}
		free(s->temp);
		s->temp = NULL;
		return false;
	}
	mode_t mask = umask(0);
	umask(mask);
	fchmod(fd, 0666 & ~mask);
	return true;
}

static bool sink_take(void *arg, const void *p, size_t n)
{
	struct sink *s = arg;

	if (s->file == NULL && !sink_open(s))
		return false;
	s->bytes += (int64_t)n;
	if (s->live)
		return events_print(&s->line, p, n);
	if (fwrite(p, 1, n, s->file) == n)
		return true;
	complain(EXIT_FAILED, "%s: %s", s->name, strerror(errno));
	return false;
}

static int sink_close(struct sink *s, int rc)
{
	if (rc == EXIT_OK && s->file == NULL && !sink_open(s)) /* an empty file */
		rc = EXIT_FAILED;
	bool good = s->file == NULL || (s->file == stdout ? fflush(stdout) : fclose(s->file)) == 0;
	if (rc == EXIT_OK && !good)
		rc = complain(EXIT_FAILED, "%s: %s", s->name, strerror(errno));
	char *target = s->temp == NULL ? NULL : realpath(s->name, NULL);
	if (rc == EXIT_OK && s->temp != NULL && rename(s->temp, target != NULL ? target : s->name) != 0)
		rc = complain(EXIT_FAILED, "%s: %s", s->name, strerror(errno));
	free(target);
	if (rc != EXIT_OK && s->temp != NULL)
		unlink(s->temp);
	free(s->temp);
	return rc;
}

static const char *in_directory(const char *directory, const char *name, struct arena *a)
{
	struct buf b = { 0 };

	buf_printf(&b, "%s/%s", directory, name);
	const char *path = arena_text(a, b.p == NULL ? "" : b.p, b.n);
	buf_free(&b);
	return path;
}

/* what the file is called there: the last part of the last positional, or of an argument named *path */
static const char *remote_name(const struct method *m, const struct args *args)
{
	const char *name = "";

	for (size_t i = 0; i < args->n; i++) {
		const char *field = args->v[i].arg->name;
		size_t n = strlen(field);
		if ((n >= 4 && strcmp(field + n - 4, "path") == 0) || (m->n_words > m->n_verb && strcmp(field, m->word[m->n_words - 1]) == 0))
			name = base_name(args->v[i].value);
	}
	return name;
}

/* A file that is there is replaced only if it was named by --output. */
static int choose_name(const char **out, const char *name, const struct options *o, struct arena *a)
{
	struct stat st;
	bool in_dir = o->output != NULL && stat(o->output, &st) == 0 && S_ISDIR(st.st_mode);

	if (o->output != NULL && !in_dir) {
		*out = o->output;
		return *o->output == '\0' ? complain(EXIT_USAGE, "--output: the name is empty") : EXIT_OK;
	}
	if (*name == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return complain(EXIT_USAGE, "--output FILE is missing: \"%s\" can be no file's name", name);
	*out = in_dir ? in_directory(o->output, name, a) : name;
	if (*out == NULL)
		return complain(EXIT_FAILED, "out of memory");
	if (lstat(*out, &st) == 0)
		return complain(EXIT_USAGE, "%s: is there already; name it with --output to replace it", *out);
	return EXIT_OK;
}

int transfer_get(const struct remote *r, const struct method *m, const struct args *args, const struct options *o, struct arena *a)
{
	struct progress progress = progress_start();
	struct sink sink = { .progress = &progress, .named = o->output != NULL };
	struct move move = { .path = m->path, .take = sink_take, .take_arg = &sink, .watch = { on_moved, &progress } };
	struct buf body = { 0 };
	sink.move = &move;
	int rc = choose_name(&sink.name, remote_name(m, args), o, a);

	if (rc == EXIT_OK)
		rc = body_json(&body, m, args, NULL);
	if (rc == EXIT_OK) {
		if (strcmp(sink.name, "-") == 0 && isatty(STDOUT_FILENO))
			progress.tty = false;
		move.json = body.p;
		rc = http_move(r, &move);
		wipe(&progress);
		rc = sink_close(&sink, rc);
	}
	if (rc == EXIT_OK && !sink.live)
		summarise(&progress, sink.name, sink.bytes);
	buf_free(&sink.line);
	buf_free(&move.answer.body);
	buf_free(&body);
	return rc;
}

/* ---- upload ---- */

static FILE *open_source(const char *name, int64_t *size)
{
	FILE *f = strcmp(name, "-") == 0 ? stdin : fopen(name, "rb");
	struct stat st;

	*size = -1;
	if (f == NULL || fstat(fileno(f), &st) != 0) {
		complain(EXIT_USAGE, "%s: %s", name, strerror(errno));
		return NULL;
	}
	if (S_ISDIR(st.st_mode)) {
		complain(EXIT_USAGE, "%s: is a directory; upload its files one by one", name);
		fclose(f);
		return NULL;
	}
	if (S_ISREG(st.st_mode) && f != stdin)
		*size = st.st_size;
	return f;
}

int transfer_put(const struct remote *r, const struct method *m, const struct args *args, const struct options *o)
{
	const char *name = args->file != NULL ? args->file : o->input;
	struct progress progress = progress_start();
	struct move move = { .watch = { on_moved, &progress } };
	struct buf path = { 0 };

	if (name == NULL)
		return complain(EXIT_USAGE, "%s is missing: what to upload; - = stdin", args->file == NULL && *m->cli != '\0' ? "FILE" : "--input FILE");
	buf_adds(&path, m->path);
	int rc = body_query(&path, m, args);
	buf_addc(&path, '\0');
	if (rc == EXIT_OK && path.failed)
		rc = complain(EXIT_FAILED, "out of memory");
	if (rc == EXIT_OK && (move.from = open_source(name, &move.size)) == NULL)
		rc = EXIT_USAGE;
	if (rc == EXIT_OK) {
		move.path = path.p;
		rc = http_move(r, &move);
		wipe(&progress);
	}
	if (rc == EXIT_OK)
		summarise(&progress, name, progress.done);
	if (rc == EXIT_OK && o->json)
		printf("%.*s\n", (int)move.answer.body.n, move.answer.body.n == 0 ? "" : move.answer.body.p);
	if (move.from != NULL && move.from != stdin)
		fclose(move.from);
	buf_free(&move.answer.body);
	buf_free(&path);
	return rc;
}
