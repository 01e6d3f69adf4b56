/* SPDX-License-Identifier: Apache-2.0 */
/* process - uv_spawn, a pipe and a memfd.
 *
 * libuv reaps a child only while its handle is open: the handle stays until the child's end, also that of a process freed before,
 * and the memory until the handle is closed. stdout and stderr are one pipe: their order is kept, and it needs one buffer. The
 * hello is a memfd, since a pipe holds as much as the kernel pleases (one page for a user with many of them).
 *
 * uv_spawn closes nothing but what is CLOEXEC, and runs nothing of ours in the child. So all descriptors of the parent are
 * marked just before; one that another thread opens unmarked in between is closed by sandbox_enter(). */
#include "process.h"
#include "base/err.h"
#include "base/mem.h"
#include "loop.h"
#include "under.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { HELLO_FD = 3, MOST_A_TURN = 64 << 10, MOST_AT_END = 1 << 20 };

struct process {
	uv_process_t uv;
	struct watch *watch;     /* of `fd` */
	int fd;                  /* of its output; -1 at the end of it */
	void (*output)(void *, const char *, size_t);
	void (*ended)(void *, int, int);
	void *arg;
	bool running, closed, freed;
	bool skipping;           /* the rest of a line that is too long */
	size_t n;
	char line[PROCESS_LINE_MOST];
};

/* ---- what it says ---- */

static void hand_over(struct process *p)
{
	size_t n = p->n;

	p->n = 0;
	if (!p->skipping && p->output != NULL)
		p->output(p->arg, p->line, n);
}

static void take_bytes(struct process *p, const char *s, size_t n)
{
	while (n > 0) {
		const char *end = memchr(s, '\n', n);
		size_t part = end != NULL ? (size_t)(end - s) : n, fits = sizeof p->line - p->n;
		memcpy(p->line + p->n, s, part < fits ? part : fits);
		p->n += part < fits ? part : fits;
		if (part > fits || end != NULL) {
			hand_over(p);
			p->skipping = end == NULL;
		}
		part += end != NULL;
		s += part;
		n -= part;
	}
}

static void close_output(struct process *p)
{
	watch_stop(p->watch);
	p->watch = NULL;
	if (p->fd >= 0)
		close(p->fd);
	p->fd = -1;
}

/* until nothing is there, or `most` bytes were read: a child that never stops talking must not hold up the loop */
static void read_output(struct process *p, size_t most)
{
	char part[8192];

	for (size_t got = 0; p->fd >= 0 && got < most;) {
		ssize_t n = read(p->fd, part, sizeof part);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0) {
			close_output(p);
			return;
		}
		take_bytes(p, part, (size_t)n);
		got += (size_t)n;
	}
}

static void on_output(void *arg, int events)
{
	(void)events;
	read_output(arg, MOST_A_TURN);
}

/* ---- its end ---- */

static void on_closed(uv_handle_t *h)
{
	struct process *p = h->data;

	p->closed = true;
	if (p->freed)
		mem_free(p);
}

static void on_end(uv_process_t *uv, int64_t status, int signo)
{
	struct process *p = uv->data;

	p->running = false;
	read_output(p, MOST_AT_END);
	if (p->n > 0)
		hand_over(p);
	close_output(p);
	if (p->ended != NULL)
		p->ended(p->arg, (int)status, signo);
	uv_close((uv_handle_t *)uv, on_closed);
}

int process_pid(const struct process *p) { return p->running ? p->uv.pid : 0; }

void process_kill(struct process *p, int signo)
{
	if (!p->running)
		return;
	uv_process_kill(&p->uv, signo);
	if (signo == SIGKILL)
		kill(-p->uv.pid, SIGKILL); /* it leads a group; not yet reaped, so the number is still its own */
}

void process_free(struct process *p)
{
	if (p == NULL)
		return;
	p->output = NULL;
	p->ended = NULL;
	p->freed = true;
	process_kill(p, SIGKILL);
	close_output(p);
	if (p->closed)
		mem_free(p);
}

void process_abandon(uv_handle_t *h) { process_free(h->data); }

/* ---- its start ---- */

static bool write_all(int fd, const char *s, size_t n)
{
	while (n > 0) {
		ssize_t put = write(fd, s, n);
		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return false;
		s += put;
		n -= (size_t)put;
	}
	return true;
}

/* the fd that becomes the child's fd 3, or -1 without a hello */
static int open_hello(const struct process_spec *s, int *out, struct err *e)
{
	*out = -1;
	if (s->hello == NULL)
		return TENON_OK;
	if (s->hello_n > PROCESS_HELLO_MOST)
		return err_set(e, TENON_INVALID_ARGUMENT, "cannot start %s: its hello has %zu bytes, %d at most", s->file, s->hello_n, PROCESS_HELLO_MOST);
	*out = memfd_create("hello", MFD_CLOEXEC);
	if (*out >= 0 && write_all(*out, s->hello, s->hello_n) && lseek(*out, 0, SEEK_SET) == 0)
		return TENON_OK;
	return err_set(e, TENON_UNAVAILABLE, "cannot start %s: its hello cannot be kept: %s", s->file, strerror(errno));
}

/* pipe: [0] is ours and never blocks, [1] becomes the child's */
static int open_output(struct loop *l, struct process *p, const struct process_spec *s, int *theirs, struct err *e)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) != 0)
		return err_set(e, TENON_UNAVAILABLE, "cannot start %s: no pipe for its output: %s", s->file, strerror(errno));
	p->fd = fds[0];
	*theirs = fds[1];
	if (fcntl(p->fd, F_SETFL, O_NONBLOCK) != 0 || (p->watch = loop_watch(l, p->fd, LOOP_READ, on_output, p)) == NULL)
		return err_set(e, TENON_NO_MEMORY, "cannot start %s: its output cannot be watched", s->file);
	return TENON_OK;
}

static int say_why(struct err *e, const struct process_spec *s, int rc)
{
	char as[48] = "";
	int code = rc == UV_ENOENT ? TENON_NOT_FOUND : rc == UV_EPERM || rc == UV_EACCES ? TENON_PERMISSION_DENIED :
	           rc == UV_ENOMEM ? TENON_NO_MEMORY : TENON_UNAVAILABLE;

	if (s->uid >= 0 || s->gid >= 0)
		snprintf(as, sizeof as, " as user %d, group %d", s->uid, s->gid);
	return err_set(e, code, "cannot start %s%s%s%s: %s", s->file, s->cwd == NULL ? "" : " in ", s->cwd == NULL ? "" : s->cwd, as, uv_strerror(rc));
}

static int spawn(struct loop *l, struct process *p, const struct process_spec *s, int output, int hello, struct err *e)
{
	static char *nothing[] = { NULL };
	uv_stdio_container_t stdio[] = {
		{ .flags = UV_IGNORE }, { .flags = UV_INHERIT_FD, .data.fd = output }, { .flags = UV_INHERIT_FD, .data.fd = output },
		{ .flags = UV_INHERIT_FD, .data.fd = hello },
	};
	if (s->input > 0)
		stdio[0] = (uv_stdio_container_t){ .flags = UV_INHERIT_FD, .data.fd = s->input };
	uv_process_options_t o = {
		.exit_cb = on_end, .file = s->file, .args = (char **)(uintptr_t)s->argv, .cwd = s->cwd, .stdio = stdio,
		.env = s->env != NULL ? (char **)(uintptr_t)s->env : nothing, .stdio_count = hello >= 0 ? HELLO_FD + 1 : HELLO_FD,
		.flags = UV_PROCESS_DETACHED | (s->uid >= 0 ? UV_PROCESS_SETUID : 0) | (s->gid >= 0 ? UV_PROCESS_SETGID : 0),
		.uid = (uv_uid_t)s->uid, .gid = (uv_gid_t)s->gid,
	};

	int rc = uv_spawn(loop_under(l), &p->uv, &o);
	if (rc == 0)
		return TENON_OK;
	uv_close((uv_handle_t *)&p->uv, on_closed);
	return say_why(e, s, rc);
}

/* a process that never ran: its memory waits for its handle to be closed, if it has one */
static void give_up(struct process *p)
{
	close_output(p);
	p->freed = true;
	if (p->uv.type != UV_PROCESS)
		mem_free(p);
}

int process_start(struct loop *l, const struct process_spec *s, struct process **out, struct err *e)
{
	struct process *p = *out = mem_zero(sizeof *p);
	int theirs = -1, hello = -1;

	if (p == NULL)
		return err_set(e, TENON_NO_MEMORY, "cannot start %s: no memory", s->file);
	p->fd = -1;
	p->output = s->output;
	p->ended = s->ended;
	p->arg = s->arg;
	p->uv.data = p;
	int rc = open_output(l, p, s, &theirs, e);
	if (rc == TENON_OK)
		rc = open_hello(s, &hello, e);
	if (rc == TENON_OK && close_range(HELLO_FD, ~0u, CLOSE_RANGE_CLOEXEC) != 0)
		rc = err_set(e, TENON_UNSUPPORTED, "cannot start %s: close_range: %s; Linux 5.11 or newer is needed", s->file, strerror(errno));
	if (rc == TENON_OK)
		rc = spawn(l, p, s, theirs, hello, e);
	if (theirs >= 0)
		close(theirs);
	if (hello >= 0)
		close(hello);
	p->running = rc == TENON_OK;
	if (rc < 0) {
		give_up(p);
		*out = NULL;
	}
	return rc;
}
