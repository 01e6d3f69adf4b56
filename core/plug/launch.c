/* SPDX-License-Identifier: Apache-2.0 */
/* launch - what it says to a host is wiped afterwards: there are secrets in it. */
#include "launch.h"
#include "base/err.h"
#include "base/log.h"
#include "bus/bus.h"
#include "loop/loop.h"
#include "loop/process.h"
#include "wire/pack.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

TENON_TABLE(, process_conf, PROCESS_CONF);

static void make_token(char token[PEER_TOKEN + 1], const struct tenon_host *host)
{
	unsigned char raw[PEER_TOKEN / 2];

	host->random(raw, sizeof raw);
	for (size_t i = 0; i < sizeof raw; i++)
		snprintf(token + 2 * i, 3, "%02x", raw[i]);
}

static void pack_hosting(const struct launch *l, struct buf *b)
{
	const struct supervisor_spec *s = l->spec;
	const struct process_conf *c = &s->limits;
	struct hosting h = {
		.address = s->hub->address, .token = l->token, .path = l->path, .kind = l->kind, .python = s->python,
		.instance = s->instance->name,
		.data_dir = s->instance->host.data_dir, .config = { s->config.p, s->config.n }, .parent = getpid(), .duct = true,
		.lanes = c->lanes,
		.log_level = log_wants(LOG_DEBUG) ? LOG_DEBUG : log_wants(LOG_INFO) ? LOG_INFO : log_wants(LOG_WARN) ? LOG_WARN : LOG_ERROR,
		.call_memory = (int64_t)s->instance->bus->arena_limit, .memory = c->memory, .cpu_seconds = c->cpu_seconds,
		.open_files = c->open_files, .threads = c->threads, .uid = c->uid, .gid = c->gid, .seccomp = c->seccomp, .exec = c->exec,
	};
	const struct shape *shape;

	memset(&h.has, 0xff, sizeof h.has);
	if (shape_get(&hosting_table, &shape, NULL) == TENON_OK)
		pack_message(b, shape, &h);
}

int launch(struct launch *l, struct err *e)
{
	char name[] = "tenon-host", *argv[] = { name, (char *)l->spec->instance->name, NULL };
	struct buf hello = { 0 };
	int ends[2] = { -1, -1 };

	make_token(l->token, &l->spec->instance->host);
	pack_hosting(l, &hello);
	int rc = hello.failed ? err_set(e, TENON_NO_MEMORY, "no memory to start a process") : TENON_OK;
	if (rc == TENON_OK && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		rc = err_set(e, TENON_UNAVAILABLE, "no socket for its calls: %s", strerror(errno));
	struct process_spec spec = { .file = l->program, .argv = argv, .uid = -1, .gid = -1, .output = l->output, .ended = l->ended,
	                             .arg = l->arg, .hello = hello.p, .hello_n = hello.n, .input = ends[1] };
	if (rc == TENON_OK)
		rc = process_start(loop_self(), &spec, &l->process, e);
	if (ends[1] >= 0)
		close(ends[1]);
	if (hello.p != NULL)
		explicit_bzero(hello.p, hello.n);
	buf_free(&hello);
	l->duct = ends[0];
	if (rc < 0 && ends[0] >= 0) {
		close(ends[0]);
		l->duct = -1;
	}
	return rc;
}

void launch_heard(const char *instance, const char *line, size_t n)
{
	int level = LOG_WARN; /* what a library prints by itself is worth a look */

	if (n >= 3 && line[0] == '<' && isdigit((unsigned char)line[1]) && line[2] == '>') {
		level = line[1] - '0' < LOG_DEBUG ? line[1] - '0' : LOG_DEBUG;
		line += 3;
		n -= 3;
	}
	log_line(level, instance, NULL, "%.*s", (int)n, line);
}
