/* SPDX-License-Identifier: Apache-2.0 */
/* status - /health, /ready, /version and a few sums over /metrics. */
#include "status.h"
#include "args.h"
#include "base/arena.h"
#include "exits.h"
#include "http.h"
#include "table.h"
#include "talk.h"
#include "wire/print.h"

#include <stdlib.h>
#include <string.h>

struct facts {
	const char *url, *version, *down; /* down: what /ready complains of; "" = nothing */
	bool ready;
	double uptime, calls, errors, running, memory, connections;
};

/* ---- asking ---- */

static int fetch(const struct remote *r, const char *path, struct arena *a, long *status, const char **text)
{
	struct answer got;
	int rc = http_look(r, path, &got);

	*status = got.status;
	while (got.body.n > 0 && got.body.p[got.body.n - 1] == '\n')
		got.body.n--;
	*text = arena_text(a, got.body.n == 0 ? "" : got.body.p, got.body.n);
	buf_free(&got.body);
	return rc == EXIT_OK && *text == NULL ? complain(EXIT_FAILED, "out of memory") : rc;
}

/* `line` is a sample of the family `name`: its value goes to *value */
static bool sample(const char *line, const char *name, double *value)
{
	size_t n = strlen(name);

	if (strncmp(line, name, n) != 0 || (line[n] != ' ' && line[n] != '{'))
		return false;
	const char *close = line[n] == '{' ? strchr(line, '}') : line + n - 1;
	if (close == NULL)
		return false;
	*value = strtod(close + 1, NULL);
	return true;
}

static void read_line(struct facts *f, const char *line)
{
	double x;

	if (sample(line, "tenon_calls_total", &x)) {
		f->calls += x;
		if (strstr(line, "code=\"OK\"") == NULL)
			f->errors += x;
	} else if (sample(line, "tenon_uptime_seconds", &x))
		f->uptime = x;
	else if (sample(line, "tenon_calls_running", &x))
		f->running += x;
	else if (sample(line, "tenon_http_connections", &x))
		f->connections += x;
	else if (sample(line, "process_resident_memory_bytes", &x))
		f->memory = x;
}

static void read_metrics(struct facts *f, const char *text, struct arena *a)
{
	while (*text != '\0') {
		size_t n = strcspn(text, "\n");
		const char *line = arena_text(a, text, n);
		if (line != NULL)
			read_line(f, line);
		text += n + (text[n] == '\n');
	}
}

static int gather(struct facts *f, const struct remote *r, struct arena *a)
{
	const char *text;
	long status;
	int rc = fetch(r, "/health", a, &status, &text);

	f->url = r->url;
	if (rc == EXIT_OK && status != 200)
		rc = complain(EXIT_SERVER, "%s: /health answered with status %ld; is it a Tenon server?", r->url, status);
	if (rc == EXIT_OK)
		rc = fetch(r, "/version", a, &status, &f->version);
	if (rc == EXIT_OK)
		rc = fetch(r, "/ready", a, &status, &f->down);
	f->ready = status == 200;
	if (rc == EXIT_OK)
		rc = fetch(r, "/metrics", a, &status, &text);
	if (rc == EXIT_OK && status == 200)
		read_metrics(f, text, a);
	return rc;
}

/* ---- telling ---- */

static void add(struct table *t, const char *name, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

static void add(struct table *t, const char *name, const char *fmt, ...)
{
	char text[1024];
	va_list va;

	va_start(va, fmt);
	vsnprintf(text, sizeof text, fmt, va);
	va_end(va);
	table_row(t);
	table_cell(t, "name", name);
	table_cell(t, "value", text);
}

static void add_down(struct table *t, const char *down)
{
	const char *name = "down";

	while (*down != '\0') {
		size_t n = strcspn(down, "\n");
		add(t, name, "%.*s", (int)n, down);
		down += n + (down[n] == '\n');
		name = "";
	}
}

static void add_uptime(struct table *t, double seconds)
{
	long s = (long)seconds;

	if (s >= 86400)
		add(t, "uptime", "%ld d %ld h", s / 86400, s % 86400 / 3600);
	else if (s >= 3600)
		add(t, "uptime", "%ld h %ld min", s / 3600, s % 3600 / 60);
	else if (s >= 60)
		add(t, "uptime", "%ld min %ld s", s / 60, s % 60);
	else
		add(t, "uptime", "%ld s", s);
}

static int print_table(const struct facts *f, struct arena *a)
{
	struct table *t = table_new(a);

	if (t == NULL)
		return complain(EXIT_FAILED, "out of memory");
	add(t, "url", "%s", f->url);
	add(t, "health", "ok");
	add(t, "ready", "%s", f->ready ? "yes" : "no");
	if (!f->ready)
		add_down(t, f->down);
	add(t, "version", "%s", f->version);
	add_uptime(t, f->uptime);
	add(t, "calls", "%.0f, of which %.0f running", f->calls + f->running, f->running);
	add(t, "errors", "%.0f", f->errors);
	add(t, "connections", "%.0f", f->connections);
	if (f->memory > 0)
		add(t, "memory", "%.1f MiB", f->memory / (1 << 20));
	return table_print_record(t);
}

static int print_json(const struct facts *f)
{
	const struct { const char *name; double value; } numbers[] = {
		{ "uptime_seconds", f->uptime }, { "calls", f->calls }, { "errors", f->errors }, { "running", f->running },
		{ "connections", f->connections }, { "memory_bytes", f->memory },
	};
	struct buf b = { 0 };

	buf_adds(&b, "{\"url\":");
	print_string(&b, f->url);
	buf_printf(&b, ",\"health\":\"ok\",\"ready\":%s,\"down\":", f->ready ? "true" : "false");
	print_string(&b, f->ready ? "" : f->down);
	buf_adds(&b, ",\"version\":");
	print_string(&b, f->version);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		buf_printf(&b, ",\"%s\":%.15g", numbers[i].name, numbers[i].value);
	buf_adds(&b, "}\n");
	bool good = !b.failed && fwrite(b.p, 1, b.n, stdout) == b.n && fflush(stdout) == 0;
	buf_free(&b);
	return good ? EXIT_OK : complain(EXIT_FAILED, "stdout: cannot be written");
}

int status_run(const struct remote *r, const struct options *o, struct arena *a)
{
	struct facts f = { 0 };
	int rc = gather(&f, r, a);

	if (rc == EXIT_OK)
		rc = o->json ? print_json(&f) : print_table(&f, a);
	return rc == EXIT_OK && !f.ready ? EXIT_SERVER : rc;
}
